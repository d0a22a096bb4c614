"""One run: what it is, where it stands, what can be done with it, and beside which runs it is shown."""

from typing import Final

import streamlit as st

from reidviz.common.errors import ReidvizError
from reidviz.common.printable import short
from reidviz.ui.session.choice import Choice
from reidviz.ui.session.keys import RUN_VIEW
from reidviz.ui.training.live_curves import curves, live, mistakes
from reidviz.ui.training.run_actions import run_actions
from reidviz.ui.training.run_record import show_record
from reidviz.ui.training.runs import RunView
from reidviz.ui.training.start_form import MEANINGS
from reidviz.ui.training.start_inputs import init_words
from reidviz.ui.training.time_machine import time_machine
from reidviz.ui.widgets.markup import Markdown, literal
from reidviz.ui.widgets.messages import show_error
from reidviz.ui.widgets.views import choose_view

BADGES = {
    "queued": ("gray", "hourglass_empty"),
    "running": ("blue", "play_arrow"),
    "stopped": ("gray", "stop"),
    "finished": ("green", "check"),
    "failed": ("red", "error"),
    "interrupted": ("orange", "power_off"),
    "damaged": ("red", "heart_broken"),
}
COMPARED = 3
TIME: Final = "Time machine"
RECORD: Final = "Log and command"
CHARTS: Final = {"Curves": curves, "What it gets wrong": mistakes}


def show_run(choice: Choice, seen: RunView, runs: list[RunView]) -> None:
    """Everything about one run; others of `runs` can be put into its charts."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.header(literal(seen.name), anchor=False, width="content")
        state = "damaged" if seen.problems else seen.status.state
        colour, icon = BADGES[state]
        words = literal("stopping" if seen.stopping else state)
        st.badge(words, color=colour, icon=f":material/{icon}:")  # type: ignore[arg-type]
    for sentence in seen.damaged:
        st.warning(literal(sentence), icon=":material/warning:")
    _origin(seen)
    _explain(seen, runs)
    run_actions(seen)
    view = choose_view("view", RUN_VIEW, [*CHARTS, TIME, RECORD])
    if view == RECORD:
        show_record(seen)
    elif view == TIME:
        time_machine(choice, seen, runs)
    else:
        live(choice, seen, _compared(seen, runs), CHARTS[view])


def _origin(seen: RunView) -> None:
    job, started = seen.job, seen.started
    if job is None:
        return
    where = Markdown(f" · on {literal(seen.status.device)}" if seen.status.device else "")
    trained = Markdown(f" · trained on {started['trained_on']:,} persons" if started else "")
    validated = started.get("validated_on")
    held_out = Markdown(f", validated on {literal(validated)}" if validated else ", not validated" if started else "")
    st.caption(
        f"{literal(job.variant)} ({literal(MEANINGS.get(job.variant, job.variant))}) · "
        f"recipe {literal(job.recipe.name)} · "
        f"{literal(short(job.data))}, {literal(job.protocol)} · from {literal(init_words(job.init))} · seed {job.seed}"
        f"{trained}{held_out}{where}"
    )


def _explain(seen: RunView, runs: list[RunView]) -> None:
    """What the state means where it does not speak for itself."""
    status = seen.status
    if status.state == "failed":
        show_error(ReidvizError(status.message or "The training failed.", status.hint))
        return
    if status.message:
        st.warning(literal(status.message), icon=":material/warning:")
    if status.state == "interrupted" and not seen.problems:
        st.warning(
            "Its worker ended without a word: it was killed, or the machine went down. Resume goes on from the last "
            "snapshot.",
            icon=":material/power_off:",
        )
    elif status.state == "stopped":
        st.info(f"Stopped at step {status.step:,} of {status.total:,}. Resume goes on from there.")
    elif status.state == "queued":
        running = [literal(other.name) for other in runs if other.status.state == "running"]
        st.info(
            f"It waits for {', '.join(running)}: one training a device runs at a time."
            if running
            else "It starts in a moment.",
            icon=":material/hourglass_empty:",
        )


def _compared(seen: RunView, runs: list[RunView]) -> list[RunView]:
    others = {other.name: other for other in runs if other.name != seen.name and other.validations}
    if not others:
        return []
    alike = [name for name, other in others.items() if other.validation_set_id == seen.validation_set_id][:COMPARED]
    chosen = st.multiselect(
        "Beside it in the charts and tables",
        list(others),
        alike,
        key=f"beside {seen.name}",
        placeholder="Choose runs to compare with",
        help="Runs that were validated. At first the last three on the same validation persons.",
    )
    return [others[name] for name in chosen]
