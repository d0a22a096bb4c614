"""The probes of a whole folder or list, many at a time."""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from PIL import Image

from reidviz.common.errors import ReidvizError, because
from reidviz.common.printable import printable
from reidviz.common.roots import open_regular
from reidviz.data.dataset import Dataset
from reidviz.data.formats import unlabelled
from reidviz.data.images.decode import MAX_BYTES, decode, load_image

AT_ONCE = 64
"""Probes whose images are held in memory."""


@dataclass(frozen=True, eq=False)
class NamedProbe:
    """A probe by its name, and one or several images of one person."""

    name: str
    images: tuple[Image.Image, ...]


Leave = Callable[[str, str], None]
"""Called with the name of an image that cannot be read, and why."""


@dataclass(frozen=True, eq=False)
class ProbeFolder:
    """The images below a folder, or that a list names, sorted by name: each is a probe, or together they are one."""

    dataset: Dataset
    order: tuple[int, ...]

    def __len__(self) -> int:
        """How many there are, those that cannot be read too."""
        return len(self.order) + len(self.dataset.unreadable)

    def batches(self, leave: Leave, most: int | None = None) -> Iterator[list[NamedProbe]]:
        """The first `most` of them, AT_ONCE at a time, without those whose images cannot be read."""
        self._leave_listed(leave)
        wanted = self.order[:most]
        for start in range(0, len(wanted), AT_ONCE):
            yield [one for i in wanted[start : start + AT_ONCE] if (one := self._probe(i, leave)) is not None]

    def one(self, name: str) -> NamedProbe:
        """The probe of that name. ReidvizError where its image cannot be read; KeyError where there is none."""
        return NamedProbe(name, (load_image(self.dataset, self._places[name]),))

    def sha256(self, name: str) -> str:
        """Of the file of that probe. ReidvizError where it is gone; KeyError where there is none."""
        with open_regular(self.dataset.samples[self._places[name]].path, MAX_BYTES) as file:
            return hashlib.sha256(file.read()).hexdigest()

    def together(self, name: str, leave: Leave) -> NamedProbe:
        """All of them that can be read as images of one person. ReidvizError where none can."""
        self._leave_listed(leave)
        found = tuple(image for i in self.order if (one := self._probe(i, leave)) for image in one.images)
        if not found:
            raise ReidvizError(f"No image of {printable(name)} can be read.", "What was left out tells why.")
        return NamedProbe(name, found)

    def _leave_listed(self, leave: Leave) -> None:
        for name, why in self.dataset.unreadable:
            leave(name, why)

    @cached_property
    def _places(self) -> dict[str, int]:
        return {self.dataset.samples[i].id: i for i in self.order}

    def _probe(self, position: int, leave: Leave) -> NamedProbe | None:
        name = self.dataset.samples[position].id
        try:
            return NamedProbe(name, (load_image(self.dataset, position),))
        except ReidvizError as error:
            leave(name, because(error))
            return None


def folder_of_probes(path: Path) -> ProbeFolder:
    """The probes below a folder, or that a list names. ReidvizError where there is no image."""
    dataset = unlabelled.read(path)
    return ProbeFolder(dataset, tuple(sorted(range(len(dataset.samples)), key=lambda i: dataset.samples[i].id)))


def one_file(path: Path) -> NamedProbe:
    """A single image. ReidvizError where it cannot be read."""
    return NamedProbe(path.name, (decode(path),))
