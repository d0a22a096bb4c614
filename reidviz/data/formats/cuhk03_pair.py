"""CUHK03, one camera pair cut out of the release as `train` and `val` folders of JPEGs of different people."""

import re
from pathlib import Path

from reidviz.data.dataset import Dataset, Sample
from reidviz.data.formats.format import RESEARCH, DataFormat
from reidviz.data.formats.locate import folder_with, holding
from reidviz.data.formats.reading import MISFIT, Entry, Intake, walk

PARTS = ("train", "val")
_NAME = re.compile(r"(train|val)/([0-9]{4})_0([0-9])\.\w+")


def read(root: str | Path) -> Dataset:
    """Every IIII_NN.jpg (or another image) of root/train and root/val: NN 00-04 camera "A", 05-09 camera "B".

    The numbers of the two folders are unrelated: an identity is "train-0001" or "val-0001". People of val are tested:
    their images by A are probes, the first by B is in the gallery, further ones by B take no part.
    root is the folder of both or up to two folders above it. ReidvizError when there is none.
    """
    path = folder_with(root, _holds, "cuhk03-pair", "train and val, with files named like 0001_05.jpg", PARTS)
    in_gallery: set[str] = set()

    def sample(entry: Entry) -> Sample | str:
        match = _NAME.fullmatch(entry.name)
        if match is None:
            return MISFIT
        identity, camera = f"{match[1]}-{match[2]}", "A" if match[3] in "01234" else "B"
        role = "train" if match[1] == "train" else "probe" if camera == "A" else "gallery"
        if role == "gallery" and identity in in_gallery:
            return Sample(entry.name, entry.path, identity, camera, "cuhk03")
        if role == "gallery":
            in_gallery.add(identity)
        return Sample(entry.name, entry.path, identity, camera, "cuhk03", role)

    intake = Intake()
    intake.offer(walk(path), sample)
    return intake.dataset(f"cuhk03-pair:{path}", "files named like train/0001_05.jpg")


def _holds(folder: Path) -> bool:
    return any((folder / part).is_dir() for part in PARTS)


CUHK03_PAIR = DataFormat(
    name="cuhk03-pair",
    title="CUHK03, one camera pair",
    obtain=f"{RESEARCH} the Chinese University of Hong Kong.",
    layout="train and val with files named like 0001_05.jpg.",
    read=read,
    recognise=read,
    holds=holding(*PARTS),
)
