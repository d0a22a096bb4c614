from pathlib import Path

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from sklearn.metrics import average_precision_score

from reidviz.common.errors import ReidvizError
from reidviz.evaluation.ground_truth import GroundTruth
from reidviz.evaluation.ranking import ranking as module
from reidviz.evaluation.ranking.ranking import Ranking, one_a_group, order, rank, rank_features
from reidviz.evaluation.scores import Scores
from reidviz.models.variants import Kind

seeds = st.integers(0, 10_000)


def scores(rows: list[list[float]], kind: Kind = "probability") -> Scores:
    return Scores(kind, np.array(rows, dtype=np.float32))


def people(probes: str, gallery: str, probe_cameras: str = "", gallery_cameras: str = "") -> GroundTruth:
    """One letter an image and, where they matter, one a camera."""
    labels = [np.array(list(word)) for word in (probes, gallery, probe_cameras, gallery_cameras)]
    return GroundTruth(*labels) if probe_cameras else GroundTruth(*labels[:2])


def crowd(seed: int, persons: int, gallery: int, cameras: int = 0) -> GroundTruth:
    """Random persons and cameras (0: they do not matter); of nine probes those with a true match. Some persons of the
    gallery are never probed."""
    rng = np.random.default_rng(seed)
    who, where = rng.integers(persons, size=9), rng.integers(max(1, cameras), size=9)
    drawn = GroundTruth(who, rng.integers(persons, size=gallery), where, rng.integers(max(1, cameras), size=gallery))
    if not cameras:
        drawn = GroundTruth(drawn.probes, drawn.gallery)
    kept = np.array([drawn.masks(i)[0].any() for i in range(9)])
    assume(kept.any())
    return GroundTruth(who[kept], drawn.gallery, where[kept] if cameras else None, drawn.gallery_cameras)


def ranks_by_definition(row: np.ndarray, match: np.ndarray, passed: np.ndarray) -> list[int]:
    """Before a match stand the matches nearer than it, and all others at least as near."""
    others = row[~match & ~passed]
    return [int((others <= far).sum()) + earlier + 1 for earlier, far in enumerate(sorted(row[match]))]


def average_precision_of_market(index: list[int], good: set[int], junk: set[int]) -> float:
    """compute_AP.m of the Market-1501 evaluation code."""
    old_recall, old_precision, precision_sum = 0.0, 1.0, 0.0
    intersect_size = j = good_now = 0
    for position in index:
        if position in junk:
            continue
        if position in good:
            good_now += 1
            intersect_size += 1
        recall = intersect_size / len(good)
        precision = intersect_size / (j + 1)
        precision_sum += (recall - old_recall) * (old_precision + precision) / 2
        old_recall, old_precision = recall, precision
        j += 1
        if good_now == len(good):
            break
    return precision_sum


def same(one: Ranking, other: Ranking) -> bool:
    return [m.tolist() for m in one.matches] == [m.tolist() for m in other.matches]


def test_cmc_map_and_minp_by_hand() -> None:
    """True matches of the first probe stand at ranks 1 and 3 of 4, of the second at rank 2."""
    ranking = rank(scores([[0.9, 0.8, 0.7, 0.1], [0.9, 0.8, 0.2, 0.1]]), people("ab", "abac"))
    assert [m.tolist() for m in ranking.matches] == [[1, 3], [2]]
    assert ranking.cmc.tolist() == [50, 100, 100, 100]
    assert ranking.cmc_at(1) == 50
    assert ranking.cmc_at(20) == 100
    assert ranking.mean_average_precision() == pytest.approx(100 * ((1 + 2 / 3) / 2 + 1 / 2) / 2)
    assert ranking.mean_inverse_negative_penalty == pytest.approx(100 * (2 / 3 + 1 / 2) / 2)


def test_trapezoid_average_precision_by_hand() -> None:
    """Precision at ranks 1, 3 and 4 is 1, 2/3 and 3/4; just before these it is 1 by definition, 1/2 and 2/3."""
    ranking = rank(scores([[0.9, 0.8, 0.7, 0.6, 0.5]]), people("a", "abaac"))
    expected = ((1 + 1) / 2 + (1 / 2 + 2 / 3) / 2 + (2 / 3 + 3 / 4) / 2) / 3
    assert ranking.average_precision("trapezoid") == pytest.approx([expected])
    assert ranking.mean_average_precision("trapezoid") == pytest.approx(100 * expected)
    assert ranking.average_precision("step") == pytest.approx([(1 + 2 / 3 + 3 / 4) / 3])


