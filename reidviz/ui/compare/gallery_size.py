"""How rank-1 falls as the gallery grows, for each model."""

import streamlit as st

from reidviz.data.dataset import Dataset, Split
from reidviz.evaluation.pipeline.evaluate import Result
from reidviz.evaluation.pipeline.smaller_galleries import depends_on_gallery, size_curve_of
from reidviz.evaluation.ranking.gallery_size import SizeCurve
from reidviz.figures.gallery_size import gallery_size_figure
from reidviz.figures.text import plain
from reidviz.ui.results.certificates import certified
from reidviz.ui.session.choice import Choice
from reidviz.ui.session.remembered import remembered
from reidviz.ui.widgets.chart import chart
from reidviz.ui.widgets.markup import Markdown, literal


def show_gallery_size(choice: Choice, results: list[Result]) -> None:
    """Draw rank-1 against random parts of the gallery, 10 persons to all, and say how it was computed."""
    st.header("How rank-1 falls with the size of the gallery", anchor=False)
    fixed = [one for one in results if not depends_on_gallery(one)]
    left = [one for one in results if depends_on_gallery(one)]
    if left:
        names = Markdown(", ".join(literal(one.ranker.name) for one in left))
        st.caption(
            f"Not drawn: {names}. A cascade, re-ranking and query expansion rank otherwise in a smaller gallery, so "
            "their curves cannot be had from these scores."
        )
    curves = {plain(one.ranker.name): _curve(one, choice.dataset, choice.split) for one in fixed}
    if not curves:
        return
    people = int(next(iter(curves.values())).sizes[-1])
    if people < 3:
        st.info("The gallery holds too few persons to draw some of them.")
        return
    styles = {plain(one.ranker.name): choice.style(one.ranker) for one in fixed}
    chart(
        gallery_size_figure(curves, styles),
        certified(choice, "gallery-size", fixed),
        key="compare-gallery-size",
        alt="Rank-1 of the chosen models over the number of persons in the gallery, on a logarithmic axis",
    )
    kept = Markdown("its image" if people == len(choice.split.gallery) else "all of its images")
    st.caption(
        f"A gallery of so many persons holds the probe's own person and others drawn at random, each with {kept}. "
        "Rank-1 is the exact mean over all such galleries, not over a sample of them: for each probe the chance that "
        "nobody is drawn who has an image before its best true match. Bands: 95 % interval over the persons of the "
        f"probes. The right end, all {people:,} persons, is the rank-1 of the table; beyond it nothing is known."
    )


@remembered(st.cache_resource, max_entries=32, show_spinner="Counting smaller galleries …")
def _curve(result: Result, dataset: Dataset, split: Split) -> SizeCurve:
    return size_curve_of(result, dataset, split)
