"""MSMT17: 4,101 persons, 15 cameras, listed in four text files."""

import os
from collections.abc import Iterator
from pathlib import Path

from reidviz.data.dataset import Dataset, Sample
from reidviz.data.formats.files import dataset_of
from reidviz.data.formats.layout import folder_with, holding
from reidviz.data.names import shown, text
from reidviz.errors import ReidvizError

LISTS = {"list_train.txt": "train", "list_val.txt": None, "list_query.txt": "probe", "list_gallery.txt": "gallery"}
_FOLDERS = {"train": ("train", "mask_train_v2"), "test": ("test", "mask_test_v2")}


def read(root: str | Path) -> Dataset:
    """Every picture that list_train, list_val, list_query and list_gallery name, a line `path number` each.

    Paths start in train (train and val) or test (query and gallery), in version 2 in mask_train_v2 or mask_test_v2. The
    numbers of both are unrelated: persons are "train-0000" and "test-0000". The camera is the third part of a file's
    name. Pictures of val take no part in the owner's protocol. root is the folder of the lists or up to two folders
    above it. ReidvizError when there is none, and for a bad line, by its number.
    """
    path = folder_with(root, holding(*LISTS), "msmt17", "list_train.txt and its fellows")
    samples = [sample for name, role in LISTS.items() for sample in _listed(path, name, role)]
    return dataset_of(f"msmt17:{path}", samples, "pictures that list_train.txt and its fellows name")


def _listed(root: Path, name: str, role: str | None) -> Iterator[Sample]:
    part = "test" if role in ("probe", "gallery") else "train"
    folder = next((root / one for one in _FOLDERS[part] if (root / one).is_dir()), None)
    if folder is None:
        raise ReidvizError(f"There is no folder {part} beside {name} in {shown(str(root))}.", "Unpack all of MSMT17.")
    try:
        lines = (root / name).read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise ReidvizError(f"{name} cannot be read.", "Unpack it again.") from error
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        path, _, person = line.strip().rpartition(" ")
        fields = path.rsplit("/", 1)[-1].split("_")
        if not path or not person.isdigit() or len(fields) < 4 or ".." in path.split("/") or path.startswith("/"):
            raise ReidvizError(
                f"Line {number} of {name} is not a path and a number: {shown(line[:80])}.", "Unpack it again."
            )
        file = folder / path
        if not os.path.isfile(file):
            raise ReidvizError(f"Line {number} of {name} names {shown(path)}, which is not there.", "Unpack it again.")
        ident = text(file.relative_to(root).as_posix())
        yield Sample(ident, file, f"{part}-{int(person):04d}", fields[2], "msmt17", role)
