"""A table in a file: CSV (commas, semicolons or tabs, UTF-8 or UTF-16) or Parquet, and what its columns mean."""

import codecs
import csv
import io
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from reidviz.common.errors import ReidvizError
from reidviz.common.printable import printable, text_of_cell
from reidviz.common.roots import MOST_LISTED, open_regular
from reidviz.data.formats import parquet
from reidviz.data.formats.parquet_process import MOST_COLUMNS

SUFFIXES = (".csv", ".tsv", ".parquet")
NAMES = {
    "path": (
        "path",
        "image_path",
        "img_path",
        "filepath",
        "file_path",
        "image",
        "img",
        "filename",
        "file_name",
        "file",
    ),
    "identity": ("identity", "person_id", "person", "pid", "identity_id", "id"),
    "camera": ("camera", "camera_id", "camid", "cam_id", "cam"),
    "split": ("split", "subset", "partition", "role"),
}
"""What a column may be called, the plainest first."""
_INDEX = ("", "index", "__index_level_0__", "unnamed: 0")
_HINT = (
    "The first line names the columns: path, identity and, if you like, camera and split, separated by commas, "
    "semicolons or tabs."
)
_SEPARATED = "sep="
"""What a first line begins with by which Excel is told what parts the columns."""


@dataclass(frozen=True)
class Meanings:
    """What is looked for among the columns, by the names in NAMES: needed: must be there; allowed: may be. A column of
    any other name, one in NAMES too, is kept as metadata."""

    needed: tuple[str, ...]
    allowed: tuple[str, ...]


@dataclass(frozen=True)
class Columns:
    """Where a table has what: the position of path, identity, camera and split, and of what is kept as metadata.

    told  what was understood that is not plain to see
    """

    places: dict[str, int]
    metadata: dict[str, int]
    told: tuple[str, ...]


Rows = Iterator[tuple[int, list[str]]]
"""Each row by its number: of a CSV the line, of Parquet from 1 on."""


def opened(file: Path, meanings: Meanings) -> tuple[Columns, Rows]:
    """The columns of a table and, read as they are asked for, its rows as text. ReidvizError where it is no table, is
    damaged or too large, or lacks a column, and later for a bad line, by its number."""
    return _parquet(file, meanings) if file.suffix.lower() == ".parquet" else _csv(file, meanings)


def _columns(header: Iterable[str], name: str, meanings: Meanings, separator: str = ",") -> Columns:
    """What the columns mean. ReidvizError where one that is needed is missing, or a column is there twice."""
    names = [column.strip().lower() for column in header]
    if len(names) > MOST_COLUMNS:
        raise ReidvizError(f"Line 1 of {name} has {len(names):,} columns.", _HINT)
    twice = next((one for one, count in Counter(names).items() if count > 1 and one not in _INDEX), None)
    if twice is not None:
        raise ReidvizError(f"Line 1 of {name} has the column {printable(twice)} twice.", _HINT)
    places: dict[str, int] = {}
    for meaning in (*meanings.needed, *meanings.allowed):
        known = next((word for word in NAMES[meaning] if word in names), None)
        if known is not None:
            places[meaning] = names.index(known)
        elif meaning in meanings.needed:
            raise ReidvizError(f"Line 1 of {name} has no column {meaning}.", _HINT)
    index = [i for i, column in enumerate(names) if column in _INDEX and i not in places.values()]
    others = {names[i]: i for i in range(len(names)) if i not in places.values() and i not in index}
    told = ["A column that counts the rows was left out."] if index else []
    told += [] if separator == "," else [f"Columns are separated by {'tabs' if separator == chr(9) else separator}."]
    renamed = [f"{printable(names[i])} as {meaning}" for meaning, i in places.items() if names[i] != meaning]
    if renamed:
        told.append(f"Read were {', '.join(renamed)}.")
    if others:
        told.append(f"Kept as metadata: {', '.join(map(printable, others))}.")
    return Columns(places, others, tuple(told))


def _csv(file: Path, meanings: Meanings) -> tuple[Columns, Rows]:
    name = printable(file.name)
    try:
        with open_regular(file, MOST_LISTED) as raw:
            start = raw.read(4)
        wide = start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
        encoding = "utf-16" if wide else "utf-8-sig"
        with io.TextIOWrapper(open_regular(file, MOST_LISTED), encoding, newline="") as stream:
            first = stream.readline(100_000).strip("\r\n")
            given = first[len(_SEPARATED) :] if first.lower().startswith(_SEPARATED) else ""
            skipped = len(given) == 1
            separator = given if skipped else _separator(first)
            if not skipped:
                stream.seek(0)
            header = next(csv.reader(stream, skipinitialspace=True, strict=True, delimiter=separator), [])
    except (UnicodeDecodeError, csv.Error, OSError) as e:
        raise _unreadable(e, name, 1) from e
    columns = _columns(header, name, meanings, separator)
    return columns, _lines(file, encoding, separator, len(header), int(skipped))


def _separator(header: str) -> str:
    """What parts the columns: that of comma, semicolon and tab by which the first line names most columns."""
    words = {word for names in NAMES.values() for word in names}
    return max(",;\t", key=lambda s: sum(part.strip(' "').lower() in words for part in header.split(s)))


def _lines(file: Path, encoding: str, separator: str, width: int, skipped: int) -> Rows:
    """The rows below the header; skipped: lines above it."""
    name, line = printable(file.name), 1
    try:
        with io.TextIOWrapper(open_regular(file, MOST_LISTED), encoding, newline="") as stream:
            reader = csv.reader(islice(stream, skipped, None), skipinitialspace=True, strict=True, delimiter=separator)
            next(reader)
            line = reader.line_num + skipped + 1
            for fields in reader:
                if fields and len(fields) != width:
                    raise ReidvizError(
                        f"Line {line} of {name} has {len(fields)} fields, the header has {width}.", _HINT
                    )
                if fields:
                    yield line, [text_of_cell(one) for one in fields]
                line = reader.line_num + skipped + 1
    except (UnicodeDecodeError, csv.Error, OSError) as e:
        raise _unreadable(e, name, line) from e


def _unreadable(error: Exception, name: str, line: int) -> ReidvizError:
    if isinstance(error, UnicodeError):
        return ReidvizError(f"{name} is not UTF-8 text.", 'Save it as "CSV UTF-8".')
    if isinstance(error, csv.Error):
        return ReidvizError(f"Line {line} of {name} is not CSV: {error}.", _HINT)
    return ReidvizError(f"{name} cannot be read: {getattr(error, 'strerror', error)}.", "Check its permissions.")


def _parquet(file: Path, meanings: Meanings) -> tuple[Columns, Rows]:
    rows = parquet.rows(file)
    return _columns(next(rows), printable(file.name), meanings), enumerate(rows, 1)
