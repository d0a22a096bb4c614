"""Marks to take away and to bring in: CSV for a spreadsheet, JSON with whose they are and of which data."""

import csv
import io
import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Annotated, get_args

import msgspec

from reidviz.common.errors import ReidvizError
from reidviz.common.json_files import decoded
from reidviz.common.printable import printable, spreadsheet_cell
from reidviz.data.dataset import Dataset
from reidviz.marks.mark import Answer, Mark
from reidviz.marks.mark_file import MOST_LETTERS

MOST_BYTES = 16 * 1024**2
MOST_MARKS = 20_000
COLUMNS = ("first", "second", "answer", "at", "annotator")
HINT = "A file of marks is a CSV with the columns first, second and answer, or the JSON that Verify exports."
Short = Annotated[str, msgspec.Meta(max_length=4096)]


@dataclass(frozen=True)
class Exported:
    """A file of marks in JSON. data_hash: the manifest hash of the data set."""

    annotator: Annotated[str, msgspec.Meta(max_length=MOST_LETTERS)]
    data: Short
    data_hash: Short
    marks: tuple[Mark, ...]


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
        rows.writerow([_as_cell(one) for one in cells])
    return out.getvalue().encode()


def read_marks(name: str, data: bytes, dataset: Dataset) -> tuple[Mark, ...]:
    """The marks in a file of that name, of images of this data set. ReidvizError, naming the first that is wrong, for
    anything else."""
    if len(data) > MOST_BYTES:
        raise ReidvizError(f"{printable(name)} is larger than {MOST_BYTES:,} bytes.", HINT)
    if name.lower().endswith(".json"):
        marks = decoded(data, Exported, f"The file {name}", HINT).marks
    else:
        marks = tuple(_from_csv(name, data))
    if len(marks) > MOST_MARKS:
        raise ReidvizError(f"{printable(name)} holds more than {MOST_MARKS:,} marks.", "Bring them in by parts.")
    if not marks:
        raise ReidvizError(f"{printable(name)} holds no marks.", HINT)
    _check(name, marks, dataset)
    return marks


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


def _from_csv(name: str, data: bytes) -> Iterable[Mark]:
    try:
        rows = csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline=""), strict=True)
        missing = [one for one in COLUMNS[:3] if one not in (rows.fieldnames or ())]
        if missing:
            raise ReidvizError(f"{printable(name)} has no column {missing[0]}.", HINT)
        for row in rows:
            first, second, answer, at = ((row.get(one) or "") for one in COLUMNS[:4])
            if answer not in get_args(Answer):
                raise ReidvizError(
                    f"Line {rows.line_num} of {printable(name)} answers {printable(answer[:40])!r}.",
                    "An answer is same, different or skip.",
                )
            yield Mark(_from_cell(first), _from_cell(second), answer, _from_cell(at)[:40])  # type: ignore[arg-type]
    except (UnicodeDecodeError, csv.Error) as error:
        raise ReidvizError(f"{printable(name)} is no CSV in UTF-8.", HINT) from error


def _as_cell(text: str) -> str:
    """spreadsheet_cell() that can be undone: a text that begins with an apostrophe gets another one."""
    return f"'{text}" if text.startswith("'") else spreadsheet_cell(text)


def _from_cell(text: str) -> str:
    """What _as_cell() made a cell of."""
    plain = text.removeprefix("'")
    return plain if _as_cell(plain) == text else text
