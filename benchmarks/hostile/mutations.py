"""What can become of a file: bytes changed at random, JSON with one thing wrong, or something else in its place."""

import json
import os
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

ODD: tuple[Any, ...] = (
    None, True, -1, 0, 1.5, 10**30, -(10**400), float("nan"), float("inf"), "", "odd", "../../secret.bin", "\ud800",
    "\u202eodd\n\x00", "x" * 100_000, [], {}, [[]], [None] * 1000, {"a": {"b": []}},
)  # fmt: skip


def other_bytes(data: bytes, rng: Random) -> bytes:
    """The bytes cut short, with some flipped, taken out or doubled, or with others before or behind."""
    at, length = rng.randrange(len(data) + 1), rng.choice((1, 2, 7, 100, 5000))
    flipped = bytearray(data)
    for _ in range(min(length, len(data))):
        flipped[rng.randrange(len(data))] = rng.choice((rng.randrange(256), *b'{}[]",:0-\\\x00\xff'))
    return rng.choice(
        (
            data[:at],
            bytes(flipped),
            data[:at] + data[at + length :],
            data[:at] + data[at : at + length] * rng.choice((2, 50)) + data[at:],
            data[:at] + rng.randbytes(length) + data[at:],
            rng.randbytes(length),
            b"",
            b"\xef\xbb\xbf" + data,
            data.decode("latin-1").encode("utf-16"),
            b"\x00" * length,
        )
    )


def other_json(data: bytes, rng: Random) -> bytes:
    """A JSON value with something odd in a place of it, or nothing, or a key twice, or nested without end."""
    value = json.loads(data)
    places = list(_places(value))
    if not places or rng.random() < 0.1:
        return rng.choice(
            (b"[" * 10**5, b'{"a":' * 10**5 + b"1" + b"}" * 10**5, b"1e999", b"null", b"[]", b"{}", b'"' + b"x" * 10**6)
        )
    at, last = rng.choice(places)
    kind = rng.randrange(5)
    if kind == 0:
        del at[last]
    elif kind == 1 and isinstance(last, str):
        twice = json.dumps({last: rng.choice(ODD)})[1:-1]
        return data.replace(b"{", b"{" + twice.encode() + b",", 1)
    elif kind == 2:
        at[last] = _Raw(rng.choice(("1e999", "-1e999", "9" * 5000, "1E-400", "-0", "0x1", "1_000", "Infinity")))
    elif kind == 3 and isinstance(at, dict):
        at[rng.choice(("odd", "", "__class__", "x" * 1000, "\ud800"))] = at[last]
    else:
        at[last] = rng.choice(ODD)
    return _Raw.put(json.dumps(value)).encode()


def in_its_place(file: Path, rng: Random, outside: tuple[Path, ...]) -> None:
    """Something else than the file: a folder, a pipe, a link to what lies outside, to itself or to a device."""
    file.unlink()
    kinds: tuple[Callable[[], object], ...] = (
        file.mkdir,
        lambda: os.mkfifo(file),
        lambda: None,
        lambda: file.symlink_to(file.name),
        lambda: file.symlink_to("/dev/zero"),
        lambda: file.symlink_to("/proc/self/environ"),
        *(lambda target=target: file.symlink_to(target) for target in outside),
    )
    rng.choice(kinds)()


class _Raw(str):
    """Characters that stand in JSON as they are."""

    MARK = "raw:"

    def __new__(cls, text: str) -> "_Raw":
        return super().__new__(cls, f"{cls.MARK}{text}{cls.MARK}")

    @classmethod
    def put(cls, text: str) -> str:
        """The JSON with those characters in place of the strings that hold them."""
        return text.replace(f'"{cls.MARK}', "").replace(f'{cls.MARK}"', "")


def _places(value: Any) -> Any:
    """Each place of a JSON value: what holds it, and the key or position."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, one in list(inner):
        yield value, key
        yield from _places(one)
