"""What the run folders say at this moment, for the Train page."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import streamlit as st

from reidviz.common import settings
from reidviz.common.errors import ReidvizError
from reidviz.models.model_card import Card, find_checkpoint, read_card
from reidviz.training.events import Event, Events, validations_in
from reidviz.training.job import Job
from reidviz.training.run_folder import RunFolder, Status, runs_in


@dataclass(frozen=True)
class RunView:
    """One run, as it stood when it was looked at.

    problems  why its request or its state cannot be read; without the first there is no job
    """

    folder: RunFolder
    status: Status
    job: Job | None
    problems: tuple[ReidvizError, ...] = ()

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
        """What happened in it; only what was added since anyone looked is read."""
        return _events(self.folder.root).read()

    @cached_property
    def damaged(self) -> tuple[str, ...]:
        """What of its files cannot be used, and why: a sentence each."""
        _ = self.events
        lines, problem = _events(self.folder.root).damaged, _events(self.folder.root).problem
        left_out = f"{lines:,} lines of events.jsonl are" if lines > 1 else "One line of events.jsonl is"
        return (
            *(problem.message for problem in self.problems),
            *([self._card.message] if isinstance(self._card, ReidvizError) else []),
            *([f"{left_out} damaged and left out."] if lines else []),
            *([f"events.jsonl {problem}."] if problem else []),
        )

    def of(self, kind: str) -> list[Event]:
        """The events of one kind, in order."""
        return [e for e in self.events if e.get("event") == kind]

    @property
    def validations(self) -> list[Event]:
        """Its validations, in order, with the rankers that the last one has."""
        return validations_in(self.events)

    @property
    def best(self) -> tuple[float, int] | None:
        """The best validation rank-1 of the variant's own ranker, and its first step."""
        found = [(float(v["readings"][0]["rank1"]), -int(v["step"])) for v in self.validations]
        return (max(found)[0], -max(found)[1]) if found else None

    @property
    def best_of_all(self) -> tuple[float, str, int] | None:
        """The best validation rank-1 of any of its rankers, what that is called, and its first step."""
        found = [
            (float(one["rank1"]), -int(validation["step"]), str(one["name"]))
            for validation in self.validations
            for one in validation["readings"]
        ]
        if not found:
            return None
        rank1, step, name = max(found)
        return rank1, name, -step

    @cached_property
    def _card(self) -> Card | ReidvizError | None:
        """The card of its finished weights, or why it cannot be read; None before it has finished."""
        try:
            return read_card(self.folder.final) if self.folder.final.is_file() else None
        except ReidvizError as error:
            return error

    @property
    def metrics(self) -> tuple[dict[str, Any], ...]:
        """The figures on the test persons, one record a ranker; none before it has finished."""
        return self._card.metrics if isinstance(self._card, Card) else ()

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
    def validation_set_id(self) -> tuple[object, ...]:
        """What decides who it is validated on: runs that agree in it can be compared."""
        job, marked = self.job, self.started.get("validation_set", "")
        return (job.data, job.protocol, job.recipe.held_out, job.seed, marked) if job else (self.name,)


def read_run(folder: RunFolder) -> RunView:
    """A run as it stands now."""
    problems = []
    status, job = Status("interrupted"), None
    try:
        job = folder.job()
    except ReidvizError as error:
        problems.append(error)
    try:
        status = folder.read_status()
    except ReidvizError as error:
        problems.append(error)
    return RunView(folder, status, job, tuple(problems))


def all_runs() -> list[RunView]:
    """Every run of runs_dir(), the one that was asked for last first."""
    return [read_run(folder) for folder in sorted(runs_in(settings.runs_dir()), key=_asked_at, reverse=True)]


def _asked_at(folder: RunFolder) -> tuple[int, str]:
    try:
        return (folder.root / "recipe.json").stat().st_mtime_ns, folder.name
    except OSError:
        return 0, folder.name


@st.cache_resource(max_entries=256, show_spinner=False)
def _events(root: Path) -> Events:
    """The events of a run, for all who look at it."""
    return Events(root / "events.jsonl")
