"""PRID2011: 385 persons by camera A, 749 by camera B, 200 of them by both, 64x128 PNG."""

import re
from dataclasses import replace
from pathlib import Path

from reidviz.data.by_camera import images_by_camera, positions_of
from reidviz.data.dataset import Dataset, Sample, Split
from reidviz.data.formats.format import RESEARCH, Counts, DataFormat
from reidviz.data.formats.locate import folder_with, holding
from reidviz.data.formats.reading import MISFIT, Entry, Intake, walk
from reidviz.data.formats.recorded import Recorded

SHARED = 200
PARTS = ("cam_a", "cam_b")
_NAME = re.compile(r"cam_([ab])/person_([0-9]{4})(?:/[^/]+)?\.\w+", re.IGNORECASE)


def read(root: str | Path) -> Dataset:
    """Every person_NNNN.png (or another image) of single_shot/cam_a and cam_b; of multi_shot every image in
    person_NNNN.

    Numbers up to 200 are the same person in both; above that "a0201" and "b0201" are other people. root is the folder
    of both, single_shot or multi_shot, or up to two folders above: then single_shot is read. ReidvizError when there is
    none.
    """
    path = folder_with(root, lambda f: _pair(f / "single_shot") or _pair(f), "prid2011", "cam_a and cam_b", PARTS)
    path = path / "single_shot" if _pair(path / "single_shot") else path
    intake = Intake()
    intake.offer(walk(path), _sample)
    return intake.dataset(f"prid2011:{path}", "files named like cam_a/person_0001.png")


def _sample(entry: Entry) -> Sample | str:
    match = _NAME.fullmatch(entry.name)
    if match is None:
        return MISFIT
    camera = match[1].upper()
    person = match[2] if int(match[2]) <= SHARED else f"{camera.lower()}{match[2]}"
    return Sample(entry.name, entry.path, person, camera, "prid2011")


_pair = holding(*PARTS)


_RECORDED = Recorded({"mtdnet": "PRID"})


def _split(dataset: Dataset, protocol: str) -> Split | None:
    """By the release: persons seen by both cameras train, and those seen by B alone are in the gallery."""
    found = _RECORDED.split(dataset, protocol)
    if found is None:
        return None
    alone = [i for name, v in images_by_camera(dataset).items() if name.startswith("b") for i in v.get("B", [])[:1]]
    trains = [i for i in found.train.tolist() if dataset.samples[i].identity.isdigit()]
    trains = [i for i in trains if int(dataset.samples[i].identity) <= SHARED]
    return replace(found, train=positions_of(trains), gallery=positions_of([*found.gallery.tolist(), *alone]))


PRID2011 = DataFormat(
    name="prid2011",
    title="PRID2011",
    obtain=f"{RESEARCH} Graz University of Technology (single-shot part).",
    layout="single_shot (or multi_shot) with cam_a and cam_b, and files named like person_0001.png.",
    read=read,
    counts=Counts(934, 2, 1134),
    recognise=read,
    holds=_pair,
    protocols=_RECORDED.protocols,
    split=_split,
)
