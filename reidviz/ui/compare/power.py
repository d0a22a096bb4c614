"""How large a test has to be to see a difference between two of the chosen models."""

import streamlit as st

from reidviz.evaluation.pipeline.evaluate import Result
from reidviz.evaluation.pipeline.verdict import power_table
from reidviz.evaluation.ranking.power import WORTH_SEEING, needed_in_words
from reidviz.evaluation.ranking.uncertainty import Difference
from reidviz.ui.results.certificates import certified
from reidviz.ui.results.verdict import verdict_of
from reidviz.ui.session.choice import Choice
from reidviz.ui.widgets.markup import Markdown, literal, model
from reidviz.ui.widgets.table import show_table

LEAST, MOST = 0.1, 50.0


def show_power(choice: Choice, results: list[Result]) -> None:
    """For the best model against each other one: what this test can see, and what would be needed to see a difference
    of so many points."""
    st.header("What this test can tell", anchor=False)
    if len(results) < 2:
        st.info("Choose two or more models in the sidebar to see how small a difference can be told.")
        return
    found = verdict_of(choice, results)
    points = st.number_input(
        "Difference of rank-1 to be seen, in points",
        LEAST,
        MOST,
        WORTH_SEEING,
        step=0.5,
        format="%.1f",
        key="power-points",
        width=320,
    )
    heads = Markdown(f"sees from | for {points:g} points: probes | persons")
    lines = [
        Markdown(f"| {literal(found.best.ranker.name)} against | difference | 95 % interval | {heads} |"),
        Markdown("|:---|---:|---:|---:|---:|---:|"),
    ]
    for other, told in found.others:
        lines.append(_row(model(other.ranker.name, choice.style(other.ranker)), told, points))
    certificate = certified(choice, "power", results, points=points)
    show_table(Markdown("\n".join(lines)), power_table(found, points), certificate, "compare-power")
    for other, told in found.others:
        if not told.told_apart:
            st.markdown(_null(found.best, other, told, points))
    st.caption(
        "*Sees from*: the smallest difference in points that a test like this one tells from none four times of five "
        "(power 80 %, two-sided 5 %), by how much both models differ from person to person: here on "
        f"{len(choice.split.probes):,} probes. The sizes are those of a test with as many probes a person; one pair of "
        "models alone is tested, and many pairs need more."
    )


def _null(best: Result, other: Result, told: Difference, points: float) -> Markdown:
    """What would be needed to tell two models that are not told apart here."""
    return Markdown(
        f"**{literal(other.ranker.name)}** is not told from **{literal(best.ranker.name)}** here. "
        f"{literal(needed_in_words(told.spread, points))}"
    )


def _row(name: Markdown, told: Difference, points: float) -> Markdown:
    needed = told.spread.needed(points)
    sizes = Markdown(f"{needed.probes:,} | {needed.persons:,}" if needed else "– | –")
    visible = Markdown(f"{told.spread.visible:.1f}" if needed else "–")
    ends = Markdown(f"{told.interval.low:+z.1f} to {told.interval.high:+z.1f}")
    return Markdown(f"| {name} | {told.points:+z.1f} | {ends} | {visible} | {sizes} |")
