"""Market-1501 and its family (DukeMTMC-reID, Occluded-Duke, VeRi, ...): query and gallery of their own."""

import re
from pathlib import Path

from reidviz.common.printable import escape_bytes
from reidviz.data.dataset import Dataset, Sample
from reidviz.data.formats.format import RESEARCH, Counts, DataFormat, market_protocol
from reidviz.data.formats.locate import folder_with
from reidviz.data.formats.reading import MISFIT, NO_IDENTITY, Entry, Intake, entries, folders_in, walk
from reidviz.data.identities import label
from reidviz.data.images.decode import SUFFIXES

OWN = {"bounding_box_train": "train", "query": "probe", "bounding_box_test": "gallery"}
PREPARED = {"train_all": "train", "train": "train", "val": None, "query": "probe", "gallery": "gallery"}
"""The folders that tutorials copy it to, with a folder for each person in each."""
_NAME = re.compile(r"(-?[0-9]+)_c([0-9]+)(s[0-9]+)?([_.-].*)?\.\w+", re.IGNORECASE)
_CAMERA = re.compile(r"(?:^|.*[_.-])c([0-9]+)(?:s[0-9]+)?(?:[_.-].*)?\.\w+", re.IGNORECASE)


def read(root: str | Path) -> Dataset:
    """Every image PPPP_cC[sS]_anything of bounding_box_train, query and bounding_box_test: person PPPP, camera C.

    Also those of {train,query,gallery}/PPPP/, whose files name the camera as _cC. Person 0000 is a distractor, -1 junk,
    whatever the protocol. Where query or the gallery is missing, no image has a role: persons are drawn to test.
    root is the folder of these or up to two folders above it. ReidvizError when there is none.
    """
    path = folder_with(root, holds, "market1501", "bounding_box_train, query and bounding_box_test")
    folders = _folders(path)
    here = {name: role for name, role in folders.items() if (path / name).is_dir()}
    copies = {"train", "val"} & here.keys() if "train_all" in here else set()
    whole = {"probe", "gallery"} <= set(here.values())

    def sample(entry: Entry) -> Sample | str:
        folder, _, rest = entry.name.partition("/")
        if folder in copies:
            return f"copies in {folder} of what is in train_all"
        if folder not in here:
            return f"images in {folder}, which takes no part" if rest else "images beside the folders"
        return _sample(entry, rest, here[folder] if whole else None)

    intake = Intake()
    intake.offer(walk(path), sample)
    return intake.dataset(
        f"market1501:{path}", "files named like query/0001_c1s1_001051_00.jpg", _notes(folders, here), market_rules=True
    )


def holds(folder: Path) -> bool:
    """Whether a folder is laid out so: one of the owner's own boxes, or query and gallery with a folder a person."""
    own = [folder / name for name in OWN if name != "query" and (folder / name).is_dir()]
    if own:
        return any(_fits(one) for one in own)
    prepared = [folder / name for name in ("query", "gallery")]
    return all(one.is_dir() and (_fits(one) or _fits_by_person(one)) for one in prepared)


def _folders(root: Path) -> dict[str, str | None]:
    return (
        dict(OWN) if any((root / name).is_dir() for name in ("bounding_box_train", "bounding_box_test")) else PREPARED
    )


def _fits(folder: Path) -> bool:
    return any(_NAME.fullmatch(escape_bytes(file.name)) and file.suffix.lower() in SUFFIXES for file in entries(folder))


def _fits_by_person(folder: Path) -> bool:
    persons = folders_in(folder)
    return any(_CAMERA.fullmatch(escape_bytes(file.name)) for file in (entries(persons[0]) if persons else ()))


def _sample(entry: Entry, rest: str, role: str | None) -> Sample | str:
    """rest: the name below the folder of its role."""
    person, slash, file = rest.rpartition("/")
    match = (_CAMERA if slash else _NAME).fullmatch(file)
    if match is None or "/" in person:
        return MISFIT
    identity, camera = (label(person), match[1]) if slash else (label(match[1]), match[2])
    if identity is None:
        return NO_IDENTITY
    return Sample(entry.name, entry.path, identity, str(int(camera)), "market1501", role)


def _notes(folders: dict[str, str | None], here: dict[str, str | None]) -> list[str]:
    wanted = [name for name in folders if name not in ("train_all", "val")]
    missing = [name for name in wanted if folders[name] not in here.values()]
    if not missing:
        return []
    names = f"{' and '.join(missing)} {'is' if len(missing) == 1 else 'are'} missing"
    if missing == [wanted[0]]:
        return [f"{names}: there is nobody to train on."]
    return [f"{names}: no image is a probe or in the gallery by its owner's word. Use half:SEED or testN:SEED."]


MARKET1501 = DataFormat(
    name="market1501",
    title="Market-1501",
    obtain=f"{RESEARCH} Tsinghua University (L. Zheng and others).",
    layout="bounding_box_train, query and bounding_box_test with files named like 0001_c1s1_001051_00.jpg; or train, "
    "query and gallery with a folder a person.",
    read=read,
    counts=Counts(1501, 6, None),
    recognise=read,
    holds=holds,
    certain=True,
    protocols=market_protocol,
)
