"""PRID2011, single shot: 385 persons by camera A, 749 by camera B, 200 of them by both, 64x128 PNG."""

import os
import re
from pathlib import Path

from reidviz.data.dataset import Dataset, Sample
from reidviz.data.formats.files import dataset_of, entries
from reidviz.data.formats.layout import folder_with, holding

SHARED = 200
_NAME = re.compile(r"person_([0-9]{4})\.png", re.IGNORECASE)


def read(root: str | Path) -> Dataset:
    """Every person_NNNN.png of single_shot/cam_a and cam_b.

    Numbers up to 200 are the same person in both; above that "a0201" and "b0201" are other people. root is the folder
    of both, single_shot, or up to two folders above. ReidvizError when there is none.
    """
    path = folder_with(root, lambda f: _pair(f / "single_shot") or _pair(f), "prid2011", "cam_a and cam_b")
    path = path / "single_shot" if _pair(path / "single_shot") else path
    samples = []
    for folder, camera in (("cam_a", "A"), ("cam_b", "B")):
        for file in entries(path / folder):
            match = _NAME.fullmatch(file.name)
            if match and os.path.isfile(file):
                person = match[1] if int(match[1]) <= SHARED else f"{camera.lower()}{match[1]}"
                samples.append(Sample(f"{folder}/{file.name}", file, person, camera, "prid2011"))
    return dataset_of(f"prid2011:{path}", samples, "files named like cam_a/person_0001.png")


_pair = holding("cam_a", "cam_b")
