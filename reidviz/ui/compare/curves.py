"""CMC curves and the table of figures of all chosen models."""

import streamlit as st

from reidviz.evaluation.pipeline.evaluate import Result
from reidviz.figures.cmc import cmc_figure
from reidviz.figures.published import add_published
from reidviz.figures.text import plain
from reidviz.ui.compare.published import say_sources, show_published
from reidviz.ui.results.certificates import certified
from reidviz.ui.results.results_table import results_table
from reidviz.ui.results.several_splits import show_several_splits
from reidviz.ui.results.verdict import cmc_bands
from reidviz.ui.session.address import linked
from reidviz.ui.session.choice import Choice
from reidviz.ui.session.keys import RANKS_SHOWN
from reidviz.ui.widgets.chart import chart
from reidviz.ui.widgets.markup import Markdown


def show_curves(choice: Choice, results: list[Result]) -> None:
    """Curves up to the rank that is asked for, their table, and several splits at once."""
    styles = {plain(r.ranker.name): choice.style(r.ranker) for r in results}
    gallery = len(choice.split.gallery)
    ranges = [k for k in (10, 20, 50) if k < gallery] + [gallery]
    linked("ranks", RANKS_SHOWN, ranges, 20 if 20 in ranges else gallery)
    st.segmented_control(
        "Ranks shown",
        ranges,
        required=True,
        key=RANKS_SHOWN.name,
        format_func=lambda k: Markdown(f"ranks 1-{k:d}" if k < gallery else f"all {k:d} ranks"),
        label_visibility="collapsed",
    )
    ranks = RANKS_SHOWN.get(ranges[0])
    marks = show_published(choice, results)
    curves = {plain(r.ranker.name): r.ranking.cmc for r in results}
    chart(
        add_published(cmc_figure(curves, styles, ranks, cmc_bands(choice, results)), marks),
        certified(choice, "cmc-with-published" if marks else "cmc", results, ranks=ranks),
        key="compare-cmc",
        alt="CMC curves of the chosen models: percent of probes found within rank k",
    )
    say_sources(marks)
    results_table(choice, results)
    show_several_splits(choice)
