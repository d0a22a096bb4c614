"""Records of what was trained and measured, as JSON files in a folder that is committed."""

import re
from dataclasses import asdict
from pathlib import Path
from typing import Literal, TypedDict

from reidviz.common import settings
from reidviz.common.errors import ReidvizError
from reidviz.common.json_files import read_json, write_json
from reidviz.common.printable import printable
from reidviz.experiments import family_record, run_record
from reidviz.experiments.family_record import FamilyRecord
from reidviz.experiments.run_record import RunRecord

Record = RunRecord | FamilyRecord
KINDS: dict[str, tuple[type[Record], int]] = {
    "run": (RunRecord, run_record.FORMAT),
    "family": (FamilyRecord, family_record.FORMAT),
}
MOST_BYTES = 4 * 1024**2
HINT = "Make it again: python -m reidviz results add, or compare --record."
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")


class _Head(TypedDict):
    kind: Literal["run", "family"]
    format: int


def name_from(text: str) -> str:
    """A name for a record out of the name of a run."""
    return re.sub(r"[^A-Za-z0-9._-]+", "-", text).strip("-._")[:100] or "run"


def write_record(folder: Path, record: Record) -> Path:
    """Write NAME.json, in the place of an earlier one. ReidvizError for a name that is no file's, and a full disk."""
    settings.must_be_writable()
    if not NAME.fullmatch(record.name):
        raise ReidvizError(
            f"A record cannot be called {printable(record.name)!r:.120}.",
            "Use letters, digits, dots, dashes and underscores.",
        )
    file = folder / f"{record.name}.json"
    write_json(file, asdict(record))
    return file


def read_record(file: Path) -> Record:
    """The record in a file. ReidvizError when it holds none, or one of another version."""
    what = f"The record {printable(file.name)}"
    head = read_json(file, _Head, what, MOST_BYTES, HINT)
    kind, known = KINDS[head["kind"]]
    if head["format"] != known:
        raise ReidvizError(f"{what} has format {head['format']}, not {known}.", HINT)
    return read_json(file, kind, what, MOST_BYTES, HINT)


def records_in(folder: Path) -> list[Record]:
    """Every record of a folder, by file name. ReidvizError when one cannot be read, or there is no such folder."""
    if not folder.is_dir():
        raise ReidvizError(f"There is no folder {printable(folder.name)}.", "Give --folder.")
    return [read_record(file) for file in sorted(folder.glob("*.json"))]
