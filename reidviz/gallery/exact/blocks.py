"""A block: rows of features and what is known of their images, two files that are written once and never changed.

NAME.npy holds the features (rows, D), NAME.parquet the entries. The manifest of the store says which blocks there are
and which of their rows were removed.
"""

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import IO, Any

import numpy as np
import numpy.typing as npt
import pyarrow as arrow
import pyarrow.compute as compute
import pyarrow.parquet as parquet

from reidviz.common.array_cache import kept_array
from reidviz.common.arrays import BoolArray, Float64Array
from reidviz.common.errors import ReidvizError
from reidviz.gallery.exact.nearest import halves_of
from reidviz.gallery.store import EVERYTHING, Entry, Filter

OWN = "column:"
"""What stands before the name of a manifest's column, so that it is none of ours."""
FEATURES, ENTRIES = ".npy", ".parquet"


@dataclass(frozen=True, eq=False)
class Block:
    """features: (rows, D), memory-mapped; table: id, camera, time, stamp and the further columns of each row."""

    features: npt.NDArray[Any]
    table: arrow.Table

    def __len__(self) -> int:
        return len(self.features)

    @cached_property
    def halves(self) -> Float64Array:
        """Half of the squared length of each row (rows,)."""
        return halves_of(self.features)

    def passes(self, only: Filter) -> BoolArray:
        """Which rows (rows,) a filter lets through."""
        kept = np.ones(len(self), dtype=bool)
        if only == EVERYTHING:
            return kept
        if only.cameras is not None:
            kept &= self.among("camera", only.cameras)
        for name, value in only.equal:
            kept &= self.among(OWN + name, (value,)) if OWN + name in self.table.column_names else False
        if only.since is not None or only.until is not None:
            times = self.table["time"].to_numpy()
            kept &= (times >= (-np.inf if only.since is None else only.since)) & (
                times <= (np.inf if only.until is None else only.until)
            )
        return kept

    def among(self, column: str, values: Sequence[str]) -> BoolArray:
        """Whether the value of each row (rows,) is one of these."""
        found = compute.is_in(self.table[column], value_set=arrow.array(list(values), arrow.string()))
        return np.asarray(found, dtype=bool)

    def entries(self, rows: Sequence[int]) -> list[Entry]:
        """The entries of some rows."""
        found = self.table.take(arrow.array(rows, arrow.int64())).to_pylist()
        return [_entry(one) for one in found]


def table_of(entries: Sequence[Entry]) -> arrow.Table:
    """The entries as a table, a row each; a column that only some have is empty for the others."""
    names = dict.fromkeys(name for entry in entries for name, _ in entry.values)
    values = [dict(entry.values) for entry in entries]
    columns = {
        "id": arrow.array([one.id for one in entries], arrow.string()),
        "camera": arrow.array([one.camera for one in entries], arrow.string()),
        "time": arrow.array([one.time for one in entries], arrow.float64()),
        "stamp": arrow.array([one.stamp for one in entries], arrow.string()),
        **{OWN + name: arrow.array([one.get(name) for one in values], arrow.string()) for name in names},
    }
    return arrow.table(columns)


def write_block(folder: Path, name: str, features: npt.NDArray[Any], table: arrow.Table) -> None:
    """Both files of a block, on the disk when this returns. OSError when they cannot be written."""
    _write(folder / (name + FEATURES), lambda file: np.save(file, features, allow_pickle=False))
    _write(folder / (name + ENTRIES), lambda file: parquet.write_table(table, file))


def read_block(folder: Path, name: str) -> Block:
    """A block. FileNotFoundError where it was replaced meanwhile, ReidvizError where it is damaged."""
    file = folder / (name + FEATURES)
    if not file.is_file():
        raise FileNotFoundError(file)
    kept = (kept_array(file, dtype, "c") for dtype in (np.float16, np.float32))
    found = next((array for array in kept if array is not None), None)
    try:
        table = parquet.read_table(folder / (name + ENTRIES), memory_map=True).combine_chunks()
    except (arrow.ArrowException, ValueError) as error:
        raise _damaged() from error
    if found is None or found.ndim != 2 or len(found) != len(table) or "id" not in table.column_names:
        raise _damaged()
    return Block(found, table)


def _damaged() -> ReidvizError:
    return ReidvizError("A file of this gallery is damaged.", "Remove the gallery and add it again.")


def _write(path: Path, write: Callable[[IO[bytes]], object]) -> None:
    path.unlink(missing_ok=True)  # what a killed process left; whoever still reads it keeps it
    with open(path, "xb") as file:
        write(file)
        file.flush()
        os.fsync(file.fileno())


def _entry(row: dict[str, Any]) -> Entry:
    values = tuple((name.removeprefix(OWN), row[name]) for name in row if name.startswith(OWN))
    known = tuple((name, value) for name, value in values if value is not None)
    return Entry(row["id"], row["camera"], row["time"], known, row["stamp"])
