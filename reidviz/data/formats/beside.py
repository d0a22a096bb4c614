"""The image files that the rows of a list name."""

import os
import stat
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path, PurePosixPath

from reidviz.common import settings
from reidviz.common.errors import ReidvizError
from reidviz.common.printable import escape_bytes, printable
from reidviz.data.formats.reading import Entry, unreadable, walk

_BLANKS = "paths have blanks around them, which were left out"
_BACKSLASHES = "paths are written with backslashes and were read with slashes"
_ELSEWHERE = "paths lead outside the list's folder, below a folder that is allowed"


class Beside:
    """The files in the folder of a list, by what its rows may write."""

    def __init__(self, folder: Path) -> None:
        """ReidvizError where the folder cannot be read."""
        self.folder = folder
        self.files = {entry.name: entry for entry in walk(folder)}

    def find(self, written: str) -> tuple[Entry, str]:
        """The file that a row names, and what had to be done to find it. ReidvizError where it is not there, outside,
        or no image."""
        plain = written.strip()
        for path, how in ((written, ""), (plain, _BLANKS), (plain.replace("\\", "/"), _BACKSLASHES)):
            for name in self._names(path):
                if name in self.files:
                    return _regular(self.files[name], written), how
        inside = _inside(self.folder, plain)
        if inside is None:
            return _below_a_root(self.folder, plain), _ELSEWHERE
        other = self._by_small_letters.get(inside.casefold())
        raise ReidvizError(
            f"there is no image {printable(written)!r}.",
            f"There is {printable(other)}: capital and small letters differ."
            if other
            else "Paths start from its folder.",
        )

    def _names(self, path: str) -> Iterator[str]:
        yield path
        if (inside := _inside(self.folder, path)) is not None:
            yield inside

    @cached_property
    def _by_small_letters(self) -> dict[str, str]:
        return {name.casefold(): name for name in self.files}


def _inside(folder: Path, written: str) -> str | None:
    """The path from the folder on, None where it leads outside."""
    relative = os.path.relpath(os.path.join(folder, written), folder)
    if relative == os.pardir or relative.startswith(os.pardir + os.sep):
        return None
    return escape_bytes(PurePosixPath(relative).as_posix())


def _below_a_root(folder: Path, written: str) -> Entry:
    """An image outside the list's folder, below one of settings.data_roots(), by whose name its own begins."""
    path = Path(os.path.normpath(os.path.join(folder, written)))
    for root in settings.data_roots():
        if path.is_relative_to(root) and Path(os.path.realpath(path)).is_relative_to(os.path.realpath(root)):
            name = escape_bytes((root.name / path.relative_to(root)).as_posix())
            try:
                found = path.stat()
            except OSError:
                break
            return _regular(Entry(name, str(path), found.st_size if stat.S_ISREG(found.st_mode) else None), written)
    raise ReidvizError(
        f"{printable(written)} lies outside the folder of the list, or is not there.",
        "Put the list beside or above its images, or name the folder they lie in in REIDVIZ_DATA_ROOTS.",
    )


def _regular(entry: Entry, written: str) -> Entry:
    reason = unreadable(entry)
    if reason:
        raise ReidvizError(f"{printable(written)!r} is no image that can be read ({reason}).", "Leave the line out.")
    return entry
