"""Marks to take away and to bring in: CSV for a spreadsheet, JSON with whose they are and of which data."""

import codecs
import csv
import io
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Annotated, get_args

import msgspec

from reidviz.common.errors import ReidvizError
from reidviz.common.json_files import decoded
from reidviz.common.printable import exact_cell, printable, text_of_cell
from reidviz.data.dataset import Dataset
from reidviz.marks.mark import Answer, Mark
from reidviz.marks.mark_file import MOST_LETTERS

MOST_BYTES = 16 * 1024**2
MOST_MARKS = 20_000
COLUMNS = ("first", "second", "answer", "at", "annotator")
HINT = "A file of marks is a CSV with the columns first, second and answer, or the JSON that Verify exports."
MOST_OF_A_TIME = 40
"""Letters of Mark.at; more are cut off."""
Short = Annotated[str, msgspec.Meta(max_length=4096)]


@dataclass(frozen=True)
class Exported:
    """A file of marks in JSON. data_hash: the manifest hash of the data set."""

    annotator: Annotated[str, msgspec.Meta(max_length=MOST_LETTERS)]
    data: Short
    data_hash: Short
    marks: tuple[Mark, ...]


@dataclass(frozen=True)
class Brought:
    """What a file of marks holds.

    by           the marks of each annotator whom it names, in its order; "" where it names nobody
    marked_data  the data set that was marked, where that is known to be another; "" elsewhere
    """

    by: dict[str, tuple[Mark, ...]]
    marked_data: str = ""


def as_json(annotator: str, dataset: Dataset, marks: Iterable[Mark]) -> bytes:
    """Marks as JSON."""
    name = dataset.name.partition(":")[0] if "/" in dataset.name else dataset.name
    told = asdict(Exported(annotator, name, dataset.manifest_hash, tuple(marks)))
    return (json.dumps(told, indent=1) + "\n").encode()


def as_csv(annotator: str, marks: Iterable[Mark]) -> bytes:
    """Marks as CSV, UTF-8; no cell is taken for a formula."""
    out = io.StringIO()
    rows = csv.writer(out)
    rows.writerow(COLUMNS)
    for mark in marks:
        cells = (mark.first, mark.second, mark.answer, mark.at, annotator)
        rows.writerow([exact_cell(one) for one in cells])
    return out.getvalue().encode()


def read_marks(name: str, data: bytes, dataset: Dataset) -> Brought:
    """The marks in a file of that name, of images of this data set. ReidvizError, naming the first that is wrong, for
    anything else."""
    if len(data) > MOST_BYTES:
        raise ReidvizError(f"{printable(name)} is larger than {MOST_BYTES:,} bytes.", HINT)
    data, marked = data.removeprefix(codecs.BOM_UTF8), ""
    if name.lower().endswith(".json"):
        told = decoded(data, Exported, f"The file {name}", HINT)
        rows = [(told.annotator, replace(mark, at=mark.at[:MOST_OF_A_TIME])) for mark in told.marks]
        marked = (told.data or told.data_hash) if told.data_hash not in ("", dataset.manifest_hash) else ""
    else:
        rows = list(_from_csv(name, data))
    if len(rows) > MOST_MARKS:
        raise ReidvizError(f"{printable(name)} holds more than {MOST_MARKS:,} marks.", "Bring them in by parts.")
    if not rows:
        raise ReidvizError(f"{printable(name)} holds no marks.", HINT)
    _check(name, [mark for _, mark in rows], dataset)
    by = {one: tuple(mark for who, mark in rows if who == one) for one in dict.fromkeys(who for who, _ in rows)}
    return Brought(by, marked)


def _check(name: str, marks: Sequence[Mark], dataset: Dataset) -> None:
    known = {sample.id for sample in dataset.samples}
    unknown = sorted({image for mark in marks for image in (mark.first, mark.second)} - known)
    if unknown:
        raise ReidvizError(
            f"{printable(name)} marks {len(unknown):,} images that are not in this data set, first "
            f"{printable(unknown[0])}.",
            "Choose the data set that was marked.",
        )
    if one := next((mark.first for mark in marks if mark.first == mark.second), None):
        raise ReidvizError(f"{printable(name)} compares {printable(one)} with itself.", "Take that line out.")


def _from_csv(name: str, data: bytes) -> Iterator[tuple[str, Mark]]:
    """Each annotator and mark. Columns may be parted by semicolons or tabs, as spreadsheets do, and blanks follow."""
    try:
        text = data.decode("utf-8")
        header = text.partition("\n")[0]
        apart = max(",;\t", key=header.count)
        rows = csv.reader(
            io.StringIO(text, newline=""), delimiter=apart, skipinitialspace=f"{apart} " in header, strict=True
        )
        columns = [one.strip().lower() for one in next(rows, [])]
        for one in COLUMNS:
            if columns.count(one) != 1 and (one in columns or one in COLUMNS[:3]):
                raise ReidvizError(
                    f"{printable(name)} has {'several columns' if one in columns else 'no column'} {one}.", HINT
                )
        for row in filter(any, rows):
            told = dict(zip(columns, row, strict=False))
            first, second, answer, at, annotator = (told.get(one, "") for one in COLUMNS)
            said = answer.strip().lower()
            if said not in get_args(Answer):
                raise ReidvizError(
                    f"Line {rows.line_num} of {printable(name)} answers {printable(answer[:40])!r}.",
                    "An answer is same, different or skip.",
                )
            when = text_of_cell(at)[:MOST_OF_A_TIME]
            yield text_of_cell(annotator), Mark(text_of_cell(first), text_of_cell(second), said, when)  # type: ignore[arg-type]
    except (UnicodeDecodeError, csv.Error) as error:
        raise ReidvizError(f"{printable(name)} is no CSV in UTF-8.", HINT) from error
