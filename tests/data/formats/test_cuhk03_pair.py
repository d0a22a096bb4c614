"""Reading one camera pair of CUHK03 from train and val folders."""

from pathlib import Path

import pytest

from reidviz.common.errors import ReidvizError
from reidviz.data.formats import cuhk03_pair, load
from reidviz.data.images.decode import load_image
from reidviz.data.splits.protocols import default_protocol, split

NAMES = ("0001_00.jpg", "0001_04.jpg", "0001_05.jpg", "0001_09.jpg", "0002_01.JPG", "0002_06.jpg")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for part in ("train", "val"):
        (tmp_path / part).mkdir()
        for name in (*NAMES, "readme.txt", ".0001_01.jpg"):
            (tmp_path / part / name).write_bytes(b"")
    (tmp_path / "val" / "0001_10.jpg").write_bytes(b"")
    return tmp_path


def test_equal_numbers_in_train_and_val_are_other_people(root: Path) -> None:
    dataset = load(f"cuhk03:{root}")
    assert len(dataset.samples) == 12
    assert sorted(set(dataset.identities.tolist())) == ["train-0001", "train-0002", "val-0001", "val-0002"]
    assert [s.camera for s in dataset.samples[:4]] == ["A", "A", "B", "B"]


def test_people_of_val_are_tested_single_shot(root: Path) -> None:
    dataset = cuhk03_pair.read(root)
    assert default_protocol(dataset) == "listed"
    parts = split(dataset, "listed")
    ids = [[dataset.samples[i].id for i in part] for part in (parts.train, parts.probes, parts.gallery)]
    assert len(ids[0]) == 6
    assert ids[1] == ["val/0001_00.jpg", "val/0001_04.jpg", "val/0002_01.JPG"]
    assert ids[2] == ["val/0001_05.jpg", "val/0002_06.jpg"]


def test_a_folder_without_them_is_said(tmp_path: Path) -> None:
    with pytest.raises(ReidvizError, match="is not laid out like cuhk03-pair"):
        cuhk03_pair.read(tmp_path)


def test_the_real_images(real_data: Path) -> None:
    dataset = load(f"cuhk03-pair:{real_data}/cuhk03_pair1_labeled")
    parts = split(dataset, "listed")
    assert (len(parts.train), len(parts.probes), len(parts.gallery)) == (7239, 451, 100)
    assert load_image(dataset, 0).height > load_image(dataset, 0).width
