"""A failure map from images and scores to what it says."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from shutil import copy

import numpy as np
import pytest
from PIL import Image

from reidviz.common.errors import ReidvizError
from reidviz.common.words import text_of
from reidviz.data.dataset import Dataset, Split
from reidviz.data.formats import load
from reidviz.evaluation.failures.failure_map import FailureMap, failure_map, mended, missed_alone, missed_by_all
from reidviz.evaluation.failures.in_words import (
    NO_GROUP,
    NOTHING,
    TOO_FEW,
    combination_in_words,
    headline,
    mended_in_words,
)
from reidviz.evaluation.failures.probe_measures import MOST_CAMERAS, _of_cameras
from reidviz.evaluation.failures.rivals import nearest_other, rivals
from reidviz.evaluation.ground_truth import GroundTruth, ground_truth
from reidviz.evaluation.pipeline.evaluate import Result
from reidviz.evaluation.pipeline.ranker import Ranker
from reidviz.evaluation.ranking.ranking import rank
from reidviz.evaluation.scores import EXACT, Scores
from tests.conftest import people_folder

PERSONS = 90
DARKENED = 0.3

Failing = Callable[[np.ndarray, int], np.ndarray]


@dataclass(frozen=True)
class Planted:
    """A data set and its split, and which probes are dark."""

    dataset: Dataset
    split: Split
    dark: np.ndarray
    cameras: np.ndarray


@pytest.fixture(scope="module")
def test(tmp_path_factory: pytest.TempPathFactory) -> Planted:
    """Persons in noise by cameras A, B and C, who is the gallery; some images are darkened, whatever the camera."""
    root, rng = tmp_path_factory.mktemp("failures") / "people", np.random.default_rng(0)
    for person in range(PERSONS):
        folder = root / f"p{person:03d}"
        folder.mkdir(parents=True)
        for camera in ("A", "B", "C"):
            for shot in range(1 if camera == "C" else 2):
                pixels = rng.integers(120, 176, (16, 8, 3)) - 100 * (rng.random() < DARKENED)
                Image.fromarray(pixels.astype(np.uint8)).save(folder / f"{camera}_{shot}.png")
    dataset = load(f"folder:{root}")
    samples = dataset.samples
    probes = np.array([i for i, one in enumerate(samples) if one.camera != "C"])
    gallery = np.array([i for i, one in enumerate(samples) if one.camera == "C"])
    parts = Split("by hand", np.empty(0, dtype=np.int64), probes, gallery)
    dark = np.array([np.asarray(Image.open(samples[i].path)).mean() < 100 for i in probes])
    return Planted(dataset, parts, dark, dataset.cameras[probes])


def result(test: Planted, failed: np.ndarray, name: str = "m") -> Result:
    """Scores by which these probes are missed: somebody else, chosen by lot, is nearest."""
    truth, rng = ground_truth(test.dataset, test.split), np.random.default_rng(1)
    same = truth.probes[:, None] == truth.gallery
    matrix = (1 + rng.random(same.shape)).astype(np.float32)
    matrix[same] = np.where(failed, 0.9, 0.1)
    wrong = (same.argmax(axis=1) + rng.integers(1, PERSONS, len(failed))) % PERSONS
    matrix[np.arange(len(failed)), wrong] = 0.5
    scores = Scores("distance", matrix)
    return Result(Ranker(name, "distance", Path(name), name), scores, rank(scores, truth), 0.0, EXACT, name)


@pytest.fixture
def failing(test: Planted) -> Failing:
    """Outcomes by lot, each probe failing with a probability of its own."""
    return lambda odds, seed: np.random.default_rng(seed).random(len(odds)) < odds


def test_darkened_probes_of_one_camera_are_found_and_named(test: Planted, failing: Failing) -> None:
    failed = failing(np.where(test.dark & (test.cameras == "A"), 0.95, 0.25), 0)
    found = failure_map(test.dataset, test.split, result(test, failed))
    assert found.failed.tolist() == failed.tolist()
    claimed = {one.group.name for one in found.lifts if one.claimed and one.lift > 1}
    assert any(name.startswith("probe darker than") for name in claimed)
    assert "probe by camera A" in claimed
    assert found.combination is not None
    assert "camera A" in found.combination.group.name
    assert "probe darker than" in found.combination.group.name
    cause = test.dark & (test.cameras == "A")
    assert (found.combination.group.members == cause).mean() > 0.95
    assert found.combination.inside == pytest.approx(100 * (~failed)[found.combination.group.members].mean())
    assert "probe by camera A" in text_of(headline(found, "m"))
    assert "Persons that such a tree did not see" in text_of(combination_in_words(found.combination))


def test_failures_by_lot_are_explained_by_nothing(test: Planted, failing: Failing) -> None:
    found = failure_map(test.dataset, test.split, result(test, failing(np.full(len(test.dark), 0.4), 3)))
    assert found.lifts
    assert found.combination is None
    assert NOTHING in text_of(headline(found, "m"))


def test_what_a_second_model_mends_is_found(test: Planted, failing: Failing) -> None:
    failed = failing(np.where(test.dark, 0.7, 0.5), 0)
    found = failure_map(test.dataset, test.split, result(test, failed))
    hit = failing(np.where(test.dark, 0.9, 0.2), 1)
    told = mended(found, hit, test.dataset.identities[test.split.probes])
    (dark,) = [one for one in told if one.group.name.startswith("probe darker")]
    assert dark.claimed
    assert dark.lift > 1
    assert dark.inside + dark.outside == failed.sum()
    assert dark.found + dark.missing == (failed & hit).sum()
    said = text_of(mended_in_words("m", "n", int(failed.sum()), int((failed & hit).sum()), told))
    assert said.startswith(f"n finds {int((failed & hit).sum())} of the {int(failed.sum())} probes that m misses.")
    assert "Mended more: probe darker" in said


def test_too_few_failures_are_not_explained(test: Planted) -> None:
    failed = np.zeros(len(test.dark), dtype=bool)
    failed[:5] = True
    found = failure_map(test.dataset, test.split, result(test, failed))
    assert found.lifts == ()
    assert TOO_FEW in text_of(headline(found, "m"))


def test_where_no_group_is_large_enough_that_is_said(test: Planted) -> None:
    half = np.arange(len(test.dark)) % 2 == 0
    found = FailureMap(half, test.split.probes, test.split.probes, (), (), None)
    assert NO_GROUP in text_of(headline(found, "m"))


@pytest.mark.parametrize("cameras", [MOST_CAMERAS - 1, MOST_CAMERAS, MOST_CAMERAS + 20])
def test_pairs_of_cameras_are_told_apart_however_many_cameras_there_are(cameras: int) -> None:
    probe = np.arange(4 * cameras) % cameras
    match = (probe + 1 + np.arange(4 * cameras) // (2 * cameras)) % cameras
    found = _of_cameras(*(one.astype(str) for one in (probe, match, match)))
    assert sum("→" in one.above for one in found) == min(2 * cameras, MOST_CAMERAS)


def test_one_person_alone_is_refused(test: Planted) -> None:
    person = test.dataset.identities == "p000"
    probes, gallery = (part[person[part]] for part in (test.split.probes, test.split.gallery))
    parts = Split("by hand", np.empty(0, dtype=np.int64), probes, gallery)
    scores = Scores("distance", np.ones((len(probes), len(gallery)), dtype=np.float32))
    ranked = rank(scores, ground_truth(test.dataset, parts))
    with pytest.raises(ReidvizError, match="one person"):
        failure_map(test.dataset, parts, Result(Ranker("m", "distance", Path("m"), "m"), scores, ranked, 0, EXACT, "m"))


def test_persons_the_doctor_suspects_make_a_group(tmp_path: Path) -> None:
    root = people_folder(tmp_path / "people")
    copy(root / "p01" / "A_0.png", root / "p02" / "A_0.png")
    dataset = load(f"folder:{root}")
    probes, gallery = (np.flatnonzero(dataset.cameras == camera) for camera in "AB")
    parts = Split("by hand", np.empty(0, dtype=np.int64), probes, gallery)
    scores = Scores("distance", np.ones((len(probes), len(gallery)), dtype=np.float32))
    ranked = rank(scores, ground_truth(dataset, parts))
    made = Result(Ranker("m", "distance", Path("m"), "m"), scores, ranked, 0, EXACT, "m")
    (found,) = [g for g in failure_map(dataset, parts, made).groups if g.name == "person with a suspected label error"]
    assert set(dataset.identities[probes[found.members]]) == {"p01", "p02"}


def test_who_misses_with_whom(test: Planted) -> None:
    count = len(test.dark)
    one, other = (result(test, np.isin(np.arange(count), which), str(which)) for which in ([1, 2], [2, 3]))
    assert np.flatnonzero(missed_by_all([one, other])).tolist() == [2]
    assert np.flatnonzero(missed_alone(one, [one, other])).tolist() == [1]


def test_rivals_are_the_nearest_of_either_kind_and_ignored_images_are_neither() -> None:
    truth = GroundTruth(
        np.array(["a", "b"]), np.array(["a", "a", "b", "c"]), np.array(["1", "1"]), np.array(["1", "2", "2", "1"])
    )
    scores = Scores("probability", np.array([[0.9, 0.4, 0.2, 0.3], [0.1, 0.8, 0.2, 0.3]], dtype=np.float32))
    found = rivals(scores, truth)
    assert found.match.tolist() == [1, 2]
    assert found.other.tolist() == [3, 1]


def test_the_nearest_in_colour_is_never_the_person_themselves() -> None:
    truth = GroundTruth(np.array(["a"]), np.array(["a", "b", "c"]))
    probe = np.zeros((1, 3), dtype=np.float32)
    upper = np.array([[0, 0, 0], [10, 0, 0], [0, 4, 0]], dtype=np.float32)
    lower = np.array([[0, 0, 0], [0, 0, 2], [0, 0, 20]], dtype=np.float32)
    assert nearest_other((probe, probe), (upper, lower), truth).tolist() == [6.0]
