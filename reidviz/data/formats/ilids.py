"""iLIDS: 119 persons, 2 to 8 pictures each, no camera named."""

import os
import re
from pathlib import Path

from reidviz.data.dataset import Dataset, Sample
from reidviz.data.formats.files import dataset_of, entries
from reidviz.data.formats.layout import folder_with

_NAME = re.compile(r"([0-9]{4})([0-9]{3})\.jpg", re.IGNORECASE)


def read(root: str | Path) -> Dataset:
    """Every PPPPSSS.jpg: picture SSS of person PPPP; cameras are not known.

    root is the folder `Persons` or up to two folders above it. ReidvizError when there is none.
    """
    path = folder_with(root, _holds, "ilids", "files named like 0001001.jpg")
    samples = [
        Sample(file.name, file, match[1], None, "ilids")
        for file in entries(path)
        if (match := _NAME.fullmatch(file.name)) and os.path.isfile(file)
    ]
    return dataset_of(f"ilids:{path}", samples, "files named like 0001001.jpg")


def _holds(folder: Path) -> bool:
    return any(_NAME.fullmatch(file.name) for file in entries(folder))
