"""The words everything else is said in: Sample, Dataset, Split."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image

from reidviz.common.arrays import IntArray
from reidviz.data.identities import is_nobody


@dataclass(frozen=True)
class Sample:
    """One image of one person.

    id        unique in its data set: the path relative to the root, with forward slashes
    path      the image file
    identity  the person's name in the data set
    camera    the camera's name, or None where the data set does not tell
    domain    the data set the image comes from, e.g. "cuhk01"
    split     "train", "probe" or "gallery" where the owner of the data says so, else None
    metadata  what else a list says of it: the name and the value of each further column
    """

    id: str
    path: Path
    identity: str
    camera: str | None
    domain: str
    split: str | None = None
    metadata: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Unread:
    """Files below a data set's root that are not in it: why, how many, and the first of them by name."""

    reason: str
    count: int
    examples: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Dataset:
    """Samples in a fixed order (sorted by identity, camera, id), read from one root.

    name      what a user types to get it, e.g. "synthetic:cuhk03" or "cuhk01:/data/cuhk01"
    samples   every image of the data set
    revision  changes when images change though no name does: the drawing version of the synthetic domains,
              a digest of the file sizes elsewhere
    draw      makes the image of a sample whose file does not exist yet (synthetic domains, CUHK03's .mat)
    base      of a data set that leaves images of another one out, the name of that one
    unread    every other file below the root, by reason
    notes     what the reader understood that is not plain to see, a sentence each
    unreadable  of a list of images of nobody: those it names that cannot be read, as it writes them, and why
    market_rules  whether identity -1 is junk and 0 a distractor whatever the protocol: such images neither train nor
              are probed, and are no person
    """

    name: str
    samples: tuple[Sample, ...]
    revision: str
    draw: Callable[[Sample], Image.Image] | None = None
    base: str = ""
    unread: tuple[Unread, ...] = ()
    notes: tuple[str, ...] = ()
    market_rules: bool = False
    unreadable: tuple[tuple[str, str], ...] = ()

    @property
    def layout(self) -> str:
        """The format it was read by, whose own protocols it has: "cuhk01", "folder", ..."""
        return (self.base or self.name).partition(":")[0]

    @cached_property
    def manifest_hash(self) -> str:
        """16 hex digits that change with any sample, label or file size; the same wherever the data set lies."""
        rows = [(s.id, s.identity, s.camera, s.domain, s.split) for s in self.samples]
        return hashlib.sha256(json.dumps([self.revision, rows]).encode()).hexdigest()[:16]

    @cached_property
    def cache_key(self) -> str:
        """manifest_hash narrowed down to these very files: it also changes when one is moved or written anew."""
        if self.draw is not None:
            return self.manifest_hash
        rows = [(ascii(str(s.path)), _written(s.path)) for s in self.samples]
        return hashlib.sha256(json.dumps([self.manifest_hash, rows]).encode()).hexdigest()[:16]

    @cached_property
    def identities(self) -> npt.NDArray[np.str_]:
        """The identity of every sample, shape (samples,)."""
        return np.array([s.identity for s in self.samples])

    @cached_property
    def persons(self) -> tuple[str, ...]:
        """The identities that are persons, each once, sorted."""
        names = np.unique(self.identities).tolist()
        return tuple(name for name in names if not (self.market_rules and is_nobody(name)))

    @cached_property
    def individuals(self) -> npt.NDArray[np.str_]:
        """The identity of every sample, shape (samples,), but a name of its own for each image of nobody: no two of
        them show one person."""
        persons = set(self.persons)
        return np.array([s.identity if s.identity in persons else f"{s.identity}/{s.id}" for s in self.samples])

    @cached_property
    def cameras(self) -> npt.NDArray[np.str_]:
        """The camera of every sample, "" where unknown, shape (samples,)."""
        return np.array([s.camera or "" for s in self.samples])


def _written(path: Path) -> int:
    """When a file was last written, in nanoseconds; 0 for one that is gone or cannot be reached."""
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return 0


@dataclass(frozen=True)
class LeftOut:
    """A probe that cannot be matched, by its position in Dataset.samples, and why not."""

    position: int
    reason: str


@dataclass(frozen=True, eq=False)
class Split:
    """Which samples train, probe and fill the gallery, as positions in Dataset.samples.

    No training identity is ever probed or in the gallery, and every probe has a true match there.

    left_out        probes without one
    across_cameras  gallery images of the probe's person by the probe's own camera are ignored
    notes           what is to be known of the test beside its protocol, a sentence each
    probe_frames, gallery_frames  of a split by tracklets (splits.tracklets), the frames behind each probe and gallery
                    entry; else nothing: each is one image
    """

    protocol: str
    train: IntArray
    probes: IntArray
    gallery: IntArray
    left_out: tuple[LeftOut, ...] = ()
    across_cameras: bool = False
    notes: tuple[str, ...] = ()
    probe_frames: tuple[IntArray, ...] = ()
    gallery_frames: tuple[IntArray, ...] = ()

    @property
    def key(self) -> str:
        """16 hex digits that name these very probes and gallery images, and how they are matched."""
        digest = hashlib.sha256(np.ascontiguousarray(self.probes, dtype="<i8").tobytes())
        digest.update(b"|" + np.ascontiguousarray(self.gallery, dtype="<i8").tobytes())
        digest.update(b"|across cameras" if self.across_cameras else b"")
        for frames in (*self.probe_frames, *self.gallery_frames):
            digest.update(b"|" + np.ascontiguousarray(frames, dtype="<i8").tobytes())
        return digest.hexdigest()[:16]
