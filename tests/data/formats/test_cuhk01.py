"""Reading CUHK01 as its owner lays it out."""

from pathlib import Path

import pytest

from reidviz.common.errors import ReidvizError
from reidviz.data.formats import cuhk01, load
from reidviz.data.images.decode import load_image


@pytest.fixture
def campus(tmp_path: Path) -> Path:
    folder = tmp_path / "data" / "cuhk01" / "campus"
    folder.mkdir(parents=True)
    for person in (1, 2, 3, 4, 5, 6, 7, 8, 971):
        for number in (1, 2, 3, 4):
            (folder / f"{person:04d}{number:03d}.png").write_bytes(b"")
    for other in ("Thumbs.db", "0001005.png", "00010001.png", "a.png", "readme.txt", ".hidden.png"):
        (folder / other).write_bytes(b"")
    (folder / "0009001.png").mkdir()
    return folder


@pytest.mark.parametrize("up", [0, 1, 2])
def test_campus_or_a_folder_above_it(campus: Path, up: int) -> None:
    root = (campus, *campus.parents)[up]
    dataset = cuhk01.read(root)
    assert dataset.name == f"cuhk01:{root}"
    assert [s.id for s in dataset.samples][:4] == ["0001001.png", "0001002.png", "0001003.png", "0001004.png"]
    assert [s.camera for s in dataset.samples] == ["A", "A", "B", "B"] * 9
    assert [s.identity for s in dataset.samples[::4]][-2:] == ["0008", "0971"]
    assert {s.domain for s in dataset.samples} == {"cuhk01"}
    assert all(s.path == campus / s.id and s.split is None for s in dataset.samples)
    assert dataset.manifest_hash == cuhk01.read(campus).manifest_hash
    assert [(one.reason, one.count, one.examples) for one in dataset.unread] == [
        ("names that do not fit the layout", 3, ("00010001.png", "0001005.png", "a.png")),
        ("files of another kind", 1, ("readme.txt",)),
    ]


def test_three_levels_up_is_too_far(campus: Path) -> None:
    with pytest.raises(ReidvizError, match="No CUHK01 image"):
        cuhk01.read(campus.parents[2])


def test_two_copies_are_ambiguous(campus: Path) -> None:
    second = campus.parents[1] / "copy" / "campus"
    second.mkdir(parents=True)
    (second / "0001001.png").write_bytes(b"")
    with pytest.raises(ReidvizError, match="2 folders named campus"):
        cuhk01.read(campus.parents[1])


def test_a_file_is_no_root(campus: Path) -> None:
    with pytest.raises(ReidvizError, match="not a folder"):
        cuhk01.read(campus / "readme.txt")


def test_manifest_changes_with_a_file_size(campus: Path) -> None:
    before = cuhk01.read(campus).manifest_hash
    (campus / "0002003.png").write_bytes(b"x")
    assert cuhk01.read(campus).manifest_hash != before


def test_the_real_images(real_data: Path) -> None:
    dataset = load(f"cuhk01:{real_data}")
    assert len(dataset.samples) == 3884
    assert len(set(dataset.identities.tolist())) == 971
    assert load_image(dataset, 0).size == (60, 160)
