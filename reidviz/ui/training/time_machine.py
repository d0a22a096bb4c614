"""A training seen through time: what it learns and forgets between two validations, as maps, by person and by task."""

from typing import Final

import streamlit as st

from reidviz.common.errors import ReidvizError
from reidviz.common.printable import short
from reidviz.ui.server.boundary import fragment
from reidviz.ui.session.choice import Choice
from reidviz.ui.session.datasets import dataset_named
from reidviz.ui.session.keys import TIME_BESIDE, TIME_PART, TIME_STEPS
from reidviz.ui.training.run_history import RunHistory, history_of, same_persons
from reidviz.ui.training.run_results import styles_of_runs
from reidviz.ui.training.runs import RunView
from reidviz.ui.training.time_changes import headline, show_changes, show_first
from reidviz.ui.training.time_maps import show_maps
from reidviz.ui.training.time_moment import Moment
from reidviz.ui.training.time_person import choose_person, show_person
from reidviz.ui.training.time_readings import show_readings
from reidviz.ui.widgets.markup import Markdown, literal
from reidviz.ui.widgets.messages import said
from reidviz.ui.widgets.views import choose_view

ALONE: Final = ""
"""In the place of the name of a run, which is never empty: no other run."""
PERSONS: Final = "Maps and persons"
TASKS: Final = "Task by task"
VALIDATION: Final = "One validation"


def time_machine(choice: Choice, seen: RunView, runs: list[RunView]) -> None:
    """The whole view. What moves with the steps is drawn again without the page around it."""
    fragment(_show)(choice, seen, runs)


def _show(choice: Choice, seen: RunView, runs: list[RunView]) -> None:
    history = history_of(seen)
    if history is None:
        st.info(_nothing(seen), icon=":material/history_toggle_off:")
        return
    with said():
        moment = _choose(choice, history, runs)
        for one in moment.histories:
            for sentence in one.damaged:
                st.warning(literal(sentence), icon=":material/warning:")
        st.markdown(headline(moment))
        part = choose_view("part", TIME_PART, [PERSONS, TASKS, VALIDATION])
        if part == TASKS:
            show_changes(moment)
            show_first(moment)
        elif part == VALIDATION:
            show_readings(moment)
        else:
            person = choose_person(moment)
            show_maps(moment, person)
            show_person(moment, person)


def _nothing(seen: RunView) -> Markdown:
    if seen.validations:
        return Markdown("This run has kept no records of its validations: it was trained before there were any.")
    return Markdown("This run was not validated so far; each validation will leave a record to look back on.")


def _choose(choice: Choice, history: RunHistory, runs: list[RunView]) -> Moment:
    """Draw the run beside it and both steps. ReidvizError where the images are not those of the run."""
    job = history.run.job
    if job is None:
        raise ReidvizError("The request of this run cannot be read, so nobody knows its images.")
    dataset = dataset_named(job.data)
    same = dataset.manifest_hash == history.run.started.get("data_hash")
    if not same or history.last.positions.max() >= len(dataset.samples):
        raise ReidvizError(f"The images of {short(job.data)} are no longer those of this training.")
    left, right = st.columns([1, 2], vertical_alignment="bottom", gap="large")
    with left:
        other = _beside(history, runs)
    histories = (history,) if other is None else (history, other)
    with right:
        first, second = _steps(history.run.name, sorted({step for one in histories for step in one.steps}))
    styles = styles_of_runs(choice, [one.run for one in histories])
    return Moment(histories, first, second, dataset, styles)


def _beside(history: RunHistory, runs: list[RunView]) -> RunHistory | None:
    """Draw the choice among runs that were validated on the same persons; at first one that learns other tasks, of
    these one that has maps."""
    mine = history.run
    alike = [one for one in runs if one.name != mine.name and one.validation_set_id == mine.validation_set_id]
    found = [history_of(one) for one in alike]
    others = {one.run.name: one for one in found if one is not None and same_persons(one, history)}
    if not others:
        st.caption("No other run has records on the same validation persons.")
        return None
    variants = {name: one.run.job.variant for name, one in others.items() if one.run.job}
    unlike = [name for name, variant in variants.items() if mine.job and variant != mine.job.variant]
    names = [ALONE, *others]
    key = TIME_BESIDE.of(mine.name)
    if key.get() not in names:
        unlike.sort(key=lambda name: others[name].last.features is None)
        key.set(unlike[0] if unlike else ALONE)
    chosen = st.selectbox(
        "Beside it",
        names,
        key=key.name,
        format_func=lambda name: f"run {name}" if name else "no other run",
        help="Runs with records on the same validation persons; both move through the steps together.",
    )
    return others.get(chosen)


def _steps(run: str, steps: list[int]) -> tuple[int, int]:
    """Draw the scrubber: two handles, to be moved by mouse or by arrow keys."""
    if len(steps) == 1:
        st.caption(f"One validation so far, at step {steps[0]:,}: more will be compared with it.")
        return steps[0], steps[0]
    key = TIME_STEPS.of(run)
    whole = steps[0], steps[-1]
    if not set(key.get(whole)) <= set(steps):
        key.pop()
    return st.select_slider(
        "From one validation to another (step)",
        steps,
        whole,
        key=key.name,
        format_func=lambda step: Markdown(f"{step:,}"),
        help="Drag a handle, or focus one and press the arrow keys.",
    )
