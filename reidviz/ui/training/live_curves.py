"""One run as it goes on: how far it is, its losses, and all that its validations and its test tell."""

from collections.abc import Callable
from typing import Final

import streamlit as st

from reidviz.common.progress import duration
from reidviz.figures.training import accuracy_figure, losses_figure
from reidviz.ui.results.certificates import certified_runs
from reidviz.ui.server.boundary import fragment
from reidviz.ui.session.choice import Choice
from reidviz.ui.training.run_results import final_figures, show_mistakes, styles_of_runs, validation_curves
from reidviz.ui.training.runs import RunView, read_run
from reidviz.ui.widgets.chart import chart
from reidviz.ui.widgets.markup import Markdown, literal, stylesheet

HYPHEN: Final = "\N{NON-BREAKING HYPHEN}"
PHASES: Final = (Markdown("train"), Markdown("validate"), Markdown("test"))


def live(choice: Choice, seen: RunView, others: list[RunView], draw: Callable[..., None]) -> None:
    """Everything that moves while a run is active, brought up to date every second, in place.

    draw  curves, or mistakes: what is drawn below how far it is
    """
    active = any(s.status.active for s in [seen, *others])
    moving = active and st.toggle(
        "Live",
        True,
        key="train-live",
        help="Charts with new points are drawn anew. Switch this off to zoom at leisure; the training goes on.",
    )
    st.html(stylesheet("training/live_curves.css"))
    fragment(_live, 1.0 if moving else None)(choice, seen, others, draw)


def _live(choice: Choice, seen: RunView, others: list[RunView], draw: Callable[..., None]) -> None:
    seen, others = read_run(seen.folder), [read_run(other.folder) for other in others]
    _progress(seen)
    draw(choice, seen, others)


def curves(choice: Choice, seen: RunView, others: list[RunView]) -> None:
    """Figures of the test, curves of the validations, losses."""
    styles = styles_of_runs(choice, [seen, *others])
    final_figures([seen, *others], styles)
    validation_curves([seen, *others], styles)
    _losses(seen)


def mistakes(choice: Choice, seen: RunView, others: list[RunView]) -> None:
    """What the run still gets wrong."""
    show_mistakes(seen)


def training_in_words(seen: RunView) -> Markdown:
    """How far a run is and which ranker of it has found most so far."""
    status = seen.status
    name = Markdown(f"**{literal(seen.name)}**")
    at = Markdown(
        f"has finished {status.total:,} steps"
        if status.state == "finished"
        else f"is at step {status.step:,} of {status.total:,}"
    )
    best = seen.best_of_all
    if best is None:
        return Markdown(f"{name} {at}; it was not validated so far.")
    rank1, ranker, step = best
    return Markdown(
        f"{name} {at}. Best on its validation persons: **{literal(ranker)}** with rank{HYPHEN}1 **{rank1:.1f} %**, at "
        f"step {step:,}."
    )


def _progress(seen: RunView) -> None:
    status, steps = seen.status, seen.of("step")
    if status.active:
        left = Markdown(f", about {literal(duration(status.left))} left" if status.left is not None else "")
        what = Markdown("" if status.what == "training" else f": {literal(status.what)}")
        st.progress(
            min(1.0, status.step / max(1, status.total)),
            text=f"{_phases(seen)}: step {status.step:,} of {status.total:,}{left}{what}",
        )
    last = steps[-1] if steps else {}
    accuracy = next((e["pair_accuracy"] for e in reversed(steps) if e["pair_accuracy"] is not None), None)
    best = seen.best
    with st.grid(columns=6, min_column_width=150):
        st.metric(
            "Best validation rank\N{NON-BREAKING HYPHEN}1",
            f"{best[0]:.1f} %" if best else "–",
            help=f"First reached at step {best[1]:,}." if best else "No validation yet.",
        )
        st.metric("Loss", f"{last['loss']:.3f}" if last else "–", help="Of the last batch that was logged.")
        if accuracy is not None:
            st.metric("Pairs told right", f"{100 * accuracy:.0f} %", help="Same person or not, of the last batch.")
        rate = status.images_a_second
        st.metric("Images a second", f"{rate:,.0f}" if rate else "–", help="Distinct images trained on.")
        st.metric("Step", f"{status.step:,}", help=f"Of {status.total:,}.")
        st.metric("Time so far", literal(duration(seen.seconds)), help="Of training and validation, pauses left out.")


def _phases(seen: RunView) -> Markdown:
    """Train, validate, test, the present one in bold."""
    status = seen.status
    now = 2 if status.total and status.step >= status.total else 1 if status.what.startswith("validat") else 0
    told = [Markdown(f"**{name}**") if place == now else name for place, name in enumerate(PHASES)]
    return Markdown(" → ".join(told))


def _losses(seen: RunView) -> None:
    steps = seen.of("step")
    if not steps:
        return
    left, right = st.columns(2) if any(e.get("pair_loss") is not None for e in steps) else (st.container(), None)
    with left:
        st.markdown("**Loss**")
        chart(
            losses_figure(steps, seen.status.total),
            certified_runs([seen], "losses"),
            key="losses",
            alt="The losses over the steps",
        )
    if right is not None:
        with right:
            st.markdown("**Pairs told right**")
            chart(
                accuracy_figure(steps, seen.status.total),
                certified_runs([seen], "accuracy"),
                key="accuracy",
                alt="The share of pairs told right over the steps",
            )
    st.caption("Thin: the batch of every tenth step. Thick: the mean of the last 15 of these.")
