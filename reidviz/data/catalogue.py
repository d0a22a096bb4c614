"""Data sets that were added here: each is one small file in the data folder that holds the name it is loaded by."""

from pathlib import Path
from typing import IO

from reidviz import settings
from reidviz.data.dataset import Dataset
from reidviz.data.formats import folder as folder_format
from reidviz.data.formats import load
from reidviz.data.formats.recognise import layouts
from reidviz.data.names import short
from reidviz.data.roots import allowed, last, open_regular
from reidviz.data.zips import UNPACKED, import_zip
from reidviz.errors import ReidvizError
from reidviz.files import write_atomically
from reidviz.leftovers import temporary_folder
from reidviz.progress import Progress, silent

MOST_BYTES = 16 * 1024
"""Bytes of a name that a data set is loaded by."""


def added() -> tuple[str, ...]:
    """The names of all data sets that were added, as load() takes them."""
    return tuple(dict.fromkeys(_specs().values()))


def add(name: str, spec: str) -> None:
    """Add a data set under a plain file name. ReidvizError when it cannot be written."""
    write_atomically(settings.data_dir() / f"{name}.spec", spec.encode())


def remove(spec: str) -> None:
    """Forget a data set that was added. What was unpacked from a zip for it is deleted; other pictures stay.

    ReidvizError when it was not added, or files cannot be deleted.
    """
    names = [name for name, one in _specs().items() if one == spec]
    if not names:
        raise ReidvizError(f"The data set {short(spec)} was not added here.", "Only added data sets can be removed.")
    try:
        for name in names:
            if is_unpacked(settings.data_dir() / name):
                _delete(settings.data_dir() / name)
            (settings.data_dir() / f"{name}.spec").unlink()
    except OSError as error:
        raise ReidvizError(
            f"{short(spec)} could not be removed: {error.strerror}.", "Check the permissions."
        ) from error


def unpacked_for(spec: str) -> bool:
    """Whether removing this data set deletes pictures."""
    return any(one == spec and is_unpacked(settings.data_dir() / name) for name, one in _specs().items())


def added_as(folder: Path) -> bool:
    """Whether a data set was added under the name of a folder below the data folder."""
    return folder.name in _specs()


def is_unpacked(folder: Path) -> bool:
    """Whether a folder came out of a zip here."""
    return (folder / UNPACKED).is_file()


def folders() -> tuple[Path, ...]:
    """The folders below the data folder, and below REIDVIZ_DATA where that is set, that may be added."""
    roots = [root for root in (settings.data_dir(), settings.shared_data_dir()) if root is not None and root.is_dir()]
    found = (p for root in roots for p in root.iterdir() if p.is_dir() and not p.name.startswith("."))
    return tuple(sorted(p for p in found if allowed(p)))


def candidates(folder: Path) -> tuple[str, ...]:
    """The names by which one of folders() may be loaded: as its owner lays it out, else by each list in it, else as a
    folder for each person. ReidvizError for any other folder, and when it cannot be read."""
    if folder not in folders():
        raise ReidvizError(f"{last(folder)} is not below the data folder.", "Move it there.")
    if (owned := layouts(folder)) is not None:
        return (owned.name,)
    found = folder_format.candidates(folder)
    return found if len(found) > 1 else (load(found[0]).name,)


def questionable(dataset: Dataset) -> str:
    """What makes it likely that a data set was misread, a sentence; "" where nothing does."""
    cameras = set(dataset.cameras.tolist()) - {""}
    if len(dataset.persons) < 2:
        return f"It makes {len(dataset.persons)} person of {len(dataset.samples):,} pictures."
    if len(cameras) > len(dataset.persons):
        return f"It makes {len(cameras):,} cameras but only {len(dataset.persons):,} persons."
    return ""


def unpack(file: Path | IO[bytes], name: str, progress: Progress = silent) -> tuple[Path, tuple[str, ...]]:
    """Unpack a zip to a folder of that name below the data folder: the folder, and the names it may be loaded by.

    ReidvizError where import_zip raises one, no layout fits, or memory runs out. Then nothing of it is kept.
    """
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
    if folder in folders() and is_unpacked(folder) and not added_as(folder):
        try:
            _delete(folder)
        except OSError as error:
            raise ReidvizError(
                f"{last(folder)} could not be deleted: {error.strerror}.", "Check the permissions."
            ) from error


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
        try:
            with open_regular(file, MOST_BYTES) as opened:
                found[file.stem] = opened.read().decode("utf-8").strip()
        except (OSError, ReidvizError, UnicodeDecodeError):
            continue
    return found
