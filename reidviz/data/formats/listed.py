"""Images that a table lists: CSV or Parquet, a row each."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from reidviz.common.errors import ReidvizError
from reidviz.common.printable import escape_bytes, printable
from reidviz.common.roots import last
from reidviz.data.dataset import Dataset, Sample
from reidviz.data.formats.beside import Beside
from reidviz.data.formats.parquet_process import MOST_ROWS
from reidviz.data.formats.reading import NO_IDENTITY, Entry, Intake, entries, is_misfit, unreadable
from reidviz.data.formats.table import SUFFIXES, Columns, Meanings, opened
from reidviz.data.identities import label

_SPLITS = {
    **dict.fromkeys(("", "nan", "val", "valid", "validation")),
    **dict.fromkeys(("train", "training"), "train"),
    **dict.fromkeys(("probe", "query"), "probe"),
    **dict.fromkeys(("gallery", "test"), "gallery"),
}
LABELLED = Meanings(("path", "identity"), ("camera", "split"))
"""What is looked for in a list of images of known persons."""
UNLISTED = "images that the list does not name"


def read(file: Path) -> Dataset:
    """The images that a CSV or Parquet file lists, a row each: path, identity, camera (or nothing) and split.

    Paths start from the file's folder and stay in it, or lie below a folder that settings.data_roots() allows. The
    split is train, probe (or query), gallery (or test), val (which takes no part) or nothing. Columns may be in any
    order; other ones are kept as metadata. Rows without an identity are counted, and refused where they are many.

    ReidvizError for another file, an empty list, and for a bad line, by its number.
    """
    if file.suffix.lower() not in SUFFIXES:
        raise ReidvizError(
            f"{last(file)} is neither a folder nor a CSV or Parquet file.", "Point folder at one of these."
        )
    domain = escape_bytes(file.stem)
    intake, told = Intake(), list[str]()
    for one in located(file, LABELLED, intake, told):
        if isinstance(one.found, ReidvizError):
            raise one.found
        _take(intake, one.row, one.found, domain, f"line {one.line}, {one.found.name}")
    return intake.dataset(f"folder:{file}", f"a row for each image in {printable(file.name)}", told)


@dataclass(frozen=True, eq=False)
class Located:
    """A row of a list and its number, with the image it names, or why that cannot be read."""

    row: "Row"
    line: int
    found: Entry | ReidvizError


def located(file: Path, meanings: Meanings, intake: Intake, told: list[str]) -> Iterator[Located]:
    """Each row of a list. intake is told of the files that no row names, told of what was understood that is not plain
    to see. ReidvizError as read() raises it, save that whoever asks decides what becomes of an image that cannot be
    read."""
    beside, notes, lines = Beside(file.parent), Counter[str](), dict[str, int]()
    columns, rows = opened(file, meanings)
    for count, (line, fields) in enumerate(rows):
        at = f"Line {line} of {printable(file.name)}"
        if count >= MOST_ROWS:
            raise ReidvizError(f"{at}: there are more than {MOST_ROWS:,} rows.", "Split the list.")
        try:
            row = Row(columns, fields)
        except ReidvizError as e:
            raise ReidvizError(f"{at}: {e.message}", e.hint) from e
        notes.update(row.told)
        try:
            found, how = beside.find(row.path)
        except ReidvizError as e:
            yield Located(row, line, ReidvizError(f"{at}: {e.message}", e.hint))
            continue
        notes.update([how] if how else [])
        if found.name in lines:
            raise ReidvizError(f"{at}: the image {printable(found.name)} is already on line {lines[found.name]}.")
        lines[found.name] = line
        yield Located(row, line, found)
    for entry in beside.files.values():
        if entry.name not in lines and entry.name != escape_bytes(file.name):
            reason = unreadable(entry)
            intake.leave(reason if reason and not is_misfit(reason) else UNLISTED, entry.name)
    told += [*columns.told, *(f"{count:,} {how}." for how, count in notes.items())]


def lists_in(folder: Path, meanings: Meanings = LABELLED) -> list[Path]:
    """The files of a folder that list images, as far as their columns tell: all that are needed are there."""
    return [file for file in entries(folder) if file.suffix.lower() in SUFFIXES and _is_list(file, meanings)]


def _is_list(file: Path, meanings: Meanings) -> bool:
    try:
        opened(file, meanings)
    except ReidvizError:
        return False
    return True


class Row:
    """The fields of one row by what they mean."""

    def __init__(self, columns: Columns, fields: list[str]) -> None:
        """ReidvizError where it holds no text, or a split that is none."""
        if "\0" in "".join(fields):
            raise ReidvizError("it contains a NUL character.", "Save the file as text.")
        places = columns.places
        self.path = fields[places["path"]]
        identity = fields[places["identity"]].strip() if "identity" in places else ""
        self.identity = label(identity)
        self.camera = label(fields[places["camera"]]) if "camera" in places else None
        self.told = []
        if self.identity not in (identity, None):
            self.told.append("identities are written like 1.0 and were read as 1")
        if self.camera is None and "camera" in places:
            self.told.append("rows name no camera")
        written = fields[places["split"]].strip().lower() if "split" in places else ""
        if written not in _SPLITS:
            raise ReidvizError(
                f"the split {printable(written)!r} is unknown.", "Write train, probe, gallery, or nothing."
            )
        self.split = _SPLITS[written]
        self.metadata = tuple((name, fields[place]) for name, place in columns.metadata.items())


def _take(intake: Intake, row: Row, found: Entry, domain: str, where: str) -> None:
    if row.identity is None:
        intake.leave(NO_IDENTITY, where)
    else:
        sample = Sample(found.name, found.path, row.identity, row.camera, domain, row.split, row.metadata)
        intake.take(sample, found.size or 0)
