"""A cuhk-03.mat that somebody made to do harm: nothing outside it is read, and what it claims is not believed."""

import os
from collections.abc import Callable
from pathlib import Path

import h5py
import numpy as np
import pytest

from reidviz.common.errors import ReidvizError
from reidviz.data.formats import cuhk03_mat, load
from reidviz.data.images.decode import load_image

SECRET = b"\x07" * 3 * 8 * 16
Maker = Callable[[h5py.Group, Path], h5py.Dataset]


def plain(group: h5py.Group, folder: Path) -> h5py.Dataset:
    return group.create_dataset("image", data=np.full((3, 8, 16), 7, np.uint8))


def external(group: h5py.Group, folder: Path) -> h5py.Dataset:
    (folder / "secret").write_bytes(SECRET)
    return group.create_dataset("image", (3, 8, 16), np.uint8, external=[(str(folder / "secret"), 0, len(SECRET))])


def virtual(group: h5py.Group, folder: Path) -> h5py.Dataset:
    with h5py.File(folder / "other.h5", "w") as other:
        other["secret"] = np.full((3, 8, 16), 7, np.uint8)
    layout = h5py.VirtualLayout((3, 8, 16), np.uint8)
    layout[:] = h5py.VirtualSource(str(folder / "other.h5"), "secret", (3, 8, 16))
    return group.create_virtual_dataset("image", layout)


def claims_much(group: h5py.Group, folder: Path) -> h5py.Dataset:
    return group.create_dataset("image", (3, 20_000, 20_000), np.uint8)


def claims_more(group: h5py.Group, folder: Path) -> h5py.Dataset:
    return group.create_dataset("image", (3, 10**6, 10**6), np.uint8, chunks=(1, 100, 100))


def holds_nothing(group: h5py.Group, folder: Path) -> h5py.Dataset:
    return group.create_dataset("image", (3, 2000, 4000), np.uint8, chunks=(1, 100, 100), compression="gzip")


def huge_chunk(group: h5py.Group, folder: Path) -> h5py.Dataset:
    return group.create_dataset("image", (3, 4, 4), np.uint8, chunks=(3, 10**4, 10**4), maxshape=(3, 10**5, 10**5))


def packed_otherwise(group: h5py.Group, folder: Path) -> h5py.Dataset:
    return group.create_dataset("image", data=np.full((3, 8, 16), 7, np.uint8), compression="lzf")


def of_floats(group: h5py.Group, folder: Path) -> h5py.Dataset:
    return group.create_dataset("image", data=np.full((3, 8, 16), 7.0))


def empty(group: h5py.Group, folder: Path) -> h5py.Dataset:
    return group.create_dataset("image", data=np.zeros((3, 0, 16), np.uint8))


def holds_nothing_at_all(group: h5py.Group, folder: Path) -> h5py.Dataset:
    return group.create_dataset("image", data=h5py.Empty("u1"))


def of_lists(group: h5py.Group, folder: Path) -> h5py.Dataset:
    return group.create_dataset("image", (3, 8, 16), h5py.vlen_dtype(np.uint8))


def a_group(group: h5py.Group, folder: Path) -> h5py.Dataset:
    return group.create_group("image")


def virtual_over_a_pipe(group: h5py.Group, folder: Path) -> h5py.Dataset:
    """Whose size is told by the other file, which would be waited for."""
    os.mkfifo(folder / "pipe")
    layout = h5py.VirtualLayout((3, 8, 16), np.uint8, maxshape=(None, 8, 16))
    source = h5py.VirtualSource(str(folder / "pipe"), "secret", (3, 8, 16), maxshape=(None, 8, 16))
    layout[0 : h5py.h5s.UNLIMITED : 1, :, :] = source[0 : h5py.h5s.UNLIMITED : 1, :, :]
    return group.create_virtual_dataset("image", layout)


