"""events.jsonl: what happened in a training, one JSON object a line, appended only, read as it grows."""

import os
import stat
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, NotRequired, TypedDict

import msgspec

from reidviz.common.errors import ReidvizError
from reidviz.common.json_files import Count, Percent, Seconds, decoded, open_at_once
from reidviz.models.model_card import Fusion
from reidviz.models.variants import Kind

Event = dict[str, Any]
MOST_BYTES = 256 * 1024**2
MOST_EVENTS = 500_000
"""Beyond any training: what more a file holds would only take memory."""
LONGEST_LINE = 1024**2
_PIECE = 1024**2
_TAIL = 256


class Mistake(TypedDict):
    """A probe, its true match and the wrong person in first place: positions in dataset.samples; the match's rank."""

    probe: Count
    match: Count
    other: Count
    match_score: float
    other_score: float
    rank: Count


class ValidationScores(TypedDict):
    """One ranker of a validation."""

    name: str
    kind: Kind
    rank1: Percent
    mAP: Percent
    cmc: Annotated[list[Percent], msgspec.Meta(min_length=1)]
    mistakes: list[Mistake]


class _Any(TypedDict):
    event: str
    step: NotRequired[Count]
    seconds: NotRequired[Seconds]


class _Started(_Any):
    device: str
    data_hash: str
    trained_on: Count
    validated_on: str | None
    validation_set: NotRequired[str]


class _Step(TypedDict):
    event: str
    step: Count
    loss: float
    triplet_loss: float | None
    pair_loss: float | None
    pair_accuracy: float | None
    images: Count
    joint_loss: NotRequired[float | None]
    source_pair_loss: NotRequired[float | None]
    seconds: NotRequired[Seconds]


class _Validation(TypedDict):
    event: str
    step: Count
    seconds: NotRequired[Seconds]
    probes: Count
    gallery: Count
    readings: Annotated[list[ValidationScores], msgspec.Meta(min_length=1)]
    fusion: NotRequired[Fusion | None]


class _Resumed(TypedDict):
    event: str
    step: Count
    validated: Count


_KINDS: dict[str, Any] = {"started": _Started, "step": _Step, "validation": _Validation, "resumed": _Resumed}


def validations_in(events: Sequence[Event]) -> list[Event]:
    """The validations among events, in order, with the rankers that the last one has."""
    found = [e for e in events if e.get("event") == "validation"]
    return [one for one in found if _rankers(one) == _rankers(found[-1])]


def _rankers(validation: Event) -> list[str]:
    return [ranker["name"] for ranker in validation["readings"]]


class Events:
    """The events of one file. read() reads only what has been added since; it may be called by several threads.

    Steps that a resumed training went through again are there once. A line that is no event, or lacks what an event
    of its kind has, is left out and counted in `damaged`; one that has no end yet is left for the next time. Beyond
    MOST_BYTES or MOST_EVENTS nothing is read, and `problem` says so in words, as where there is something else than a
    file that can be read; it is "" otherwise.
    """

    def __init__(self, file: Path) -> None:
        self._file = file
        self._guard = threading.Lock()
        self._forget()

    def _forget(self) -> None:
        self.damaged = 0
        self.problem = ""
        self._offset = 0
        self._rest = b""
        self._tail = b""
        self._all: list[Event | None] = []
        self._numbered: dict[str, list[int]] = {"step": [], "validation": []}
        self._shown: list[Event] | None = []

    def read(self) -> list[Event]:
        """What happened, in order; nothing where the file cannot be read."""
        with self._guard:
            try:
                self._read_on()
            except OSError:
                self._forget()
                self.problem = "cannot be read"
            if self._shown is None:
                self._shown = [event for event in self._all if event is not None]
            return self._shown

    def _read_on(self) -> None:
        """Read what was added; from the beginning where what was read is no longer there."""
        if not os.path.lexists(self._file):
            self._forget()
            return
        with open_at_once(self._file) as opened:
            if not stat.S_ISREG(os.fstat(opened.fileno()).st_mode):
                raise OSError("no file")
            self.problem = ""
            opened.seek(self._offset - len(self._tail))
            if opened.read(len(self._tail)) != self._tail:
                self._forget()
                opened.seek(0)
            while piece := opened.read(_PIECE):
                if self._offset >= MOST_BYTES or len(self._all) >= MOST_EVENTS:
                    self.problem = "is longer than that of any training: its end is not read"
                    return
                self._offset += len(piece)
                self._tail = (self._tail + piece)[-_TAIL:]
                *lines, self._rest = (self._rest + piece).split(b"\n")
                if len(self._rest) > LONGEST_LINE:
                    self._rest = self._rest[:1] + b" " * LONGEST_LINE
                for line in lines:
                    self._take(line)

    def _take(self, line: bytes) -> None:
        if not line.strip():
            return
        try:
            event = _event(line)
        except ReidvizError:
            self.damaged += 1
            return
        self._shown = None
        kind = event["event"]
        if kind == "resumed":
            for again, last in (("step", event["step"]), ("validation", event["validated"])):
                places = self._numbered[again]
                while places and (self._all[places[-1]] or {})["step"] > last:
                    self._all[places.pop()] = None
        if kind in self._numbered:
            self._numbered[kind].append(len(self._all))
        self._all.append(event)


def _event(line: bytes) -> Event:
    """One line. Raises ReidvizError when it is no event."""
    if len(line) > LONGEST_LINE:
        raise ReidvizError("The line is too long.")
    event = decoded(line, Event, "The line")
    kind = event.get("event")
    decoded(line, _KINDS.get(kind, _Any) if isinstance(kind, str) else _Any, "The line")
    return event
