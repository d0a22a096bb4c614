"""Data sets that were added here: each is one small file in the data folder that holds the name it is loaded by."""

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import IO

from reidviz.common import settings
from reidviz.common.atomic_write import write_atomically
from reidviz.common.errors import ReidvizError
from reidviz.common.leftovers import temporary_folder
from reidviz.common.printable import MARK, printable, short
from reidviz.common.progress import Progress, silent
from reidviz.common.roots import allowed, inside, last, open_regular
from reidviz.data.catalogue.zip_import import UNPACKED, import_zip
from reidviz.data.dataset import Dataset
from reidviz.data.formats import folder as folder_format
from reidviz.data.formats import load
from reidviz.data.formats.recognise import recognise

LISTS = ("corrected", "without")
"""The forms of data sets that a list makes of another one."""
MOST_BYTES = 16 * 1024
"""Bytes of a name that a data set is loaded by."""


def added() -> tuple[str, ...]:
    """The names of all data sets that were added, as load() takes them."""
    return tuple(dict.fromkeys(_specs().values()))


def add(name: str, spec: str) -> None:
    """Add a data set under a plain file name, with a number behind it where another one has that name.

    ReidvizError when it cannot be written.
    """
    settings.must_be_writable()
    taken, free, number = _specs(), name, 1
    while taken.get(free, spec) != spec:
        number += 1
        free = f"{name} {number}"
    write_atomically(settings.data_dir() / f"{free}.spec", spec.encode())


def add_list(name: str, form: str, write: Callable[[Path], None]) -> str:
    """Let write make a list in the data folder that is read as a data set of that form, and add it: its name.

    ReidvizError for a name that no file can have or that is taken, and where it can be neither written nor read: then
    nothing is kept.
    """
    if not name or "/" in name or MARK in name or name.startswith("."):
        raise ReidvizError("This cannot be a file's name.", "Use letters, digits and spaces.")
    file = settings.data_dir() / f"{name}.json"
    if file.exists():
        raise ReidvizError(
            f"There is already a list called {printable(name)}.",
            "Choose another name, or remove that data set on the page Data first.",
        )
    write(file)
    spec = f"{form}:{file}"
    try:
        load(spec)
        add(name, spec)
    except BaseException:
        file.unlink(missing_ok=True)
        raise
    return spec


def remove(spec: str) -> None:
    """Forget a data set that was added. What was unpacked from a zip for it is deleted, and the list that was written
    for it, unless another one is made of it; other images stay.

    ReidvizError when it was not added, or files cannot be deleted.
    """
    settings.must_be_writable()
    names = [name for name, one in _specs().items() if one == spec]
    if not names:
        raise ReidvizError(f"The data set {short(spec)} was not added here.", "Only added data sets can be removed.")
    try:
        if unpacked_for(spec):
            _delete(_own_folder(spec))
        for name in names:
            (settings.data_dir() / f"{name}.spec").unlink()
        if (file := _own_list(spec)) is not None and file.stem in names and not _is_base(spec):
            file.unlink(missing_ok=True)
    except OSError as error:
        raise ReidvizError(
            f"{short(spec)} could not be removed: {error.strerror}.", "Check the permissions."
        ) from error


def unpacked_for(spec: str) -> bool:
    """Whether removing this data set deletes images: those that came out of a zip for it and nothing else."""
    folder = _own_folder(spec)
    return is_unpacked(folder) and {one for one in added() if _own_folder(one) == folder} == {spec}


def is_added(folder: Path) -> bool:
    """Whether a data set was added that lies in this folder."""
    return any(_own_folder(spec) == folder for spec in added())


def is_unpacked(folder: Path) -> bool:
    """Whether a folder came out of a zip here."""
    return (folder / UNPACKED).is_file()


def folders() -> tuple[Path, ...]:
    """The folders below the data folder, and below REIDVIZ_DATA where that is set, that may be added."""
    roots = [root for root in (settings.data_dir(), settings.shared_data_dir()) if root is not None and _may_list(root)]
    found = (p for root in roots for p in root.iterdir() if os.path.isdir(p) and not p.name.startswith("."))
    return tuple(sorted(p for p in found if allowed(p)))


