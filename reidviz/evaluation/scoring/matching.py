"""Which image of a data set each name in a file means: by id, by the end of its path, by file name, without ending."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import PurePosixPath

import numpy as np
import numpy.typing as npt

from reidviz.common.arrays import BoolArray, IntArray
from reidviz.common.errors import ReidvizError
from reidviz.data.dataset import Dataset, Split
from reidviz.models.added.given import Labels, examples

Names = npt.NDArray[np.str_]


@dataclass(frozen=True, eq=False)
class Match:
    """Rows of a file and images of a data set.

    rows   the row of each image (samples,), -1 where there is none
    how    by what names were compared
    unused  names that are of no image, or of several; total: all names
    """

    rows: IntArray
    how: str
    unused: tuple[str, ...]
    total: int

    @property
    def covered(self) -> BoolArray:
        """Which images have a row (samples,)."""
        return self.rows >= 0

    def sentence(self, dataset: Dataset, which: IntArray | None = None) -> str:
        """How many of the images, by default all, have a row, with examples of those that have none."""
        places = np.arange(len(dataset.samples)) if which is None else which
        missing = [dataset.samples[i].id for i in places[~self.covered[places]].tolist()]
        told = f"{len(places) - len(missing):,} of {len(places):,} images were found, by {self.how}"
        if missing:
            told += f"; missing: {examples(missing)}"
        if self.unused:
            counts = f"{len(self.unused):,} of {self.total:,}"
            told += f"; {counts} names are of no image of this data: {examples(list(self.unused))}"
        return told if told.endswith("…") else f"{told}."


def match_names(names: Names, dataset: Dataset) -> Match:
    """Each image's row by the way of comparing names that finds the most images; the strictest of equals."""
    ids = [sample.id for sample in dataset.samples]
    given = [name.replace("\\", "/") for name in names.tolist()]
    best: Match | None = None
    for how, key in _WAYS.items():
        found = _by_key([key(one) for one in given], [key(one) for one in ids], how, given)
        if best is None or found.covered.sum() > best.covered.sum():
            best = found
        if best.covered.all():
            break
    assert best is not None
    return best


def match_labels(labels: Labels, dataset: Dataset, split: Split) -> Names:
    """The id of each row (N,) that is told by person, camera and part alone, "" where no image can be meant.

    Rows of one person, camera and part are taken in the order of the images' names, as scripts walk a folder; where
    there are more or fewer rows than images, none of these is matched.
    """
    ids = np.full(len(labels.parts), "", dtype=f"<U{max(len(sample.id) for sample in dataset.samples)}")
    cameras = _camera_numbers(dataset, labels)
    junk = [i for i, sample in enumerate(dataset.samples) if sample.split == "gallery" and sample.identity == "-1"]
    parts = {"probe": split.probes.tolist(), "gallery": sorted({*split.gallery.tolist(), *junk})}
    for part, positions in parts.items():
        images: dict[tuple[int, int], list[str]] = {}
        for i in positions:
            sample = dataset.samples[i]
            images.setdefault((_number(sample.identity), cameras[sample.camera or ""]), []).append(sample.id)
        rows: dict[tuple[int, int], list[int]] = {}
        for row in np.flatnonzero(labels.parts == part).tolist():
            rows.setdefault((int(labels.identities[row]), int(labels.cameras[row])), []).append(row)
        for who, places in rows.items():
            if len(images.get(who, ())) == len(places):
                ids[places] = sorted(images[who])
    return ids


def _camera_numbers(dataset: Dataset, labels: Labels) -> dict[str, int]:
    """The number of each camera in the file: its own digits, the same counted from 0, or its place in order."""
    names = sorted(set(dataset.cameras.tolist()))
    told = sorted(set(labels.cameras.tolist()))
    own = {name: _number(name) for name in names}
    if set(told) <= set(own.values()) and len(set(own.values())) == len(names):
        return own
    if {number + 1 for number in told} <= set(own.values()):
        return {name: number - 1 for name, number in own.items()}
    if len(told) == len(names):
        return dict(zip(names, told, strict=True))
    raise ReidvizError(
        f"The file tells {len(told)} cameras and the data have {len(names)}.", "Name the images in the file instead."
    )


def _number(name: str) -> int:
    """The digits of a name as a number, -1 for none."""
    if name == "-1":
        return -1
    digits = "".join(c for c in name if c.isdecimal())
    return int(digits) if digits else -1


def _by_key(given: list[str], ids: list[str], how: str, names: list[str]) -> Match:
    """Images whose key nobody else has, and the first row with that key."""
    often = Counter(ids)
    first = {key: row for row, key in reversed(list(enumerate(given))) if key}
    rows = np.array([first.get(key, -1) if often[key] == 1 else -1 for key in ids], dtype=np.int64)
    used = set(rows.tolist())
    unused = tuple(names[row] for row in range(len(given)) if row not in used)
    return Match(rows, how, unused, len(given))


def _tail(parts: int) -> Callable[[str], str]:
    return lambda name: "/".join(PurePosixPath(name).parts[-parts:])


_WAYS: dict[str, Callable[[str], str]] = {
    "id": lambda name: name,
    "the last three parts of the path": _tail(3),
    "the last two parts of the path": _tail(2),
    "file name": _tail(1),
    "file name without its ending": lambda name: PurePosixPath(name).stem,
}