def test_smaller_distances_rank_first() -> None:
    assert rank(scores([[0.5, 0.4]], "distance"), people("b", "ab")).first.tolist() == [1]
    assert rank(scores([[0.5, 0.4]], "probability"), people("b", "ab")).first.tolist() == [2]


def test_ties_count_against_the_model() -> None:
    truth = people("a", "abca")
    assert rank(scores([[0.5, 0.5, 0.5, 0.5]]), truth).matches[0].tolist() == [3, 4]
    assert order(np.full(4, 0.5, dtype=np.float32), truth.masks(0)[0]).tolist() == [1, 2, 0, 3]


def test_images_by_the_own_camera_change_no_rank() -> None:
    """The nearest image shows the probe's person by the probe's camera: neither right nor in the way."""
    nearest_first = scores([[0.9, 0.8, 0.7, 0.7, 0.1]])
    across = people("a", "abaca", "1", "11212")
    assert rank(nearest_first, across).matches[0].tolist() == [3, 4]
    assert rank(scores([[0.8, 0.7, 0.7, 0.1]]), people("a", "baca")).matches[0].tolist() == [3, 4]
    assert rank(nearest_first, people("a", "abaca")).matches[0].tolist() == [1, 4, 5]


def test_another_person_by_the_own_camera_still_stands_in_the_way() -> None:
    assert rank(scores([[0.9, 0.8]]), people("a", "ba", "1", "12")).first.tolist() == [2]


def test_with_one_image_a_person_every_figure_follows_from_the_first_rank() -> None:
    ranking = rank(scores([[0.1, 0.9, 0.3], [0.2, 0.8, 0.1]]), people("ab", "abc"))
    assert ranking.first.tolist() == [3, 1]
    assert ranking.mean_average_precision() == pytest.approx(100 * (1 / 3 + 1) / 2)
    assert ranking.mean_inverse_negative_penalty == pytest.approx(ranking.mean_average_precision())


def test_a_probe_without_a_match_is_refused() -> None:
    with pytest.raises(ReidvizError, match="1 probes have no image"):
        rank(scores([[0.1, 0.2], [0.3, 0.4]]), people("ac", "ab"))
    with pytest.raises(ReidvizError, match="1 probes have no image"):
        rank(scores([[0.1, 0.2]]), people("a", "ab", "1", "12"))


def test_scores_that_are_no_numbers_are_refused() -> None:
    with pytest.raises(ReidvizError, match="not numbers"):
        rank(scores([[0.1, float("nan")]]), people("a", "ab"))
    with pytest.raises(ReidvizError, match="not numbers"):
        rank_features(np.zeros((1, 2), np.float32), np.full((2, 2), np.nan, np.float32), people("a", "ab"))


@settings(max_examples=60)
@given(seeds, st.integers(1, 6), st.integers(2, 12), st.sampled_from(["distance", "probability"]))
def test_step_average_precision_against_scikit_learn(seed: int, persons: int, gallery: int, kind: Kind) -> None:
    truth = crowd(seed, persons, gallery)
    levels = np.linspace(0, 1, gallery, dtype=np.float32)[None].repeat(len(truth.probes), 0)
    kept = Scores(kind, np.random.default_rng(seed).permuted(levels, axis=1))
    expected = [average_precision_score(truth.masks(i)[0], -row) for i, row in enumerate(kept.distances())]
    np.testing.assert_allclose(rank(kept, truth).average_precision(), expected, atol=1e-6)


@settings(max_examples=100)
@given(seeds, st.integers(1, 5), st.integers(2, 14), st.integers(0, 3))
def test_trapezoid_average_precision_against_the_code_of_market(
    seed: int, persons: int, gallery: int, cameras: int
) -> None:
    truth = crowd(seed, persons, gallery, cameras)
    rng = np.random.default_rng(seed)
    indices = [rng.permutation(gallery) for _ in truth.probes]
    distances = np.stack([np.argsort(index) for index in indices]).astype(np.float32)
    expected = [
        average_precision_of_market(index.tolist(), *(set(np.flatnonzero(mask).tolist()) for mask in truth.masks(i)))
        for i, index in enumerate(indices)
    ]
    found = rank(Scores("distance", distances), truth).average_precision("trapezoid")
    np.testing.assert_allclose(found, expected, atol=1e-12)


