"""Compare: which model wins, by how much, and on which probes."""

import numpy as np
import streamlit as st

from reidviz.evaluation.ground_truth import ground_truth
from reidviz.evaluation.ranking.foregone import others
from reidviz.figures.cmc import cmc_figure
from reidviz.figures.text import plain
from reidviz.ui.compare.family import show_family
from reidviz.ui.results.fusion_slider import dial
from reidviz.ui.results.rank_board import show_board, show_cameras, wins_in_words
from reidviz.ui.results.results_table import provenance, results_table
from reidviz.ui.results.scored_models import results_or_progress
from reidviz.ui.results.several_splits import show_several_splits
from reidviz.ui.results.verdict import best_in_words, cmc_bands
from reidviz.ui.retrieval.probe_picker import open_probe
from reidviz.ui.session.choice import current_choice
from reidviz.ui.session.selection import select, selected
from reidviz.ui.widgets.markup import Markdown, literal
from reidviz.ui.widgets.messages import heading, said
from reidviz.ui.widgets.thumbnails import thumbnail

SHOWN = 12

heading("Compare", "Which model finds the right person first, and on which probes do the models part?")
answer = st.container()
choice = dial(current_choice(), "compare")
results = results_or_progress(choice)
if others(ground_truth(choice.dataset, choice.split)):
    answer.markdown(best_in_words(choice, results))
names = [r.ranker.name for r in results]
styles = {plain(r.ranker.name): choice.style(r.ranker) for r in results}

gallery = len(choice.split.gallery)
ranges = [k for k in (10, 20, 50) if k < gallery] + [gallery]
ranks = st.segmented_control(
    "Ranks shown",
    ranges,
    default=20 if 20 in ranges else gallery,
    required=True,
    key="ranks",
    format_func=lambda k: f"all {k:d}" if k == gallery else f"1-{k:d}",
)
st.plotly_chart(
    cmc_figure({plain(r.ranker.name): r.ranking.cmc for r in results}, styles, ranks or 20, cmc_bands(choice, results)),
    key="compare-cmc",
    alt="CMC curves of the chosen models: percent of probes found within rank k",
)
results_table(choice, results)
provenance(choice)
show_several_splits(choice)
with st.expander("Do both tasks beat one? Train the whole family", icon=":material/family_history:"):
    show_family(choice)

if len(results) < 2:
    st.info("Choose two or more models in the sidebar to see who wins where.")
    st.stop()

st.subheader("Who wins on how many probes", anchor=False)
st.markdown(wins_in_words(results))
first = [r.ranking.first for r in results]
a, b = st.columns(2)
by_score = sorted(names, key=lambda name: -results[names.index(name)].ranking.mean_average_precision())
one = a.selectbox("Probes that this model ranks well", by_score, key="better")
other = b.selectbox("and this one ranks far behind", [n for n in reversed(by_score) if n != one], key="worse")
board, cameras = st.columns([3, 2], gap="medium")
with board:
    show_board(choice, results[names.index(one)], results[names.index(other)])
with cameras:
    show_cameras(choice, results[names.index(one)])
st.subheader("Where they part most", anchor=False)
gap = first[names.index(other)] - first[names.index(one)]
better = np.flatnonzero(gap > 0)
marked = np.isin(choice.split.probes, selected(choice))
with st.container(horizontal=True, vertical_alignment="center"):
    st.button(
        f"Select these {len(better):,} probes",
        icon=":material/lasso_select:",
        key="compare-select",
        disabled=not len(better),
        help="They become the selection of all pages: see on Embeddings where they lie",
        on_click=select,
        args=(choice, choice.split.probes[better].tolist()),
    )
    only = marked.any() and st.toggle(f"Only among the {int(marked.sum()):,} selected probes", key="compare-selected")
if only:
    better = better[marked[better]]
    told = [
        Markdown(f"{literal(n)} {100 * (row[marked] == 1).mean():.1f} %") for n, row in zip(names, first, strict=True)
    ]
    st.caption(f"Rank-1 on the selected probes: {', '.join(told)}.")
order = better[np.argsort(-gap[better], kind="stable")][:SHOWN]
if not len(order):
    among = Markdown("these probes" if only else "the probes")
    st.info(f"There is none among {among} on which {literal(one)} ranks the true match before {literal(other)} does.")
    st.stop()
st.caption(
    f"{len(order)} of {len(better):,} probes that {literal(one)} ranks better than {literal(other)}, "
    "largest difference of ranks first."
)
with said(), st.grid(columns=6, min_column_width=120):
    for position in order:
        with st.container(border=True):
            sample = choice.dataset.samples[choice.split.probes[position]]
            st.image(thumbnail(choice.dataset, int(choice.split.probes[position])), alt=f"probe of {sample.identity}")
            st.caption(
                f"person {literal(sample.identity)}  \nrank **{first[names.index(one)][position]:d}** against "
                f"**{first[names.index(other)][position]:d}**"
            )
            if st.button("Open", key=f"open-{position}", icon=":material/open_in_new:"):
                open_probe(sample.id)
