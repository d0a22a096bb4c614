"""The trainings of a family one after the other, each from where it was left; what is finished is loaded.

Below runs_dir() each question has a folder of its own, .families/KEY: question.json, lock (held by who works on it),
stop (asked to stop), worker.log and, in the end, result.json.
"""

import os
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from reidviz.common import settings
from reidviz.common.atomic_write import write_atomically
from reidviz.common.errors import ReidvizError
from reidviz.common.file_lock import Lock, is_held
from reidviz.common.json_files import read_json, write_json
from reidviz.common.printable import printable
from reidviz.common.progress import Progress, time_left
from reidviz.data.formats import load
from reidviz.experiments.family import Planned, Question
from reidviz.models.model_card import Card, read_card
from reidviz.training.run import Evaluators, train
from reidviz.training.run_folder import RunFolder, Status, create, no_link

MOST_BYTES = 4 * 1024 * 1024
MOST_WORDS = 2000
TO_BEGIN = 30.0
"""Seconds that a process may take to begin."""


@dataclass(frozen=True)
class FamilyFolder:
    """What is kept of a question beside its runs."""

    root: Path

    @classmethod
    def of(cls, question: Question) -> "FamilyFolder":
        """The folder of a question, there or not."""
        return cls(settings.runs_dir() / ".families" / question.key)

    def question(self) -> Question:
        """What was asked. ReidvizError when it cannot be read."""
        return read_json(self.root / "question.json", Question, "The question of a family", MOST_BYTES, "Ask it again.")

    def result(self) -> dict[str, Any] | None:
        """What came out, as the command writes it as JSON; None before. ReidvizError when it cannot be read."""
        if not (self.root / "result.json").exists():
            return None
        kept: dict[str, Any] = read_json(
            self.root / "result.json", dict[str, Any], "The result of a family", MOST_BYTES, "Ask it again."
        )
        return kept

    def keep(self, question: Question) -> None:
        """Write down what is asked, and forget an earlier wish to stop."""
        settings.must_be_writable()
        self.root.mkdir(parents=True, exist_ok=True)
        write_json(self.root / "question.json", asdict(question))
        (self.root / "stop").unlink(missing_ok=True)

    def hold(self) -> Lock:
        """The lock of who works on it. ReidvizError when someone does already."""
        for _ in range(20):
            if lock := Lock.take(self.root / "lock"):
                return lock
            time.sleep(0.05)  # someone may just be looking whether it is held
        raise ReidvizError("This family is being trained already.", "Stop it first, or wait until it has ended.")

    @property
    def at_work(self) -> bool:
        """Whether someone works on it."""
        return is_held(self.root / "lock")

    @property
    def is_awaited(self) -> bool:
        """Whether someone works on it, or was started to so shortly ago that it may not have begun."""
        if self.at_work:
            return True
        try:
            asked = time.time() - (self.root / "question.json").stat().st_mtime
        except OSError:
            return False
        return asked < TO_BEGIN and not self.stopping() and not self.trouble() and not self._answered()

    def _answered(self) -> bool:
        """Whether the result is of the last time that it was asked."""
        question, result = self.root / "question.json", self.root / "result.json"
        return result.exists() and result.stat().st_mtime_ns >= question.stat().st_mtime_ns

    def trouble(self) -> str:
        """What the process that was started last said when it gave up, in one line; nothing where it did not."""
        try:
            with open(self.root / "worker.log", "rb") as log:
                log.seek(max(0, log.seek(0, os.SEEK_END) - MOST_WORDS))
                last = log.read().decode("utf-8", "replace").rpartition("reidviz: ")
        except OSError:
            return ""
        return printable(" ".join(last[2].split())) if last[1] else ""

    def stopping(self) -> bool:
        """Whether it was asked to stop."""
        return (self.root / "stop").exists()

    def ask_to_stop(self, planned: Sequence[Planned]) -> None:
        """It stops after the present step of the present run."""
        write_atomically(self.root / "stop", b"")
        for one in planned:
            run = RunFolder(one.root)
            if one.root.is_dir() and run.status().active:
                run.ask_to_stop()


