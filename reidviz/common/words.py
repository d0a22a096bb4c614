"""A sentence some of whose words stand out, before it is known whether it becomes Markdown or HTML."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Strong:
    """Words that stand out."""

    text: str


Words = tuple[str | Strong, ...]
"""Of plain text, which is escaped where it is shown: names may be anything."""


def listed(parts: Iterable[Words]) -> Words:
    """Several as one, with commas between them."""
    found: Words = ()
    for part in parts:
        found = (*found, *((", ",) if found else ()), *part)
    return found


def text_of(words: Words) -> str:
    """The sentence without what stands out."""
    return "".join(one if isinstance(one, str) else one.text for one in words)
