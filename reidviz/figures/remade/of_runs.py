"""Figures of trainings, made from a record and the folders of the runs that it names."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import plotly.graph_objects as go

from reidviz.common import settings
from reidviz.common.arrays import Float64Array
from reidviz.common.errors import ReidvizError
from reidviz.common.printable import printable
from reidviz.evaluation.certificate import Certificate
from reidviz.evaluation.pipeline.report import results_table
from reidviz.evaluation.tables import Table
from reidviz.figures.remade.recorded import asked, styles_in
from reidviz.figures.style import ModelStyle
from reidviz.figures.text import Plain, plain
from reidviz.figures.training import Points, accuracy_figure, losses_figure, rank1_figure, validation_cmc_figure
from reidviz.models.model_card import read_card
from reidviz.training.events import Event, Events, validations_in
from reidviz.training.run_folder import RunFolder, runs_in

RUN, LAST_STEP, TOTAL = "run", "last step", "steps"
"""What a record says, by number from 1: "run 1" its name, "last step 1" how far it was; and the end of the axis."""
RANKS: Final = 20


@dataclass(frozen=True)
class Validated:
    """A run by its name and its validations, at least one."""

    name: str
    validations: Sequence[Event]


def ranker_name(run: str, place: int, read_as: str) -> str:
    """The name of a ranker of a run, as in the sidebar: the run, and how it is read unless as it was trained."""
    return f"{run} ({read_as})" if place else run


def ranker_names(run: Validated) -> list[str]:
    """What the rankers of its last validation are called."""
    return [ranker_name(run.name, place, one["name"]) for place, one in enumerate(run.validations[-1]["readings"])]


def rank1_of_runs(runs: Sequence[Validated], styles: Mapping[Plain, ModelStyle], total: int) -> go.Figure:
    """Validation rank-1 over the steps, a line a ranker of a run."""
    curves: dict[Plain, Points] = {}
    for run in runs:
        steps = np.array([v["step"] for v in run.validations], dtype=np.float64)
        for place, name in enumerate(ranker_names(run)):
            values = [v["readings"][place]["rank1"] for v in run.validations]
            curves[plain(name)] = steps, np.array(values, dtype=np.float64)
    return rank1_figure(curves, styles, total)


def cmc_of_runs(runs: Sequence[Validated], styles: Mapping[Plain, ModelStyle]) -> go.Figure:
    """The CMC of the last validation, a line a ranker of a run."""
    curves: dict[Plain, Float64Array] = {
        plain(name): np.array(ranker["cmc"], dtype=np.float64)
        for run in runs
        for name, ranker in zip(ranker_names(run), run.validations[-1]["readings"], strict=True)
    }
    return validation_cmc_figure(curves, styles, min(RANKS, max(len(curve) for curve in curves.values())))


def tests_table(records: Sequence[Mapping[str, Any]]) -> Table:
    """The figures of finished runs on their test persons, from the records of their cards."""
    found = results_table(records)
    tests = [(one["data"], one["protocol"], one["probes"], one["gallery"]) for one in records]
    return Table(
        (*found.heads, "data", "protocol", "probes", "gallery"),
        tuple((*row, *test) for row, test in zip(found.rows, tests, strict=True)),
        found.digits,
        found.brief,
    )


def _losses(of: Certificate) -> go.Figure:
    return losses_figure(_steps(of), asked(of, TOTAL, int))


def _accuracy(of: Certificate) -> go.Figure:
    return accuracy_figure(_steps(of), asked(of, TOTAL, int))


def _rank1(of: Certificate) -> go.Figure:
    return rank1_of_runs(_validated(of), styles_in(of), asked(of, TOTAL, int))


def _validation_cmc(of: Certificate) -> go.Figure:
    return cmc_of_runs(_validated(of), styles_in(of))


def _tests(of: Certificate) -> Table:
    return tests_table([record for folder, _ in _runs(of) for record in read_card(folder.final).metrics])


OF_RUNS: Final[Mapping[str, Callable[[Certificate], go.Figure | Table]]] = {
    "losses": _losses,
    "accuracy": _accuracy,
    "validation-rank-1": _rank1,
    "validation-cmc": _validation_cmc,
    "test-results": _tests,
}


def _runs(of: Certificate) -> Iterator[tuple[RunFolder, int]]:
    """The folders of the runs that a record names, and the step that each was at."""
    here = {folder.name: folder for folder in runs_in(settings.runs_dir())}
    number = 1
    while f"{RUN} {number}" in of.asked:
        name = asked(of, f"{RUN} {number}", str)
        if name not in here:
            raise ReidvizError(f"There is no run {printable(name)} here.", "Put it into the folder of runs.")
        yield here[name], asked(of, f"{LAST_STEP} {number}", int)
        number += 1


def _events(of: Certificate) -> Iterator[tuple[str, list[Event]]]:
    """What had happened in each run when the figure was taken away."""
    for folder, last in _runs(of):
        yield folder.name, [e for e in Events(folder.root / "events.jsonl").read() if e.get("step", 0) <= last]


def _steps(of: Certificate) -> list[Event]:
    found = [e for _, events in _events(of) for e in events if e.get("event") == "step"]
    if not found:
        raise ReidvizError("The run of this figure has logged no step here.", "Put its whole folder into that of runs.")
    return found


def _validated(of: Certificate) -> list[Validated]:
    runs = [Validated(name, validations_in(events)) for name, events in _events(of)]
    if not runs or not all(run.validations for run in runs):
        raise ReidvizError("A run of this figure was not validated here.", "Put its whole folder into that of runs.")
    return runs
