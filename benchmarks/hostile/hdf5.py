"""Files named cuhk-03.mat that are broken or were made to do harm: other files named in them, claims, bent bytes.

python -m benchmarks.hostile.hdf5 [CASES]
"""

import os
import struct
import warnings
from collections.abc import Callable
from pathlib import Path
from unittest.mock import patch

import h5py
import numpy as np

from benchmarks.hostile.campaign import SECRET, main
from benchmarks.hostile.door import opened
from reidviz.common.errors import ReidvizError
from reidviz.data.formats import cuhk03_mat, load
from reidviz.data.formats.cuhk03_splits import MAT, testset

CASES = 1000
REFERENCE = h5py.ref_dtype
NUMBERS = (0, 1, 2, 255, 2**16 - 1, 2**31 - 1, 2**32 - 1, 2**63 - 1, 2**64 - 1)
Maker = Callable[[h5py.Group, str, np.random.Generator], None]
"""Make, in a group and by a name, what stands where a dataset should."""


def attempt(seed: int, work: Path) -> bytes:
    """One case: a file with one thing in the wrong place, or with bent bytes, read to its last image."""
    draw = np.random.default_rng(seed)
    folder = work / "release"
    folder.mkdir()
    _other_files(work)
    file = folder / MAT
    _make(file, draw, odd=draw.random() < 0.5)
    if draw.random() < 0.6:
        file.write_bytes(_bent(bytearray(file.read_bytes()), draw))
    with patch.object(cuhk03_mat, "MOST_SECONDS", 3):
        return _seen(folder, work, draw)


def _seen(folder: Path, work: Path, draw: np.random.Generator) -> bytes:
    seen = opened(f"{draw.choice(['cuhk03', 'cuhk03-detected', 'folder'])}:{folder}", work)
    try:
        return seen + repr(testset(load(f"cuhk03:{folder}"), int(draw.integers(1, 4)))).encode()
    except ReidvizError:
        return seen


def _other_files(work: Path) -> None:
    """What lies beside the folder: another HDF5 file that holds the secret, and a pipe that nobody writes to."""
    secret = np.frombuffer(SECRET * 20, np.uint8)[:576].reshape(3, 12, 16)
    with h5py.File(work / "other.h5", "w") as other:
        other["secret"] = secret
        other["secret0"] = secret
    os.mkfifo(work / "pipe")


def _make(file: Path, draw: np.random.Generator, odd: bool) -> None:
    """Two persons with two images each and one test set; with `odd`, one of the datasets is something else."""
    version = draw.choice(["earliest", "latest"])
    with h5py.File(file, "w", libver=str(version), userblock_size=int(draw.choice([0, 512]))) as mat:
        hidden = mat.create_group("#refs#")
        which = str(draw.choice(["image", "cell", "labeled", "testsets", "set"])) if odd else ""
        maker = ODD[int(draw.integers(len(ODD)))]

        def put(group: h5py.Group, name: str, data: object, kind: object = None) -> None:
            if name == which:
                maker(group, name, draw)
            else:
                packed = {"compression": "gzip", "shuffle": True} if name == "image" and draw.random() < 0.3 else {}
                group.create_dataset(name, data=data, dtype=kind, **packed)

        pixels = draw.integers(0, 256, (3, 12, 16), dtype=np.uint8)
        put(hidden, "image", pixels)
        put(hidden, "empty", np.zeros(2, np.uint64))
        put(hidden, "plain", pixels)
        grid = np.full((10, 2), hidden["empty"].ref, dtype=REFERENCE)
        grid[0] = [hidden["plain"].ref] * 2
        grid[5] = [_reference(mat, hidden, "image")] * 2
        put(hidden, "cell", grid, REFERENCE)
        put(hidden, "set", np.array([[1.0, 1.0], [1.0, 2.0]]))
        for name, inner in (("labeled", "cell"), ("detected", "cell"), ("testsets", "set")):
            put(mat, name, np.array([[_reference(mat, hidden, inner)] * 2], dtype=REFERENCE), REFERENCE)


