"""Finding the folder that holds a layout: the root itself, or one that lies one or two levels below it."""

import os
from collections.abc import Callable
from pathlib import Path

from reidviz.data.formats.files import entries, existing_root
from reidviz.data.names import shown
from reidviz.errors import ReidvizError


def folder_with(root: str | Path, holds: Callable[[Path], bool], name: str, expected: str) -> Path:
    """The folder for which `holds` is true. expected says in words what it contains.

    ReidvizError when there is none, or several on one level.
    """
    path = existing_root(root)
    if not path.is_dir():
        raise ReidvizError(f"{shown(str(path))} is not a folder.", f"Point {name} at the folder that holds {expected}.")
    level = [path]
    for _ in range(3):
        found = [folder for folder in level if holds(folder)]
        if len(found) > 1:
            raise ReidvizError(
                f"There are {len(found)} folders with {expected} below {shown(str(path))}.",
                f"Choose one: {', '.join(shown(str(one)) for one in found[:5])}",
            )
        if found:
            return found[0]
        level = [below for folder in level for below in entries(folder) if os.path.isdir(below)]
    raise ReidvizError(
        f"{shown(str(path))} is not laid out like {name}.", f"Point {name} at the folder that holds {expected}."
    )


def holding(*names: str) -> Callable[[Path], bool]:
    """A test for a folder in which all these files or folders lie."""
    return lambda folder: all((folder / name).exists() for name in names)
