"""Features in memory-mapped blocks on this machine, every one of which is compared: no hit is ever missed.

What is added becomes a new block, what is removed a note in the manifest: a block is on the disk before the manifest
tells of it, and the manifest is replaced in one step. A process that is killed leaves the state before, and a reader
keeps the state that it began with. Small blocks are merged as they are followed by others of their size, so there are
few, and no row is copied more often than the logarithm of their number.
"""

import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pyarrow as arrow
import pyarrow.compute as compute

from reidviz.common.arrays import BoolArray, Float32Array, IntArray
from reidviz.common.atomic_write import not_written
from reidviz.common.errors import ReidvizError
from reidviz.common.file_lock import Lock
from reidviz.gallery.exact.blocks import ENTRIES, FEATURES, OWN, Block, read_block, table_of, write_block
from reidviz.gallery.exact.manifest import BlockRecord, Manifest, read_manifest, write_manifest
from reidviz.gallery.exact.nearest import Part, nearest, rows_at
from reidviz.gallery.store import EVERYTHING, MOST_VALUES, Distance, Entry, Facets, Filter, Hits

LARGEST = 2**17
"""Rows of a block that is not merged any more."""
TRIES = 20


class ExactStore:
    """A FeatureStore in a folder; objects in any thread or process see what the others have added."""

    def __init__(
        self,
        folder: Path,
        dimensions: int,
        dtype: Literal["float16", "float32"] = "float16",
        distance: Distance = "cosine",
    ) -> None:
        """Empty where there is no folder, which comes with what is first added. ReidvizError where it has other
        features."""
        self._folder, self._kept = folder, dict[str, Block]()
        self._empty = Manifest(dimensions, dtype, distance=distance)
        found = read_manifest(folder, self._empty)
        self.dimensions, self.distance = found.dimensions, found.distance
        if self.distance != distance:
            told = "Euclidean" if self.distance == "euclidean" else "cosine"
            raise ReidvizError(f"The features of this gallery are compared by {told} distance.", "Use the same model.")
        if self.dimensions != dimensions:
            raise ReidvizError(
                f"This gallery holds features of {self.dimensions} numbers, not {dimensions}.", "Use the same model."
            )

    def add(self, entries: Sequence[Entry], features: Float32Array) -> None:
        """As FeatureStore says."""
        last = {entry.id: row for row, entry in enumerate(entries)}
        rows = np.array(sorted(last.values()), dtype=np.int64)
        if not len(rows):
            return
        with self._writing() as state:
            dtype = np.dtype(state.manifest.dtype)
            added = Block(
                np.ascontiguousarray(features[rows], dtype=dtype), table_of([entries[i] for i in rows.tolist()])
            )
            self._commit(state, [*state.without(list(last)), _Part(added)])

    def remove(self, ids: Iterable[str]) -> None:
        """As FeatureStore says."""
        gone = list(ids)
        if not gone:
            return
        with self._writing() as state:
            self._commit(state, state.without(gone))

    def search(self, features: Float32Array, k: int, only: Filter = EVERYTHING) -> Hits:
        """As FeatureStore says; of equally near entries those come first that were added first."""
        state, wanted = self._state(), np.asarray(features, dtype=np.float32)
        plain = self.distance == "cosine"
        parts = [
            Part(one.block.features, one.alive & one.block.passes(only), None if plain else one.block.halves)
            for one in state.parts
        ]
        places, products = nearest(parts, wanted, k)
        lengths = 2.0 if plain else np.einsum("pd,pd->p", wanted, wanted, dtype=np.float64)[:, None]
        return Hits(state.ids_at(places), np.maximum(lengths - 2 * products, 0).astype(np.float32))

    def count(self, only: Filter = EVERYTHING) -> int:
        """As FeatureStore says."""
        return sum(int((part.alive & part.block.passes(only)).sum()) for part in self._state().parts)

    def entries(self, ids: Sequence[str]) -> list[Entry]:
        """As FeatureStore says."""
        state = self._state()
        return state.entries_at(state.places(ids))

    def features(self, ids: Sequence[str]) -> Float32Array:
        """As FeatureStore says."""
        state = self._state()
        return rows_at([part.block.features for part in state.parts], state.places(ids)).astype(np.float32)

    def stamps(self) -> dict[str, str]:
        """As FeatureStore says."""
        tables = [part.table for part in self._state().parts]
        return {i: s for one in tables for i, s in zip(one["id"].to_pylist(), one["stamp"].to_pylist(), strict=True)}

    def facets(self) -> Facets:
        """As FeatureStore says."""
        tables = [part.table for part in self._state().parts]
        if not tables:
            return Facets((), None, None, ())
        whole = arrow.concat_tables(tables, promote_options="default")
        times = compute.min_max(whole["time"])
        columns = [name for name in whole.column_names if name.startswith(OWN)]
        return Facets(
            tuple(one for one in _distinct(whole["camera"]) if one),
            times["min"].as_py(),
            times["max"].as_py(),
            tuple((name.removeprefix(OWN), tuple(_distinct(whole[name])[:MOST_VALUES])) for name in columns),
        )

    def _state(self) -> "_State":
        """What the store holds now; blocks that were merged between the two looks are looked for again."""
        for tried in range(TRIES):
            manifest = read_manifest(self._folder, self._empty)
            known = self._kept
            try:
                blocks = {b.name: known.get(b.name) or read_block(self._folder, b.name) for b in manifest.blocks}
            except FileNotFoundError as error:
                if tried == TRIES - 1:
                    raise ReidvizError("A part of this gallery is gone.", "Remove it and add it again.") from error
                continue
            self._kept = blocks
            return _State(manifest, tuple(_Part(blocks[b.name], b) for b in manifest.blocks))
        raise AssertionError

    @contextmanager
    def _writing(self) -> Iterator["_State"]:
        """The state, which nobody else changes meanwhile."""
        lock = Lock.take(self._folder / ".lock")
        if lock is None:
            raise ReidvizError("Somebody else is writing to this gallery.", "Wait until they are done.")
        with lock:
            try:
                yield self._state()
            except OSError as error:
                raise not_written("The gallery", error, "set REIDVIZ_GALLERIES to a folder with room") from error

    def _commit(self, state: "_State", parts: list["_Part"]) -> None:
        """Let the store hold these parts: what is small and new is merged and written, then told, then the rest is
        deleted."""
        parts = [part for part in parts if len(part)]
        tail = [parts.pop()] if parts and parts[-1].record is None else []
        while parts and tail and len(parts[-1]) <= sum(map(len, tail)) and len(parts[-1]) < LARGEST // 2:
            tail.insert(0, parts.pop())
        records = [part.record for part in parts if part.record is not None]
        made = state.manifest.made
        if tail:
            name, merged = f"{made:08d}", _merged(tail)
            write_block(self._folder, name, merged.features, merged.table)
            _sync(self._folder)
            made += 1
            records.append(BlockRecord(name, len(merged)))
        write_manifest(self._folder, replace(state.manifest, made=made, blocks=tuple(records)))
        kept = {record.name for record in records}
        for file in self._folder.iterdir():
            if file.suffix in (FEATURES, ENTRIES) and file.stem not in kept:
                file.unlink(missing_ok=True)