@settings(max_examples=100)
@given(seeds, st.integers(1, 5), st.integers(1, 14), st.integers(0, 3), st.integers(1, 8))
def test_ranks_against_their_definition(seed: int, persons: int, gallery: int, cameras: int, levels: int) -> None:
    truth = crowd(seed, persons, gallery, cameras)
    matrix = np.random.default_rng(seed).integers(levels, size=(len(truth.probes), gallery)).astype(np.float32)
    ranking = rank(Scores("distance", matrix), truth)
    expected = [ranks_by_definition(row, *truth.masks(i)) for i, row in enumerate(matrix)]
    assert [m.tolist() for m in ranking.matches] == expected
    assert ranking.first.tolist() == [ranks[0] for ranks in expected]


@settings(max_examples=60)
@given(seeds, st.integers(1, 8), st.integers(1, 9))
def test_the_ranked_list_agrees_with_the_ranks(seed: int, levels: int, gallery: int) -> None:
    """What is shown and what is counted are one order, ties included; the CMC rises to 100 %."""
    truth = crowd(seed, 4, gallery)
    matrix = np.random.default_rng(seed).integers(levels, size=(len(truth.probes), gallery)).astype(np.float32)
    kept = Scores("probability", matrix)
    ranking = rank(kept, truth)
    for i, row in enumerate(kept.distances()):
        mine = truth.masks(i)[0]
        assert (np.flatnonzero(mine[order(row, mine)]) + 1).tolist() == ranking.matches[i].tolist()
    assert (np.diff(ranking.cmc) >= 0).all()
    assert ranking.cmc[-1] == 100


@settings(max_examples=60)
@given(seeds, st.integers(1, 14), st.integers(0, 2), st.integers(1, 3), st.sampled_from([1, 20, 10**6]))
def test_features_rank_as_their_distances(seed: int, gallery: int, cameras: int, dimensions: int, cells: int) -> None:
    """Whole numbers, so that both are exact and ties are ties."""
    truth = crowd(seed, 4, gallery, cameras)
    rng = np.random.default_rng(seed)
    probes, others = (
        rng.integers(-3, 4, size=(count, dimensions)).astype(np.float32) for count in (len(truth.probes), gallery)
    )
    squared = np.square(probes[:, None] - others[None]).sum(2)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "DISTANCES_AT_ONCE", cells)
        found = rank_features(probes, others, truth)
    assert same(found, rank(Scores("distance", squared), truth))


def test_ranking_features_tells_how_far_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "DISTANCES_AT_ONCE", 4)
    told: list[tuple[int, int]] = []
    features = np.eye(3, dtype=np.float32)
    rank_features(features, features[:2], people("aba", "ab"), lambda done, total, what: told.append((done, total)))
    assert told == [(0, 3), (2, 3)]


def test_memory_mapped_scores_and_features_rank_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(0)
    truth = GroundTruth(np.arange(7), np.arange(9) % 7)
    matrix, probes, gallery = (rng.random(shape, dtype=np.float32) for shape in ((7, 9), (7, 4), (9, 4)))
    by_scores, by_features = rank(Scores("distance", matrix), truth), rank_features(probes, gallery, truth)
    for name, array in (("matrix", matrix), ("probes", probes), ("gallery", gallery)):
        np.save(tmp_path / f"{name}.npy", array)
    mapped = {f.stem: np.load(f, mmap_mode="r") for f in tmp_path.glob("*.npy")}
    monkeypatch.setattr(module, "CELLS_AT_ONCE", 20)
    monkeypatch.setattr(module, "DISTANCES_AT_ONCE", 20)
    assert same(rank(Scores("distance", mapped["matrix"]), truth), by_scores)
    assert same(rank_features(mapped["probes"], mapped["gallery"], truth), by_features)


def test_one_of_each_group_stands_for_the_others_before_the_first_left_out() -> None:
    groups = np.array([4, 4, 7, 4, 1, 7, 2, 4, 7])
    assert one_a_group(groups, 3) == [(1, 3), (3, 2), (5, 1)]
    assert one_a_group(groups, 9) == [(1, 4), (3, 3), (5, 1), (7, 1)]
    assert one_a_group(np.arange(4), 2) == [(1, 1), (2, 1)]
    assert one_a_group(groups[:0], 2) == []
