"""A cuhk-03.mat that is broken or was made to do harm: by the reader of its names, and by each of its pictures.

python -m benchmarks.hostile.hdf5 [CASES]
"""

import os
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import h5py
import numpy as np

from benchmarks.hostile.campaign import SECRET, main
from reidviz.data.formats import load
from reidviz.data.images import picture

CASES = 1000
SHAPE = (3, 8, 16)
NUMBERS = (0, 1, 2**31, 2**63, 2**64 - 1)
Maker = Callable[[h5py.Group, Path, np.random.Generator], h5py.Dataset]


def _plain(group: h5py.Group, work: Path, draw: np.random.Generator) -> h5py.Dataset:
    return group.create_dataset("one", data=draw.integers(0, 256, size=SHAPE, dtype=np.uint8))


def _external(group: h5py.Group, work: Path, draw: np.random.Generator) -> h5py.Dataset:
    where = draw.choice(
        [str(work.parent / "secret.bin"), "../secret.bin", "/etc/passwd", "/dev/zero", "/proc/self/maps"]
    )
    return group.create_dataset("one", SHAPE, np.uint8, external=[(str(where), int(draw.integers(3)), 3 * 8 * 16)])


def _virtual(group: h5py.Group, work: Path, draw: np.random.Generator) -> h5py.Dataset:
    layout = h5py.VirtualLayout(SHAPE, np.uint8)
    layout[:] = h5py.VirtualSource(str(draw.choice([".", "../secret.bin", "/dev/zero"])), "one", SHAPE)
    return group.create_virtual_dataset("one", layout)


def _claiming(group: h5py.Group, work: Path, draw: np.random.Generator) -> h5py.Dataset:
    side = int(draw.choice([0, 1, 20_000, 10**6, 10**9]))
    shape = (int(draw.choice([0, 1, 3])), side, int(draw.choice([1, side])))
    chunks = (1, 100, 100) if draw.random() < 0.5 and min(shape) >= 100 else None
    kept: dict[str, Any] = {"chunks": chunks, "compression": "gzip"} if chunks else {}
    return group.create_dataset("one", shape, np.uint8, **kept)


def _packed(group: h5py.Group, work: Path, draw: np.random.Generator) -> h5py.Dataset:
    data = np.zeros((3, 400, 400), np.uint8)
    how = draw.choice(["gzip", "lzf", "szip", "shuffle", "fletcher32", "scaleoffset"])
    try:
        if how in ("gzip", "lzf", "szip"):
            return group.create_dataset("one", data=data, compression=str(how))
        return group.create_dataset("one", data=data, chunks=True, **{str(how): True if how != "scaleoffset" else 0})
    except (ValueError, KeyError):
        return group.create_dataset("one", data=data, compression="gzip", compression_opts=9)


def _of_another_type(group: h5py.Group, work: Path, draw: np.random.Generator) -> h5py.Dataset:
    match int(draw.integers(6)):
        case 0:
            return group.create_dataset("one", data=draw.random(SHAPE))
        case 1:
            return group.create_dataset("one", (3, 2, 2), h5py.string_dtype())
        case 2:
            return group.create_dataset("one", (3, 2, 2), np.dtype([("a", "u1"), ("b", "f8")]))
        case 3:
            return group.create_dataset("one", (3, 2, 2), h5py.vlen_dtype(np.uint8))
        case 4:
            return group.create_dataset("one", (3, 2, 2), h5py.ref_dtype)
        case _:
            return group.create_dataset("one", data=draw.integers(0, 9, size=(3, 8, 16, 2)[: int(draw.integers(1, 5))]))


MAKERS: tuple[Maker, ...] = (_plain, _external, _virtual, _claiming, _packed, _of_another_type)


def attempt(seed: int, work: Path) -> bytes:
    """One case: a file whose pictures, references or bytes are not what they should be."""
    draw = np.random.default_rng(seed)
    os.environ["REIDVIZ_CACHE"] = str(work / "cache")
    file = work / "cuhk-03.mat"
    _made(file, draw)
    if draw.random() < 0.6:
        _spoil(file, draw)
    dataset = load(f"cuhk03:{work}")
    seen = [picture(dataset, index).tobytes() for index in range(len(dataset.samples))]
    return b"".join(seen)


def _made(file: Path, draw: np.random.Generator) -> None:
    """One person in two pictures, one of which is odd, or the way to them is."""
    with h5py.File(file, "w", libver=draw.choice(["earliest", "latest"])) as mat:
        hidden = mat.create_group("#refs#")
        grid = np.full((10, 1), hidden.create_dataset("empty", data=np.zeros(2, np.uint8)).ref, dtype=h5py.ref_dtype)
        grid[0, 0] = hidden.create_dataset("good", data=np.full(SHAPE, 9, np.uint8)).ref
        grid[5, 0] = MAKERS[int(draw.integers(len(MAKERS)))](hidden, file.parent, draw).ref
        cell = hidden.create_dataset("cell", data=grid, dtype=h5py.ref_dtype)
        rows = np.array([[cell.ref]], dtype=h5py.ref_dtype)
        match int(draw.integers(12)):
            case 0:
                mat["labeled"] = h5py.ExternalLink(str(draw.choice(["../secret.bin", "other.h5", "/dev/zero"])), "/x")
            case 1:
                mat["labeled"] = h5py.SoftLink(str(draw.choice(["/#refs#/cell", "/labeled", "/nowhere"])))
            case 2:
                mat["labeled"] = hidden
            case 3:
                mat.create_dataset("labeled", (10**6, 10**6), h5py.ref_dtype, chunks=(100, 100))
            case 4:
                rows[0, 0] = draw.choice([mat.ref, hidden.ref, h5py.Reference()])
                mat.create_dataset("labeled", data=rows, dtype=h5py.ref_dtype)
            case 5:
                region = h5py.regionref_dtype
                mat.create_dataset("labeled", data=np.array([[cell.regionref[:]]], dtype=region), dtype=region)
            case _:
                mat.create_dataset("labeled", data=rows, dtype=h5py.ref_dtype)


def _spoil(file: Path, draw: np.random.Generator) -> None:
    """Change a whole file's bytes somewhere."""
    data = bytearray(file.read_bytes())
    match int(draw.integers(5)):
        case 0:
            del data[int(draw.integers(len(data))) :]
        case 1:
            for place in draw.integers(len(data), size=int(draw.integers(1, 40))):
                data[place] ^= 1 << int(draw.integers(8))
        case 2:
            for place in draw.integers(len(data) - 8, size=int(draw.integers(1, 6))):
                data[place : place + 8] = struct.pack("<Q", NUMBERS[int(draw.integers(len(NUMBERS)))])
        case 3:
            start, end = sorted(draw.integers(len(data), size=2).tolist())
            data[start:end] = bytes(end - start)
        case _:
            data = bytearray(SECRET) + data
    file.write_bytes(data)


if __name__ == "__main__":
    main("hdf5", CASES, attempt)
