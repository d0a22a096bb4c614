"""Market-1501: 1,501 persons, 6 cameras, with its own query and gallery; 64x128 JPG."""

import os
import re
from pathlib import Path

from reidviz.data.dataset import Dataset, Sample
from reidviz.data.formats.files import dataset_of, entries
from reidviz.data.formats.layout import folder_with, holding

FOLDERS = {"bounding_box_train": "train", "query": "probe", "bounding_box_test": "gallery"}
_NAME = re.compile(r"(-1|[0-9]{4})_c([1-9])s[0-9]+_[0-9]+_[0-9]+\.jpe?g", re.IGNORECASE)


def read(root: str | Path) -> Dataset:
    """Every PPPP_cCsS_FFFFFF_NN.jpg of bounding_box_train, query and bounding_box_test: person PPPP, camera C.

    Person 0000 is a distractor, -1 junk (protocol market drops it). root is the folder of these three or up to two
    folders above it. ReidvizError when there is none.
    """
    path = folder_with(root, holding(*FOLDERS), "market1501", "bounding_box_train, query and bounding_box_test")
    samples = [
        Sample(f"{folder}/{file.name}", file, match[1], match[2], "market1501", role)
        for folder, role in FOLDERS.items()
        for file in entries(path / folder)
        if (match := _NAME.fullmatch(file.name)) and os.path.isfile(file)
    ]
    return dataset_of(f"market1501:{path}", samples, "files named like query/0001_c1s1_001051_00.jpg")
