"""Images that a table lists: CSV (commas, semicolons or tabs, UTF-8 or UTF-16) or Parquet."""

import codecs
import csv
import io
import os
import stat
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from reidviz.common import settings
from reidviz.common.errors import ReidvizError
from reidviz.common.printable import escape_bytes, printable
from reidviz.common.roots import MOST_LISTED, last, open_regular
from reidviz.data.dataset import Dataset, Sample
from reidviz.data.formats import parquet
from reidviz.data.formats.parquet_process import MOST_COLUMNS, MOST_ROWS
from reidviz.data.formats.reading import NO_IDENTITY, Entry, Intake, entries, unreadable, walk
from reidviz.data.identities import label

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
_SPLITS = {
    **dict.fromkeys(("", "nan", "val", "valid", "validation")),
    **dict.fromkeys(("train", "training"), "train"),
    **dict.fromkeys(("probe", "query"), "probe"),
    **dict.fromkeys(("gallery", "test"), "gallery"),
}
_HINT = (
    "The first line names the columns: path, identity and, if you like, camera and split, separated by commas, "
    "semicolons or tabs."
)
LABELLED = ("path", "identity")
"""The columns that a list of images of known persons must have."""
UNLISTED = "images that the list does not name"


@dataclass(frozen=True)
class Columns:
    """Where a table has what: the position of path, identity, camera and split, and of what is kept as metadata.

    told  what was understood that is not plain to see
    """

    places: dict[str, int]
    metadata: dict[str, int]
    told: tuple[str, ...]


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
    for row, found, where in located(file, LABELLED, intake, told):
        _take(intake, row, found, domain, where)
    return intake.dataset(f"folder:{file}", f"a row for each image in {printable(file.name)}", told)


def located(file: Path, needs: tuple[str, ...], intake: Intake, told: list[str]) -> Iterator[tuple["Row", Entry, str]]:
    """Each row of a list with the image it names, and where it stands in words. intake is told of the files that no row
    names, told of what was understood that is not plain to see.

    needs: the columns that must be there. ReidvizError as read() raises it.
    """
    beside = {entry.name: entry for entry in walk(file.parent)}
    notes: Counter[str] = Counter()
    lines: dict[str, int] = {}
    columns, rows = _parquet(file, needs) if file.suffix.lower() == ".parquet" else _csv(file, needs)
    for count, (line, fields) in enumerate(rows):
        try:
            if count >= MOST_ROWS:
                raise ReidvizError(f"there are more than {MOST_ROWS:,} rows.", "Split the list.")
            row = Row(columns, fields)
            found, how = _image(file, beside, row.path)
            notes.update(filter(None, [how, *row.told]))
            if found.name in lines:
                raise ReidvizError(f"the image {printable(found.name)} is already on line {lines[found.name]}.")
            lines[found.name] = line
        except ReidvizError as e:
            raise ReidvizError(f"Line {line} of {printable(file.name)}: {e.message}", e.hint) from e
        yield row, found, f"line {line}, {found.name}"
    for entry in beside.values():
        if entry.name not in lines and entry.name != escape_bytes(file.name):
            intake.leave(unreadable(entry) or UNLISTED, entry.name)
    told += [*columns.told, *(f"{count:,} {how}." for how, count in notes.items())]


def lists_in(folder: Path) -> list[Path]:
    """The files of a folder that list images, as far as their columns tell."""
    return [file for file in entries(folder) if file.suffix.lower() in SUFFIXES and _is_list(file)]


def _is_list(file: Path) -> bool:
    try:
        _parquet(file, LABELLED) if file.suffix.lower() == ".parquet" else _csv(file, LABELLED)
    except ReidvizError:
        return False
    return True


class Row:
    """The fields of one row by what they mean."""

    def __init__(self, columns: Columns, fields: list[str]) -> None:
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


def _image(file: Path, beside: dict[str, Entry], written: str) -> tuple[Entry, str]:
    """The file that a row names, and what had to be done to find it. ReidvizError where it is not there or outside."""
    if written in beside:
        return _regular(beside[written], written), ""
    inside = _inside(file.parent, written)
    if inside in beside:
        return _regular(beside[inside], written), ""
    if "\\" in written and (turned := _inside(file.parent, written.replace("\\", "/"))) in beside:
        return _regular(beside[turned], written), "paths are written with backslashes and were read with slashes"
    if inside is None:
        return _below_a_root(
            file.parent, written
        ), "paths lead outside the list's folder, below a folder that is allowed"
    other = next((name for name in beside if name.casefold() == inside.casefold()), None)
    raise ReidvizError(
        f"there is no image {printable(written)!r}.",
        f"There is {printable(other)}: capital and small letters differ." if other else "Paths start from its folder.",
    )


