"""The validations of runs as they are looked back on."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import streamlit as st

from reidviz.common.arrays import Float32Array, IntArray
from reidviz.common.errors import ReidvizError
from reidviz.evaluation.embedding.trails import Trails, trails_of
from reidviz.figures.remade.of_runs import Validated, ranker_names
from reidviz.models.validation_record import MOST_BYTES, ValidationRecord, read_record
from reidviz.models.variants import Kind
from reidviz.training.events import Event
from reidviz.training.validation_records import record_file, steps_recorded
from reidviz.ui.session.remembered import remembered
from reidviz.ui.training.runs import RunView


@dataclass(frozen=True)
class RankerOfRun:
    """One ranker of a run: its name as on other pages, and by which score it ranks."""

    name: str
    kind: Kind


@dataclass(frozen=True, eq=False)
class RunHistory:
    """The validations of a run that can be looked back on, at least one, all on the same images.

    records  by step, ascending; damaged: sentences about those that cannot be used
    """

    run: RunView
    records: dict[int, ValidationRecord]
    damaged: tuple[str, ...]

    @property
    def steps(self) -> list[int]:
        """The steps of its records, ascending."""
        return list(self.records)

    @property
    def last(self) -> ValidationRecord:
        """The record of the last validation."""
        return self.records[self.steps[-1]]

    @property
    def rankers(self) -> list[RankerOfRun]:
        """What it ranks by, as in its last validation."""
        kinds = [one["kind"] for one in self.run.validations[-1]["readings"]]
        names = ranker_names(Validated(self.run.name, self.run.validations))
        return [RankerOfRun(name, kind) for name, kind in zip(names, kinds, strict=True)]

    def at(self, step: int) -> int:
        """The step of its last record that is not after a step; of its first where all are."""
        return max((one for one in self.steps if one <= step), default=self.steps[0])

    def ranks(self, kind: Kind, steps: Sequence[int]) -> list[IntArray]:
        """The ranks of the true matches (P,) at some of its steps."""
        return [self.records[step].ranks[kind].astype(np.int64) for step in steps]

    def validation(self, step: int) -> Event:
        """What was logged of the validation at one of its steps."""
        return next(one for one in self.run.validations if one["step"] == step)

    @property
    def trails(self) -> Trails | None:
        """Its maps in line with the last one; None of a network that describes pairs only."""
        found = [one.features for one in self.records.values()]
        return _trails([one.astype(np.float32) for one in found if one is not None]) if found[-1] is not None else None


def history_of(run: RunView) -> RunHistory | None:
    """What can be looked back on; None where the run has left no record that can be used."""
    logged = {int(one["step"]) for one in run.validations}
    kinds = {ranker["kind"] for one in run.validations[-1:] for ranker in one["readings"]}
    steps = [step for step in steps_recorded(run.folder.validations) if step in logged]
    found: dict[int, ValidationRecord] = {}
    damaged: list[str] = []
    room = MOST_BYTES
    for step in reversed(steps):
        try:
            one, size = _record(run.folder.validations, step)
        except ReidvizError as error:
            damaged.append(error.message)
            continue
        room -= size
        if room < 0:
            damaged.append(f"The records up to step {step:,} are left out: no run keeps as many.")
            break
        if set(one.ranks) != kinds or (found and not _alike(one, found[max(found)])):
            damaged.append(f"The record of step {step:,} is of other images or scores.")
            continue
        found[step] = one
    return RunHistory(run, dict(sorted(found.items())), tuple(damaged)) if found else None


def same_persons(one: RunHistory, other: RunHistory) -> bool:
    """Whether two runs were validated on the same images."""
    data = [history.run.started.get("data_hash") for history in (one, other)]
    places = [history.last.positions.tolist() for history in (one, other)]
    return data[0] == data[1] and places[0] == places[1] and len(one.last.probes) == len(other.last.probes)


def _alike(one: ValidationRecord, last: ValidationRecord) -> bool:
    shapes = [None if record.features is None else record.features.shape for record in (one, last)]
    same = np.array_equal(one.probes, last.probes) and np.array_equal(one.gallery, last.gallery)
    return same and shapes[0] == shapes[1]


def _record(folder: Path, step: int) -> tuple[ValidationRecord, int]:
    """The record of a step and the bytes of its file."""
    file = record_file(folder, step)
    try:
        seen = file.stat()
    except OSError as error:
        raise ReidvizError(f"The record of step {step:,} can no longer be read: {error.strerror}.") from error
    return _read(str(file), seen.st_mtime_ns, seen.st_size), seen.st_size


@st.cache_resource(max_entries=256, show_spinner=False)
def _read(file: str, changed: int, size: int) -> ValidationRecord:
    return read_record(Path(file))


@remembered(st.cache_resource, max_entries=16, show_spinner=False)
def _trails(features: list[Float32Array]) -> Trails:
    return trails_of(features)
