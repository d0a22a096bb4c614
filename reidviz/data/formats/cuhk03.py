"""CUHK03 as its owner gives it: cuhk-03.mat, an HDF5 file of images, or the same extracted as PNG files."""

import re
from functools import partial
from pathlib import Path

from reidviz.common import settings
from reidviz.common.errors import ReidvizError
from reidviz.common.printable import escape_bytes
from reidviz.common.roots import existing_root, inside, last
from reidviz.data.dataset import Dataset, Sample
from reidviz.data.formats import cuhk03_mat, cuhk03_pair, cuhk03_splits
from reidviz.data.formats.cuhk03_process import HINT
from reidviz.data.formats.cuhk03_splits import MAT
from reidviz.data.formats.format import RESEARCH, Counts, DataFormat
from reidviz.data.formats.locate import folder_with
from reidviz.data.formats.reading import MISFIT, Entry, Intake, walk

CAMERAS = {"1": "A", "2": "B"}
_NAME = re.compile(r"([1-5])_([0-9]{3,4})_([12])_([0-9]{1,2})\.\w+")


def read(root: str | Path, boxes: str = "labeled") -> Dataset:
    """The images with "labeled" or "detected" boxes: person PPP of camera pair C is "C_PPP", its cameras "CA", "CB".

    Of cuhk-03.mat each image is taken out when it is first wanted, and kept in the cache; the file is never changed.
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
    names = cuhk03_mat.names(file, boxes)
    samples = [one for one in (_sample(name, folder / name) for name in names) if one is not None]
    if not samples:
        raise ReidvizError(f"{last(file)} holds no {boxes} images.", HINT)
    ordered = tuple(sorted(samples, key=lambda s: (s.identity, s.camera or "", s.id)))
    return Dataset(escape_bytes(name), ordered, revision, lambda sample: cuhk03_mat.image(file, boxes, sample.id))


def _format(boxes: str, name: str) -> DataFormat:
    reader = partial(read, boxes=boxes)

    def recognise(root: str | Path) -> Dataset:
        found = reader(root)
        if found.layout != name:
            raise ReidvizError("It is one camera pair of CUHK03.")
        return found

    return DataFormat(
        name=name,
        title=f"CUHK03, {'labelled' if boxes == 'labeled' else boxes} boxes",
        obtain=f"{RESEARCH} the Chinese University of Hong Kong.",
        layout=f"{MAT}, or images_{boxes} with files named like 1_001_1_01.png.",
        read=reader,
        counts=Counts(1467, 10, None),
        recognise=recognise,
        holds=lambda folder: (folder / MAT).is_file() or (folder / f"images_{boxes}").is_dir(),
        protocols=cuhk03_splits.protocols,
        split=cuhk03_splits.split,
    )


CUHK03 = _format("labeled", "cuhk03")
CUHK03_DETECTED = _format("detected", "cuhk03-detected")
