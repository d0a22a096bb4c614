"""What can happen to a JSON file: each way it can be damaged, by name."""

import json
from collections.abc import Iterator
from typing import Any

ODD: tuple[Any, ...] = (None, True, -1, 10**30, 1.5, "odd", [[]], {})
DEEP = 100_000
MEASURED: dict[str, Any] = {
    "data": "synthetic:viper",
    "protocol": "half:0",
    "probes": 4,
    "gallery": 4,
    "name": "one",
    "variant": "mtdnet",
    "kind": "probability",
    "cmc": {"1": 50.0, "5": 75.0, "10": 100.0, "20": 100.0},
    "mAP": 60.0,
    "mINP": 60.0,
    "seconds": 0.1,
}
"""Figures as a card holds them."""


def places(value: Any, place: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Every key and position of a JSON value, and of what it holds; of a list the first."""
    inner = value.items() if isinstance(value, dict) else enumerate(value[:1]) if isinstance(value, list) else ()
    for key, one in inner:
        yield (*place, key)
        yield from places(one, (*place, key))


def with_(value: Any, place: tuple[Any, ...], new: Any) -> Any:
    """The value with something else at a place; ... removes what is there."""
    copy = json.loads(json.dumps(value))
    at = copy
    for key in place[:-1]:
        at = at[key]
    if new is ...:
        del at[place[-1]]
    else:
        at[place[-1]] = new
    return copy


def damages(data: bytes) -> Iterator[tuple[str, bytes]]:
    """Name and bytes of every damage to a JSON file."""
    value = json.loads(data)
    yield "empty", b""
    yield "spaces", b" \n "
    yield "half", data[: len(data) // 2]
    yield "not UTF-8", data.replace(b'"', b'"\xff', 1)
    yield "binary", bytes(range(256))
    yield "deep", DEEP * b"["
    yield "deep and whole", DEEP * b"[" + DEEP * b"]"
    yield "deep inside", b'{"odd": ' + DEEP * b'{"a":' + b"1" + DEEP * b"}" + b"," + data.strip()[1:]
    yield "unknown key", b'{"odd": 1,' + data.strip()[1:]
    yield "huge", data.rstrip() + 5 * 1024**2 * b" "
    for top in (b"null", b"3", b'"odd"', b"[]", b"{}", b"[[]]", b"NaN", b"true", b"-Infinity"):
        yield top.decode(), top
    for place in places(value):
        named = ".".join(map(str, place))
        yield f"without {named}", json.dumps(with_(value, place, ...)).encode()
        yield f"{named} NaN", json.dumps(with_(value, place, float("nan"))).encode()
        for odd in ODD:
            yield f"{named} {odd!r}", json.dumps(with_(value, place, odd)).encode()
