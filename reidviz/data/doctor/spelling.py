"""Identities whose names differ only by how they are written."""

import re
from collections.abc import Iterable

_LEADING_ZEROS = re.compile(r"(?<![\d.])0+(?=\d)")
_POINT_ZERO = re.compile(r"(?<=\d)\.0+$")


def plain(name: str) -> str:
    """The name without blanks, capitals, zeros in front of a number and a final ".0": " P007.0" is "p7"."""
    return _LEADING_ZEROS.sub("", _POINT_ZERO.sub("", "".join(name.split()).casefold()))


def alike(names: Iterable[str]) -> tuple[tuple[str, ...], ...]:
    """Names that are the same in plain, two or more a set, sorted."""
    sets: dict[str, set[str]] = {}
    for name in names:
        sets.setdefault(plain(name), set()).add(name)
    return tuple(sorted(tuple(sorted(those)) for those in sets.values() if len(those) > 1))
