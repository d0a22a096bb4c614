from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from reidviz.common import settings
from reidviz.common.arrays import Float32Array
from reidviz.common.errors import ReidvizError
from reidviz.common.progress import silent
from reidviz.data.dataset import Dataset, Split
from reidviz.data.formats import load
from reidviz.data.splits.protocols import split
from reidviz.evaluation.ground_truth import ground_truth
from reidviz.evaluation.pipeline.evaluate import _Matrices, evaluate, evaluate_all, is_cached
from reidviz.evaluation.pipeline.ranker import Ranker, rankers_of
from reidviz.evaluation.pipeline.report import card_metrics, probe_records, record, report
from reidviz.evaluation.ranking.cascade import candidates, recall
from reidviz.evaluation.ranking.foregone import foregone
from reidviz.evaluation.ranking.fusion import fuse
from reidviz.evaluation.ranking.ranking import rank
from reidviz.evaluation.scores import EXACT, Scoring
from reidviz.models.model_card import Trained, read_card
from tests.conftest import people_folder
from tests.evaluation.conftest import FUSION, checkpoint

FIGURES = {"name", "variant", "kind", "cmc", "mAP", "mINP", "seconds"}
GALLERY = 4


@pytest.fixture
def data(people: str) -> Dataset:
    return load(people)


@pytest.fixture
def parts(data: Dataset) -> Split:
    """Eight probes and a gallery of four."""
    return split(data, "half:0")