def families() -> list[FamilyFolder]:
    """Every question that was asked, the last one first."""
    found = (settings.runs_dir() / ".families").glob("*/question.json")
    return [FamilyFolder(file.parent) for file in sorted(found, key=lambda f: f.stat().st_mtime_ns, reverse=True)]


def state_of(one: Planned) -> Status | None:
    """Where a training stands; None while its folder is not there."""
    return RunFolder(one.root).status() if (one.root / "recipe.json").exists() else None


def card_of(one: Planned) -> Card | None:
    """The card of its finished weights, if it has finished."""
    status = state_of(one)
    return read_card(RunFolder(one.root).final) if status is not None and status.state == "finished" else None


def seconds_left(planned: Sequence[Planned]) -> float | None:
    """Seconds of training and test that the unfinished runs will still take, by what a step and a test took in those
    of the same member, else in all that are measured; None while none is."""
    measured: dict[str, list[tuple[float, float]]] = {}
    for one in planned:
        status = state_of(one)
        if status is not None and status.step and status.seconds:
            card = card_of(one)
            tested = sum(float(m.get("seconds", 0)) for m in card.metrics) if card else 0.0
            measured.setdefault(one.member, []).append((status.seconds / status.step, tested))
    everything = [pair for pairs in measured.values() for pair in pairs]
    if not everything:
        return None
    left = 0.0
    for one in planned:
        status = state_of(one)
        if status is not None and status.state == "finished":
            continue
        known = measured.get(one.member, everything)
        step, test = (sum(column) / len(known) for column in zip(*known, strict=True))
        left += step * (one.job.recipe.iterations - (status.step if status else 0)) + test
    return left


def train_family(
    planned: Sequence[Planned], folder: FamilyFolder, evaluators: Evaluators, progress: Progress
) -> tuple[int, bool]:
    """Train what is not finished. How many were loaded, and whether all are finished now: not so when it was stopped.

    ReidvizError when a training fails, or a finished one is of other data.
    """
    loaded = 0
    for number, one in enumerate(planned, 1):
        if folder.stopping():
            return loaded, False
        if _finished(one):
            loaded += 1
            continue
        run = RunFolder(one.root) if (one.root / "recipe.json").exists() else create(one.root, one.job)
        if run.job() != one.job:
            raise ReidvizError(f"{run.name} is another training than it is called.", "Move its folder away.")
        head = f"run {number} of {len(planned)}, {one.member}, seed {one.job.seed}"
        if train(run, evaluators, _Told(head, planned, progress)) is None:
            return loaded, False
    return loaded, True


def start(question: Question, arguments: Sequence[str]) -> None:
    """Work on a family in a process of its own, which outlives this one. arguments: of the command.

    ReidvizError when someone works on it already.
    """
    folder = FamilyFolder.of(question)
    folder.keep(question)
    folder.hold().release()
    try:
        (folder.root / "worker.log").unlink(missing_ok=True)
        with open(folder.root / "worker.log", "ab", opener=no_link) as log:
            subprocess.Popen(
                [sys.executable, "-m", "reidviz", "compare", *arguments],
                cwd=settings.PROJECT,
                env=dict(os.environ),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
    except OSError as error:
        raise ReidvizError(f"The family could not be started: {error.strerror}.", "Free memory or disk.") from error


def _finished(one: Planned) -> bool:
    card = card_of(one)
    if card is None or RunFolder(one.root).job() != one.job:
        return False
    if card.data_hash != load(one.job.data).manifest_hash:
        raise ReidvizError(
            f"The data {one.job.data} are not those that {one.root.name} was trained on.",
            "Put the same images back, or move that run away.",
        )
    return True


class _Told:
    """Progress of one run that tells the whole family's."""

    def __init__(self, head: str, planned: Sequence[Planned], progress: Progress) -> None:
        self._head, self._planned, self._progress = head, planned, progress
        self._looked, self._left = 0.0, ""

    def __call__(self, done: int, total: int, what: str) -> None:
        if time.monotonic() - self._looked > 2:
            seconds = seconds_left(self._planned)
            self._left = "time left not known yet" if seconds is None else time_left(1, 2, seconds)
            self._looked = time.monotonic()
        self._progress(done, total, f"{self._head}: {what.split(' (')[0]} ({self._left} for the family)")
