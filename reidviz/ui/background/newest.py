"""What a server keeps of its last computations."""

from typing import TypeVar

T = TypeVar("T")


def keep_newest(kept: dict[str, T], key: str, value: T, most: int) -> T:
    """Put a value under a key, and forget the oldest where there are more than `most`; the value.

    Several sessions may do so at once.
    """
    kept[key] = value
    for oldest in list(kept)[:-most]:
        kept.pop(oldest, None)
    return value
