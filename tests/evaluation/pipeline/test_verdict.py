"""The best of several results and how the others stand to it: the same either way round."""

from pathlib import Path

import pytest

from reidviz.data.formats import load
from reidviz.data.splits.protocols import split
from reidviz.evaluation.pipeline.evaluate import Result, evaluate_all
from reidviz.evaluation.pipeline.ranker import rankers_of
from reidviz.evaluation.pipeline.verdict import paired, power_table, verdict
from reidviz.evaluation.ranking.uncertainty import Difference, difference
from reidviz.evaluation.tables import Estimate


def test_every_other_model_stands_against_the_best(people: str, model: Path) -> None:
    data = load(people)
    parts = split(data, "half:0")
    results = evaluate_all(rankers_of(model), data, parts)

    def told(one: Result, other: Result) -> Difference:
        return difference(one.ranking, other.ranking, data.identities[parts.probes])

    every = paired(results, told)
    found = verdict(results, every)
    assert found.best.ranking.cmc_at(1) == max(one.ranking.cmc_at(1) for one in results)
    assert [one.ranker.name for one, _ in found.others] == [one.ranker.name for one in results if one is not found.best]
    table = power_table(found, 2.5)
    assert table.heads[-2:] == ("probes for 2.5 points", "persons for 2.5 points")
    for row, (other, _) in zip(table.rows, found.others, strict=True):
        assert row[0] == other.ranker.name
        assert isinstance(row[1], Estimate)
        assert row[1].value == pytest.approx(found.best.ranking.cmc_at(1) - other.ranking.cmc_at(1))
        assert row[1].low <= row[1].value <= row[1].high
    for (first, second), seen in every.items():
        turned = every[second, first]
        assert (turned.points, turned.more, turned.p) == (-seen.points, -seen.more, seen.p)
        assert (turned.interval.low, turned.interval.high) == (-seen.interval.high, -seen.interval.low)
