import errno
import json
import os
from pathlib import Path

import numpy as np
import pytest

from reidviz.common.arrays import Float32Array
from reidviz.common.errors import ReidvizError
from reidviz.evaluation.scoring import cache as score_cache

SHAPE = (3, 5)
NUMBERS = np.arange(15, dtype=np.float32).reshape(SHAPE)


def fill(out: Float32Array) -> float:
    out[:] = NUMBERS
    return 2.5


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "scores" / "kept.npy"


@pytest.fixture
def kept(file: Path) -> Path:
    score_cache.write(file, SHAPE, fill)
    return file


def test_what_is_written_is_read_as_a_memory_map(file: Path) -> None:
    written = score_cache.write(file, SHAPE, fill)
    for matrix, seconds in (written, score_cache.read(file, SHAPE) or pytest.fail("not kept")):
        assert isinstance(matrix, np.memmap)
        assert not matrix.flags.writeable
        assert matrix.dtype == np.float32
        np.testing.assert_array_equal(matrix, NUMBERS)
        assert seconds == 2.5
    assert {f.name for f in file.parent.iterdir()} == {"kept.npy", "kept.json"}
    np.testing.assert_array_equal(np.load(file), NUMBERS)


def test_a_second_writing_replaces_the_first(kept: Path) -> None:
    def again(out: Float32Array) -> float:
        out[:] = -1
        return 1.0

    matrix, seconds = score_cache.write(kept, SHAPE, again)
    assert (matrix == -1).all()
    assert seconds == 1


def test_nothing_kept_is_nothing_read(file: Path) -> None:
    assert score_cache.read(file, SHAPE) is None


@pytest.mark.parametrize("keep", [0, 5, 100, -1])
def test_a_matrix_cut_short_is_not_used(kept: Path, keep: int) -> None:
    kept.write_bytes(kept.read_bytes()[:keep])
    assert score_cache.read(kept, SHAPE) is None


@pytest.mark.parametrize("content", [b"nothing like it", b"PK\x03\x04 cut short", b"\x93NUMPY\x01\x00\xff\xff"])
def test_what_is_no_matrix_is_not_used(kept: Path, content: bytes) -> None:
    kept.write_bytes(content)
    assert score_cache.read(kept, SHAPE) is None


@pytest.mark.parametrize(
    "matrix", [NUMBERS.T, NUMBERS[:2], NUMBERS.astype(np.float64), NUMBERS.astype(object), NUMBERS.ravel()]
)
def test_another_matrix_is_not_used(kept: Path, matrix: np.ndarray) -> None:
    np.save(kept, matrix)
    assert score_cache.read(kept, SHAPE) is None


def test_a_matrix_without_its_seconds_is_not_used(kept: Path) -> None:
    kept.with_suffix(".json").unlink()
    assert score_cache.read(kept, SHAPE) is None


@pytest.mark.parametrize("text", ["", "{}", "[]", "null", '{"seconds": null}', '{"seconds": "long"}', "{"])
def test_damaged_seconds_are_not_used(kept: Path, text: str) -> None:
    kept.with_suffix(".json").write_text(text)
    assert score_cache.read(kept, SHAPE) is None


def test_scoring_that_fails_leaves_nothing_behind(file: Path) -> None:
    def fail(out: Float32Array) -> float:
        out[0] = 1
        raise ReidvizError("It cannot be scored.")

    with pytest.raises(ReidvizError):
        score_cache.write(file, SHAPE, fail)
    assert list(file.parent.iterdir()) == []


def test_scoring_that_is_stopped_goes_on_with_what_is_missing(file: Path) -> None:
    def stop(out: Float32Array) -> float:
        assert np.isnan(out).all()
        out[0] = 7
        raise KeyboardInterrupt

    def go_on(out: Float32Array) -> float:
        assert (out[0] == 7).all()
        assert np.isnan(out[1:]).all()
        out[1:] = 8
        return 0.5

    with pytest.raises(KeyboardInterrupt):
        score_cache.write(file, SHAPE, stop)
    assert score_cache.read(file, SHAPE) is None
    matrix, _ = score_cache.write(file, SHAPE, go_on)
    assert set(np.unique(matrix).tolist()) == {7, 8}
    assert {one.suffix for one in file.parent.iterdir()} == {".npy", ".json"}