def _reference(mat: h5py.File, group: h5py.Group, name: str) -> h5py.Reference:
    return group[name].ref if isinstance(group.get(name, getlink=True), h5py.HardLink) else mat.ref


def _external(group: h5py.Group, name: str, draw: np.random.Generator) -> None:
    where = str(draw.choice(["../../secret.bin", "../pipe", "/dev/zero", "/proc/self/environ", "nowhere"]))
    group.create_dataset(name, (3, 12, 16), np.uint8, external=[(where, 0, h5py.h5f.UNLIMITED)])


def _virtual(group: h5py.Group, name: str, draw: np.random.Generator) -> None:
    layout = h5py.VirtualLayout((3, 12, 16), np.uint8)
    where = str(draw.choice(["../other.h5", "../pipe", "../../secret.bin", "/dev/zero", "."]))
    layout[:] = h5py.VirtualSource(where, "secret", (3, 12, 16))
    group.create_virtual_dataset(name, layout)


def _virtual_without_end(group: h5py.Group, name: str, draw: np.random.Generator) -> None:
    """Whose size is known only when the other files were opened."""
    endless, (start, block) = h5py.h5s.UNLIMITED, ((0, 0, 0), (3, 12, 16))
    space = h5py.h5s.create_simple(block, (endless, 12, 16))
    other = h5py.h5s.create_simple(block, (endless, 12, 16))
    made = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
    if draw.random() < 0.5:
        space.select_hyperslab(start, (endless, 1, 1), block, block)
        made.set_virtual(space, b"../other.h5", b"secret%b", h5py.h5s.create_simple(block))
    else:
        for one in (space, other):
            one.select_hyperslab(start, (endless, 1, 1), (1, 1, 1), (1, 12, 16))
        made.set_virtual(space, draw.choice([b"../other.h5", b"../pipe"]), b"secret", other)
    h5py.h5d.create(group.id, name.encode(), h5py.h5t.NATIVE_UINT8, space, made)


def _link(group: h5py.Group, name: str, draw: np.random.Generator) -> None:
    links = (
        h5py.ExternalLink("../other.h5", "/secret"),
        h5py.ExternalLink("../pipe", "/secret"),
        h5py.SoftLink("/#refs#/plain"),
        h5py.SoftLink(f"/{name}"),
        h5py.SoftLink("/"),
    )
    group[name] = links[int(draw.integers(len(links)))]


def _group(group: h5py.Group, name: str, draw: np.random.Generator) -> None:
    made = group.create_group(name)
    if draw.random() < 0.5:
        made["itself"] = made


def _type(group: h5py.Group, name: str, draw: np.random.Generator) -> None:
    group[name] = np.dtype("f8")


def _huge(group: h5py.Group, name: str, draw: np.random.Generator) -> None:
    shapes: list[tuple[int, ...]] = [(3, 10**6, 10**6), (3, 60_000, 60_000), (2**59, 1, 1), (10**7, 10**7), (2**40,)]
    shape = shapes[int(draw.integers(len(shapes)))]
    kind = [np.uint8, REFERENCE, np.float64][int(draw.integers(3))]
    chunks = tuple(min(side, 8) for side in shape) if draw.random() < 0.7 else None
    packed = {"compression": "gzip"} if chunks and draw.random() < 0.5 and kind is not REFERENCE else {}
    group.create_dataset(name, shape, kind, chunks=chunks, **packed)


def _bomb(group: h5py.Group, name: str, draw: np.random.Generator) -> None:
    side = int(draw.choice([1000, 4000]))
    pixels = np.zeros((3, side, side), np.uint8)
    group.create_dataset(name, data=pixels, chunks=(3, side, side), compression="gzip", compression_opts=9)


