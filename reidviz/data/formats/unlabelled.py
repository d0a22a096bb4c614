"""Images of which nobody says whom they show: a folder, or a list with a column of paths."""

import os
import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from reidviz.common.errors import ReidvizError, because
from reidviz.common.printable import MARK, escape_bytes, printable
from reidviz.common.roots import existing_root
from reidviz.data.dataset import Dataset, Sample
from reidviz.data.formats.listed import located
from reidviz.data.formats.name_rule import found_rule, rule_of
from reidviz.data.formats.reading import Intake, unreadable, walk
from reidviz.data.formats.table import Meanings
from reidviz.data.identities import label

EXPECTED = "images, in folders or not, or a list (CSV, Parquet) with a column path"
TIMES = ("time", "timestamp", "datetime", "date_time", "captured_at")
"""What a column may be called that says when an image was taken, the plainest first."""
_STAMP = re.compile(
    r"(?<!\d)((?:19|20)\d\d)[-_.]?([01]\d)[-_.]?([0-3]\d)[-_.T ]{0,3}([0-2]\d)[-_.:h]?([0-5]\d)[-_.:m]?([0-5]\d)(?!\d)"
)
"""A date and a time of day in a name, as 20240131_235959 or 2024-01-31T23-59-59."""
_COMPACT = re.compile(r"((?:19|20)\d\d)([01]\d)([0-3]\d)(?:([0-2]\d)([0-5]\d)([0-5]\d)?)?", re.ASCII)
_NUMBER = re.compile(r"\d+(\.\d*)?(e\+?\d+)?", re.ASCII | re.IGNORECASE)
FEWEST_SECONDS, MOST_SECONDS = 1e8, 1e11
"""Since 1970, from 1973 on: a smaller number is none of these, but a frame's, a year's or a count from some start; one
as much larger as a thousand times is of milliseconds."""
NOBODY = ""
LINKED = "images that a link to their folder names again"
MEANINGS = Meanings(("path",), ("camera",))
"""What is looked for in a list of images of nobody: whom else it names, and in which part it puts them, are columns as
any other."""


def read(root: str | Path) -> Dataset:
    """Every image below a folder, or that a list names, each shown as of nobody.

    The camera is found in the file's name, or told by the rule behind the folder, after "#names=" (name_rule), or by a
    column of the list. What else a list says, identities too, is kept as metadata, without blanks around it and without
    the ".0" that tables add. What it names that cannot be read is unreadable there. ReidvizError where there is no
    image, and for a bad line of a list, by its number.
    """
    where, marked, written = str(root).partition(MARK)
    path = existing_root(where)
    name = f"folder:{path}{marked}{written}"
    return _listed(path, name) if path.is_file() else _in_folder(path, name, written if marked else None)


def _listed(file: Path, name: str) -> Dataset:
    intake, told, unread = Intake(), list[str](), dict[str, str]()
    not_understood, count = list[str](), 0
    for one in located(file, MEANINGS, intake, told):
        row, found = one.row, one.found
        if isinstance(found, ReidvizError):
            unread[escape_bytes(row.path)] = because(found)
            continue
        metadata = tuple((column, label(value) or "") for column, value in row.metadata)
        sample = Sample(found.name, found.path, NOBODY, row.camera, escape_bytes(file.stem), None, metadata)
        intake.take(sample, found.size or 0)
        count += 1
        if (times := _written_times(sample)) and time_of(sample) is None:
            not_understood.append(times[0])
    if unread and not count:
        raise ReidvizError(
            f"None of the {len(unread):,} images that {printable(file.name)} names can be read.",
            f"The first: {next(iter(unread.values()))}",
        )
    if not_understood:
        told.append(
            f"Times that were not understood: {len(not_understood):,}, as {printable(not_understood[0])!r}. Write them "
            "as 2024-01-31T08:00 (UTC) or in seconds since 1970."
        )
    return replace(intake.dataset(name, EXPECTED, told), unreadable=tuple(unread.items()))


def _in_folder(path: Path, name: str, written: str | None) -> Dataset:
    """written: the rule for names, None where that is to be found."""
    intake, images = Intake(), []
    found = list(walk(path))
    linked = _linked({os.path.dirname(entry.where) for entry in found}, str(path))
    for entry in found:
        if reason := unreadable(entry):
            intake.leave(reason, entry.name)
        elif os.path.dirname(entry.where) in linked:
            intake.leave(LINKED, entry.name)
        else:
            images.append(entry)
    names = [entry.name for entry in images]
    rule = found_rule(names) if written is None else rule_of(written)
    for entry, (_, camera) in zip(images, rule.labels(names), strict=True):
        seen_by = label(camera or "")
        sample = Sample(entry.name, entry.path, NOBODY, seen_by, escape_bytes(path.stem))
        intake.take(sample, entry.size or 0)
    return intake.dataset(name, EXPECTED, [f"The camera is {rule.description}."])


def _linked(folders: set[str], root: str) -> set[str]:
    """Folders below a root that are there by another name too, as behind a link "latest": all but one of each, the name
    that is no link where it has one."""
    true_root = os.path.realpath(root)
    real = {folder: os.path.realpath(folder) for folder in folders}
    ordered = sorted(folders, key=lambda folder: (real[folder] != true_root + folder.removeprefix(root), folder))
    kept = {real[folder]: folder for folder in reversed(ordered)}
    return folders - set(kept.values())


def time_of(sample: Sample) -> float | None:
    """When an image was taken, in seconds since 1970 (UTC unless it says otherwise): by a column of its list or, where
    none says anything, by its name; None where that tells nothing, or a column what is not understood."""
    if written := _written_times(sample):
        return next((found for one in written if (found := moment_of(one)) is not None), None)
    match = _STAMP.search(sample.id.rpartition("/")[2])
    return _at(match.groups()) if match else None


def _written_times(sample: Sample) -> list[str]:
    """What the columns of a list say that may tell a time."""
    given = {name.lower(): value for name, value in sample.metadata}
    return [given[column] for column in TIMES if label(given.get(column, "")) is not None]


def moment_of(written: str) -> float | None:
    """A time as a list writes it: in another form of ISO 8601 than 2024-01-31 23:59:59 too, as 20240131, or in seconds
    or milliseconds since 1970. None for anything else, and for what lies outside the years 1 to 9999 in UTC."""
    plain = written.strip()
    if compact := _COMPACT.fullmatch(plain):
        return _at([part or "0" for part in compact.groups()])
    if _NUMBER.fullmatch(plain):
        seconds = float(plain) if float(plain) < MOST_SECONDS else float(plain) / 1000
        return seconds if FEWEST_SECONDS <= seconds < MOST_SECONDS else None
    try:
        found = datetime.fromisoformat(plain)
        return (found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError):
        return None


def _at(parts: Sequence[str]) -> float | None:
    """Year, month, day, hour, minute and second, each in digits."""
    year, month, day, hour, minute, second = map(int, parts)
    try:
        return datetime(year, month, day, hour, minute, second, tzinfo=UTC).timestamp()
    except ValueError:
        return None
