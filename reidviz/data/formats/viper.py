"""VIPeR: 632 persons, one picture by each of two cameras, 48x128 BMP."""

import os
import re
from pathlib import Path

from reidviz.data.dataset import Dataset, Sample
from reidviz.data.formats.files import dataset_of, entries
from reidviz.data.formats.layout import folder_with, holding

_NAME = re.compile(r"([0-9]{3})_([0-9]{1,3})\.bmp", re.IGNORECASE)


def read(root: str | Path) -> Dataset:
    """Every III_ANGLE.bmp of cam_a and cam_b: person III, the angle differs between cameras.

    root is the folder of both or up to two folders above it. ReidvizError when there is none.
    """
    path = folder_with(root, holding("cam_a", "cam_b"), "viper", "cam_a and cam_b")
    samples = [
        Sample(f"{folder}/{file.name}", file, match[1], camera, "viper")
        for folder, camera in (("cam_a", "A"), ("cam_b", "B"))
        for file in entries(path / folder)
        if (match := _NAME.fullmatch(file.name)) and os.path.isfile(file)
    ]
    return dataset_of(f"viper:{path}", samples, "files named like cam_a/000_45.bmp")
