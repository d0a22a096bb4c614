import numpy as np
import pytest

from reidviz.common.errors import ReidvizError
from reidviz.evaluation.scores import EXACT, Scores, Scoring, scoring
from reidviz.models.variants import Kind

NAN = np.nan


def made(kind: Kind, rows: list[list[float]], behind: list[list[float]] | None = None) -> Scores:
    first_stage = None if behind is None else np.array(behind, dtype=np.float32)
    return Scores(kind, np.array(rows, dtype=np.float32), first_stage)


@pytest.mark.parametrize(
    ("kind", "nearest"), [("distance", [0, 2, 1]), ("probability", [1, 2, 0]), ("fused", [1, 2, 0])]
)
def test_distances_points_the_same_way_for_every_kind(kind: Kind, nearest: list[int]) -> None:
    assert np.argsort(made(kind, [[0.1, 0.9, 0.5]]).distances()[0]).tolist() == nearest


def test_distances_of_some_rows() -> None:
    scores = made("probability", [[0.1, 0.2], [NAN, 0.4], [0.5, NAN]], [[1, 1], [2, 1], [0, 3]])
    np.testing.assert_array_equal(scores.distances(slice(1, 3)), scores.distances()[1:])


@pytest.mark.parametrize(("kind", "worst"), [("probability", 0.0), ("fused", -103.3)])
def test_what_a_cascade_left_behind_follows_in_the_order_of_its_first_stage(kind: Kind, worst: float) -> None:
    """Distances far nearer than those of the rescored images, nearly equal ones too, change nothing."""
    behind = [[4.0, 1e-4, 0.7, 3.9999998, 0.7000001, 4.0]]
    scores = made(kind, [[worst, NAN, NAN, NAN, NAN, worst / 2]], behind)
    distances = scores.distances()[0]
    assert distances[[0, 5]].max() < np.nanmin(distances[1:5])
    assert np.argsort(distances)[2:].tolist() == [1, 2, 4, 3]


def test_scores_as_people_read_them() -> None:
    assert made("distance", [[0.12345]]).text(0, 0) == "d² 0.123"
    assert made("probability", [[0.98765]]).text(0, 0) == "P 98.8 %"
    assert made("fused", [[-1.234]]).text(0, 0) == "s -1.23"


def test_a_score_left_behind_reads_as_the_distance_that_placed_it() -> None:
    scores = made("probability", [[NAN, 0.5]], [[1.5, 0.25]])
    assert [scores.text(0, i) for i in range(2)] == ["d² 1.500", "P 50.0 %"]


def test_scorings_by_name() -> None:
    assert scoring("8-pass", "fp32", 0) == EXACT
    assert scoring("1-pass", "bf16", 100) == Scoring("1-pass", "bf16", 100)


@pytest.mark.parametrize(
    ("names", "message"),
    [
        (("2-pass", "fp32", 0), "no test called '2-pass'"),
        (("8-pass", "fp16", 0), "no precision called 'fp16'"),
        (("8-pass", "fp32", -1), "at least one gallery image"),
    ],
)
def test_unknown_scorings_are_refused(names: tuple[str, str, int], message: str) -> None:
    with pytest.raises(ReidvizError, match=message):
        scoring(*names)


def test_scorings_that_change_a_score_have_keys_of_their_own() -> None:
    ways = [Scoring(p, f, k) for p in ("8-pass", "4-pass", "1-pass") for f in ("fp32", "bf16") for k in (0, 1, 10)]
    assert len({way.key("probability") for way in ways}) == len(ways)
    assert {way.key("distance") for way in ways if way.passes != "1-pass"} == {EXACT.key("distance")}
    assert Scoring("1-pass").key("distance") != EXACT.key("distance")
