"""Figures that any model would reach are named, the others are not."""

from pathlib import Path

import numpy as np
import pytest

from reidviz.cli.evaluate import table
from reidviz.common.errors import ReidvizError
from reidviz.data.formats import load
from reidviz.data.splits.protocols import split
from reidviz.evaluation.ground_truth import GroundTruth, ground_truth
from reidviz.evaluation.image_pairs import sample_pairs
from reidviz.evaluation.pipeline.evaluate import evaluate_all
from reidviz.evaluation.pipeline.ranker import rankers_of
from reidviz.evaluation.pipeline.report import card_metrics, report
from reidviz.evaluation.ranking.foregone import ONE_PERSON, foregone, others
from reidviz.evaluation.ranking.ranking import rank
from reidviz.evaluation.scores import Scores
from reidviz.evaluation.transfer.domain_gap import domain_accuracy, folds, transfer
from tests.conftest import people_folder
from tests.evaluation.conftest import checkpoint


def people(*names: str) -> np.ndarray:
    return np.array(names)


@pytest.mark.parametrize(
    ("gallery", "wrong", "sure"),
    [
        ("aaa", 0, None),
        ("ab", 1, "rank-5, rank-10 and rank-20 are"),
        ("aabcde", 4, "rank-5, rank-10 and rank-20 are"),
        ("abcdef", 5, "rank-10 and rank-20 are"),
        ("abcdefghijklmnopqrst", 19, "rank-20 is"),
        ("abcdefghijklmnopqrstu", 20, ""),
    ],
)
def test_what_is_100_percent_by_construction_is_said(gallery: str, wrong: int, sure: str | None) -> None:
    truth = GroundTruth(people("a"), people(*gallery))
    assert others(truth) == wrong
    if sure is None:
        assert foregone(truth) == [ONE_PERSON]
    elif sure:
        (sentence,) = foregone(truth)
        assert f"{sure} 100 % by construction" in sentence
    else:
        assert foregone(truth) == []


def test_it_is_what_the_worst_ranking_reaches() -> None:
    """Every true match behind all images of other persons: the first rank at which all probes are found."""
    truth = GroundTruth(people("a", "b", "c"), people("a", "a", "b", "c", "d", "d", "d"))
    matrix = np.stack([np.where(truth.masks(i)[0], 1, 0) for i in range(3)]).astype(np.float32)
    worst = rank(Scores("distance", matrix), truth)
    assert int(np.flatnonzero(worst.cmc == 100)[0]) == others(truth) == 6


def test_what_is_ignored_mistakes_nobody() -> None:
    """Images by the probe's own camera are of its own person: nothing is left to be wrong about."""
    cameras = people("1"), people("1", "2")
    assert foregone(GroundTruth(people("a"), people("a", "a"), *cameras)) == [ONE_PERSON]


def test_evaluations_carry_it_to_the_table_the_json_and_the_card(tmp_path: Path) -> None:
    dataset = load(f"folder:{people_folder(tmp_path / 'people', persons=8)}")
    parts, model = split(dataset, "half:0"), checkpoint(tmp_path / "both.safetensors")
    summary = report(dataset, parts, evaluate_all(rankers_of(model), dataset, parts))
    (remark,) = summary["remarks"]
    assert remark.startswith("The gallery holds 3 images of other persons at most")
    assert table(summary).endswith(remark)
    assert card_metrics(model, dataset, parts)[0]["remarks"] == [remark]


def test_pairs_for_joint_maps_need_two_persons_in_the_gallery(tmp_path: Path) -> None:
    root = people_folder(tmp_path / "people")
    lines = [f"p00/A_{shot}.png,p00,probe\np00/B_{shot}.png,p00,gallery" for shot in range(2)]
    (root / "list.csv").write_text("\n".join(["path,identity,split", *lines]))
    dataset = load(f"folder:{root / 'list.csv'}")
    parts = split(dataset, "listed")
    with pytest.raises(ReidvizError, match="no pairs of different persons"):
        sample_pairs(parts, ground_truth(dataset, parts), 5)


def test_two_pairs_a_side_are_enough_for_numbers_and_equal_features_too() -> None:
    target, source = np.eye(2, 4, dtype=np.float32), 5 + np.eye(2, 4, dtype=np.float32)
    same = np.array([True, False])
    assert folds(2, 300) == 2
    assert folds(300, 300) == 5
    found = transfer(target, same, source, same)
    assert 0 <= found.domain_accuracy <= 100
    assert found.agreement == 50
    assert domain_accuracy(target, np.tile(source, (3, 1))) >= 50
    assert transfer(0 * target, same, 0 * source, same).discrepancy == 0
