"""Data sets that were added here: each is one small file in the data folder that holds the name it is loaded by."""

import shutil
from pathlib import Path

from reidviz import settings
from reidviz.data.names import shown
from reidviz.data.zips import import_zip, recognised
from reidviz.errors import ReidvizError
from reidviz.files import write_atomically
from reidviz.progress import Progress, silent


def added() -> tuple[str, ...]:
    """The names of all data sets that were added, as load() takes them."""
    found = []
    for file in sorted(settings.data_dir().glob("[!.]*.spec")):
        try:
            found.append(file.read_text("utf-8").strip())
        except (OSError, UnicodeDecodeError):
            continue
    return tuple(dict.fromkeys(found))


def add(name: str, spec: str) -> None:
    """Add a data set under a plain file name. ReidvizError when it cannot be written."""
    write_atomically(settings.data_dir() / f"{name}.spec", spec.encode())


def folders() -> tuple[Path, ...]:
    """The folders below the data folder, and below REIDVIZ_DATA where that is set, that may be added."""
    roots = [root for root in (settings.data_dir(), settings.shared_data_dir()) if root is not None and root.is_dir()]
    return tuple(sorted(p for root in roots for p in root.iterdir() if p.is_dir() and not p.name.startswith(".")))


def add_folder(folder: Path) -> str:
    """Add one of folders() by what it is laid out like; the name it is loaded by. ReidvizError for any other folder."""
    if folder not in folders():
        raise ReidvizError(f"{shown(str(folder))} is not below the data folder.", "Move it there, or type its path.")
    spec = recognised(folder)
    add(folder.name, spec)
    return spec


def add_zip(file: Path, name: str, progress: Progress = silent) -> str:
    """Unpack a zip to a folder of that name below the data folder and add it; the name it is loaded by.

    ReidvizError where import_zip raises one, or no layout fits. Then nothing of it is kept.
    """
    folder = import_zip(file, name, settings.data_dir(), progress)
    try:
        spec = recognised(folder)
        add(name, spec)
    except ReidvizError:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    return spec