@pytest.fixture
def computed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The kinds of the matrices that were computed, in order."""
    kinds: list[str] = []
    compute = _Matrices._compute

    def counted(self: _Matrices, part: Ranker, out: Float32Array) -> float:
        kinds.append(part.kind)
        return compute(self, part, out)

    monkeypatch.setattr(_Matrices, "_compute", counted)
    return kinds


def ranker(path: Path, kind: str) -> Ranker:
    return next(r for r in rankers_of(path) if r.kind == kind)


def test_one_multi_task_checkpoint_gives_three_readings(model: Path) -> None:
    assert [(r.name, r.variant, r.kind, r.weight) for r in rankers_of(model)] == [
        ("both", "mtdnet", "probability", None),
        ("both (mtdtrp)", "mtdtrp", "distance", None),
        ("both (mtdnet-fused)", "mtdnet-fused", "fused", 0.5),
    ]


def test_readings_of_a_network_named_as_its_variant_are_named_as_theirs(tmp_path: Path) -> None:
    names = [r.name for r in rankers_of(checkpoint(tmp_path / "mtdnet.safetensors"))]
    assert names == ["mtdnet", "mtdtrp", "mtdnet-fused"]


def test_the_dial_stands_where_the_card_says(tmp_path: Path, data: Dataset, parts: Split) -> None:
    path = checkpoint(tmp_path / "both.safetensors", fusion=FUSION)
    fused = ranker(path, "fused")
    assert (fused.weight, fused.fusion) == (0.36, FUSION)
    distance, probability, found = (
        evaluate(ranker(path, kind), data, parts) for kind in ("distance", "probability", "fused")
    )
    expected = fuse(distance.scores, probability.scores, 0.36)
    np.testing.assert_array_equal(found.scores.matrix, expected.matrix)
    assert found.ranking.ranks.tolist() == rank(expected, ground_truth(data, parts)).ranks.tolist()
    assert record(found).items() >= {"weight": 0.36, "weight_fitted": True}.items()


def test_an_unfitted_dial_stands_in_the_middle(model: Path, data: Dataset, parts: Split) -> None:
    found = evaluate(ranker(model, "fused"), data, parts)
    assert found.ranker.fusion is None
    assert record(found).items() >= {"weight": 0.5, "weight_fitted": False}.items()


def test_scores_are_computed_once_and_then_read(model: Path, data: Dataset, parts: Split, computed: list[str]) -> None:
    for one in rankers_of(model)[:2]:
        computed.clear()
        assert not is_cached(one, data, parts)
        first = evaluate(one, data, parts)
        assert is_cached(one, data, parts)
        again = evaluate(one, data, parts)
        assert computed == [one.kind]
        np.testing.assert_array_equal(again.scores.matrix, first.scores.matrix)
        assert record(again) == record(first)


def test_fused_scores_need_both_matrices_and_no_third(
    model: Path, data: Dataset, parts: Split, computed: list[str]
) -> None:
    fused = ranker(model, "fused")
    evaluate(ranker(model, "distance"), data, parts)
    assert not is_cached(fused, data, parts)
    seconds = sum(evaluate(ranker(model, kind), data, parts).seconds for kind in ("distance", "probability"))
    assert is_cached(fused, data, parts)
    assert evaluate(fused, data, parts).seconds == pytest.approx(seconds)
    assert computed == ["distance", "probability"]


@pytest.mark.parametrize("scoring", [EXACT, Scoring(cascade=2)])
def test_a_fresh_evaluation_of_all_readings_computes_each_matrix_once(
    model: Path, data: Dataset, parts: Split, computed: list[str], scoring: Scoring
) -> None:
    kept = evaluate_all(rankers_of(model), data, parts, scoring=scoring)
    assert sorted(computed) == ["distance", "probability"]
    fresh = evaluate_all(rankers_of(model), data, parts, scoring=scoring, fresh=True)
    assert sorted(computed) == ["distance", "distance", "probability", "probability"]
    assert [r.ranking.ranks.tolist() for r in fresh] == [r.ranking.ranks.tolist() for r in kept]


def test_the_metrics_of_a_card_are_those_of_its_weights(
    model: Path, data: Dataset, parts: Split, computed: list[str]
) -> None:
    found = card_metrics(model, data, parts)
    assert sorted(computed) == ["distance", "probability"]
    assert card_metrics(model, data, parts) == found
    assert len(computed) == 2
    assert [metrics["kind"] for metrics in found] == ["probability", "distance", "fused"]
    assert {(m["data"], m["protocol"], m["probes"], m["gallery"]) for m in found} == {(data.name, "half:0", 8, 4)}


@pytest.mark.parametrize(
    ("how", "kinds", "scored"),
    [
        ("ranking", ["distance"], ["distance"]),
        ("cascade", ["probability", "distance", "fused"], ["distance", "probability"]),
        ("none", [], []),
    ],
)
def test_a_final_test_may_be_of_less(
    how: str, kinds: list[str], scored: list[str], model: Path, data: Dataset, parts: Split, computed: list[str]
) -> None:
    found = card_metrics(model, data, parts, how)
    assert [metrics["kind"] for metrics in found] == kinds
    assert sorted(computed) == scored
    assert all(("cascade" in metrics) == (how == "cascade" and metrics["kind"] != "distance") for metrics in found)


@pytest.mark.parametrize("scoring", [Scoring("4-pass"), Scoring("1-pass"), Scoring("8-pass", "bf16")])
def test_scores_computed_otherwise_are_kept_apart(model: Path, data: Dataset, parts: Split, scoring: Scoring) -> None:
    exact = evaluate(ranker(model, "probability"), data, parts)
    assert not is_cached(ranker(model, "probability"), data, parts, scoring)
    other = evaluate(ranker(model, "probability"), data, parts, scoring=scoring)
    assert (np.asarray(other.scores.matrix) != exact.scores.matrix).any()
    again = evaluate(ranker(model, "probability"), data, parts)
    np.testing.assert_array_equal(again.scores.matrix, exact.scores.matrix)


def test_another_protocol_model_or_file_is_another_score(people: str, model: Path, tmp_path: Path) -> None:
    data = load(people)
    distance = ranker(model, "distance")
    evaluate(distance, data, split(data, "half:0"))
    assert not is_cached(distance, data, split(data, "half:1"))
    other = checkpoint(tmp_path / "other.safetensors", seed=1)
    assert not is_cached(ranker(other, "distance"), data, split(data, "half:0"))
    (tmp_path / "people" / "p00" / "A_0.png").touch()
    assert not is_cached(distance, load(people), split(data, "half:0"))


def test_damaged_scores_are_computed_again(model: Path, data: Dataset, parts: Split, computed: list[str]) -> None:
    distance = ranker(model, "distance")
    first = np.array(evaluate(distance, data, parts).scores.matrix)
    file = next((settings.cache_dir() / "scores").glob(f"{distance.sha256[:16]}-{data.cache_key}-*.npy"))
    file.unlink()
    file.write_bytes(b"nothing like it")
    assert not is_cached(distance, data, parts)
    np.testing.assert_array_equal(evaluate(distance, data, parts).scores.matrix, first)
    assert len(computed) == 2


def test_a_cancelled_evaluation_keeps_nothing(model: Path, data: Dataset, parts: Split) -> None:
    def stop(done: int, total: int, what: str) -> None:
        if what.startswith("scoring"):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        evaluate(ranker(model, "probability"), data, parts, stop)
    assert not is_cached(ranker(model, "probability"), data, parts)


def test_progress_names_the_reading(model: Path, data: Dataset, parts: Split) -> None:
    told: list[tuple[int, int, str]] = []
    evaluate(ranker(model, "probability"), data, parts, lambda *heard: told.append(heard))
    assert told[-1] == (32, 32, "scoring pairs with both")


@pytest.mark.parametrize("kind", ["probability", "fused"])
@pytest.mark.parametrize("count", [GALLERY, 100])
def test_a_cascade_over_the_whole_gallery_ranks_as_the_full_scores(
    model: Path, data: Dataset, parts: Split, kind: str, count: int
) -> None:
    full = evaluate(ranker(model, kind), data, parts)
    found = evaluate(ranker(model, kind), data, parts, scoring=Scoring(cascade=count))
    assert found.ranking.ranks.tolist() == full.ranking.ranks.tolist()
    np.testing.assert_allclose(found.scores.matrix, full.scores.matrix, atol=1e-6)
    assert found.cascade is not None
    assert (found.cascade.count, found.cascade.recall, found.cascade.change) == (GALLERY, 100, 0)


@pytest.mark.parametrize("kind", ["probability", "fused"])
@pytest.mark.parametrize("count", [1, 2, 3])
def test_a_cascade_rescores_the_nearest_and_leaves_the_rest_behind(
    model: Path, data: Dataset, parts: Split, kind: str, count: int
) -> None:
    full = evaluate(ranker(model, kind), data, parts).scores.matrix
    distances = evaluate(ranker(model, "distance"), data, parts).scores.matrix
    found = evaluate(ranker(model, kind), data, parts, scoring=Scoring(cascade=count))
    chosen = candidates(distances, count, ground_truth(data, parts))
    for row, whole, far, mine in zip(found.scores.distances(), full, distances, chosen, strict=True):
        left = [i for i in np.argsort(far, kind="stable").tolist() if i not in mine]
        first = sorted(mine.tolist(), key=(-whole).tolist().__getitem__)
        assert np.argsort(row).tolist() == [*first, *left]
    assert found.cascade is not None
    assert (found.cascade.count, found.cascade.recall) == (count, recall(chosen, ground_truth(data, parts)))
    assert found.ranking.cmc_at(1) <= found.cascade.recall


def test_what_a_cascade_changes_is_known_once_the_full_scores_are(model: Path, data: Dataset, parts: Split) -> None:
    cascaded, probability = Scoring(cascade=1), ranker(model, "probability")
    first = evaluate(probability, data, parts, scoring=cascaded)
    assert first.cascade is not None
    assert first.cascade.change is None
    assert record(first)["cascade"]["rank1_change"] is None
    full = evaluate(probability, data, parts)
    again = evaluate(probability, data, parts, scoring=cascaded)
    assert again.cascade is not None
    assert again.cascade.change == again.ranking.cmc_at(1) - full.ranking.cmc_at(1) != 0
    assert record(again)["cascade"] == {
        "count": 1,
        "recall": again.cascade.recall,
        "rank1_change": again.cascade.change,
    }


def test_the_change_of_other_passes_is_not_taken_for_that_of_these(model: Path, data: Dataset, parts: Split) -> None:
    evaluate(ranker(model, "probability"), data, parts)
    found = evaluate(ranker(model, "probability"), data, parts, scoring=Scoring("4-pass", cascade=2))
    assert found.cascade is not None
    assert found.cascade.change is None


def test_a_cascade_is_cached_with_its_first_stage(
    model: Path, data: Dataset, parts: Split, computed: list[str]
) -> None:
    cascaded, probability = Scoring(cascade=2), ranker(model, "probability")
    assert not is_cached(probability, data, parts, cascaded)
    first = evaluate(probability, data, parts, scoring=cascaded)
    assert computed == ["distance", "probability"]
    assert is_cached(probability, data, parts, cascaded)
    assert is_cached(ranker(model, "fused"), data, parts, cascaded)
    assert is_cached(ranker(model, "distance"), data, parts)
    assert not is_cached(probability, data, parts, Scoring(cascade=3))
    assert not is_cached(probability, data, parts)
    assert record(evaluate(probability, data, parts, scoring=cascaded)) == record(first)
    assert computed == ["distance", "probability"]


def test_a_distance_has_nothing_to_cascade(model: Path, data: Dataset, parts: Split) -> None:
    found = evaluate(ranker(model, "distance"), data, parts, scoring=Scoring(cascade=2))
    assert found.cascade is None
    assert found.ranking.ranks.tolist() == evaluate(ranker(model, "distance"), data, parts).ranking.ranks.tolist()


def test_a_classifier_alone_cannot_cascade(tmp_path: Path, data: Dataset, parts: Split, computed: list[str]) -> None:
    (alone,) = rankers_of(checkpoint(tmp_path / "alone.safetensors", "mtdnet-cls"))
    assert not alone.cascades
    with pytest.raises(ReidvizError, match="alone has no ranking branch"):
        evaluate(alone, data, parts, scoring=Scoring(cascade=2))
    assert computed == []
    assert evaluate(alone, data, parts).cascade is None


def listed(tmp_path: Path, mark: Callable[[int, str, int], str]) -> Dataset:
    """The images of six persons, listed in a CSV as mark(person, camera, shot) says."""
    root = people_folder(tmp_path / "listed")
    rows = [
        f"p{person:02d}/{camera}_{shot}.png,p{person:02d},{camera},{mark(person, camera, shot)}"
        for person in range(6)
        for camera in "AB"
        for shot in range(2)
    ]
    (root / "list.csv").write_text("path,identity,camera,split\n" + "\n".join(rows) + "\n")
    return load(f"folder:{root / 'list.csv'}")


def mark_all(person: int, camera: str, shot: int) -> str:
    """Both cameras are in the gallery, but of person 4 the probe's alone, and of person 5 none."""
    if (camera, shot) == ("A", 0):
        return "probe"
    return "gallery" if person < 4 or (person == 4 and camera == "A") else ""