@pytest.mark.parametrize("moment", ["posix_fallocate", "fsync"])
def test_a_room_only_just_taken_holds_no_scores(file: Path, monkeypatch: pytest.MonkeyPatch, moment: str) -> None:
    """Killed between taking room, which is full of zeros, and writing that nothing is a number."""
    real = getattr(os, moment)

    def killed(*arguments: int) -> None:
        real(*arguments)
        raise KeyboardInterrupt

    monkeypatch.setattr(os, moment, killed)
    with pytest.raises(KeyboardInterrupt):
        score_cache.write(file, SHAPE, fill)
    monkeypatch.undo()
    missing: list[bool] = []

    def go_on(out: Float32Array) -> float:
        missing.append(bool(np.isnan(out).all()))
        out[:] = 8
        return 0.5

    assert (score_cache.write(file, SHAPE, go_on)[0] == 8).all()
    assert missing == [True]


def test_of_two_that_score_at_once_each_has_a_file_of_its_own(file: Path) -> None:
    def outer(out: Float32Array) -> float:
        out[:] = 1
        score_cache.write(file, SHAPE, lambda other: float(np.isnan(other).all() and not other.fill(2)))
        return 1.0

    matrix, _ = score_cache.write(file, SHAPE, outer)
    assert (matrix == 1).all()
    assert {one.suffix for one in file.parent.iterdir()} == {".npy", ".json"}


def test_what_is_left_of_another_shape_or_cut_short_is_begun_anew(file: Path) -> None:
    for left in (b"", b"nothing of the kind", b"\x93NUMPY"):
        file.parent.mkdir(exist_ok=True)
        file.with_suffix(".partial").write_bytes(left)
        score_cache.write(file, SHAPE, fill)
        matrix, _ = score_cache.read(file, SHAPE) or pytest.fail("not kept")
        np.testing.assert_array_equal(matrix, NUMBERS)


def test_scoring_that_fails_leaves_what_was_kept(kept: Path) -> None:
    with pytest.raises(ZeroDivisionError):
        score_cache.write(kept, SHAPE, lambda out: 1 / 0)
    assert score_cache.read(kept, SHAPE) is not None


def test_a_full_disk_is_told_before_anything_is_scored(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(handle: int, start: int, length: int) -> None:
        assert length == NUMBERS.nbytes
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "posix_fallocate", full)
    with pytest.raises(ReidvizError, match="No space left") as e:
        score_cache.write(file, SHAPE, lambda out: pytest.fail("scored all the same"))
    assert "REIDVIZ_CACHE" in e.value.hint
    assert list(file.parent.iterdir()) == []


def test_a_matrix_is_not_kept_without_its_seconds(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(path: Path, data: bytes) -> None:
        raise ReidvizError("The disk is full.")

    monkeypatch.setattr(score_cache, "write_json", full)
    with pytest.raises(ReidvizError, match="full"):
        score_cache.write(file, SHAPE, fill)
    assert list(file.parent.iterdir()) == []


def test_a_header_that_claims_more_than_there_is_is_not_believed(kept: Path) -> None:
    with kept.open("wb") as opened:
        np.lib.format.write_array_header_1_0(opened, {"shape": (10**6, 10**6), "fortran_order": False, "descr": "<f4"})
    assert score_cache.read(kept, (10**6, 10**6)) is None


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "scores").write_text("a file stands in the way")
    with pytest.raises(ReidvizError, match="could not be written"):
        score_cache.write(tmp_path / "scores" / "kept.npy", SHAPE, fill)


def test_the_seconds_stand_beside_the_matrix(kept: Path) -> None:
    assert json.loads(kept.with_suffix(".json").read_text()) == {"seconds": 2.5}
