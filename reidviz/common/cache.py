"""What the cache keeps on disk, by kind, and its limit: whatever is there can be computed again."""

import logging
import os
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from reidviz.common import settings
from reidviz.common.leftovers import temporary_folder

LOG = logging.getLogger(__name__)
KINDS = {
    "synthetic": "drawn people",
    "cuhk03": "images taken out of cuhk-03.mat",
    "pixels": "images at the size that a network takes",
    "features": "embeddings of images and of pairs",
    "scores": "probes against galleries",
    "models": "models from elsewhere that were evaluated without being added",
    "selections": "selections that addresses tell of",
    "projections": "UMAP and t-SNE",
    "doctor": "what the doctor measured",
    "measures": "what was measured on images to explain failures",
    "costs": "what a probe was measured to cost",
}
"""The folders of the cache, and what is in them."""
IN_USE = 600.0
"""Seconds for which what was used stays, whatever the limit."""


@dataclass(frozen=True)
class Entry:
    """What goes or stays together: a folder, or files that differ in how their names end.

    bytes: what it takes on the disk; used: when it was last read or written, in seconds since 1970.
    """

    kind: str
    paths: tuple[Path, ...]
    bytes: int
    used: float


def entries() -> list[Entry]:
    """All that is kept. What is gone meanwhile counts nothing."""
    return [entry for kind in KINDS for entry in _entries(kind)]


def clear(kind: str) -> int:
    """Delete what is kept of a kind; how many bytes these were."""
    return sum(_delete(entry) for entry in _entries(kind))


def trim() -> int:
    """Delete what was used longest ago until no more is kept than settings.cache_limit(); how many bytes these were.

    What was used in the last IN_USE seconds stays. ReidvizError where the limit is none.
    """
    limit = settings.cache_limit()
    found = sorted(entries(), key=lambda entry: entry.used)
    kept, freed = sum(entry.bytes for entry in found), 0
    for entry in found:
        if kept - freed <= limit or time.time() - entry.used < IN_USE:
            break
        freed += _delete(entry)
    return freed


def _entries(kind: str) -> Iterator[Entry]:
    together: dict[str, list[Path]] = {}
    with suppress(OSError):
        for path in (settings.cache_dir() / kind).iterdir():
            if not path.name.startswith("."):
                together.setdefault(path.stem if path.is_file() else path.name, []).append(path)
    for paths in together.values():
        seen = [one for path in paths for one in _stats(path)]
        size, used = sum(512 * one.st_blocks for one in seen), max((one.st_mtime for one in seen), default=0.0)
        yield Entry(kind, tuple(paths), size, used)


def _stats(path: Path) -> Iterator[os.stat_result]:
    inside = (Path(folder) / name for folder, _, names in os.walk(path) for name in names)
    for one in (path, *inside):
        with suppress(OSError):
            yield one.lstat()


def _delete(entry: Entry) -> int:
    """Move it away, then delete it: nobody ever finds half of it there."""
    with suppress(OSError), temporary_folder(settings.cache_dir() / entry.kind) as away:
        for path in entry.paths:
            path.rename(away / path.name)
        LOG.info("deleted %s from the cache", ", ".join(map(str, entry.paths)))
        return entry.bytes
    return 0