def test_the_report_has_the_promised_form(model: Path, tmp_path: Path) -> None:
    data = listed(tmp_path, mark_all)
    parts = split(data, "market")
    results = evaluate_all(rankers_of(model), data, parts)
    made = report(data, parts, results, "trapezoid")
    assert [(one["a"], one["b"]) for one in made["paired"]] == [
        (results[i].ranker.name, results[j].ranker.name) for i, j in ((0, 1), (0, 2), (1, 2))
    ]
    assert all(set(one["probes_for"]) <= {"1", "2", "5"} for one in made["paired"])
    assert {key: value for key, value in made.items() if key not in ("models", "paired")} == {
        "data": data.name,
        "protocol": "market",
        "probes": 4,
        "gallery": 13,
        "left_out": [
            {"probe": "p04/A_0.png", "reason": parts.left_out[0].reason},
            {"probe": "p05/A_0.png", "reason": parts.left_out[1].reason},
        ],
        "averaging": "trapezoid",
        "remarks": foregone(ground_truth(data, parts)),
    }
    more = [set(m) - FIGURES - {"interval"} for m in made["models"]]
    assert more == [set(), set(), {"weight", "weight_fitted"}]
    assert all(set(m) >= FIGURES and list(m["cmc"]) == ["1", "5", "10", "20"] for m in made["models"])
    for one, result in zip(made["models"], results, strict=True):
        assert one["mAP"] == result.ranking.mean_average_precision("trapezoid")
    assert report(data, parts, results)["averaging"] == "step"


