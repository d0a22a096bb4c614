"""Tables of what is tested, made from a record and the results of its models."""

from collections.abc import Callable, Mapping
from typing import Final

from reidviz.evaluation.pipeline.repeated_splits import averaged_over, splits_table
from reidviz.evaluation.pipeline.report import record, results_table
from reidviz.evaluation.pipeline.verdict import paired_over, power_table, verdict
from reidviz.evaluation.ranking.uncertainty import intervals
from reidviz.evaluation.tables import Table
from reidviz.evaluation.verification.scored_pairs import error_table
from reidviz.figures.remade.of_data import split_table
from reidviz.figures.remade.recorded import Recorded


def _results(of: Recorded) -> Table:
    ends = [intervals(one.ranking, of.persons) for one in of.results]
    return results_table([record(one) for one in of.results], ends)


def _split(of: Recorded) -> Table:
    return split_table(of.dataset, of.split)


def _errors(of: Recorded) -> Table:
    return error_table([of.scored(one.ranker.name) for one in of.results])


def _power(of: Recorded) -> Table:
    found = verdict(of.results, paired_over(of.results, of.persons))
    return power_table(found, of.number("points", 0.01, 100))


def _several_splits(of: Recorded) -> Table:
    rankers = [one.ranker for one in of.results]
    return splits_table(averaged_over(rankers, of.dataset, of.text("splits"), of.progress))


TABLES: Final[Mapping[str, Callable[[Recorded], Table]]] = {
    "results": _results,
    "split": _split,
    "error-rates": _errors,
    "power": _power,
    "several-splits": _several_splits,
}
