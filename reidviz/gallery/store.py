"""What keeps the features of a gallery: the words, and the protocol that every implementation follows."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

import numpy as np
import numpy.typing as npt

from reidviz.common.arrays import Float32Array

Distance = Literal["cosine", "euclidean"]
"""By which features are compared. Of "cosine" they are unit vectors, or means of such; of "euclidean" any."""


@dataclass(frozen=True)
class Entry:
    """One image of a gallery.

    id      stable, whatever is added or removed beside it: the path of the image below its root
    camera  "" where it is not known
    time    when it was taken, in seconds since 1970; None where that is not known
    values  further columns of a manifest: name and value of each
    stamp   what tells the content of the image from another; the store only keeps it
    """

    id: str
    camera: str = ""
    time: float | None = None
    values: tuple[tuple[str, str], ...] = ()
    stamp: str = ""


@dataclass(frozen=True)
class Filter:
    """Which entries are searched: those to which all of this applies.

    cameras       by one of these; None: by any
    since, until  not taken before, not after, in seconds since 1970; entries without a time are left out by either
    equal         columns of the manifest and the value each must have
    """

    cameras: tuple[str, ...] | None = None
    since: float | None = None
    until: float | None = None
    equal: tuple[tuple[str, str], ...] = ()


EVERYTHING = Filter()


@dataclass(frozen=True, eq=False)
class Hits:
    """The nearest entries of each probe, the nearest first.

    ids        (probes, found); found: k, or as many entries as there are where these are fewer
    distances  squared, float32 (probes, found); of unit vectors 0 to 4
    """

    ids: npt.NDArray[np.object_]
    distances: Float32Array


@dataclass(frozen=True)
class Facets:
    """What entries can be filtered by.

    cameras      all that are known, sorted
    first, last  the times between which images were taken, in seconds since 1970; None where no time is known
    values       of each further column its values, sorted, MOST_VALUES at most
    """

    cameras: tuple[str, ...]
    first: float | None
    last: float | None
    values: tuple[tuple[str, tuple[str, ...]], ...]


MOST_VALUES = 500
AT_ONCE = 50_000
"""Entries whose features are copied at once."""


class FeatureStore(Protocol):
    """Features of entries, by their ids. Readers see a whole state while somebody writes: that before a call of add or
    remove, or that after it. ReidvizError where the store is damaged, cannot be reached, or somebody else writes."""

    dimensions: int
    distance: Distance

    def add(self, entries: Sequence[Entry], features: Float32Array) -> None:
        """Keep entries with their features (N, dimensions); an id that is there gets the new ones."""

    def remove(self, ids: Iterable[str]) -> None:
        """Forget entries; ids that are not there are passed over."""

    def search(self, features: Float32Array, k: int, only: Filter = EVERYTHING) -> Hits:
        """The k entries nearest to each of the features (P, dimensions)."""

    def count(self, only: Filter = EVERYTHING) -> int:
        """How many entries there are."""

    def entries(self, ids: Sequence[str]) -> list[Entry]:
        """The entries of these ids, in that order. KeyError for one that is not there."""

    def features(self, ids: Sequence[str]) -> Float32Array:
        """Their features (N, dimensions), as precise as they are kept. KeyError for an id that is not there."""

    def stamps(self) -> dict[str, str]:
        """The stamp of every entry, by id."""

    def facets(self) -> Facets:
        """What the entries can be filtered by."""


def in_parts(store: FeatureStore, ids: Sequence[str]) -> Iterator[tuple[list[Entry], Float32Array]]:
    """The entries of these ids with their features, AT_ONCE at a time. KeyError for one that is not there."""
    for start in range(0, len(ids), AT_ONCE):
        part = ids[start : start + AT_ONCE]
        yield store.entries(part), store.features(part)