def _may_list(root: Path) -> bool:
    return os.path.isdir(root) and os.access(root, os.R_OK | os.X_OK)


def candidates(folder: Path) -> tuple[str, ...]:
    """The names by which one of folders() may be loaded: by each list in it, else as its owner lays it out, else as a
    folder for each person. ReidvizError for any other folder, and when it cannot be read."""
    if folder not in folders():
        raise ReidvizError(f"{last(folder)} is not below the data folder.", "Move it there.")
    lists = folder_format.lists_of(folder)
    if len(lists) > 1:
        return tuple(f"folder:{one}" for one in lists)
    owned = None if lists else recognise(folder)
    return ((owned or load(f"folder:{folder}")).name,)


def questionable(dataset: Dataset) -> str:
    """What makes it likely that a data set was misread, a sentence; "" where nothing does."""
    cameras = set(dataset.cameras.tolist()) - {""}
    if len(dataset.persons) < 2:
        return f"It makes {len(dataset.persons)} person of {len(dataset.samples):,} images."
    if len(cameras) > len(dataset.persons):
        return f"It makes {len(cameras):,} cameras but only {len(dataset.persons):,} persons."
    return ""


def unpack(file: Path | IO[bytes], name: str, progress: Progress = silent) -> tuple[Path, tuple[str, ...]]:
    """Unpack a zip to a folder of that name below the data folder: the folder, and the names it may be loaded by.

    ReidvizError where import_zip raises one, no layout fits, or memory runs out. Then nothing of it is kept.
    """
    settings.must_be_writable()
    folder = import_zip(file, name, settings.data_dir(), progress)
    try:
        return folder, candidates(folder)
    except (MemoryError, RecursionError) as error:
        _delete(folder)
        raise ReidvizError("There is not enough memory to read this zip.", "Nothing was imported.") from error
    except BaseException:
        _delete(folder)
        raise


def discard(folder: Path) -> None:
    """Delete a folder that was unpacked here and not added. ReidvizError when it may not be deleted."""
    settings.must_be_writable()
    if folder in folders() and is_unpacked(folder) and not is_added(folder):
        try:
            _delete(folder)
        except OSError as error:
            raise ReidvizError(
                f"{last(folder)} could not be deleted: {error.strerror}.", "Check the permissions."
            ) from error


def _own_list(spec: str) -> Path | None:
    """The file right below the data folder that was written for a data set made of another one."""
    form, _, path = spec.partition(":")
    return Path(path) if form in LISTS and Path(path).parent == settings.data_dir() else None


def _is_base(spec: str) -> bool:
    """Whether a data set that was added is made of this one by a list."""
    lists = [file for one in added() if (file := _own_list(one)) is not None and os.path.isfile(file)]
    return any(json.dumps(spec) in file.read_text("utf-8", "replace") for file in lists)


def _own_folder(spec: str) -> Path:
    """The folder right below the data folder in which a data set lies; the data folder where it lies elsewhere."""
    path = Path(spec.partition(":")[2].partition(MARK)[0])
    data = settings.data_dir()
    return data / path.relative_to(data).parts[0] if data in path.parents else data


def _delete(folder: Path) -> None:
    """Delete a folder below the data folder so that its name is free at once; killed meanwhile, the rest is swept up.

    OSError when it may not be moved.
    """
    with temporary_folder(folder.parent) as temporary:
        folder.rename(temporary / folder.name)


def _specs() -> dict[str, str]:
    """The name that each data set was added under, and what it is loaded by."""
    found = {}
    for file in sorted(settings.data_dir().glob("[!.]*.spec")):
        if not inside(file, settings.data_dir()):
            continue
        try:
            with open_regular(file, MOST_BYTES) as opened:
                found[file.stem] = opened.read().decode("utf-8").strip()
        except (OSError, ReidvizError, UnicodeDecodeError):
            continue
    return found
