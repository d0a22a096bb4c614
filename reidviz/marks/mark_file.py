"""Marks on disk: a file for each data set or gallery and annotator, a line for each entry, appended only.

A line is the head (whose marks, of which data), a mark under a number, or the undoing of a numbered mark. A line that
a killed process left half written is passed over and counted; the next entry begins on a line of its own.
"""

import contextlib
import os
import time
from collections.abc import Collection, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Annotated

import msgspec

from reidviz.common import settings
from reidviz.common.atomic_write import not_written
from reidviz.common.errors import ReidvizError
from reidviz.common.file_lock import Lock
from reidviz.common.json_files import Count
from reidviz.common.printable import printable
from reidviz.common.roots import open_regular
from reidviz.data.dataset import Dataset
from reidviz.data.keys import key_of
from reidviz.marks.mark import Answer, Mark, now

MOST_BYTES = 64 * 1024**2
MOST_LETTERS = 60
MOST_FILES = 1_000
PATIENCE = 5.0
"""Seconds that a writer waits for another one."""
Text = Annotated[str, msgspec.Meta(max_length=4096)]


@dataclass(frozen=True)
class _Line:
    """Any line: the fields of one of its three kinds."""

    annotator: Annotated[str, msgspec.Meta(max_length=MOST_LETTERS)] | None = None
    data: Text | None = None
    data_hash: Text | None = None
    number: Count | None = None
    first: Text | None = None
    second: Text | None = None
    answer: Answer | None = None
    undoes: Count | None = None
    at: Text = ""


@dataclass(frozen=True)
class Kept:
    """What a file holds: the marks that stand, oldest first, by their numbers; and how many lines cannot be read.

    numbered  marks that were ever made
    """

    annotator: str
    marks: dict[int, Mark]
    numbered: int
    torn: int


@dataclass(frozen=True)
class MarkFile:
    """The marks of one annotator on one data set or gallery."""

    path: Path
    annotator: str
    data: str
    data_hash: str

    def read(self) -> Kept:
        """What stands in it; nothing where it is not there yet. ReidvizError where it is no file, or too large."""
        return _read(self.path, self.annotator)

    def add(self, marks: Sequence[Mark]) -> range:
        """Append marks, all or none unless it is killed meanwhile: their numbers. ReidvizError when they cannot be
        written."""
        with self._writing() as kept:
            head = _Line(annotator=self.annotator, data=self.data, data_hash=self.data_hash)
            lines = [] if kept.annotator and self.path.is_file() else [head]
            for number, mark in enumerate(marks, kept.numbered + 1):
                lines.append(_Line(number=number, **asdict(replace(mark, at=mark.at or now()))))
            self._append(lines)
            return range(kept.numbered + 1, kept.numbered + 1 + len(marks))

    def undo(self, numbers: Collection[int]) -> Mark | None:
        """Take back the last of these marks that stands, by an entry of its own; None where none does."""
        with self._writing() as kept:
            last = max(kept.marks.keys() & set(numbers), default=None)
            if last is None:
                return None
            self._append([_Line(undoes=last, at=now())])
            return kept.marks[last]

    @contextlib.contextmanager
    def _writing(self) -> Iterator[Kept]:
        """What it holds, while nobody else writes."""
        settings.must_be_writable()
        ends = time.monotonic() + PATIENCE
        while (lock := Lock.take(self.path.with_suffix(".lock"))) is None:
            if time.monotonic() > ends:
                raise ReidvizError(f"Somebody else is writing the marks of {printable(self.annotator)}.", "Try again.")
            time.sleep(0.005)
        with lock:
            yield _read(self.path, "")

    def _append(self, lines: list[_Line]) -> None:
        told = b"".join(
            msgspec.json.encode({k: v for k, v in asdict(x).items() if v is not None}) + b"\n" for x in lines
        )
        try:
            handle = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW | os.O_CLOEXEC, 0o644)
            with os.fdopen(handle, "ab+") as file:
                whole = file.seek(0, os.SEEK_END)
                if whole:
                    file.seek(-1, os.SEEK_END)
                    told = told if file.read(1) == b"\n" else b"\n" + told
                try:
                    file.write(told)
                    file.flush()
                    os.fsync(file.fileno())
                except OSError:
                    os.ftruncate(file.fileno(), whole)
                    raise
        except OSError as error:
            raise not_written("A mark", error, "set REIDVIZ_MARKS to a folder with room") from error


def mark_file(dataset: Dataset, annotator: str) -> MarkFile:
    """Where the marks of an annotator on a data set are kept, or will be. ReidvizError for no name."""
    return _file(dataset.name, dataset.manifest_hash, annotator)


def gallery_mark_file(gallery: str, created: str, annotator: str) -> MarkFile:
    """The same of the hits of a gallery, by its name and when it was made: a later one of that name has other images.

    Mark.first is what tells a probe, Mark.second an entry's id.
    """
    return _file(f"gallery {gallery}", f"gallery-{key_of(gallery, created)}", annotator)


def _file(data: str, data_hash: str, annotator: str) -> MarkFile:
    name = printable(" ".join(annotator.split()))
    if not name or len(name) > MOST_LETTERS:
        raise ReidvizError("This cannot be an annotator's name.", f"Give a name of 1 to {MOST_LETTERS} letters.")
    return MarkFile(settings.marks_dir() / data_hash / f"{key_of(name)[:16]}.jsonl", name, data, data_hash)


def annotators(dataset: Dataset) -> dict[str, Kept]:
    """Everybody who marked a data set, by name, and what they marked. Files that cannot be read are left out."""
    found = {}
    for file in sorted((settings.marks_dir() / dataset.manifest_hash).glob("[!.]*.jsonl"))[:MOST_FILES]:
        with contextlib.suppress(ReidvizError):
            kept = _read(file, "")
            if kept.annotator:
                found[kept.annotator] = kept
    return dict(sorted(found.items()))


def _read(path: Path, annotator: str) -> Kept:
    if not os.path.lexists(path):
        return Kept(annotator, {}, 0, 0)
    with open_regular(path, MOST_BYTES, f"The marks {path.name}") as file:
        lines = file.read(MOST_BYTES).split(b"\n")
    marks: dict[int, Mark] = {}
    numbered = torn = 0
    for written in filter(None, lines):
        try:
            line = msgspec.json.decode(written, type=_Line)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            torn += 1
            continue
        if line.undoes is not None:
            marks.pop(line.undoes, None)
        elif line.number is not None and line.first and line.second and line.answer:
            numbered = max(numbered, line.number)
            marks[line.number] = Mark(line.first, line.second, line.answer, line.at)
        elif line.annotator:
            annotator = line.annotator
        else:
            torn += 1
    return Kept(annotator, marks, numbered, torn)
