"""MSMT17: 4,101 persons, 15 cameras, listed in four text files."""

import re
from collections.abc import Iterator
from pathlib import Path

from reidviz.common.errors import ReidvizError
from reidviz.common.printable import escape_bytes, printable
from reidviz.common.roots import MOST_LISTED, inside, last, open_regular
from reidviz.data.dataset import Dataset, Sample
from reidviz.data.formats.format import RESEARCH, Counts, DataFormat, market_protocol
from reidviz.data.formats.locate import folder_with, holding
from reidviz.data.formats.reading import Entry, Intake, unreadable, walk

LISTS = {"list_train.txt": "train", "list_val.txt": None, "list_query.txt": "probe", "list_gallery.txt": "gallery"}
_NUMBER = re.compile(r"[0-9]{1,9}")
_FOLDERS = {"train": ("train", "mask_train_v2"), "test": ("test", "mask_test_v2")}


def read(root: str | Path) -> Dataset:
    """Every image that list_train, list_val, list_query and list_gallery name, a line `path number` each.

    Paths start in train (train and val) or test (query and gallery), in version 2 in mask_train_v2 or mask_test_v2. The
    numbers of both are unrelated: persons are "train-0000" and "test-0000". The camera is the third part of a file's
    name. Images of val take no part in the owner's protocol. root is the folder of the lists or up to two folders
    above it. ReidvizError when there is none, and for a bad line, by its number.
    """
    path = folder_with(root, holding(*LISTS), "msmt17", "list_train.txt and its fellows", tuple(LISTS))
    found = {entry.name: entry for entry in walk(path)}
    intake = Intake()
    listed = set()
    for name, role in LISTS.items():
        for sample, size in _listed(path, found, name, role):
            intake.take(sample, size)
            listed.add(sample.id)
    for entry in found.values():
        if entry.name not in listed and entry.name not in LISTS:
            intake.leave(unreadable(entry) or "images that no list names", entry.name)
    return intake.dataset(f"msmt17:{path}", "images that list_train.txt and its fellows name")


def _listed(root: Path, found: dict[str, Entry], name: str, role: str | None) -> Iterator[tuple[Sample, int]]:
    part = "test" if role in ("probe", "gallery") else "train"
    folder = next((one for one in _FOLDERS[part] if (root / one).is_dir()), None)
    if folder is None:
        raise ReidvizError(f"There is no folder {part} beside {name} in {last(root)}.", "Unpack all of MSMT17.")
    try:
        if not inside(root / name, root):
            raise ReidvizError(f"{name} leads out of its folder.")
        with open_regular(root / name, MOST_LISTED) as opened:
            lines = opened.read().decode("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise ReidvizError(f"{name} cannot be read.", "Unpack it again.") from error
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        path, _, person = line.strip().rpartition(" ")
        fields = path.rsplit("/", 1)[-1].split("_")
        plain = path and _NUMBER.fullmatch(person) and ".." not in path.split("/") and not path.startswith("/")
        if not plain or len(fields) < 4:
            raise ReidvizError(
                f"Line {number} of {name} is not a path and a number: {printable(line[:80])}.", "Unpack it again."
            )
        entry = found.get(escape_bytes(f"{folder}/{path}"))
        if entry is None or entry.size is None:
            raise ReidvizError(
                f"Line {number} of {name} names {printable(path)}, which is not there.", "Unpack it again."
            )
        yield Sample(entry.name, entry.path, f"{part}-{int(person):04d}", fields[2], "msmt17", role), entry.size


MSMT17 = DataFormat(
    name="msmt17",
    title="MSMT17",
    obtain=f"{RESEARCH} Peking University, by a signed agreement.",
    layout="list_train.txt, list_val.txt, list_query.txt and list_gallery.txt beside train and test (or mask_train_v2 "
    "and mask_test_v2).",
    read=read,
    counts=Counts(4101, 15, 126441),
    recognise=read,
    holds=holding(*LISTS),
    certain=True,
    protocols=market_protocol,
)
