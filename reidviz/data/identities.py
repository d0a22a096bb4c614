"""How identities and cameras are written, the same for every reader: 12.0 is 12, NaN is none, -1 is junk, 0 nobody."""

import re
from collections.abc import Iterable

_WHOLE = re.compile(r"(-?[0-9]+)\.0*")
_JUNK = re.compile(r"-1")
_DISTRACTOR = re.compile(r"0+")
_MISSING = ("", "nan", "<na>")


def label(written: str) -> str | None:
    """An identity or camera as it was written, without blanks around it and without the ".0" that tables add.

    Leading zeros stay. None for nothing, nan and <NA>.
    """
    plain = written.strip()
    if len(plain) < 5 and plain.casefold() in _MISSING:
        return None
    whole = _WHOLE.fullmatch(plain) if "." in plain else None
    return whole[1] if whole else plain


def is_junk(identity: str) -> bool:
    """Whether it marks, by the rules of Market-1501, an image of nobody in particular that is not to be judged."""
    return _JUNK.fullmatch(identity) is not None


def is_distractor(identity: str) -> bool:
    """Whether it marks, by the rules of Market-1501, a gallery image that matches no probe: 0, 0000, 00000."""
    return _DISTRACTOR.fullmatch(identity) is not None


def is_nobody(identity: str) -> bool:
    """Whether images of that identity show no one person: they neither train nor are probed."""
    return is_junk(identity) or is_distractor(identity)


def follow_market(labelled: Iterable[tuple[str, str | None]]) -> bool:
    """Whether identities, each with its role, are named by the rules of Market-1501: some are junk, or 0 is there and
    found in the gallery only. Elsewhere 0 may be the first person of a list that counts from it."""
    roles: set[str | None] = set()
    for identity, role in labelled:
        if is_junk(identity):
            return True
        if is_distractor(identity):
            roles.add(role)
    return roles == {"gallery"}
