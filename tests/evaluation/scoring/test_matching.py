"""Which image a name in somebody else's file means."""

from pathlib import Path

import numpy as np
import pytest

from reidviz.common.errors import ReidvizError
from reidviz.data.dataset import Dataset, Sample, Split
from reidviz.evaluation.coverage import restricted
from reidviz.evaluation.scoring.matching import match_labels, match_names
from reidviz.models.added.given import Labels


def dataset(*ids: str) -> Dataset:
    return Dataset("folder:x", tuple(Sample(one, Path("/data") / one, "p", None, "x") for one in ids), "1")


DATA = dataset("a/1.png", "a/2.png", "b/1.png", "b/3.png")


@pytest.mark.parametrize(
    ("names", "rows", "how"),
    [
        (["b/3.png", "a/1.png"], [1, -1, -1, 0], "id"),
        (["C:\\me\\b\\3.png", "/x/y/a/2.png"], [-1, 1, -1, 0], "the last two parts of the path"),
        (["2.png", "3.png", "1.png"], [-1, 0, -1, 1], "file name"),
        (["2.jpg", "3"], [-1, 0, -1, 1], "file name without its ending"),
        (["nobody.png"], [-1, -1, -1, -1], "id"),
    ],
)
def test_the_strictest_way_that_finds_the_most(names: list[str], rows: list[int], how: str) -> None:
    found = match_names(np.array(names), DATA)
    assert found.rows.tolist() == rows
    assert found.how == how


def test_a_name_that_means_two_images_means_none_and_is_said() -> None:
    found = match_names(np.array(["2.png", "1.png", "4.png"]), DATA)
    assert found.unused == ("1.png", "4.png")
    told = found.sentence(DATA)
    assert told.startswith("1 of 4 images were found, by file name; missing: a/1.png, b/1.png, b/3.png")
    assert "2 of 3 names are of no image" in told


def people(*rows: tuple[str, str, str]) -> Dataset:
    samples = [
        Sample(f"{who}_{camera}_{i}.png", Path(f"/{i}"), who, camera, "x") for i, (who, camera, _) in enumerate(rows)
    ]
    return Dataset("folder:x", tuple(samples), "1")


ROWS = [("0001", "c1", ""), ("0001", "c2", ""), ("0001", "c2", ""), ("0002", "c1", ""), ("0002", "c2", "")]
SPLIT = Split("half:0", np.array([], dtype=np.int64), np.array([0, 3]), np.array([1, 2, 4]))


def labels(cameras: list[int], identities: tuple[int, ...] = (2, 1, 2, 1, 1)) -> Labels:
    parts = np.array(["probe"] * 2 + ["gallery"] * 3)
    return Labels(np.array(identities), np.array(cameras), parts)


@pytest.mark.parametrize("cameras", [[1, 1, 2, 2, 2], [0, 0, 1, 1, 1], [7, 7, 9, 9, 9]])
def test_rows_by_person_and_camera_however_cameras_are_counted(cameras: list[int]) -> None:
    data = people(*ROWS)
    found = match_labels(labels(cameras), data, SPLIT)
    ids = [sample.id for sample in data.samples]
    assert found.tolist() == [ids[3], ids[0], ids[4], ids[1], ids[2]]


def test_other_counts_of_images_leave_that_person_out() -> None:
    data = people(*ROWS)
    found = match_labels(labels([1, 1, 2, 2, 2], (2, 1, 2, 1, 2)), data, SPLIT)
    assert found[2:].tolist() == ["", "", ""]
    assert "" not in found[:2].tolist()


def test_other_cameras_altogether_are_refused() -> None:
    with pytest.raises(ReidvizError, match="3 cameras and the data have 2"):
        match_labels(labels([4, 5, 6, 6, 6]), people(*ROWS), SPLIT)


def test_without_given_models_a_split_stays_itself() -> None:
    assert restricted(people(*ROWS), SPLIT, ()) is SPLIT
