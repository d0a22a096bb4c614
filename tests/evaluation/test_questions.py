"""The queue of pairs worth a look, by margins that were worked out by hand."""

import numpy as np

from reidviz.data.dataset import Dataset
from reidviz.data.doctor.findings import Finding, Report
from reidviz.data.formats import load
from reidviz.evaluation.asking import queue
from reidviz.evaluation.asking.queue import (
    Question,
    disagreeing,
    doubles,
    kept_for_the_test,
    misnamed,
    near,
    questions,
    waiting,
)
from reidviz.evaluation.verification.pair_set import PairSet
from tests.conftest import people_folder

MARGIN = np.array([[0.1, -2.0, 1.0, -0.5, 3.0], [0.6, -1.0, -2.0, 0.4, 2.0]])
SAME = np.array([True, True, False, False, False])
PAIRS = PairSet(np.array([0, 0, 1, 1, 2]), np.array([0, 1, 0, 1, 2]), SAME, 3)
IMAGES = (np.array([0, 1, 2]), np.array([3, 4, 5]))


def test_each_reason_orders_pairs_by_what_it_says() -> None:
    assert near(MARGIN).tolist() == [0, 3, 1, 2, 4]  # 0.1, 0.4, 1, 1, 2
    assert disagreeing(MARGIN).tolist() == [2, 3]  # 1 of 1 and 2; 0.4 of 0.5 and 0.4
    assert misnamed(MARGIN, SAME).tolist() == [4, 1]  # two names, at least 2 above; one name, at least 1 below


def test_the_queue_takes_reasons_by_turns_and_no_pair_twice() -> None:
    found = questions(PAIRS, IMAGES, MARGIN)
    assert found == (
        Question(2, 5, "label"),
        Question(1, 3, "disagree"),
        Question(0, 3, "near"),
        Question(0, 4, "label"),
        Question(1, 4, "disagree"),
    )


def test_what_the_doctor_suspects_comes_first() -> None:
    assert questions(PAIRS, IMAGES, MARGIN, [(0, 1)])[0] == Question(0, 1, "label")


def test_one_image_does_not_fill_the_queue(monkeypatch) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.setattr(queue, "MOST_OF_AN_IMAGE", 1)
    found = [one for one in questions(PAIRS, IMAGES, MARGIN) if one.reason == "near"]
    assert [(one.first, one.second) for one in found] == [(0, 3), (1, 4)]


def test_a_pair_both_ways_round_takes_one_place(monkeypatch) -> None:  # type: ignore[no-untyped-def]
    """Multi-shot protocols test a pair both ways: with two places, both pairs of images are asked about."""
    monkeypatch.setattr(queue, "MOST", 2)
    monkeypatch.setattr(queue, "MOST_OF_AN_IMAGE", 2)
    pairs = PairSet(np.array([0, 1, 0, 2]), np.array([1, 0, 2, 0]), np.zeros(4, dtype=bool), 4)
    images = np.arange(3), np.arange(3)
    found = questions(pairs, images, np.array([[-0.1, -0.1, -0.2, -0.2]]))
    assert found == (Question(0, 1, "near"), Question(0, 2, "near"))


def test_nobody_is_asked_about_who_is_kept_for_the_test() -> None:
    left_out = np.array([False, True, False, False, False, False])
    found = questions(PAIRS, IMAGES, MARGIN, [(0, 1)], left_out)
    assert {(one.first, one.second) for one in found} == {(2, 5), (0, 3), (0, 4)}


def test_the_persons_kept_for_the_test_are_about_half_and_whole_persons(tmp_path) -> None:  # type: ignore[no-untyped-def]
    dataset = load(f"folder:{people_folder(tmp_path, persons=40, shots=1)}")
    kept = kept_for_the_test(dataset)
    assert 0.25 < kept.mean() < 0.75
    for name in dataset.persons:
        assert len(set(kept[dataset.identities == name].tolist())) == 1


def test_answered_pairs_wait_no_longer_and_doubles_are_pairs_of_two_names(tmp_path) -> None:  # type: ignore[no-untyped-def]
    dataset: Dataset = load(f"folder:{people_folder(tmp_path)}")
    asked = [Question(0, 5, "near"), Question(5, 1, "near")]
    ids = [one.id for one in dataset.samples]
    assert waiting(asked, dataset, {(ids[1], ids[5])}) == asked[:1]
    report = Report(
        24, (Finding("alike, two persons", "warning", "", ((0, 1, 4),)), Finding("grey", "note", "", ((2, 5),)))
    )
    assert doubles(report, dataset) == [(0, 4), (1, 4)]
