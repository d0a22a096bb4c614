"""Protocols that belong to one data set: the splits the MTDnet release recorded, and CUHK03's own."""

import json
import os
import re
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from reidviz.common.errors import ReidvizError
from reidviz.common.printable import short
from reidviz.data.dataset import Dataset, Split
from reidviz.data.formats import cuhk03, matlab
from reidviz.data.formats.prid2011 import SHARED
from reidviz.data.roots import allowed, inside, last
from reidviz.data.splits.by_camera import can_be_matched, images_by_camera, positions_of, single_shot, some

LISTS = {
    ("cuhk01", "mtdnet-486"): "CUHK01half",
    ("cuhk01", "mtdnet-100"): "CUHK01",
    ("viper", "mtdnet"): "VIPeR",
    ("ilids", "mtdnet"): "iLIDS",
    ("prid2011", "mtdnet"): "PRID",
}
CUHK03 = ("cuhk03", "cuhk03-detected")
MTDNET_PAIRS = "123"
SMALL_PERSONS = 100
_SMALL = re.compile(r"small-100(?::([0-9]{1,18}))?")
_TESTSET = re.compile(r"testset:([0-9]{1,2})")


def own_protocols(dataset: Dataset) -> tuple[str, ...]:
    """The protocols that only this kind of data set has, the default first; those whose files and persons are there."""
    if dataset.layout in CUHK03:
        root = Path(dataset.name.partition(":")[2])
        sets = ("mtdnet", "testset:1") if os.path.isfile(root / cuhk03.MAT) else ()
        return (*sets, "new-protocol") if os.path.isfile(_config(dataset)) else sets
    names = {protocol: name for (layout, protocol), name in LISTS.items() if layout == dataset.layout}
    own = tuple(protocol for protocol, name in names.items() if not _lacking(dataset, _listed(name)))
    return (*own, "small-100") if "mtdnet-486" in own else own


def own_split(dataset: Dataset, protocol: str) -> Split | None:
    """Train, probes and gallery by a protocol that only this kind of data set has; None where it has no such.

    ReidvizError where pictures or files are missing that it needs.
    """
    if small := _SMALL.fullmatch(protocol):
        return _small(dataset, protocol, int(small[1] or 0))
    if dataset.layout in CUHK03:
        if protocol == "mtdnet":
            return _mtdnet_cuhk03(dataset)
        if chosen := _TESTSET.fullmatch(protocol):
            return _tested(dataset, protocol, set(cuhk03.testset(dataset, int(chosen[1]))))
        return _new_protocol(dataset) if protocol == "new-protocol" else None
    name = LISTS.get((dataset.layout, protocol))
    return None if name is None else _recorded(dataset, protocol, _listed(name))


def _listed(name: str) -> set[str]:
    """The recorded test persons as identities."""
    persons = _recorded_lists()[name]
    if name == "VIPeR":
        return {f"{int(one):03d}" for one in persons}
    return {f"{int(one):04d}" for one in persons}


def _recorded(dataset: Dataset, protocol: str, test: set[str]) -> Split:
    """The recorded persons test, single shot; of the others those train that belong to the data set's test at all."""
    if missing := _lacking(dataset, test):
        raise ReidvizError(
            f"{len(missing)} of the {len(test)} test persons of {protocol} lack pictures: {some(missing)}.",
            "Point the app at the complete data set, or use half:SEED.",
        )
    found = _tested(dataset, protocol, test)
    if dataset.layout != "prid2011":
        return found
    alone = [i for name, v in images_by_camera(dataset).items() if name.startswith("b") for i in v.get("B", [])[:1]]
    trains = [i for i in found.train.tolist() if dataset.samples[i].identity.isdigit()]
    trains = [i for i in trains if int(dataset.samples[i].identity) <= SHARED]
    return replace(found, train=positions_of(trains), gallery=positions_of([*found.gallery.tolist(), *alone]))


def _lacking(dataset: Dataset, test: set[str]) -> list[str]:
    """Those of the persons that lack pictures, by either camera where cameras are known."""
    views = images_by_camera(dataset)
    wanted = {""} if dataset.layout == "ilids" else {"A", "B"}
    return sorted(name for name in test if not views.get(name, {}).keys() >= wanted)


def _tested(dataset: Dataset, protocol: str, test: set[str]) -> Split:
    """Some persons test, single shot, all others train. Persons without pictures by both cameras are left aside."""
    views = images_by_camera(dataset)
    shots = [single_shot(views[name]) for name in test if name in views and can_be_matched(views[name])]
    if not shots:
        raise ReidvizError(f"None of the test persons of {protocol} is in {short(dataset.name)}.", "Check its folder.")
    return Split(
        protocol=protocol,
        train=positions_of(i for i, s in enumerate(dataset.samples) if s.identity not in test),
        probes=positions_of(i for _, probes in shots for i in probes),
        gallery=positions_of(shot for shot, _ in shots),
    )


def _small(dataset: Dataset, protocol: str, seed: int) -> Split:
    if dataset.layout != "cuhk01":
        raise ReidvizError(f"{protocol} is a protocol of CUHK01.", "Use half:SEED or testN:SEED.")
    whole = _recorded(dataset, "mtdnet-486", _listed("CUHK01half"))
    persons = np.unique(dataset.identities[whole.train])
    chosen = np.random.Generator(np.random.PCG64([seed, 2])).permutation(persons)[:SMALL_PERSONS]
    return replace(whole, protocol=protocol, train=whole.train[np.isin(dataset.identities[whole.train], chosen)])


def _mtdnet_cuhk03(dataset: Dataset) -> Split:
    """The first test set within camera pairs 1-3; the release's 100 validation persons do not train."""
    kept = {f"{pair}_{person:03d}" for pair, person in _recorded_lists()["cuhk03"]}
    test = {name for name in cuhk03.testset(dataset, 1) if name[0] in MTDNET_PAIRS}
    whole = _tested(dataset, "mtdnet", test)
    trains = [i for i in whole.train.tolist() if dataset.samples[i].identity[0] in MTDNET_PAIRS]
    return replace(whole, train=positions_of(i for i in trains if dataset.samples[i].identity not in kept))


def _config(dataset: Dataset) -> Path:
    """The configuration file of the 767/700 protocol: beside the pictures, or one folder above, as torchreid has it."""
    boxes = "detected" if dataset.layout == "cuhk03-detected" else "labeled"
    folder, name = Path(dataset.name.partition(":")[2]), f"cuhk03_new_protocol_config_{boxes}.mat"
    above = folder.parent / name
    return above if _readable(above) and not _readable(folder / name) else folder / name


def _readable(file: Path) -> bool:
    return os.path.isfile(file) and inside(file, file.parent) and allowed(file)


def _new_protocol(dataset: Dataset) -> Split:
    """767 persons train, 700 test, multi-shot, gallery pictures by the probe's own camera ignored (Zhong et al.,
    2017), as their configuration file beside the pictures lists them."""
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
        raise ReidvizError(f"{file.name} names pictures that are not in {short(dataset.name)}.", "Check its folder.")
    return Split("new-protocol", train, probes, gallery, across_cameras=True)


def _plain(name: str) -> tuple[int, ...]:
    """A picture's numbers, however many digits they are written with."""
    return tuple(int(part) for part in re.findall(r"[0-9]+", name.rsplit("/", 1)[-1]))


@cache
def _recorded_lists() -> dict[str, list[Any]]:
    lists: dict[str, list[Any]] = json.loads((Path(__file__).with_name("recorded_splits.json")).read_text("utf-8"))
    return lists
