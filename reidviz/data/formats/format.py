"""What reidviz knows of one form of data: a record each, in the file of its reader."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from reidviz.data.dataset import Dataset, Split

Reader = Callable[[str | Path], Dataset]


@dataclass(frozen=True)
class Counts:
    """What a data set has as published; None where its owner does not say, or names no cameras."""

    persons: int
    cameras: int | None
    images: int | None


def no_protocols(dataset: Dataset) -> tuple[str, ...]:
    """Of a data set that has no protocol of its own."""
    return ()


def market_protocol(dataset: Dataset) -> tuple[str, ...]:
    """Of a data set whose owner tests it by the rules of Market-1501, where all of it is there."""
    return ("market",) if {"probe", "gallery"} <= {s.split for s in dataset.samples} else ()


def no_split(dataset: Dataset, protocol: str) -> Split | None:
    """Of a data set that is split as any other."""
    return None


@dataclass(frozen=True)
class DataFormat:
    """One form of data.

    name        before the colon of a data set's name
    title, obtain  in words: what it is; what it may be used for, and whom to ask for it
    layout      in words: what lies in its folder
    read        (root) -> the data set; ReidvizError where there is none
    counts      as published, None where there are none
    recognise   (folder) -> the data set; ReidvizError unless it is surely one, up to two folders below. None where no
                folder looks like it
    holds       whether a folder has the parts of this form, by the names that its owner gave them, so that folder:
                reads it so; None where there are no such names
    certain     whether these names are enough to refuse, with its error, what cannot be read by them
    protocols   (data set) -> the protocols that only this form has, the default first; those that its files allow
    split       (data set, protocol) -> its split by such a protocol, None for any other; ReidvizError where images or
                files are missing
    """

    name: str
    title: str
    obtain: str
    layout: str
    read: Reader
    counts: Counts | None = None
    recognise: Reader | None = None
    holds: Callable[[Path], bool] | None = None
    certain: bool = False
    protocols: Callable[[Dataset], tuple[str, ...]] = no_protocols
    split: Callable[[Dataset, str], Split | None] = no_split


RESEARCH = "For research only; ask its owners at"
