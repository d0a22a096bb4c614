"""What somebody said of two images: that they show one person, or two."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Literal

import msgspec

Image = Annotated[str, msgspec.Meta(max_length=4096)]
Answer = Literal["same", "different", "skip"]
Pair = tuple[str, str]
"""Two images by Sample.id, the lesser one first."""


@dataclass(frozen=True)
class Mark:
    """An answer about two images, by Sample.id (of a gallery: mark_file.gallery_mark_file). at: when, UTC, ISO 8601."""

    first: Image
    second: Image
    answer: Answer
    at: str = ""

    @property
    def pair(self) -> Pair:
        """The images whichever way round they were shown."""
        return pair_of(self.first, self.second)


def pair_of(first: str, second: str) -> Pair:
    """Two images as marks know them, whichever way round."""
    return (first, second) if first <= second else (second, first)


def now() -> str:
    """The moment as marks tell it."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def standing(marks: Iterable[Mark]) -> dict[Pair, Mark]:
    """The last mark on each pair, in the order in which pairs were last answered."""
    found: dict[Pair, Mark] = {}
    for mark in marks:
        found.pop(mark.pair, None)
        found[mark.pair] = mark
    return found


def answers(marks: Iterable[Mark]) -> dict[Pair, Answer]:
    """The last answer on each pair, in the order in which pairs were last answered."""
    return {pair: mark.answer for pair, mark in standing(marks).items()}


def said(given: Mapping[Pair, Answer]) -> dict[Pair, bool]:
    """Without what was skipped: whether each pair shows one person."""
    return {pair: answer == "same" for pair, answer in given.items() if answer != "skip"}


@dataclass(frozen=True)
class Together:
    """What several annotators say. same: whether each pair shows one person, where nobody contradicts; disputed: the
    pairs on which they differ, which count for nothing."""

    same: dict[Pair, bool]
    disputed: tuple[Pair, ...]


def together(every: Iterable[Mapping[Pair, Answer]]) -> Together:
    """The answers of several annotators as one."""
    heard: dict[Pair, set[bool]] = {}
    for given in every:
        for pair, same in said(given).items():
            heard.setdefault(pair, set()).add(same)
    agreed = {pair: next(iter(values)) for pair, values in heard.items() if len(values) == 1}
    return Together(agreed, tuple(pair for pair, values in heard.items() if len(values) > 1))


def consistent(same: Mapping[Pair, bool]) -> dict[Pair, bool]:
    """Pairs and whether each shows one person, without those among images that would all be one person, through others
    too, but for a pair that says they are two."""
    groups: dict[str, set[str]] = {}
    for pair, alike in same.items():
        one, other = (groups.setdefault(image, {image}) for image in pair)
        if alike and one is not other:
            one |= other
            groups.update(dict.fromkeys(other, one))
    contradicted = {id(groups[a]) for (a, b), alike in same.items() if not alike and groups[a] is groups[b]}
    return {
        (a, b): alike
        for (a, b), alike in same.items()
        if not (groups[a] is groups[b] and id(groups[a]) in contradicted)
    }
