"""CUHK03's own protocols: its 20 recorded test sets, the release's part of the first, and the 767/700 persons."""

import os
import re
from dataclasses import replace
from pathlib import Path

import numpy as np

from reidviz.common.errors import ReidvizError
from reidviz.common.printable import short
from reidviz.common.roots import allowed, inside, last
from reidviz.data.by_camera import positions_of
from reidviz.data.dataset import Dataset, Split
from reidviz.data.formats import cuhk03_mat, matlab
from reidviz.data.formats.cuhk03_process import HINT
from reidviz.data.formats.recorded import recorded_lists, tested

MAT = "cuhk-03.mat"
MTDNET_PAIRS = "123"
_TESTSET = re.compile(r"testset:([0-9]{1,2})")


def protocols(dataset: Dataset) -> tuple[str, ...]:
    """Those whose files are there, the default first."""
    root = Path(dataset.name.partition(":")[2])
    sets = ("mtdnet", "testset:1") if os.path.isfile(root / MAT) else ()
    return (*sets, "new-protocol") if os.path.isfile(_config(dataset)) else sets


def split(dataset: Dataset, protocol: str) -> Split | None:
    """By one of these protocols, None for any other. ReidvizError where a file is missing that it needs."""
    if protocol == "mtdnet":
        return _mtdnet(dataset)
    if chosen := _TESTSET.fullmatch(protocol):
        return tested(dataset, protocol, set(testset(dataset, int(chosen[1]))))
    return _new_protocol(dataset) if protocol == "new-protocol" else None


def testset(dataset: Dataset, number: int) -> tuple[str, ...]:
    """The persons of one of the 20 test sets that cuhk-03.mat records, 1-20, as identities of this data set.

    ReidvizError when the file is not beside the images, or damaged.
    """
    file = Path(dataset.name.partition(":")[2]) / MAT
    if not _readable(file):
        raise ReidvizError(f"The test sets are recorded in {MAT}, which is not in {last(file.parent)}.", HINT)
    return tuple(cuhk03_mat.persons(file, number))


def _mtdnet(dataset: Dataset) -> Split:
    """The first test set within camera pairs 1-3; the release's 100 validation persons do not train."""
    kept = {f"{pair}_{person:03d}" for pair, person in recorded_lists()["cuhk03"]}
    test = {name for name in testset(dataset, 1) if name[0] in MTDNET_PAIRS}
    whole = tested(dataset, "mtdnet", test)
    trains = [i for i in whole.train.tolist() if dataset.samples[i].identity[0] in MTDNET_PAIRS]
    return replace(whole, train=positions_of(i for i in trains if dataset.samples[i].identity not in kept))


def _config(dataset: Dataset) -> Path:
    """The configuration file of the 767/700 protocol: beside the images, or one folder above, as torchreid has it."""
    boxes = "detected" if dataset.layout == "cuhk03-detected" else "labeled"
    folder, name = Path(dataset.name.partition(":")[2]), f"cuhk03_new_protocol_config_{boxes}.mat"
    above = folder.parent / name
    return above if _readable(above) and not _readable(folder / name) else folder / name


def _readable(file: Path) -> bool:
    return os.path.isfile(file) and inside(file, file.parent) and allowed(file)


def _new_protocol(dataset: Dataset) -> Split:
    """767 persons train, 700 test, multi-shot, gallery images by the probe's own camera ignored (Zhong et al.,
    2017), as their configuration file beside the images lists them."""
    file = _config(dataset)
    if not _readable(file):
        raise ReidvizError(
            f"The 767/700 protocol needs {file.name}, which is not there.",
            f"Put it into {last(file.parent)} or the folder above; its authors publish it beside their code.",
        )
    try:
        config = matlab.variables(file, ("filelist", "train_idx", "query_idx", "gallery_idx"))
        names = [str(np.ravel(one)[0]) for one in np.ravel(config["filelist"])]
        parts = [np.ravel(config[f"{part}_idx"]).astype(np.int64) - 1 for part in ("train", "query", "gallery")]
        chosen = [[_plain(names[i]) for i in part] for part in parts]
    except Exception as error:  # scipy's reader raises whatever a damaged file makes it stumble over
        raise ReidvizError(f"{file.name} is there but cannot be read as a MATLAB file.", "Copy it again.") from error
    places = {_plain(sample.id): i for i, sample in enumerate(dataset.samples)}
    train, probes, gallery = (positions_of(places[name] for name in part if name in places) for part in chosen)
    if not len(probes) or not len(gallery):
        raise ReidvizError(f"{file.name} names images that are not in {short(dataset.name)}.", "Check its folder.")
    return Split("new-protocol", train, probes, gallery, across_cameras=True)


def _plain(name: str) -> tuple[int, ...]:
    """An image's numbers, however many digits they are written with."""
    return tuple(int(part) for part in re.findall(r"[0-9]+", name.rsplit("/", 1)[-1]))
