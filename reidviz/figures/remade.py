"""Figures that can be made again from results and their record alone."""

from collections.abc import Callable, Sequence
from typing import Final

import plotly.graph_objects as go

from reidviz.data.dataset import Dataset, Split
from reidviz.evaluation.certificate import Certificate
from reidviz.evaluation.pipeline.evaluate import Result
from reidviz.evaluation.pipeline.smaller_galleries import size_curve_of
from reidviz.evaluation.ranking.uncertainty import MOST_BANDS, cmc_band
from reidviz.figures.cmc import cmc_figure
from reidviz.figures.gallery_size import gallery_size_figure
from reidviz.figures.style import ModelStyle, style_of
from reidviz.figures.text import Plain, plain


def _cmc(results: Sequence[Result], dataset: Dataset, split: Split, certificate: Certificate) -> go.Figure:
    ranks = certificate.asked.get("ranks", 20)
    shown = ranks if isinstance(ranks, int) and ranks > 0 else 20
    persons = dataset.identities[split.probes]
    banded = results if len(results) <= MOST_BANDS else []
    bands = {plain(one.ranker.name): cmc_band(one.ranking, persons) for one in banded}
    curves = {plain(one.ranker.name): one.ranking.cmc for one in results}
    return cmc_figure(curves, _styles(results), shown, bands)


def _gallery_size(results: Sequence[Result], dataset: Dataset, split: Split, certificate: Certificate) -> go.Figure:
    curves = {plain(one.ranker.name): size_curve_of(one, dataset, split) for one in results}
    return gallery_size_figure(curves, _styles(results))


def _styles(results: Sequence[Result]) -> dict[Plain, ModelStyle]:
    return {plain(name): style for name, style in style_of(one.ranker.name for one in results).items()}


REMADE: Final[dict[str, Callable[[Sequence[Result], Dataset, Split, Certificate], go.Figure]]] = {
    "cmc": _cmc,
    "gallery-size": _gallery_size,
}
