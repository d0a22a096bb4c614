"""Files written whole, and hints that fit why one could not be."""

import errno
import os
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest

from reidviz.errors import ReidvizError
from reidviz.files import what_to_do, write_atomically
from reidviz.models.card import find_checkpoint, read_card
from reidviz.models.checkpoint import load_checkpoint
from reidviz.training.lock import Lock
from reidviz.training.run_folder import RunFolder


@pytest.mark.parametrize(
    ("number", "hint"),
    [
        (errno.ENOSPC, "Free some disk space, or choose another folder."),
        (errno.EDQUOT, "Free some disk space, or choose another folder."),
        (errno.EACCES, "You may not write there: check the permissions, or choose another folder."),
        (errno.EROFS, "That disk can only be read: choose another folder."),
        (errno.ENOENT, "The folder is not there: check the path, or choose another folder."),
    ],
)
def test_the_hint_fits_the_fault(number: int, hint: str) -> None:
    assert what_to_do(OSError(number, "x"), "choose another folder") == hint


def test_a_file_in_the_way_of_a_folder_is_no_full_disk(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(ReidvizError, match="could not be written") as told:
        write_atomically(tmp_path / "file" / "below" / "x.json", b"{}")
    assert "disk space" not in told.value.hint


def test_what_cannot_be_written_is_told_without_where_it_lies(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(tmp_path))

    monkeypatch.setattr(tempfile, "mkstemp", full)
    monkeypatch.setattr(os, "open", full)
    for write in (lambda: write_atomically(tmp_path / "x.json", b""), lambda: Lock.take(tmp_path / "lock")):
        with pytest.raises(ReidvizError, match="No space left on device") as told:
            write()
        assert str(tmp_path) not in str(told.value)


@pytest.mark.parametrize("work", [find_checkpoint, read_card, load_checkpoint, lambda path: RunFolder(path).job()])
def test_what_is_not_there_is_told_without_where_it_was_sought(tmp_path: Path, work: Callable[[Path], object]) -> None:
    (tmp_path / "a" / "checkpoints").mkdir(parents=True)
    for path in (tmp_path / "a", tmp_path / "a" / "checkpoints" / "final.safetensors"):
        with pytest.raises(ReidvizError) as told:
            work(path)
        assert str(tmp_path.parent) not in str(told.value)
