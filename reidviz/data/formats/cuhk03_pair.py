"""CUHK03, one camera pair cut out of the release as `train` and `val` folders of JPEGs of different people."""

import os
import re
from collections.abc import Iterator
from pathlib import Path

from reidviz.data.dataset import Dataset, Sample
from reidviz.data.formats.files import dataset_of, entries, existing_root
from reidviz.data.names import shown
from reidviz.errors import ReidvizError

_NAME = re.compile(r"([0-9]{4})_0([0-9])\.jpe?g", re.IGNORECASE)


def read(root: str | Path) -> Dataset:
    """Every IIII_NN.jpg of root/train and root/val: NN 00-04 camera "A", 05-09 camera "B".

    The numbers of the two folders are unrelated: an identity is "train-0001" or "val-0001". People of val are tested:
    their pictures by A are probes, the first by B is in the gallery, further ones by B take no part.
    ReidvizError when no such picture is found.
    """
    path = existing_root(root)
    samples = [*_pictures(path, "train"), *_pictures(path, "val")]
    if not samples:
        raise ReidvizError(
            f"No CUHK03 picture was found in {shown(str(path))}.",
            "Point cuhk03-pair at the folder that contains train and val, with files named like 0001_05.jpg.",
        )
    return dataset_of(f"cuhk03-pair:{path}", samples)


def _pictures(root: Path, part: str) -> Iterator[Sample]:
    folder = root / part
    in_gallery: set[str] = set()
    for file in entries(folder) if folder.is_dir() else ():
        match = _NAME.fullmatch(file.name)
        if not match or not os.path.isfile(file):
            continue
        identity, camera = f"{part}-{match[1]}", "A" if match[2] in "01234" else "B"
        role: str | None
        if part == "train":
            role = "train"
        elif camera == "A":
            role = "probe"
        else:
            role = None if identity in in_gallery else "gallery"
            in_gallery.add(identity)
        yield Sample(f"{part}/{file.name}", file, identity, camera, "cuhk03", role)