def _inside(folder: Path, written: str) -> str | None:
    """The path from the folder on, None where it leads outside."""
    relative = os.path.relpath(os.path.join(folder, written), folder)
    if relative == os.pardir or relative.startswith(os.pardir + os.sep):
        return None
    return escape_bytes(PurePosixPath(relative).as_posix())


def _below_a_root(folder: Path, written: str) -> Entry:
    """An image outside the list's folder, below one of settings.data_roots(), by whose name its own begins."""
    path = Path(os.path.normpath(os.path.join(folder, written)))
    for root in settings.data_roots():
        if path.is_relative_to(root) and Path(os.path.realpath(path)).is_relative_to(os.path.realpath(root)):
            name = escape_bytes((root.name / path.relative_to(root)).as_posix())
            try:
                found = path.stat()
            except OSError:
                break
            return _regular(Entry(name, str(path), found.st_size if stat.S_ISREG(found.st_mode) else None), written)
    raise ReidvizError(
        f"{printable(written)} lies outside the folder of the list, or is not there.",
        "Put the list beside or above its images, or name the folder they lie in in REIDVIZ_DATA_ROOTS.",
    )


def _regular(entry: Entry, written: str) -> Entry:
    reason = unreadable(entry)
    if reason:
        raise ReidvizError(f"{printable(written)!r} is no image that can be read ({reason}).", "Leave the line out.")
    return entry


def _columns(header: Iterable[str], name: str, needs: tuple[str, ...], separator: str = ",") -> Columns:
    """What the columns mean. ReidvizError where one that is needed is missing, or a column is there twice."""
    names = [column.strip().lower() for column in header]
    if len(names) > MOST_COLUMNS:
        raise ReidvizError(f"Line 1 of {name} has {len(names):,} columns.", _HINT)
    places: dict[str, int] = {}
    for meaning, words in NAMES.items():
        known = [word for word in words if word in names]
        if known and names.count(known[0]) > 1:
            raise ReidvizError(f"Line 1 of {name} has the column {known[0]} twice.", _HINT)
        if known:
            places[meaning] = names.index(known[0])
    for meaning in needs:
        if meaning not in places:
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


def _csv(file: Path, needs: tuple[str, ...]) -> tuple[Columns, Iterator[tuple[int, list[str]]]]:
    """The columns, and each line below the header by its number."""
    name = printable(file.name)
    try:
        with open_regular(file, MOST_LISTED) as raw:
            start = raw.read(4)
        wide = start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
        encoding = "utf-16" if wide else "utf-8-sig"
        with io.TextIOWrapper(open_regular(file, MOST_LISTED), encoding, newline="") as stream:
            separator = _separator(stream.readline(100_000))
            stream.seek(0)
            header = next(csv.reader(stream, skipinitialspace=True, strict=True, delimiter=separator), [])
    except (UnicodeDecodeError, csv.Error, OSError) as e:
        raise _unreadable(e, name, 1) from e
    columns = _columns(header, name, needs, separator)
    return columns, _lines(file, encoding, separator, len(header))


def _separator(header: str) -> str:
    """What parts the columns: that of comma, semicolon and tab by which the first line names most columns."""
    words = {word for names in NAMES.values() for word in names}
    return max(",;\t", key=lambda s: sum(part.strip(' "\r\n').lower() in words for part in header.split(s)))


def _lines(file: Path, encoding: str, separator: str, width: int) -> Iterator[tuple[int, list[str]]]:
    name, line = printable(file.name), 1
    try:
        with io.TextIOWrapper(open_regular(file, MOST_LISTED), encoding, newline="") as stream:
            reader = csv.reader(stream, skipinitialspace=True, strict=True, delimiter=separator)
            next(reader)
            line = reader.line_num + 1
            for fields in reader:
                if fields and len(fields) != width:
                    raise ReidvizError(
                        f"Line {line} of {name} has {len(fields)} fields, the header has {width}.", _HINT
                    )
                if fields:
                    yield line, fields
                line = reader.line_num + 1
    except (UnicodeDecodeError, csv.Error, OSError) as e:
        raise _unreadable(e, name, line) from e


def _unreadable(error: Exception, name: str, line: int) -> ReidvizError:
    if isinstance(error, UnicodeError):
        return ReidvizError(f"{name} is not UTF-8 text.", 'Save it as "CSV UTF-8".')
    if isinstance(error, csv.Error):
        return ReidvizError(f"Line {line} of {name} is not CSV: {error}.", _HINT)
    return ReidvizError(f"{name} cannot be read: {getattr(error, 'strerror', error)}.", "Check its permissions.")


def _parquet(file: Path, needs: tuple[str, ...]) -> tuple[Columns, Iterator[tuple[int, list[str]]]]:
    """The same of a Parquet file: its rows count from 1, values become text."""
    rows = parquet.rows(file)
    return _columns(next(rows), printable(file.name), needs), enumerate(rows, 1)
