"""CUHK01: 971 persons, two images by each of two cameras, 60x160 PNG."""

import re
from dataclasses import replace
from pathlib import Path

import numpy as np

from reidviz.common.errors import ReidvizError
from reidviz.common.roots import existing_root, inside, last
from reidviz.data.dataset import Dataset, Sample, Split
from reidviz.data.formats.format import RESEARCH, Counts, DataFormat
from reidviz.data.formats.reading import MISFIT, Entry, Intake, entries, folders_in, walk
from reidviz.data.formats.recorded import Recorded
from reidviz.data.images.decode import SUFFIXES

SMALL_PERSONS = 100
_SMALL = re.compile(r"small-100(?::([0-9]{1,18}))?")
_NAME = re.compile(r"([0-9]{4})00([1-4])\.\w+")


def read(root: str | Path) -> Dataset:
    """Every PPPPNNN.png (or another image) of the folder `campus`: person PPPP, images 001-002 camera "A", 003-004
    camera "B".

    root is `campus` itself or one of the two folders above it.
    ReidvizError when no such image is found, or more than one `campus` lies below root.
    """
    path = existing_root(root)
    intake = Intake()
    intake.offer(walk(_campus(path)), _sample)
    return intake.dataset(f"cuhk01:{path}", "files named like 0001001.png")


def _sample(entry: Entry) -> Sample | str:
    match = _NAME.fullmatch(entry.name)
    return Sample(entry.name, entry.path, match[1], "A" if match[2] in "12" else "B", "cuhk01") if match else MISFIT


def _campus(root: Path) -> Path:
    """The folder that holds the images: root, or a `campus` one or two levels below it."""
    if not root.is_dir():
        raise ReidvizError(f"{last(root)} is not a folder.", "Point cuhk01 at the folder that contains campus.")
    if _holds_images(root):
        return root
    for level in ([root], folders_in(root)):
        found = [d / "campus" for d in level if _is_campus(d / "campus", root)]
        if len(found) > 1:
            raise ReidvizError(
                f"There are {len(found)} folders named campus below {last(root)}.",
                f"Choose one: {found[0].relative_to(root)}",
            )
        if found:
            return found[0]
    raise ReidvizError(
        f"No CUHK01 image was found in {last(root)}.",
        "Point cuhk01 at the folder campus, or at the one that contains it; its files are named like 0001001.png.",
    )


def _is_campus(folder: Path, root: Path) -> bool:
    return folder.is_dir() and inside(folder, root) and _holds_images(folder)


def _holds_images(folder: Path) -> bool:
    return any(_NAME.fullmatch(file.name) and file.suffix.lower() in SUFFIXES for file in entries(folder))


_RECORDED = Recorded({"mtdnet-486": "CUHK01half", "mtdnet-100": "CUHK01"})


def _protocols(dataset: Dataset) -> tuple[str, ...]:
    own = _RECORDED.protocols(dataset)
    return (*own, "small-100") if "mtdnet-486" in own else own


def _split(dataset: Dataset, protocol: str) -> Split | None:
    small = _SMALL.fullmatch(protocol)
    if small is None:
        return _RECORDED.split(dataset, protocol)
    whole = _RECORDED.split(dataset, "mtdnet-486")
    assert whole is not None
    persons = np.unique(dataset.identities[whole.train])
    seed = int(small[1] or 0)
    chosen = np.random.Generator(np.random.PCG64([seed, 2])).permutation(persons)[:SMALL_PERSONS]
    return replace(whole, protocol=protocol, train=whole.train[np.isin(dataset.identities[whole.train], chosen)])


CUHK01 = DataFormat(
    name="cuhk01",
    title="CUHK01",
    obtain=f"{RESEARCH} the Chinese University of Hong Kong.",
    layout="campus with files named like 0001001.png: person and image.",
    read=read,
    counts=Counts(971, 2, 3884),
    recognise=read,
    protocols=_protocols,
    split=_split,
)
