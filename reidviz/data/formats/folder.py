"""Any pictures of persons: a folder for each person, or a CSV that lists them."""

import csv
import os
from collections.abc import Iterator
from pathlib import Path, PurePath

from reidviz.data.dataset import Dataset, Sample
from reidviz.data.formats.files import PICTURE_SUFFIXES, dataset_of, entries, existing_root
from reidviz.data.names import shown, text
from reidviz.errors import ReidvizError

_COLUMNS = ("path", "identity", "camera", "split")
_SPLITS = {"": None, "train": "train", "probe": "probe", "query": "probe", "gallery": "gallery", "test": "gallery"}
_HINT = "The first line is path,identity,camera,split (camera and split may be left out), separated by commas."


def read(root: str | Path) -> Dataset:
    """The pictures below a folder, or those a CSV lists.

    Folder: `<root>/<identity>/<camera>_<anything>.jpg` (also jpeg, png, bmp, webp, in any case). Hidden files, other
    files and deeper folders are ignored. A name without "_" has camera None, and only that picture has: a stray file
    does not take the cameras from all others, the protocols rather say which pictures lack one.

    CSV (UTF-8) or Parquet: columns `path,identity[,camera][,split]` in any order, paths relative to the file's folder
    and inside it, an empty camera is None, split is train, probe (or query), gallery (or test) or empty.

    ReidvizError for an empty data set, and for a bad line of the CSV, by its number.
    """
    path = existing_root(root)
    if path.is_dir():
        samples = list(_from_folders(path))
    elif path.suffix.lower() in (".csv", ".parquet"):
        samples = list(_from_list(path))
    else:
        raise ReidvizError(
            f"{shown(str(path))} is neither a folder nor a CSV or Parquet file.", "Point folder at one of these."
        )
    if not samples:
        raise ReidvizError(
            f"No picture was found in {shown(str(path))}.",
            "Lay pictures out as <identity>/<camera>_<anything>.jpg, or list them in a CSV.",
        )
    return dataset_of(f"folder:{text(str(path))}", samples)


def _from_folders(root: Path) -> Iterator[Sample]:
    domain = text(root.name) or "folder"
    for folder in entries(root):
        if not os.path.isdir(folder):
            continue
        for file in entries(folder):
            if file.suffix.lower() in PICTURE_SUFFIXES and os.path.isfile(file):
                camera, underscore, _ = file.name.partition("_")
                yield Sample(
                    id=text(file.relative_to(root).as_posix()),
                    path=file,
                    identity=text(folder.name),
                    camera=text(camera) if camera and underscore else None,
                    domain=domain,
                )


def _from_list(file: Path) -> Iterator[Sample]:
    seen: dict[str, int] = {}
    for line, row in _rows(file) if file.suffix.lower() == ".csv" else _parquet_rows(file):
        try:
            sample = _listed(file, row)
            if sample.id in seen:
                raise ReidvizError(f"the picture {shown(sample.id)} is already on line {seen[sample.id]}.")
        except ReidvizError as e:
            raise ReidvizError(f"Line {line} of {shown(file.name)}: {e.message}", e.hint) from e
        seen[sample.id] = line
        yield sample


def _rows(file: Path) -> Iterator[tuple[int, dict[str, str]]]:
    """The number of each line below the header, and its fields by column."""
    name = shown(file.name)
    try:
        with file.open(encoding="utf-8-sig", newline="") as stream:
            reader = csv.reader(stream, skipinitialspace=True, strict=True)
            columns = _header([c.strip().lower() for c in next(reader, [])], name)
            line = reader.line_num + 1
            for fields in reader:
                if fields and len(fields) != len(columns):
                    raise ReidvizError(
                        f"Line {line} of {name} has {len(fields)} fields, the header has {len(columns)}.", _HINT
                    )
                if fields:
                    yield line, dict(zip(columns, fields, strict=True))
                line = reader.line_num + 1
    except UnicodeDecodeError as e:
        raise ReidvizError(f"{name} is not UTF-8 text.", 'Save it as "CSV UTF-8".') from e
    except csv.Error as e:
        raise ReidvizError(f"Line {reader.line_num} of {name} is not CSV: {e}.", _HINT) from e
    except OSError as e:
        raise ReidvizError(f"{name} cannot be read: {e.strerror}.", "Check its permissions.") from e


def _parquet_rows(file: Path) -> Iterator[tuple[int, dict[str, str]]]:
    """The same of a Parquet file: its rows count from 1, values become text."""
    import pyarrow as arrow
    import pyarrow.parquet as parquet

    name = shown(file.name)
    try:
        table = parquet.read_table(file, partitioning=None)
    except (OSError, arrow.ArrowException) as e:
        raise ReidvizError(f"{name} cannot be read as Parquet.", "Write it again, or use a CSV.") from e
    columns = _header([c.strip().lower() for c in table.column_names], name)
    for row, values in enumerate(zip(*(table.column(i).to_pylist() for i in range(len(columns))), strict=True), 1):
        yield row, {c: "" if v is None else str(v) for c, v in zip(columns, values, strict=True)}


def _header(columns: list[str], name: str) -> list[str]:
    for column in columns:
        if column not in _COLUMNS:
            raise ReidvizError(f"Line 1 of {name} has an unknown column {shown(column)!r}.", _HINT)
        if columns.count(column) > 1:
            raise ReidvizError(f"Line 1 of {name} has the column {column} twice.", _HINT)
    for column in ("path", "identity"):
        if column not in columns:
            raise ReidvizError(f"Line 1 of {name} has no column {column}.", _HINT)
    return columns


def _listed(file: Path, row: dict[str, str]) -> Sample:
    """The sample of one line. ReidvizError says what is wrong with it, without the line number."""
    if any("\0" in field for field in row.values()):
        raise ReidvizError("it contains a NUL character.", "Save the file as text.")
    identity, camera = row["identity"].strip(), row.get("camera", "").strip()
    split = row.get("split", "").strip().lower()
    if not identity:
        raise ReidvizError("the identity is empty.")
    if split not in _SPLITS:
        raise ReidvizError(f"the split {shown(split)!r} is unknown.", "Write train, probe, gallery, or nothing.")
    relative = os.path.relpath(os.path.join(file.parent, row["path"]), file.parent)
    if relative == os.pardir or relative.startswith(os.pardir + os.sep):
        raise ReidvizError(
            f"{shown(row['path'])} lies outside the folder of the CSV.", "Put the CSV beside or above its pictures."
        )
    path = file.parent / relative
    if not os.path.isfile(path):
        raise ReidvizError(f"there is no picture {shown(row['path'])!r}.", "Paths start from the folder of the CSV.")
    return Sample(
        id=PurePath(relative).as_posix(),
        path=path,
        identity=identity,
        camera=camera or None,
        domain=text(file.stem),
        split=_SPLITS[split],
    )
