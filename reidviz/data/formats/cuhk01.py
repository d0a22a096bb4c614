"""CUHK01: 971 persons, two pictures by each of two cameras, 60x160 PNG."""

import os
import re
from pathlib import Path

from reidviz.data.dataset import Dataset, Sample
from reidviz.data.formats.files import dataset_of, entries, existing_root
from reidviz.data.names import shown
from reidviz.errors import ReidvizError

_NAME = re.compile(r"([0-9]{4})00([1-4])\.png", re.IGNORECASE)


def read(root: str | Path) -> Dataset:
    """Every PPPPNNN.png of the folder `campus`: person PPPP, pictures 001-002 camera "A", 003-004 camera "B".

    root is `campus` itself or one of the two folders above it; other files are ignored.
    ReidvizError when no such picture is found, or more than one `campus` lies below root.
    """
    path = existing_root(root)
    campus = _campus(path)
    samples = [
        Sample(
            id=file.name,
            path=file,
            identity=match[1],
            camera="A" if match[2] in "12" else "B",
            domain="cuhk01",
        )
        for file in entries(campus)
        if (match := _NAME.fullmatch(file.name)) and os.path.isfile(file)
    ]
    return dataset_of(f"cuhk01:{path}", samples)


def _campus(root: Path) -> Path:
    """The folder that holds the pictures: root, or a `campus` one or two levels below it."""
    if not root.is_dir():
        raise ReidvizError(f"{shown(str(root))} is not a folder.", "Point cuhk01 at the folder that contains campus.")
    if _holds_pictures(root):
        return root
    below = [d for d in entries(root) if os.path.isdir(d)]
    for level in ([root], below):
        found = [d / "campus" for d in level if os.path.isdir(d / "campus") and _holds_pictures(d / "campus")]
        if len(found) > 1:
            raise ReidvizError(
                f"There are {len(found)} folders named campus below {shown(str(root))}.", f"Choose one: {found[0]}"
            )
        if found:
            return found[0]
    raise ReidvizError(
        f"No CUHK01 picture was found in {shown(str(root))}.",
        "Point cuhk01 at the folder campus, or at the one that contains it; its files are named like 0001001.png.",
    )


def _holds_pictures(folder: Path) -> bool:
    return any(_NAME.fullmatch(file.name) for file in entries(folder))
