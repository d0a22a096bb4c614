"""What the run folders say at this moment, for the Train page."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import streamlit as st

from reidviz import settings
from reidviz.errors import ReidvizError
from reidviz.models.card import find_checkpoint, read_card
from reidviz.training.run_folder import Job, RunFolder, Status, runs_in

Event = dict[str, Any]


@dataclass(frozen=True)
class Seen:
    """One run, as it stood when it was looked at; without a job where recipe.json cannot be read: problem says why."""

    folder: RunFolder
    status: Status
    job: Job | None
    problem: ReidvizError | None = None

    @property
    def name(self) -> str:
        """The name of the run."""
        return self.folder.name

    @property
    def stopping(self) -> bool:
        """Whether it was asked to stop and has not yet."""
        return self.status.active and self.folder.asked_to_stop()

    @cached_property
    def events(self) -> list[Event]:
        """What happened in it; read anew only when the file has grown."""
        return _events(self.folder)

    def of(self, kind: str) -> list[Event]:
        """The events of one kind, in order."""
        return [e for e in self.events if e.get("event") == kind]

    @property
    def validations(self) -> list[Event]:
        """Its validations, in order."""
        return self.of("validation")

    @property
    def best(self) -> tuple[float, int] | None:
        """The best validation rank-1 of the variant's own reading, and its first step."""
        found = [(float(v["readings"][0]["rank1"]), -int(v["step"])) for v in self.validations]
        return (max(found)[0], -max(found)[1]) if found else None

    @cached_property
    def metrics(self) -> tuple[dict[str, Any], ...]:
        """The figures on the test persons, one record a reading; none before it has finished."""
        try:
            return read_card(self.folder.final).metrics if self.folder.final.is_file() else ()
        except ReidvizError:
            return ()

    @property
    def has_weights(self) -> bool:
        """Whether other pages can use it."""
        try:
            return find_checkpoint(self.folder.root).is_file()
        except ReidvizError:
            return False

    @property
    def seconds(self) -> float:
        """Of training so far."""
        return max([self.status.seconds, *(float(e.get("seconds", 0)) for e in self.events[-1:])])

    @property
    def started(self) -> Event:
        """The event of its last start: device, hash of the data, persons; empty before."""
        return (self.of("started") or [{}])[-1]

    @property
    def exam(self) -> tuple[object, ...]:
        """What decides who it is validated on: runs that agree in it can be compared."""
        job = self.job
        return (job.data, job.protocol, job.recipe.held_out, job.seed) if job else (self.name,)


def look(folder: RunFolder) -> Seen:
    """A run as it stands now."""
    try:
        return Seen(folder, folder.status(), folder.job())
    except ReidvizError as error:
        return Seen(folder, folder.status(), None, error)


def all_runs() -> list[Seen]:
    """Every run of runs_dir(), the one that was asked for last first."""
    return [look(folder) for folder in sorted(runs_in(settings.runs_dir()), key=_asked_at, reverse=True)]


def _asked_at(folder: RunFolder) -> tuple[int, str]:
    return _stamp(folder.root / "recipe.json")[0], folder.name


def _events(folder: RunFolder) -> list[Event]:
    stamp, kept = _stamp(folder.root / "events.jsonl"), _read()
    if folder.root not in kept or kept[folder.root][0] != stamp:
        kept[folder.root] = (stamp, folder.events())
    return kept[folder.root][1]


@st.cache_resource
def _read() -> dict[Path, tuple[tuple[int, int], list[Event]]]:
    """The events of every run looked at, and the stamp of the file they were read from."""
    return {}


def _stamp(file: Path) -> tuple[int, int]:
    try:
        found = file.stat()
    except OSError:
        return 0, 0
    return found.st_mtime_ns, found.st_size


def duration(seconds: float) -> str:
    """Seconds in words: "45 s", "12 min", "3.4 h"."""
    if seconds < 90:
        return f"{round(seconds)} s"
    return f"{round(seconds / 60)} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"
