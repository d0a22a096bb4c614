"""What a probe costs: what can be counted by hand, and rankings that are those of the test itself."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from reidviz.common.progress import silent
from reidviz.data.dataset import Dataset, Split
from reidviz.data.formats import load
from reidviz.data.splits.protocols import split
from reidviz.evaluation.pipeline import operating_points
from reidviz.evaluation.pipeline.cost import Cost, Stopwatch, can_be_timed, machine
from reidviz.evaluation.pipeline.evaluate import evaluate
from reidviz.evaluation.pipeline.operating_points import ranking_of, ways
from reidviz.evaluation.pipeline.ranker import Ranker, rankers_of
from reidviz.evaluation.ranking.reranking import Reranking
from reidviz.evaluation.scores import EXACT, Scoring
from tests.conftest import SMALL
from tests.evaluation.conftest import lively_pairs


@pytest.fixture
def test(people: str) -> tuple[Dataset, Split]:
    data = load(people)
    return data, split(data, "half:0")


@pytest.fixture
def rankers(model: Path) -> dict[str, Ranker]:
    return {one.kind: one for one in rankers_of(model)}


def parameters(*names: str) -> int:
    network = lively_pairs()
    return sum(one.numel() for name in names for one in getattr(network, name).parameters())


def test_parameters_pairs_and_bytes_by_hand(test: tuple[Dataset, Split], rankers: dict[str, Ranker]) -> None:
    gallery, clock = len(test[1].gallery), Stopwatch(*test, silent)
    stem = lively_pairs().stem
    half = SMALL.conv3 * stem.height * stem.width * 4
    distance = clock.measure(rankers["distance"], EXACT)
    assert (distance.parameters, distance.pairs) == (parameters("stem", "feature"), 0)
    assert distance.bytes_an_image == 4 * SMALL.feat
    pairs = clock.measure(rankers["probability"], EXACT)
    assert (pairs.parameters, pairs.pairs, pairs.passes) == (parameters("stem", "pair"), gallery, 8)
    assert pairs.bytes_an_image == 4 * half  # as they are and mirrored, as first and as second of a pair
    single = clock.measure(rankers["probability"], Scoring("1-pass"))
    assert (single.passes, single.bytes_an_image) == (1, half)
    cascade = clock.measure(rankers["probability"], Scoring(cascade=2))
    assert (cascade.parameters, cascade.pairs) == (parameters("stem", "feature", "pair"), 2)
    both = clock.measure(rankers["fused"], EXACT)
    assert (both.parameters, both.bytes_an_image) == (cascade.parameters, 4 * half + 4 * SMALL.feat)
    assert both.seconds == pytest.approx(np.add(distance.seconds, pairs.seconds))
    for cost in (distance, pairs, single, cascade, both):
        assert len(cost.seconds) == min(7, len(test[1].probes))
        assert all(one > 0 for one in cost.seconds)


def test_the_median_is_told() -> None:
    assert Cost(None, 0, 0, (3.0, 1.0, 2.0), 4).typical == 2
    assert machine()


def test_what_is_not_one_image_after_another_is_not_timed(
    test: tuple[Dataset, Split], rankers: dict[str, Ranker]
) -> None:
    distance, parts = rankers["distance"], test[1]
    assert can_be_timed(distance, parts)
    assert not can_be_timed(replace(distance, refinement=Reranking()), parts)
    assert not can_be_timed(replace(distance, form="features"), parts)
    assert not can_be_timed(distance, replace(parts, probe_frames=(parts.probes,)))


def test_the_ways_rank_as_the_test_itself_does(
    test: tuple[Dataset, Split], rankers: dict[str, Ranker], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A cascade made of the scores of all pairs is the one that is scored."""
    monkeypatch.setattr(operating_points, "CASCADES", (2, 3, 100))
    ranker = rankers["probability"]
    result = evaluate(ranker, *test)
    assert [one.name for one in ways(result, *test, False)] == ["", "cascade 2", "cascade 3"]
    found = {one.name: one for one in ways(result, *test, True)}
    assert list(found) == ["", "cascade 2", "cascade 3", "4-pass", "1-pass"]
    for name, scoring in {
        "": EXACT,
        "cascade 2": Scoring(cascade=2),
        "cascade 3": Scoring(cascade=3),
        "1-pass": Scoring("1-pass"),
    }.items():
        ranks = ranking_of(result, found[name], *test).ranks
        assert ranks.tolist() == evaluate(ranker, *test, scoring=scoring).ranking.ranks.tolist()
    assert len(ways(evaluate(rankers["distance"], *test), *test, True)) == 1
