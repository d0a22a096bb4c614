"""VIPeR: 632 persons, one image by each of two cameras, 48x128 BMP."""

import re
from pathlib import Path

from reidviz.data.dataset import Dataset, Sample
from reidviz.data.formats.format import RESEARCH, Counts, DataFormat
from reidviz.data.formats.locate import folder_with, holding
from reidviz.data.formats.reading import MISFIT, Entry, Intake, walk
from reidviz.data.formats.recorded import Recorded

PARTS = ("cam_a", "cam_b")
_NAME = re.compile(r"cam_([ab])/([0-9]{3})_([0-9]{1,3})\.\w+", re.IGNORECASE)


def read(root: str | Path) -> Dataset:
    """Every III_ANGLE.bmp (or another image) of cam_a and cam_b: person III, the angle differs between cameras.

    root is the folder of both or up to two folders above it. ReidvizError when there is none.
    """
    path = folder_with(root, holding(*PARTS), "viper", "cam_a and cam_b", PARTS)
    intake = Intake()
    intake.offer(walk(path), _sample)
    return intake.dataset(f"viper:{path}", "files named like cam_a/000_45.bmp")


def _sample(entry: Entry) -> Sample | str:
    match = _NAME.fullmatch(entry.name)
    return Sample(entry.name, entry.path, match[2], match[1].upper(), "viper") if match else MISFIT


_RECORDED = Recorded({"mtdnet": "VIPeR"}, digits=3)
VIPER = DataFormat(
    name="viper",
    title="VIPeR",
    obtain=f"{RESEARCH} the University of California, Santa Cruz.",
    layout="cam_a and cam_b with files named like 000_45.bmp.",
    read=read,
    counts=Counts(632, 2, 1264),
    recognise=read,
    holds=holding(*PARTS),
    protocols=_RECORDED.protocols,
    split=_RECORDED.split,
)
