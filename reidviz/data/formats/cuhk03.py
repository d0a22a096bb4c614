"""CUHK03 as its owner gives it: cuhk-03.mat, an HDF5 file of pictures, or the same extracted as PNG files."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from reidviz import settings
from reidviz.data.dataset import Dataset, Sample
from reidviz.data.formats import cuhk03_pair
from reidviz.data.formats.files import MISFIT, Entry, Intake, walk
from reidviz.data.formats.hdf5 import Hdf5
from reidviz.data.formats.layout import folder_with
from reidviz.data.images import MAX_PIXELS, check_size
from reidviz.data.names import text
from reidviz.data.roots import existing_root, inside, last
from reidviz.errors import ReidvizError

MAT = "cuhk-03.mat"
BOXES = ("labeled", "detected")
CAMERAS = {"1": "A", "2": "B"}
_NAME = re.compile(r"([1-5])_([0-9]{3,4})_([12])_([0-9]{1,2})\.\w+")
MAX_CELLS = 4 * 1024**2
"""Bytes of the references to pictures or persons; those of CUHK03 take 120 KB."""
_HINT = "Copy cuhk-03.mat again; it has about 7 GB."


def read(root: str | Path, boxes: str = "labeled") -> Dataset:
    """The pictures with "labeled" or "detected" boxes: person PPP of camera pair C is "C_PPP", its cameras "CA", "CB".

    Of cuhk-03.mat each picture is taken out when it is first wanted, and kept in the cache; the file is never changed.
    The extracted form is a folder images_labeled or images_detected of C_PPP_V_II.png. Where both are there the folder
    is read. root is the folder of either, or up to two above it; a folder train and val is read as cuhk03-pair.
    ReidvizError when there is none, or the file is damaged.
    """
    if (existing_root(root) / "val").is_dir():
        return cuhk03_pair.read(root)
    images = f"images_{boxes}"
    path = folder_with(root, lambda f: _there(f / images) or _there(f / MAT), "cuhk03", f"{MAT} or {images}")
    name = f"cuhk03{'' if boxes == 'labeled' else '-detected'}:{path}"
    if _there(path / images):
        intake = Intake()
        intake.offer(walk(path / images), _claimed)
        return intake.dataset(name, f"files like {images}/1_001_1_01.png")
    return _from_mat(path / MAT, boxes, name)


def testset(dataset: Dataset, number: int) -> tuple[str, ...]:
    """The persons of one of the 20 test sets that cuhk-03.mat records, 1-20, as identities of this data set.

    ReidvizError when the file is not beside the pictures, or damaged.
    """
    file = Path(dataset.name.partition(":")[2]) / MAT
    if not _there(file):
        raise ReidvizError(f"The test sets are recorded in {MAT}, which is not in {last(file.parent)}.", _HINT)
    with _opened(file) as mat:
        sets = mat.read("testsets", MAX_CELLS).ravel()
        if not 1 <= number <= len(sets):
            raise ReidvizError(f"There is no test set {number} of CUHK03.", f"Choose 1 to {len(sets)}.")
        pairs, persons = mat.read(sets[number - 1], MAX_CELLS).astype(np.int64)
    return tuple(f"{pair}_{person:03d}" for pair, person in zip(pairs.tolist(), persons.tolist(), strict=True))


def _there(path: Path) -> bool:
    """Whether a folder or a file lies in its folder and leads to nothing outside."""
    return (path.is_dir() or path.is_file()) and inside(path, path.parent)


def _claimed(entry: Entry) -> Sample | str:
    return _sample(entry.name, entry.path) or MISFIT


def _sample(name: str, path: Path) -> Sample | None:
    match = _NAME.fullmatch(name)
    if match is None:
        return None
    pair, person, view, _ = match.groups()
    return Sample(name, path, f"{pair}_{int(person):03d}", f"{pair}{CAMERAS[view]}", "cuhk03")


def _from_mat(file: Path, boxes: str, name: str) -> Dataset:
    stat = file.stat()
    revision = f"{boxes} {stat.st_size} {stat.st_mtime_ns}"
    folder = settings.cache_dir() / "cuhk03" / f"{boxes}-{stat.st_size}-{stat.st_mtime_ns}"
    with _opened(file) as mat:
        names = [one for one, _ in _pictures(mat, boxes)]
    samples = [one for one in (_sample(name, folder / name) for name in names) if one is not None]
    if not samples:
        raise ReidvizError(f"{last(file)} holds no {boxes} pictures.", _HINT)
    ordered = tuple(sorted(samples, key=lambda s: (s.identity, s.camera or "", s.id)))
    return Dataset(text(name), ordered, revision, lambda sample: _picture(file, boxes, sample.id))


def _pictures(mat: Hdf5, boxes: str) -> Iterator[tuple[str, Any]]:
    """The name of every picture and the reference to it. Cells lie transposed: a camera pair is 10 x persons."""
    for pair, cell in enumerate(mat.read(boxes, MAX_CELLS).ravel(), 1):
        for person, row in enumerate(mat.read(cell, MAX_CELLS).T, 1):
            for place, reference in enumerate(row):
                if mat.dimensions(reference) == 3:
                    yield f"{pair}_{person:03d}_{1 if place < 5 else 2}_{place + 1:02d}.png", reference


def _picture(file: Path, boxes: str, name: str) -> Image.Image:
    """One picture of the file, by the name it has here; arrays lie transposed: (3, W, H)."""
    pair, person, _, place = (int(part) for part in name.removesuffix(".png").split("_"))
    with _opened(file) as mat:
        cell = mat.read(mat.read(boxes, MAX_CELLS).ravel()[pair - 1], MAX_CELLS)
        pixels = mat.read(cell[place - 1, person - 1], 3 * MAX_PIXELS)
        if pixels.dtype != np.uint8 or pixels.shape[:1] != (3,):
            raise ValueError("a picture has 3 colours of 8 bits")
        height, width = pixels.shape[2:0:-1]
        check_size((width, height), name)
        return Image.fromarray(np.ascontiguousarray(pixels.transpose(2, 1, 0)))


def _opened(file: Path) -> Hdf5:
    return Hdf5(file, f"a whole {MAT}", _HINT)
