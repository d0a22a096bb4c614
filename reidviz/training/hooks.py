"""What every training does beside its steps: validate, stop when asked, log, tell how far it is, save."""

import time
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from reidviz.common.errors import ReidvizError
from reidviz.models.checkpoint import save_checkpoint
from reidviz.models.model_card import Card, Fusion, fusion_from
from reidviz.models.validation_record import ValidationRecord
from reidviz.training import resume_state
from reidviz.training.loop import Hook, Training
from reidviz.training.reporter import Reporter
from reidviz.training.stopping import StoppedError
from reidviz.training.trainer import Step
from reidviz.training.validation_records import keep_record

LOG_EVERY = 10

MakeCard = Callable[[str, int, Fusion | None], Card]
"""(name, steps done, fusion) -> the card of the weights of that step."""
Judge = Callable[[Training], tuple[dict[str, Any], ValidationRecord]]


class Save(Hook):
    """Keep snapshots to go on from, `every` so many seconds, more where a save takes long; 0 saves after each step."""

    def __init__(self, reporter: Reporter, every: float, card: MakeCard) -> None:
        self.reporter = reporter
        self.every = every
        self.card = card
        self._saved = time.monotonic()
        self._cost = 0.0

    def save(self, training: Training) -> None:
        """Keep a snapshot now. ReidvizError where the weights are no longer numbers."""
        if self.reporter.team.rank:
            return
        began = time.monotonic()
        if not training.trainer.sound():
            raise ReidvizError(
                f"The weights are no longer numbers at step {training.trainer.done}.",
                "Start again with a lower learning rate.",
            )
        self.reporter.run.must_exist()
        resume_state.save_snapshot(self.reporter.run.checkpoints, training.trainer, training.state)
        self._saved = time.monotonic()
        self._cost = self._saved - began

    def after_step(self, training: Training, step: Step) -> None:
        """Save when it is time."""
        if time.monotonic() - self._saved >= (self.every and max(self.every, 20 * self._cost)):
            self.save(training)

    def stopped(self, training: Training) -> None:
        """Save, and the weights as they are, to be used elsewhere."""
        self.save(training)
        run = self.reporter.run
        if self.reporter.team.rank == 0:
            run.must_exist()
            card = self.card(run.name, training.trainer.done, None)
            save_checkpoint(run.checkpoints / "last.safetensors", training.trainer.network, card)

    def finished(self, training: Training) -> None:
        """Save."""
        self.save(training)


class Validate(Hook):
    """Judge the network every so many steps and after the last; keep the best one, and a snapshot.

    judge  (training) -> the event of a validation and what it leaves to look back on, as evaluation.validation makes
           them
    """

    def __init__(self, reporter: Reporter, every: int, judge: Judge, saving: Save, card: MakeCard) -> None:
        self.reporter = reporter
        self.every = every
        self.judge = judge
        self.saving = saving
        self.card = card

    def before_step(self, training: Training) -> None:
        """Validate when it is time, unless that was done before the training was interrupted."""
        done = training.trainer.done
        due = done % self.every == 0 or done == training.total
        if not due or training.state.validated >= done:
            return
        if self.reporter.team.rank:
            training.note(validated=done)
            return
        self._validate(training)
        self.saving.save(training)

    def _validate(self, training: Training) -> None:
        run, done = self.reporter.run, training.trainer.done
        seconds = round(training.state.seconds, 2)
        self.reporter.tell(True, what="validating")
        result, record = self.judge(training)
        run.must_exist()
        keep_record(run.validations, done, self.every, record)
        self.reporter.log("validation", step=done, seconds=seconds, **result)
        rank1, best = result["readings"][0]["rank1"], training.state.best
        if best is None or rank1 > best:
            run.must_exist()
            card = self.card(f"{run.name} at step {done}", done, fusion_from(result.get("fusion")))
            save_checkpoint(run.best, training.trainer.network, card)
            training.note(best=rank1, best_step=done)
        training.note(validated=done)


class Stop(Hook):
    """End the training, in all processes at one step, when somebody asks for it."""

    def __init__(self, reporter: Reporter) -> None:
        self.reporter = reporter

    def before_step(self, training: Training) -> None:
        """Ask whether to stop."""
        if self.reporter.team.broadcast(self.reporter.wanted_to_stop()):
            raise StoppedError


class Log(Hook):
    """Append every tenth step, and the last, to the events."""

    def __init__(self, reporter: Reporter) -> None:
        self.reporter = reporter

    def after_step(self, training: Training, step: Step) -> None:
        """Append it when it is its turn."""
        if step.step % LOG_EVERY == 0 or step.step == training.total:
            self.reporter.log("step", **asdict(step), seconds=round(training.state.seconds, 2))


class Tell(Hook):
    """How far the training is and what is left, from the seconds of its last steps, without what hooks do between."""

    def __init__(self, reporter: Reporter, what: str) -> None:
        self.reporter = reporter
        self.what = what
        self._began = 0.0
        self._seconds_a_step = self._images_a_second = 0.0

    def before_step(self, training: Training) -> None:
        """The step begins."""
        self._began = time.monotonic()

    def after_step(self, training: Training, step: Step) -> None:
        """Tell of it."""
        took = time.monotonic() - self._began
        share = 0.1 if self._seconds_a_step else 1.0
        self._seconds_a_step += share * (took - self._seconds_a_step)
        self._images_a_second += share * (step.images / max(took, 1e-9) - self._images_a_second)
        self.reporter.tell(
            step=step.step,
            what="training",
            left=self._seconds_a_step * (training.total - step.step),
            images_a_second=self._images_a_second,
            seconds=training.state.seconds,
        )
        self.reporter.progress(step.step, training.total, f"training {self.what} (loss {step.loss:.3f})")
