"""Images of which nobody says whom they show: a folder, or a list with a column of paths."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from reidviz.common.printable import MARK, escape_bytes
from reidviz.common.roots import existing_root
from reidviz.data.dataset import Dataset, Sample
from reidviz.data.formats.listed import located
from reidviz.data.formats.name_rule import found_rule, rule_of
from reidviz.data.formats.reading import Intake, unreadable, walk
from reidviz.data.identities import label

EXPECTED = "images, in folders or not, or a list (CSV, Parquet) with a column path"
TIMES = ("time", "timestamp", "datetime", "date_time", "captured_at")
"""What a column may be called that says when an image was taken, the plainest first."""
_STAMP = re.compile(
    r"(?<!\d)((?:19|20)\d\d)[-_.]?([01]\d)[-_.]?([0-3]\d)[-_.T ]{0,3}([0-2]\d)[-_.:h]?([0-5]\d)[-_.:m]?([0-5]\d)(?!\d)"
)
"""A date and a time of day in a name, as 20240131_235959 or 2024-01-31T23-59-59."""
MOST_SECONDS = 1e11
NOBODY = ""


def read(root: str | Path) -> Dataset:
    """Every image below a folder, or that a list names, each shown as of nobody.

    The camera is found in the file's name, or told by the rule behind the folder, after "#names=" (name_rule), or by a
    column of the list. What else a list says, identities too, is kept as metadata. ReidvizError where there is no
    image, and for a bad line of a list, by its number.
    """
    where, marked, written = str(root).partition(MARK)
    path = existing_root(where)
    name = f"folder:{path}{marked}{written}"
    intake, told = Intake(), list[str]()
    domain = escape_bytes(path.stem)
    if path.is_file():
        for row, entry, _ in located(path, ("path",), intake, told):
            given = {"identity": row.identity, "split": row.split}
            more = (*((one, value) for one, value in given.items() if value is not None), *row.metadata)
            intake.take(Sample(entry.name, entry.path, NOBODY, row.camera, domain, None, more), entry.size or 0)
        return intake.dataset(name, EXPECTED, told)
    images = []
    for entry in walk(path):
        if reason := unreadable(entry):
            intake.leave(reason, entry.name)
        else:
            images.append(entry)
    names = [entry.name for entry in images]
    rule = rule_of(written) if marked else found_rule(names)
    for entry, (_, camera) in zip(images, rule.labels(names), strict=True):
        seen_by = label(camera or "")
        intake.take(Sample(entry.name, entry.path, NOBODY, seen_by, domain), entry.size or 0)
    return intake.dataset(name, EXPECTED, [f"The camera is {rule.description}."])


def time_of(sample: Sample) -> float | None:
    """When an image was taken, in seconds since 1970 (UTC unless it says otherwise): by a column of its list, else by
    its name; None where neither tells."""
    given = {name.lower(): value for name, value in sample.metadata}
    for column in TIMES:
        if (told := moment_of(given.get(column, ""))) is not None:
            return told
    match = _STAMP.search(sample.id.rpartition("/")[2])
    return _at([int(part) for part in match.groups()]) if match else None


def moment_of(written: str) -> float | None:
    """A time as a list writes it: seconds since 1970, or as 2024-01-31 23:59:59 or in another form of ISO 8601."""
    try:
        seconds = float(written)
        return seconds if 0 <= seconds <= MOST_SECONDS else None
    except ValueError:
        pass
    try:
        found = datetime.fromisoformat(written.strip())
        return (found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError):
        return None


def _at(parts: Sequence[int]) -> float | None:
    year, month, day, hour, minute, second = parts
    try:
        return datetime(year, month, day, hour, minute, second, tzinfo=UTC).timestamp()
    except ValueError:
        return None
