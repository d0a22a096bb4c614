"""Accuracy against cost, made from a record: how well each way ranks is computed, its time is that of the record."""

from typing import Final

import plotly.graph_objects as go

from reidviz.common.errors import ReidvizError
from reidviz.common.json_files import decoded
from reidviz.common.printable import printable
from reidviz.evaluation.certificate import WHAT
from reidviz.evaluation.pipeline.evaluate import Result
from reidviz.evaluation.pipeline.operating_points import ranking_of, ways
from reidviz.evaluation.ranking.uncertainty import intervals
from reidviz.figures.pareto import Mark, pareto_figure
from reidviz.figures.remade.recorded import CHANGED, Recorded
from reidviz.figures.text import plain

MILLISECONDS: Final = "milliseconds of "
"""What stands before the name of a model where a record tells the time of a probe, as JSON by the way it was run."""


def pareto(of: Recorded) -> go.Figure:
    """A mark a way of each model, at the time that was measured when the figure was taken away."""
    return pareto_figure({plain(one.ranker.name): _marks(of, one) for one in of.results}, of.styles)


def _marks(of: Recorded, one: Result) -> list[Mark]:
    told = of.text(f"{MILLISECONDS}{one.ranker.name}").encode()
    known = {way.name: way for way in ways(one, of.dataset, of.split, fewer_passes=True)}
    marks = []
    for name, milliseconds in decoded(told, dict[str, float], WHAT).items():
        if name not in known or not milliseconds > 0:
            raise ReidvizError(f"{printable(one.ranker.name)} is not run as “{printable(name)}”.", CHANGED)
        ranking = ranking_of(one, known[name], of.dataset, of.split, of.progress)
        marks.append(Mark(plain(name), milliseconds, ranking.cmc_at(1), intervals(ranking, of.persons)["1"]))
    return marks