def mat(folder: Path, make: Maker) -> Path:
    """One person in two images, the second of them as `make` says."""
    with h5py.File(folder / "cuhk-03.mat", "w") as file:
        hidden = file.create_group("#refs#")
        grid = np.full((10, 1), hidden.create_dataset("empty", data=np.zeros(2, np.uint8)).ref, dtype=h5py.ref_dtype)
        grid[0, 0] = hidden.create_dataset("first", data=np.full((3, 8, 16), 9, np.uint8)).ref
        grid[5, 0] = make(hidden, folder).ref
        cell = hidden.create_dataset("cell", data=grid, dtype=h5py.ref_dtype)
        file.create_dataset("labeled", data=np.array([[cell.ref]], dtype=h5py.ref_dtype), dtype=h5py.ref_dtype)
    return folder


def test_an_honest_one_is_read(tmp_path: Path) -> None:
    dataset = load(f"cuhk03:{mat(tmp_path, plain)}")
    assert [np.asarray(load_image(dataset, i)).max() for i in range(2)] == [9, 7]


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (claims_much, "claims a dataset of 1,200,000,000 bytes"),
        (claims_more, "claims a dataset of 3,000,000,000,000 bytes"),
        (holds_nothing, "claims 24,000,000 bytes and holds 0"),
        (huge_chunk, "pieces that are too large"),
        (packed_otherwise, "packed in a way that is not read"),
        (of_floats, "3 colours of 8 bits"),
    ],
)
def test_a_image_that_is_none(tmp_path: Path, make: Maker, said: str) -> None:
    dataset = load(f"cuhk03:{mat(tmp_path, make)}")
    with pytest.raises(ReidvizError, match=f"not a whole .*{said}") as told:
        load_image(dataset, 1)
    assert str(tmp_path) not in told.value.message
    assert not dataset.samples[1].path.exists()


@pytest.mark.timeout(60)
@pytest.mark.parametrize(
    ("make", "said"),
    [
        (external, "lie in other files"),
        (virtual, "lie in other files"),
        (virtual_over_a_pipe, "lie in other files"),
        (a_group, "a group where a dataset should be"),
        (of_lists, "other things than numbers"),
        (holds_nothing_at_all, "holds nothing"),
    ],
)
def test_a_file_with_what_is_no_image_is_not_opened(tmp_path: Path, make: Maker, said: str) -> None:
    with pytest.raises(ReidvizError, match=f"not a whole .*{said}"):
        load(f"cuhk03:{mat(tmp_path, make)}")


def test_a_image_without_pixels(tmp_path: Path) -> None:
    dataset = load(f"cuhk03:{mat(tmp_path, empty)}")
    with pytest.raises(ReidvizError, match="0 x 16"):
        load_image(dataset, 1)


@pytest.mark.parametrize("link", [h5py.SoftLink("/elsewhere"), h5py.ExternalLink("other.h5", "/labeled")])
def test_a_link_in_place_of_the_images(tmp_path: Path, link: object) -> None:
    mat(tmp_path, plain)
    with h5py.File(tmp_path / "other.h5", "w") as other, h5py.File(tmp_path / "cuhk-03.mat", "r+") as file:
        other["labeled"] = np.zeros(3)
        file["elsewhere"] = file["labeled"]
        del file["labeled"]
        file["labeled"] = link
    with pytest.raises(ReidvizError, match="labeled is missing or a link"):
        load(f"cuhk03:{tmp_path}")


def test_a_grid_of_images_that_claims_to_be_endless(tmp_path: Path) -> None:
    mat(tmp_path, plain)
    with h5py.File(tmp_path / "cuhk-03.mat", "r+") as file:
        del file["labeled"]
        file.create_dataset("labeled", (10**6, 10**6), h5py.ref_dtype, chunks=(100, 100))
    with pytest.raises(ReidvizError, match="claims a dataset of"):
        load(f"cuhk03:{tmp_path}")


def test_a_process_that_ends_over_a_file_is_one_sentence_and_the_next_question_is_answered(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    dataset = load(f"cuhk03:{mat(tmp_path, plain)}")
    with monkeypatch.context() as patched:
        patched.setattr(cuhk03_mat, "MOST_SECONDS", "none")
        with pytest.raises(ReidvizError, match=r"cuhk-03\.mat is damaged"):
            load_image(dataset, 1)
    assert np.asarray(load_image(dataset, 1)).max() == 7
