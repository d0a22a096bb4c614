"""The arrays of a file that somebody else made: .npz, .npy, .parquet, .mat, .safetensors. Pickles are never read.

To be called where memory and seconds are limited (given_process): what a file claims is not checked before.
"""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from reidviz.common.errors import ReidvizError
from reidviz.common.printable import printable

MOST_ROWS = 5_000_000
SUFFIXES = (".npz", ".npy", ".parquet", ".mat", ".safetensors")
IDS = ("ids", "id", "paths", "path", "names", "name", "filenames", "filename", "files", "file", "images", "image")
"""What the names of the images may be called."""


def arrays_in(file: Path) -> dict[str, Any]:
    """Every array of a file by its name in small letters; one without a name is "data"."""
    suffix = file.suffix.lower()
    readers: dict[str, Callable[[Path], dict[str, Any]]] = {
        ".npz": _npz,
        ".npy": lambda file: {"data": np.load(file, allow_pickle=False)},
        ".parquet": _parquet,
        ".mat": _mat,
        ".safetensors": _safetensors,
    }
    if suffix not in readers:
        raise ReidvizError(
            f"files ending in {printable(suffix) or 'nothing'} are not read", f"Give one of {', '.join(readers)}."
        )
    try:
        return {name.lower(): array for name, array in readers[suffix](file).items()}
    except (ReidvizError, MemoryError):
        raise
    except Exception as error:  # numpy, SciPy, h5py and pyarrow raise nearly every kind of a damaged file
        known = _head(file).startswith((b"\x93NUMPY", b"PK"))
        pickled = known and "Object arrays" in str(error)
        why = "it holds pickled objects" if pickled else "it is damaged or cut short"
        raise ReidvizError(why, "Save plain arrays of numbers and of text.") from error


def _npz(file: Path) -> dict[str, Any]:
    with np.load(file, allow_pickle=False) as opened:
        return {name: opened[name] for name in opened.files}


def _mat(file: Path) -> dict[str, Any]:
    """MATLAB 5, or 7.3, in which arrays lie transposed."""
    import h5py
    from scipy.io import loadmat

    if not h5py.is_hdf5(file):
        return {name: value for name, value in loadmat(file).items() if not name.startswith("__")}
    with h5py.File(file, "r") as opened:
        sets = {name: one for name, one in opened.items() if isinstance(one, h5py.Dataset) and not one.is_virtual}
        return {name: one[()].T for name, one in sets.items() if one.dtype.kind in "fiu" and not one.external}


def _parquet(file: Path) -> dict[str, Any]:
    """A column of lists, or a column a dimension, as "features"; the column that names the images as "ids"."""
    from pyarrow import parquet, types

    told = parquet.ParquetFile(file)
    if told.metadata.num_rows > MOST_ROWS:
        raise ReidvizError(f"it claims {told.metadata.num_rows:,} rows", f"There may be {MOST_ROWS:,}.")
    table = told.read()
    found: dict[str, Any] = {}
    numbers = []
    for name, column in zip(table.column_names, table.columns, strict=True):
        kind = column.type
        if types.is_string(kind) or types.is_large_string(kind):
            found[name] = np.array([text or "" for text in column.to_pylist()], dtype=np.str_)
        elif types.is_list(kind) or types.is_fixed_size_list(kind) or types.is_large_list(kind):
            found.setdefault("features", column.to_pylist())
        elif types.is_floating(kind):
            numbers.append(column.to_numpy())
    if "features" not in found and numbers:
        found["features"] = np.stack(numbers, axis=1)
    return found


def _safetensors(file: Path) -> dict[str, Any]:
    """One tensor of all features, with the names in its metadata ("ids": a JSON list); or a vector an image."""
    from safetensors import safe_open
    from safetensors.numpy import load_file

    found: dict[str, Any] = load_file(file)
    with safe_open(file, framework="numpy") as opened:
        metadata = opened.metadata() or {}
    if len(found) > 1 and all(one.ndim == 1 and one.dtype.kind == "f" for one in found.values()):
        return {"features": list(found.values()), "ids": np.array(list(found), dtype=np.str_)}
    for name in IDS:
        if name in metadata:
            found["ids"] = np.array(json.loads(metadata[name]), dtype=np.str_)
            break
    return found


def _head(file: Path) -> bytes:
    with open(file, "rb") as opened:
        return opened.read(6)
