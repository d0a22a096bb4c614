"""iLIDS: 119 persons, 2 to 8 images each, no camera named."""

import re
from pathlib import Path

from reidviz.common.errors import ReidvizError
from reidviz.common.roots import existing_root
from reidviz.data.dataset import Dataset, Sample
from reidviz.data.formats.format import RESEARCH, Counts, DataFormat
from reidviz.data.formats.locate import folder_with
from reidviz.data.formats.reading import MISFIT, Entry, Intake, entries, unreadable, walk
from reidviz.data.formats.recorded import Recorded
from reidviz.data.images.decode import SUFFIXES

_NAME = re.compile(r"([0-9]{4})([0-9]{3})\.\w+")


def read(root: str | Path) -> Dataset:
    """Every PPPPSSS.jpg (or another image): image SSS of person PPPP; cameras are not known.

    root is the folder `Persons` or up to two folders above it. ReidvizError when there is none.
    """
    path = folder_with(root, _holds, "ilids", "files named like 0001001.jpg")
    intake = Intake()
    intake.offer(walk(path), _sample)
    return intake.dataset(f"ilids:{path}", "files named like 0001001.jpg")


def _sample(entry: Entry) -> Sample | str:
    match = _NAME.fullmatch(entry.name)
    return Sample(entry.name, entry.path, match[1], None, "ilids") if match else MISFIT


def _holds(folder: Path) -> bool:
    return any(_NAME.fullmatch(file.name) and file.suffix.lower() in SUFFIXES for file in entries(folder))


def _recognise(root: str | Path) -> Dataset:
    """iLIDS has no folder of a name of its own: it is believed where nearly all images are in it, and where they do not
    lie in CUHK01's campus, whose files have such names too."""
    found = read(root)
    if any(sample.path.parent.name == "campus" for sample in found.samples):
        raise ReidvizError("It is CUHK01.")
    images = sum(not unreadable(entry) for entry in walk(existing_root(root)))
    if len(found.samples) < 0.9 * images:
        raise ReidvizError("Most images are named otherwise.")
    return found


_RECORDED = Recorded({"mtdnet": "iLIDS"}, cameras=frozenset({""}))
ILIDS = DataFormat(
    name="ilids",
    title="iLIDS",
    obtain=f"{RESEARCH} Queen Mary University of London.",
    layout="Files named like 0001001.jpg: person and image.",
    read=read,
    counts=Counts(119, None, 476),
    recognise=_recognise,
    protocols=_RECORDED.protocols,
    split=_RECORDED.split,
)
