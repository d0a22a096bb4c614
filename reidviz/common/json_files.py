"""JSON on disk, checked by type once, where it is read: what comes out is what its type says, or there is a sentence.

A key that the type does not know is ignored: a newer version may have written it.
"""

import json
import os
import re
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any, BinaryIO, TypeVar

import msgspec

from reidviz.common.atomic_write import write_atomically
from reidviz.common.errors import ReidvizError
from reidviz.common.printable import printable

T = TypeVar("T")
_NOT_FINITE = re.compile(rb"[:,\[]\s*-?(NaN|Infinity)\b")
_WORDS = {
    "int": "a whole number",
    "float": "a number",
    "str": "text",
    "bool": "true or false",
    "object": "a record",
    "array": "a list",
    "null": "nothing",
}
_RULES: tuple[tuple[str, Callable[[str, re.Match[str]], str]], ...] = (
    (r"Expected `(.+)`, got `(.+)`", lambda at, m: f"{at} should be {_kinds(m[1])} and is {_kinds(m[2])}"),
    (r"Expected `(.+)` (of length )?([<>]=) (\S+)", lambda at, m: f"{at} is {_beyond(m[3], m[2])} {m[4]}"),
    (r"Object missing required field `(.+)`", lambda at, m: f"{at} has no {m[1]}"),
    (r"Invalid enum value (.+)", lambda at, m: f"{at} cannot be {m[1]}"),
    (r"(Integer value|Number) out of range", lambda at, m: f"{at} is beyond any number that can be meant"),
)

Count = Annotated[int, msgspec.Meta(ge=0, le=10**12)]
"""How many of something."""
Seconds = Annotated[float, msgspec.Meta(ge=0, le=1e11)]
"""A time that has passed, or one since 1970."""
Percent = Annotated[float, msgspec.Meta(ge=0, le=100)]


def write_json(file: Path, value: object) -> None:
    """Put a value in the place of a JSON file, whole or not at all. ReidvizError when it cannot be written."""
    write_atomically(file, (json.dumps(value, indent=1) + "\n").encode())


def read_json(file: Path, kind: type[T], what: str, most_bytes: int, hint: str = "") -> T:
    """A JSON file as `kind`, a dataclass, TypedDict or any other type that msgspec decodes. what: the file, in words.

    Raises ReidvizError, "WHAT is damaged, because …", when it is not there, is no regular file, is larger than
    most_bytes or does not hold that; and when a __post_init__ of a dataclass raises ValueError.
    """
    return decoded(_bytes_of(file, what, most_bytes, hint), kind, what, hint)


def decoded(data: bytes, kind: type[T], what: str, hint: str = "") -> T:
    """The same from bytes that were read already."""
    try:
        return msgspec.json.decode(data, type=kind, dec_hook=_path)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError, MemoryError, ValueError) as error:
        no_number = "a number in it is not finite" if _NOT_FINITE.search(data) else ""
        raise _damaged(what, no_number or _because(error), hint) from error


def converted(value: object, kind: type[T], what: str, hint: str = "") -> T:
    """The same from what a JSON file held in a place of no fixed type."""
    try:
        return msgspec.convert(value, kind, dec_hook=_path)
    except (msgspec.MsgspecError, RecursionError, ValueError) as error:
        raise _damaged(what, _because(error), hint) from error


def open_at_once(file: Path) -> BinaryIO:
    """The file to be read; a pipe in its place holds nobody up. Raises OSError."""
    return os.fdopen(os.open(file, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC), "rb")


def _bytes_of(file: Path, what: str, most_bytes: int, hint: str) -> bytes:
    try:
        seen = file.stat()
        if not stat.S_ISREG(seen.st_mode):
            raise _damaged(what, "it is no file", hint)
        with open_at_once(file) as opened:
            data = opened.read(most_bytes + 1) if seen.st_size <= most_bytes else b""
    except (OSError, ValueError) as error:
        why = "it is not there" if isinstance(error, FileNotFoundError) else "it cannot be read"
        raise _damaged(what, why, hint) from error
    if max(len(data), seen.st_size) > most_bytes:
        raise _damaged(what, f"it is larger than {most_bytes:,} bytes", hint)
    return data


def _damaged(what: str, why: str, hint: str) -> ReidvizError:
    return ReidvizError(f"{printable(what)} is damaged, because {why}.", hint)


def _because(error: Exception) -> str:
    if isinstance(error, UnicodeDecodeError):
        return "it is not UTF-8 text"
    if isinstance(error, RecursionError):
        return "it is nested too deeply"
    if isinstance(error, MemoryError):
        return "it takes more memory than there is"
    said, _, place = str(error).partition(" - at ")
    place = place.strip("`") or "$"
    for pattern, words in _RULES:
        if found := re.fullmatch(pattern, said, re.DOTALL):
            return printable(words(_named(place), found))[:300]
    if isinstance(error, msgspec.ValidationError):
        return printable(said if place == "$" else f"in {place} {said}")[:300]
    return f"it is not whole JSON ({printable(said)[:100]})"


def _named(place: str) -> str:
    return "the whole" if place == "$" else place


def _kinds(told: str) -> str:
    return " or ".join(_WORDS.get(one, one) for one in told.split(" | "))


def _beyond(sign: str, length: str | None) -> str:
    """What breaks a limit with that sign."""
    if length:
        return "shorter than" if sign == ">=" else "longer than"
    return "below" if sign == ">=" else "above"


def _path(kind: type[Any], value: object) -> Any:
    if kind is Path and isinstance(value, str):
        return Path(value)
    raise TypeError(f"Expected `str`, got `{type(value).__name__}`")
