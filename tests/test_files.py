"""Files written whole, and hints that fit why one could not be."""

import errno
from pathlib import Path

import pytest

from reidviz.errors import ReidvizError
from reidviz.files import what_to_do, write_atomically


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