def _odd_values(group: h5py.Group, name: str, draw: np.random.Generator) -> None:
    values: list[object] = [
        np.full((3, 12, 16), np.nan), np.full((2, 2), np.inf), np.full((2, 2), -1e300), np.zeros((3, 0, 16), np.uint8),
        np.zeros((4, 12, 16), np.uint8), np.zeros((3, 1, 1), np.uint8), np.uint8(7), np.zeros((0, 0), np.float64),
        np.zeros((1,) * 32, np.uint8), np.zeros((3, 12, 16), np.int8), np.zeros((2, 2), np.complex128),
        np.zeros(3, [("a", "u1"), ("b", "f8")]), np.zeros((3, 12, 16), [("a", "u1", (3, 3))]), np.bytes_(b"text"),
        np.zeros((3, 12, 16), "S4000"), np.array([[2.0**63] * 2] * 2), np.zeros((3, 30_000, 8), np.uint8),
    ]  # fmt: skip
    group.create_dataset(name, data=values[int(draw.integers(len(values)))])


def _of_variable_length(group: h5py.Group, name: str, draw: np.random.Generator) -> None:
    text = draw.random() < 0.5
    kind = h5py.string_dtype() if text else h5py.vlen_dtype(np.uint8 if draw.random() < 0.5 else np.float64)
    made = group.create_dataset(name, (3, 12, 16), kind)
    for place in range(3):
        made[place, 0, 0] = "x" * 10**6 if text else np.zeros(10**6)


def _empty(group: h5py.Group, name: str, draw: np.random.Generator) -> None:
    group.create_dataset(name, data=h5py.Empty("f8"))


def _references(group: h5py.Group, name: str, draw: np.random.Generator) -> None:
    """References to nothing, to itself, to a group, to a region."""
    made = group.create_dataset(name, (10, 2), REFERENCE)
    if draw.random() < 0.25:
        return
    if draw.random() < 0.3:
        del group[name]
        made = group.create_dataset(name, (10, 2), h5py.regionref_dtype)
        made[0, 0] = made.regionref[0:2]
        return
    for place in range(10):
        made[place] = [draw.choice([made.ref, group.ref, group.file.ref])] * 2


def _filtered(group: h5py.Group, name: str, draw: np.random.Generator) -> None:
    pixels = np.zeros((3, 12, 16), np.uint8)
    if draw.random() < 0.5:
        group.create_dataset(name, data=pixels, compression="lzf")
        return
    group.create_dataset(name, data=pixels, scaleoffset=0)


ODD: tuple[Maker, ...] = (
    _external, _virtual, _virtual_without_end, _link, _group, _type, _huge, _bomb, _odd_values, _odd_values,
    _of_variable_length, _empty, _references, _references, _filtered,
)  # fmt: skip


def _bent(data: bytearray, draw: np.random.Generator) -> bytes:
    """The bytes with something wrong with them, mostly where the structure lies and not the pixels."""
    match int(draw.integers(7)):
        case 0:
            return bytes(data[: int(draw.integers(len(data)))])
        case 1:
            for place in draw.integers(len(data), size=int(draw.integers(1, 30))):
                data[place] ^= 1 << int(draw.integers(8))
        case 2 | 3:
            full = np.flatnonzero(np.frombuffer(bytes(data), np.uint8))
            for place in draw.choice(full, size=int(draw.integers(1, 6))):
                data[place] = int(draw.integers(256))
        case 4:
            place = int(draw.integers(len(data) // 8)) * 8
            data[place : place + 8] = struct.pack("<Q", NUMBERS[int(draw.integers(len(NUMBERS)))])
        case 5:
            start, end = sorted(draw.integers(len(data), size=2).tolist())
            data[start:end] = bytes(end - start)
        case _:
            start, end, place = draw.integers(len(data), size=3).tolist()
            piece = data[min(start, end) : max(start, end)][:512]
            data[place : place + len(piece)] = piece
    return bytes(data)


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    main("hdf5", CASES, attempt)