def test_nothing_is_left_out_where_all_can_be_matched(model: Path, data: Dataset, parts: Split) -> None:
    made = report(data, parts, [evaluate(ranker(model, "distance"), data, parts)])
    assert made["left_out"] == []
    assert made["averaging"] == "step"


def test_by_the_rules_of_market_images_by_the_own_camera_do_not_count(model: Path, tmp_path: Path) -> None:
    """As if they were not there: each probe ranked against a gallery without them."""
    data = listed(tmp_path, mark_all)
    distance, parts = ranker(model, "distance"), split(data, "market")
    across = evaluate(distance, data, parts)
    for i, probe in enumerate(parts.probes):
        own = (data.identities == data.identities[probe]) & (data.cameras == data.cameras[probe])
        gallery = parts.gallery[~own[parts.gallery]]
        assert len(gallery) == len(parts.gallery) - 1
        alone = replace(parts, probes=np.array([probe]), gallery=gallery, across_cameras=False)
        assert evaluate(distance, data, alone).ranking.matches[0].tolist() == across.ranking.matches[i].tolist()
    shared = evaluate(distance, data, replace(parts, across_cameras=False)).ranking
    assert len(shared.ranks) == len(across.ranking.ranks) + len(parts.probes)


@pytest.mark.parametrize("averaging", ["step", "trapezoid"])
def test_the_record_of_every_probe(model: Path, data: Dataset, parts: Split, averaging: Any) -> None:
    result = evaluate(ranker(model, "probability"), data, parts)
    records = probe_records(data, parts, result, averaging)
    assert [r["probe"] for r in records] == [data.samples[i].id for i in parts.probes]
    assert [r["ranks"] for r in records] == [m.tolist() for m in result.ranking.matches]
    mean = 100 * np.mean([r["AP"] for r in records])
    assert mean == pytest.approx(result.ranking.mean_average_precision(averaging), abs=1e-3)


def test_a_reading_carries_what_its_card_says(model: Path) -> None:
    card = read_card(model)
    for one in rankers_of(model):
        assert (one.path, one.sha256) == (model, card.sha256)
        assert one.trained == Trained(card.data, card.data_hash, card.protocol)


def test_evaluate_answers_for_one_reading_as_for_several(model: Path, data: Dataset, parts: Split) -> None:
    several = evaluate_all(rankers_of(model), data, parts, silent, EXACT, fresh=True)
    for result in several:
        alone = evaluate(result.ranker, data, parts)
        np.testing.assert_array_equal(alone.scores.matrix, result.scores.matrix)
        assert alone.scores.kind == result.ranker.kind
