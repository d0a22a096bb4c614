import numpy as np
import pytest

from reidviz.data.dataset import Dataset, Split
from reidviz.data.formats import load
from reidviz.data.images.pixel_cache import Pixels
from reidviz.data.splits.protocols import split, validation
from reidviz.evaluation.ground_truth import ground_truth
from reidviz.evaluation.pipeline.validation import validate
from reidviz.evaluation.ranking.fusion import WEIGHTS
from reidviz.evaluation.ranking.ranking import rank
from reidviz.evaluation.scoring.score import score
from reidviz.models.model_card import fusion_from
from tests.conftest import SMALL
from tests.evaluation.conftest import CPU, lively


@pytest.fixture
def data(people: str) -> Dataset:
    return load(people)


@pytest.fixture
def held(data: Dataset) -> Split:
    """Two of four training persons."""
    found = validation(data, split(data, "half:0"), 0.5, 0)
    assert found is not None
    return found


def test_a_multi_task_network_learns_how_to_mix_its_scores(data: Dataset, held: Split) -> None:
    found, _ = validate(lively("mtdnet"), "mtdnet", data, held, CPU)
    fusion = fusion_from(found["fusion"])
    assert fusion is not None
    assert fusion.measured_on == held.protocol == "2 of the training persons of half:0"
    assert (fusion.probes, fusion.gallery) == (found["probes"], found["gallery"]) == (4, 2)
    assert fusion.weights == WEIGHTS
    by_kind = {ranker["kind"]: ranker for ranker in found["readings"]}
    assert list(by_kind) == ["probability", "distance"]
    for end, kind in ((0, "distance"), (-1, "probability")):
        assert fusion.mAP[end] == pytest.approx(by_kind[kind]["mAP"], abs=0.01)
        assert fusion.rank1[end] == pytest.approx(by_kind[kind]["rank1"], abs=0.01)
    assert fusion.mAP[fusion.weights.index(fusion.weight)] == max(fusion.mAP)


@pytest.mark.parametrize("variant", ["mtdnet-rnk", "mtdnet-cls", "mtdtrp"])
def test_a_network_read_one_way_has_nothing_to_mix(data: Dataset, held: Split, variant: str) -> None:
    found, _ = validate(lively(variant), variant, data, held, CPU)
    assert found["fusion"] is None
    assert [ranker["name"] for ranker in found["readings"]] == [variant]


def test_a_validation_says_what_ranking_its_persons_says(data: Dataset, held: Split) -> None:
    made = lively("mtdnet", seed=3)
    pixels = Pixels(data, SMALL.height, SMALL.width)
    told: list[str] = []
    event, record = validate(made, "mtdnet", data, held, CPU, lambda done, total, what: told.append(what))
    for ranker in event["readings"]:
        ranking = rank(
            score(made, ranker["kind"], pixels[held.probes], pixels[held.gallery], CPU), ground_truth(data, held)
        )
        assert ranker["rank1"] == round(ranking.cmc_at(1), 4)
        assert ranker["mAP"] == round(ranking.mean_average_precision(), 4)
        np.testing.assert_allclose(ranker["cmc"], ranking.cmc)
        np.testing.assert_array_equal(record.ranks[ranker["kind"]], ranking.first)
        in_front = data.identities[record.in_front[ranker["kind"]]] == data.identities[held.probes]
        np.testing.assert_array_equal(in_front, ranking.first == 1)
        assert len(ranker["mistakes"]) == int((ranking.first > 1).sum())
    assert "validating mtdnet" in told


def test_a_validation_leaves_the_features_that_its_distances_are_of(data: Dataset, held: Split) -> None:
    made = lively("mtdtrp", seed=3)
    _, record = validate(made, "mtdtrp", data, held, CPU)
    assert record.positions.tolist() == [*held.probes, *held.gallery]
    assert record.features is not None
    probes, gallery = np.split(record.features.astype(np.float64), [len(held.probes)])
    pixels = Pixels(data, SMALL.height, SMALL.width)
    scores = score(made, "distance", pixels[held.probes], pixels[held.gallery], CPU)
    np.testing.assert_allclose(2 - 2 * probes @ gallery.T, scores.matrix, atol=5e-3)


def test_a_classifier_alone_leaves_ranks_but_no_features(data: Dataset, held: Split) -> None:
    _, record = validate(lively("mtdnet-cls"), "mtdnet-cls", data, held, CPU)
    assert record.features is None
    assert list(record.ranks) == list(record.in_front) == ["probability"]