@dataclass(frozen=True, eq=False)
class _Part:
    """A block with what was removed of it; record: None of one that is not written yet."""

    block: Block
    record: BlockRecord | None = None

    def __len__(self) -> int:
        return len(self.block) - (0 if self.record is None else len(self.record.removed))

    @cached_property
    def alive(self) -> BoolArray:
        """Which rows were not removed."""
        kept = np.ones(len(self.block), dtype=bool)
        if self.record is not None:
            kept[list(self.record.removed)] = False
        return kept

    @property
    def table(self) -> arrow.Table:
        """The entries that were not removed."""
        return self.block.table if self.alive.all() else self.block.table.filter(arrow.array(self.alive))

    def without(self, ids: Sequence[str]) -> "_Part":
        """The same with some more removed."""
        gone = self.block.among("id", ids) & self.alive
        if self.record is None or not gone.any():
            return self
        removed = tuple(np.flatnonzero(gone | ~self.alive).tolist())
        return _Part(self.block, replace(self.record, removed=removed))


@dataclass(frozen=True, eq=False)
class _State:
    """The store at one moment. Positions count the rows of all parts, removed ones too."""

    manifest: Manifest
    parts: tuple[_Part, ...]

    def without(self, ids: Sequence[str]) -> list[_Part]:
        """The parts with some entries removed."""
        return [part.without(ids) for part in self.parts]

    def places(self, ids: Sequence[str]) -> IntArray:
        """The positions of entries. KeyError for one that is not there."""
        found, start = dict[str, int](), 0
        for part in self.parts:
            rows = np.flatnonzero(part.block.among("id", ids) & part.alive)
            names = part.block.table["id"].take(arrow.array(rows)).to_pylist()
            found.update(zip(names, (rows + start).tolist(), strict=True))
            start += len(part.block)
        return np.array([found[one] for one in ids], dtype=np.int64)

    def ids_at(self, places: IntArray) -> npt.NDArray[np.object_]:
        """The ids at some positions, of any shape."""
        ids = np.empty(places.shape, dtype=object)
        for mine, part, rows in self._by_part(places):
            ids[mine] = part.block.table["id"].take(arrow.array(rows)).to_pylist()
        return ids

    def entries_at(self, places: IntArray) -> list[Entry]:
        """The entries at some positions (N,)."""
        found = dict[int, Entry]()
        for mine, part, rows in self._by_part(places):
            found.update(zip(np.flatnonzero(mine).tolist(), part.block.entries(rows.tolist()), strict=True))
        return [found[i] for i in range(len(places))]

    def _by_part(self, places: IntArray) -> Iterator[tuple[BoolArray, _Part, npt.NDArray[Any]]]:
        start = 0
        for part in self.parts:
            mine = (places >= start) & (places < start + len(part.block))
            if mine.any():
                yield mine, part, places[mine] - start
            start += len(part.block)


def _merged(parts: Sequence[_Part]) -> Block:
    """The rows of some parts that were not removed, as one block."""
    tables = [part.table for part in parts]
    features = [part.block.features if part.alive.all() else part.block.features[part.alive] for part in parts]
    return Block(np.concatenate(features), arrow.concat_tables(tables, promote_options="default").combine_chunks())


def _distinct(column: arrow.ChunkedArray) -> list[str]:
    return sorted(one for one in compute.unique(column).to_pylist() if one is not None)


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
