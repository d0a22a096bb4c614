"""iLIDS: 119 persons, 2 to 8 pictures each, no camera named."""

import re
from pathlib import Path

from reidviz.data.dataset import Dataset, Sample
from reidviz.data.formats.locate import folder_with
from reidviz.data.formats.reading import MISFIT, Entry, Intake, entries, walk
from reidviz.data.images.decode import SUFFIXES

_NAME = re.compile(r"([0-9]{4})([0-9]{3})\.\w+")


def read(root: str | Path) -> Dataset:
    """Every PPPPSSS.jpg (or another picture): picture SSS of person PPPP; cameras are not known.

    root is the folder `Persons` or up to two folders above it. ReidvizError when there is none.
    """
    path = folder_with(root, _holds, "ilids", "files named like 0001001.jpg")
    intake = Intake()
    intake.offer(walk(path), _sample)
    return intake.dataset(f"ilids:{path}", "files named like 0001001.jpg")


def _sample(entry: Entry) -> Sample | str:
    match = _NAME.fullmatch(entry.name)
    return Sample(entry.name, entry.path, match[1], None, "ilids") if match else MISFIT


def _holds(folder: Path) -> bool:
    return any(_NAME.fullmatch(file.name) and file.suffix.lower() in SUFFIXES for file in entries(folder))
