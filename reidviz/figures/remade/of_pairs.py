"""Figures of test pairs, made from a record and the results of its models."""

from collections.abc import Callable, Mapping
from typing import Final

import numpy as np
import plotly.graph_objects as go

from reidviz.common.errors import ReidvizError
from reidviz.common.printable import printable
from reidviz.data.images.decode import load_image
from reidviz.evaluation.scoring.pair_passes import PassScores, passes_of_pair
from reidviz.evaluation.verification.calibration import Reliability
from reidviz.evaluation.verification.error_rates import thinned
from reidviz.evaluation.verification.scored_pairs import ScoredPairs, between, by_logistic, by_temperature, rows_drawn
from reidviz.figures.pairs import UNITS, errors_figure, passes_figure, plane_figure, reliability_figure, scores_figure
from reidviz.figures.remade.recorded import CHANGED, Recorded
from reidviz.figures.style import ModelStyle
from reidviz.figures.text import Plain, plain

P_SAME: Final = Plain("P(same)")
DISTANCE: Final = Plain("squared distance")
MIRRORS = (Plain("as they are"), Plain("second mirrored"), Plain("first mirrored"), Plain("both mirrored"))
ORDERS = (Plain("first image first"), Plain("second image first"))
THRESHOLD: Final = "threshold of "
"""What stands before the name of a model where a record tells its threshold."""
AS_IT_IS, AT_A_TEMPERATURE, BY_A_CURVE = (
    Plain("as it is"),
    Plain("at a temperature"),
    Plain("by a fitted logistic curve"),
)
NOTHING_SELECTED: Final = np.empty(0, dtype=np.int64)


def axis_title(one: ScoredPairs) -> Plain:
    """What a score is, and whose."""
    return Plain(f"{UNITS[one.ranker.kind]} by {plain(one.ranker.name)}")


def temperature_diagram(before: Reliability, after: Reliability) -> go.Figure:
    """P(same) as a classifier tells it, and at a temperature."""
    return reliability_figure({AS_IT_IS: before, AT_A_TEMPERATURE: after})


def logistic_diagram(fitted: Reliability) -> go.Figure:
    """P(same) as a logistic curve makes it of another score."""
    return reliability_figure({BY_A_CURVE: fitted})


def _scores(of: Recorded) -> go.Figure:
    one = of.scored(of.text("model"))
    shown = between(one.pairs, of.dataset, of.split, of.text("cameras"))
    same = one.pairs.same[shown]
    if same.all() or not same.any():
        raise ReidvizError(f"There are pairs of one kind only between {printable(of.text('cameras'))}.")
    marked = of.number("pair") if "pair" in of.certificate.asked else None
    return scores_figure(one.values[shown], same, of.number("threshold"), UNITS[one.ranker.kind], marked)


def _errors(of: Recorded) -> go.Figure:
    every = [of.scored(result.ranker.name) for result in of.results]
    curves = {plain(one.ranker.name): thinned(one.errors) for one in every}
    thresholds = {plain(one.ranker.name): one.sign * of.number(f"{THRESHOLD}{one.ranker.name}") for one in every}
    return errors_figure(curves, thresholds, of.styles, of.text("curve") == "DET")


def _reliability(of: Recorded) -> go.Figure:
    one = of.scored(of.text("model"))
    if one.ranker.kind == "probability":
        return temperature_diagram(*by_temperature(one, of.dataset, of.split)[:2])
    found = by_logistic(one, of.dataset, of.split)
    if found is None:
        raise ReidvizError("There are too few persons to fit a probability to this score.")
    return logistic_diagram(found[0])


def _plane(of: Recorded) -> go.Figure:
    across, up = (of.scored(of.text(axis)) for axis in ("across", "up"))
    if len(across.pairs) != len(up.pairs):
        raise ReidvizError("The two models have scores for different pairs.", CHANGED)
    rows = rows_drawn(across.pairs)
    return plane_figure(
        across.values[rows],
        up.values[rows],
        across.pairs.same[rows],
        rows,
        (of.number(f"{THRESHOLD}{across.ranker.name}"), of.number(f"{THRESHOLD}{up.ranker.name}")),
        NOTHING_SELECTED,
        (axis_title(across), axis_title(up)),
    )


def passes_figure_of(
    found: Mapping[str, PassScores], styles: Mapping[Plain, ModelStyle], measure: str
) -> go.Figure | None:
    """The single passes of a pair by models of their names, by P_SAME or DISTANCE; None where none has that."""
    of_both = measure == P_SAME
    every = {name: one.probability if of_both else one.distance for name, one in found.items()}
    known = {plain(name): values for name, values in every.items() if values is not None}
    labels = [Plain(f"{order}, {mirror}") for order in ORDERS for mirror in MIRRORS] if of_both else MIRRORS
    return passes_figure(known, styles, labels, P_SAME if of_both else DISTANCE) if known else None


def _passes(of: Recorded) -> go.Figure:
    ids = {sample.id: place for place, sample in enumerate(of.dataset.samples)}
    wanted = [of.text(key) for key in ("first", "second")]
    for one in wanted:
        if one not in ids:
            raise ReidvizError(f"There is no image {printable(one)} in the data.", CHANGED)
    images = [load_image(of.dataset, ids[one]) for one in wanted]
    if any(one.ranker.form != "network" for one in of.results):
        raise ReidvizError("Single passes are those of networks of this app.", CHANGED)
    found = {
        one.ranker.name: passes_of_pair(one.ranker.path, one.ranker.sha256, images[0], images[1]) for one in of.results
    }
    made = passes_figure_of(found, of.styles, of.text("measure"))
    if made is None:
        raise ReidvizError("None of the models of the record gives such a score.", CHANGED)
    return made


OF_PAIRS: Final[Mapping[str, Callable[[Recorded], go.Figure]]] = {
    "scores": _scores,
    "errors": _errors,
    "reliability": _reliability,
    "score-plane": _plane,
    "passes": _passes,
}
