"""What a kept value is called. One place makes such names, so that each says all that its value depends on."""

import hashlib
from collections.abc import Iterable
from dataclasses import fields, is_dataclass
from pathlib import PurePath

import numpy as np

from reidviz.data.dataset import Dataset, Split


def key_of(*things: object) -> str:
    """32 hex digits that change with any of the things and with their order.

    A data set is told by its files (Dataset.cache_key), a split by its protocol and its images (Split.key), what has
    a `key` by that, an array by its values, any other dataclass by its fields. TypeError for what cannot be told: a
    value named without it would be served for another.
    """
    digest = hashlib.sha256()
    for part in _parts(things):
        digest.update(b"%d:" % len(part) + part)
    return digest.hexdigest()[:32]


def _parts(thing: object) -> Iterable[bytes]:
    if isinstance(thing, Dataset):
        yield f"data {thing.cache_key}".encode()
    elif isinstance(thing, Split):
        yield f"split {thing.protocol} {thing.key}".encode()
    elif isinstance(getattr(thing, "key", None), str):
        yield f"{type(thing).__name__} {thing.key}".encode()  # type: ignore[attr-defined]
    elif thing is None or isinstance(thing, str | int | float | PurePath):
        yield ascii(thing).encode()
    elif isinstance(thing, np.ndarray) and not thing.dtype.hasobject:
        yield f"{thing.dtype.str} {thing.shape}".encode()
        yield np.ascontiguousarray(thing).tobytes()
    elif isinstance(thing, tuple | list):
        yield f"{len(thing)} things".encode()
        for one in thing:
            yield from _parts(one)
    elif is_dataclass(thing) and not isinstance(thing, type):
        yield type(thing).__name__.encode()
        for field in fields(thing):
            yield from _parts(getattr(thing, field.name))
    else:
        raise TypeError(f"{type(thing).__name__} cannot be part of a key")
