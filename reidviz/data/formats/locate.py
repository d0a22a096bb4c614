"""Finding the folder that holds a layout: the root itself, or one that lies one or two levels below it."""

from collections.abc import Callable
from pathlib import Path

from reidviz.common.errors import ReidvizError
from reidviz.common.printable import printable
from reidviz.common.roots import existing_root, last
from reidviz.data.formats.reading import folders_in

LEVELS = 3


def folder_with(
    root: str | Path, holds: Callable[[Path], bool], name: str, expected: str, parts: tuple[str, ...] = ()
) -> Path:
    """The folder for which `holds` is true. expected says in words what it contains.

    parts  files and folders that belong together: where there are some of them only, the error names the missing ones

    ReidvizError when there is none, or several on one level.
    """
    path = existing_root(root)
    if not path.is_dir():
        raise ReidvizError(f"{last(path)} is not a folder.", f"Point {name} at the folder that holds {expected}.")
    level, seen = [path], [path]
    for _ in range(LEVELS):
        found = [folder for folder in level if holds(folder)]
        if len(found) > 1:
            raise ReidvizError(
                f"There are {len(found)} folders with {expected} below {last(path)}.",
                f"Choose one: {', '.join(printable(str(one.relative_to(path))) for one in found[:5])}",
            )
        if found:
            return found[0]
        level = [below for folder in level for below in folders_in(folder)]
        seen += level
    for folder in seen:
        missing = [part for part in parts if not (folder / part).exists()]
        if len(missing) < len(parts):
            raise ReidvizError(
                f"{last(folder)} is not all of {name}: {' and '.join(missing)} "
                f"{'is' if len(missing) == 1 else 'are'} missing.",
                f"It should hold {expected}: unpack it again.",
            )
    raise ReidvizError(
        f"{last(path)} is not laid out like {name}.", f"Point {name} at the folder that holds {expected}."
    )


def holding(*names: str) -> Callable[[Path], bool]:
    """A test for a folder in which all these files or folders lie."""
    return lambda folder: all((folder / name).exists() for name in names)
