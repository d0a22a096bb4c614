"""The figures of results, as the pages draw them."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt

from reidviz.common.arrays import Float32Array
from reidviz.common.errors import ReidvizError
from reidviz.evaluation.pipeline.smaller_galleries import depends_on_gallery, size_curve_of
from reidviz.evaluation.ranking.uncertainty import MOST_BANDS, cmc_band
from reidviz.figures.cmc import cmc_figure
from reidviz.figures.embedding import SYMBOLS, Group, Links, map_figure
from reidviz.figures.gallery_size import gallery_size_figure
from reidviz.figures.palette import COLOURS, colour
from reidviz.figures.style import ModelStyle, style_of
from reidviz.figures.text import Plain, plain

if TYPE_CHECKING:
    import plotly.graph_objects as go

    from reidviz.api.evaluated import Evaluation

NOTHING: Final = np.empty(0, dtype=np.int64)
NO_LINKS: Final = Links(np.empty((0, 2), dtype=np.int64), np.empty((0, 2), dtype=np.int64))


def cmc(evaluations: "Sequence[Evaluation]", ranks: int) -> "go.Figure":
    """CMC curves over ranks 1 ... `ranks`, with bands where they can be told apart."""
    banded = evaluations if len(evaluations) <= MOST_BANDS else ()
    bands = {plain(one.model): cmc_band(one.result.ranking, one.dataset.identities[one.split.probes]) for one in banded}
    return cmc_figure({plain(one.model): one.cmc for one in evaluations}, _styles(evaluations), ranks, bands)


def gallery_size(evaluations: "Sequence[Evaluation]") -> "go.Figure":
    """Rank-1 over the size of the gallery. ReidvizError where no evaluation tells it."""
    fixed = [one for one in evaluations if not depends_on_gallery(one.result)]
    if not fixed:
        raise ReidvizError("A cascade ranks otherwise in a smaller gallery.", "Evaluate without one.")
    curves = {plain(one.model): size_curve_of(one.result, one.dataset, one.split) for one in fixed}
    return gallery_size_figure(curves, _styles(fixed))


def embedding_map(plane: Float32Array, names: npt.NDArray[np.str_], what: str) -> "go.Figure":
    """Points (N, 2), a colour and a sign for each of the names (N,); what: they are the names of."""
    distinct = sorted(set(names.tolist()))
    groups = [
        Group(
            plain(f"{what} {name or 'unknown'}"),
            np.flatnonzero(names == name),
            colour(place),
            SYMBOLS[place % len(SYMBOLS)],
            telling=len(distinct) <= len(COLOURS),
        )
        for place, name in enumerate(distinct)
    ]
    return map_figure(plane, groups, NOTHING, NO_LINKS)


def _styles(evaluations: "Sequence[Evaluation]") -> dict[Plain, ModelStyle]:
    return {plain(name): style for name, style in style_of(one.model for one in evaluations).items()}
