"""Any images of persons: a folder for each person, or a list (reidviz.data.formats.listed)."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from reidviz.common.errors import ReidvizError
from reidviz.common.printable import MARK, escape_bytes, printable
from reidviz.common.roots import existing_root, last
from reidviz.data.dataset import Dataset, Sample
from reidviz.data.formats import listed
from reidviz.data.formats.format import DataFormat
from reidviz.data.formats.name_rule import NameRule, NoCamera, Pattern, found_rule, rule_of
from reidviz.data.formats.reading import (
    MISFIT,
    NO_IDENTITY,
    Entry,
    Intake,
    entries,
    folders_in,
    unreadable,
    walk,
)
from reidviz.data.formats.recognise import read_as_its_owner
from reidviz.data.identities import label
from reidviz.data.images.decode import SUFFIXES

ROLES = {
    "train": "train",
    "train_all": "train",
    "val": None,
    "query": "probe",
    "probe": "probe",
    "gallery": "gallery",
    "test": "gallery",
}
NOBODY = frozenset(
    {*ROLES, "bounding_box_train", "bounding_box_test", "cam_a", "cam_b", "gt_bbox", "gt_query", "multi-query"}
)
"""Names of folders that are never persons."""
EXPECTED = "a folder for each person, as in IDENTITY/CAMERA_anything.jpg, or a CSV that lists the images"
FLAT = Pattern(r"^(?P<identity>-?\w+?)[_-](?P<camera>c(?:am)?\d+)(?:s\d+)?(?:[_.-][^/]*)?\.\w+$")
"""Images without folders, named like 0001_c2s1_anything.jpg."""
MOST_CAMERAS_TOLD = 6


@dataclass(frozen=True)
class Placed:
    """An image with what its folders tell: the identity, the camera and the role, None where they do not."""

    entry: Entry
    identity: str | None = None
    camera: str | None = None
    role: str | None = None


def read(root: str | Path) -> Dataset:
    """The images below a folder, or those that a list (CSV, Parquet) names.

    `<root>/<identity>/<file>`; the camera is found in the file's name (name_rule.found_rule), or told by the rule that
    stands behind the folder, after "#names=". Also `<root>/{train,query,gallery}/<identity>/<file>`, and
    `<root>/<camera>/<identity>/<file>` or the two the other way round, where persons are seen by several. Up to two
    needless folders on top are walked through. A folder laid out like another format is read as that.

    ReidvizError for an empty data set, for images that lie otherwise, and for a bad line of a list, by its number.
    """
    where, marked, written = str(root).partition(MARK)
    rule = rule_of(written) if marked else None
    path = existing_root(where)
    if path.is_file():
        if rule is not None:
            raise ReidvizError("A list says itself which camera took an image.", "Leave the rule for names out.")
        return listed.read(path)
    base, lists = _unnested(path)
    if rule is None and lists:
        return listed.read(_only(lists))
    if rule is None and (other := read_as_its_owner(base)) is not None:
        return other
    intake = Intake()
    images = []
    for entry in walk(base):
        if reason := unreadable(entry):
            intake.leave(reason, entry.name)
        else:
            images.append(entry)
    if rule is None and _are_flat(images):
        rule = FLAT
    notes: list[str] = []
    if isinstance(rule, Pattern) and rule.names_identity:
        placed = [Placed(entry) for entry in images]
    else:
        placed, notes = _by_folders(images, intake)
    by_folder = any(one.camera for one in placed)
    if rule is None:
        rule = NoCamera() if by_folder else found_rule([one.entry.name for one in placed])
    examples = _take(placed, intake, rule, escape_bytes(base.name) or "folder")
    if not by_folder:
        notes.append(_cameras_told(rule, examples))
    return intake.dataset(f"folder:{base}{marked}{written}", EXPECTED, notes)


def lists_of(folder: Path) -> list[Path]:
    """The lists by which a folder may be read: those in it, or in the first folder below needless ones."""
    return _unnested(folder)[1]


def _unnested(path: Path) -> tuple[Path, list[Path]]:
    """The folder below needless ones, those that hold one folder of folders and no image, two at most; and the lists
    in it. The first one that holds a list is taken."""
    for _ in range(2):
        lists, inside = listed.lists_in(path), folders_in(path)
        needless = len(inside) == 1 and inside[0].name.lower() not in NOBODY and folders_in(inside[0])
        if lists or not needless or any(file.suffix.lower() in SUFFIXES for file in entries(path)):
            return path, lists
        path = inside[0]
    return path, listed.lists_in(path)


def _only(lists: list[Path]) -> Path:
    if len(lists) > 1:
        raise ReidvizError(
            f"There are {len(lists)} lists in {last(lists[0].parent)}.",
            f"Choose one, folder:…/{', '.join(last(one) for one in lists[:5])}",
        )
    return lists[0]


def _are_flat(images: list[Entry]) -> bool:
    """Whether most images lie in no folder, some of them named for person and camera."""
    beside = [entry.name for entry in images if "/" not in entry.name]
    return len(beside) > len(images) / 2 and any(identity for identity, _ in FLAT.labels(beside))


def _by_folders(images: list[Entry], intake: Intake) -> tuple[list[Placed], list[str]]:
    """Who is on each image by the folder it lies in, and how folders were understood where there are two levels."""
    depths = Counter(entry.name.count("/") for entry in images)
    depth = max(depths, key=lambda d: depths[d], default=1)
    fitting = []
    for entry in images:
        if entry.name.count("/") == (2 if depth == 2 else 1):
            fitting.append(entry)
        else:
            intake.leave(f"{MISFIT} (not IDENTITY/FILE)", entry.name)
    if depth == 2:
        return _two_levels(fitting, intake)
    placed = [Placed(entry, entry.name.partition("/")[0]) for entry in fitting]
    _refuse_nobodies({str(one.identity) for one in placed})
    return placed, []


def _two_levels(images: list[Entry], intake: Intake) -> tuple[list[Placed], list[str]]:
    """Images two folders deep: one folder tells the identity, the other the role or the camera."""
    parts = [(entry, entry.name.split("/")[0], entry.name.split("/")[1]) for entry in images]
    upper, lower = {one[1] for one in parts}, {one[2] for one in parts}
    if {name.lower() for name in upper} <= ROLES.keys():
        whole = {"probe", "gallery"} <= {ROLES[name.lower()] for name in upper}
        note = f"The folders {_names(upper)} are roles, those in them persons."
        if not whole:
            note += " Query and gallery are not both there, so no image has a role: use half:SEED or testN:SEED."
        return [Placed(e, person, None, ROLES[part.lower()] if whole else None) for e, part, person in parts], [note]
    seen_twice = len({one[1:] for one in parts}) > max(len(upper), len(lower))
    if seen_twice and len(upper) < len(lower):
        note = f"The folders {_names(upper)} are cameras, those in them persons."
        return [Placed(entry, person, camera) for entry, camera, person in parts], [note]
    _refuse_nobodies(upper)
    if seen_twice and len(lower) < len(upper):
        note = f"The folders {_names(lower)} within each person's are cameras."
        return [Placed(entry, person, camera) for entry, person, camera in parts], [note]
    for entry in images:
        intake.leave(f"{MISFIT} (not IDENTITY/FILE)", entry.name)
    return [], []


def _names(folders: Iterable[str]) -> str:
    names = sorted(folders)
    return ", ".join(printable(name) for name in names[:5]) + (", …" if len(names) > 5 else "")


def _refuse_nobodies(persons: set[str]) -> None:
    nobody = sorted(name for name in persons if name.lower() in NOBODY)
    if nobody:
        raise ReidvizError(
            f"Folders called {_names(nobody)} are no persons, and what lies in them fits no layout that is known here.",
            "Lay images out as IDENTITY/CAMERA_anything.jpg, list them in a CSV, or give a rule for their names.",
        )


def _take(placed: list[Placed], intake: Intake, rule: NameRule, domain: str) -> dict[str, list[str]]:
    """Give the images to the intake with the camera that the rule tells; the names by camera."""
    by_camera: dict[str, list[str]] = {}
    for one, (identity, camera) in zip(placed, rule.labels([one.entry.name for one in placed]), strict=True):
        written = identity if one.identity is None else one.identity
        if written is None:
            intake.leave(f"{MISFIT} (the rule does not match)", one.entry.name)
            continue
        person, seen_by = label(written), label(one.camera or camera or "")
        if person is None:
            intake.leave(NO_IDENTITY, one.entry.name)
            continue
        if seen_by is not None:
            by_camera.setdefault(seen_by, []).append(one.entry.name)
        intake.take(Sample(one.entry.name, one.entry.path, person, seen_by, domain, one.role), one.entry.size or 0)
    return by_camera


def _cameras_told(rule: NameRule, by_camera: dict[str, list[str]]) -> str:
    """Which cameras were read from the names, with two of the names of each."""
    if not by_camera:
        return "The files' names tell no camera."
    few = sorted(by_camera)[:MOST_CAMERAS_TOLD]
    told = "; ".join(f"{printable(one)} ({', '.join(printable(name) for name in by_camera[one][:2])})" for one in few)
    more = f" and {len(by_camera) - len(few)} more" if len(by_camera) > len(few) else ""
    return f"The camera is {rule.description}: {told}{more}."


FOLDER = DataFormat(
    name="folder",
    title="Your own folder",
    obtain="Mind whose images they are: those of real people are personal data.",
    layout="A folder a person, or a list (CSV, Parquet) with columns path and identity.",
    read=read,
)
