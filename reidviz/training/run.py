"""A whole training: read the data, build or resume the network, step, validate, keep what comes out."""

import contextlib
import signal
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch

from reidviz.common.errors import ReidvizError
from reidviz.common.progress import Progress, silent
from reidviz.data.dataset import Dataset, Split
from reidviz.data.formats import load
from reidviz.data.splits.protocols import split, validation
from reidviz.models.checkpoint import save_checkpoint
from reidviz.models.model_card import Card, Fusion, fusion_from, read_card, write_card
from reidviz.models.mtdnet import Network
from reidviz.training import devices, resume_state
from reidviz.training.distributed import Team, join, leave
from reidviz.training.run_folder import Job, RunFolder, Status
from reidviz.training.setup import build_trainer
from reidviz.training.trainer import Trainer

LOG_EVERY = 10
SAVE_EVERY = 60.0
STATUS_EVERY = 1.0
ONE_CAMERA = "Nobody in training is seen by two cameras: pairs of pictures by one camera train."


@dataclass(frozen=True)
class Evaluators:
    """How networks are judged; training itself knows nothing of evaluation.

    validate  (network, variant, data, split, device, progress) -> record with "readings" and "fusion", as
              evaluation.validation
    test      (weights file, data, split, progress) -> the metrics of its card
    """

    validate: Callable[[Network, str, Dataset, Split, torch.device, Progress], dict[str, Any]]
    test: Callable[[Path, Dataset, Split, Progress], tuple[dict[str, Any], ...]]


class _StoppedError(Exception):
    """Someone asked the training to stop."""


def train(
    run: RunFolder, exams: Evaluators, progress: Progress = silent, save_every: float = SAVE_EVERY
) -> Path | None:
    """Train from the start or from the last snapshot; the finished weights, or None when it was asked to stop.

    save_every is in seconds, more where a save takes long; 0 saves after each step.

    Killed at any moment and started again it ends with the same weights, bit for bit, on the same machine. Raises
    ReidvizError for anything the user can mend; the last good snapshot is kept, and status.json says what happened.
    """
    try:
        job = run.job()
    except ReidvizError as error:
        run.refuse(error)
        raise
    team = join()
    with contextlib.ExitStack() as held:
        held.callback(leave)
        if team.rank == 0:
            held.enter_context(run.hold())
        worker = _Worker(run, job, team, progress, held.enter_context(_signals()))
        try:
            return worker.work(exams, save_every, held)
        except _StoppedError:
            worker.tell(True, state="stopped", what="stopped", left=None)
            worker.log({"event": "stopped", "step": worker.status.step})
            return None
        except ReidvizError as error:
            worker.fail(error)
            raise
        except BaseException as error:
            told = f"Something went wrong ({type(error).__name__})."
            worker.fail(ReidvizError(told, "worker.log in its folder has more."))
            raise


class _Worker:
    """What goes on in one process of a training, and its reports; only the first process writes them."""

    def __init__(self, run: RunFolder, job: Job, team: Team, progress: Progress, signalled: threading.Event) -> None:
        self.run = run
        self.job = job
        self.team = team
        self.progress = progress
        self.signalled = signalled
        self.resuming = bool(run.events())
        before = run.status()
        since = before.since if before.state == "queued" else time.time()
        self.status = Status(
            "queued", before.step, job.recipe.iterations, "reading the data", since=since, seconds=before.seconds
        )
        self.told = 0.0
        self.tell(True)

    def work(self, exams: Evaluators, save_every: float, held: contextlib.ExitStack) -> Path | None:
        job, recipe = self.job, self.job.recipe
        dataset = load(job.data)
        parts = split(dataset, job.protocol)
        held_out = validation(dataset, parts, recipe.held_out, job.seed) if recipe.held_out else None
        trained = parts if held_out is None else held_out
        device = self._device(held)
        self.log(
            {
                "event": "started",
                "device": devices.name_of(device),
                "data_hash": dataset.manifest_hash,
                "trained_on": len(np.unique(dataset.identities[trained.train])),
                "validated_on": None if held_out is None else held_out.protocol,
            }
        )
        self.tell(True, state="running", device=devices.name_of(device))
        trainer = build_trainer(job, dataset, trained, device, self.team, self._report)
        one_camera = not trainer.data.across and bool((dataset.cameras[trained.train] != "").all())
        facts = self._restored(trainer, dataset.manifest_hash, [ONE_CAMERA] if one_camera else [])
        facts = self._steps(trainer, facts, exams, dataset, held_out, save_every)
        if self.team.rank:
            return None
        weights = self.run.final
        fusion = self._last_fusion(facts.validated)
        self.run.must_exist()
        save_checkpoint(weights, trainer.network, _card(self.run.name, job, dataset, facts.step, fusion))
        self.tell(True, what="testing", left=None)
        metrics = exams.test(weights, dataset, parts, self._report)
        write_card(weights, replace(read_card(weights), metrics=metrics))
        self.log({"event": "finished", "step": facts.step, "seconds": round(facts.seconds, 2)})
        self.tell(True, state="finished", what="finished", left=None)
        return weights

    def _device(self, held: contextlib.ExitStack) -> torch.device:
        if self.team.size > 1:
            device, lock = devices.wait_as_one(self.team.rank)
        else:
            device, lock = devices.wait_for(self.run, self._waiting)
        if lock is not None:
            held.enter_context(lock)
        if device.type == "cuda":
            torch.cuda.set_device(device)
        return device

    def _restored(self, trainer: Trainer, data_hash: str, odd: list[str]) -> resume_state.ResumeState:
        if self.team.rank == 0:
            resume_state.tidy(self.run.checkpoints)
        self.team.wait()
        facts, damaged = resume_state.restore(self.run.checkpoints, trainer)
        for name in damaged:
            self.log({"event": "damaged", "step": trainer.done, "file": name})
        if damaged:
            going_on = f"went on from step {facts.step}" if facts else "started again from the beginning"
            odd.append(f"{' and '.join(damaged)} could not be used (damaged); {going_on}.")
        used = list(dict.fromkeys(e["device"] for e in self.run.events() if e["event"] == "started"))
        if facts is not None and len(used) > 1:
            odd.append(f"Computed on {' and on '.join(used)}: either alone may round otherwise.")
        if facts is not None and facts.data_hash != data_hash:
            raise ReidvizError(
                f"The data {self.job.data} are not those this training was started with.",
                "Put the same pictures back, or start a new training.",
            )
        if self.resuming:
            validated = facts.validated if facts else 0
            self.log({"event": "resumed", "step": trainer.done, "validated": validated})
        self.tell(True, step=trainer.done, message=" ".join(odd), seconds=facts.seconds if facts else 0.0)
        return facts or resume_state.ResumeState(0, 0.0, None, None, 0, data_hash, ())

    def _steps(
        self,
        trainer: Trainer,
        facts: resume_state.ResumeState,
        exams: Evaluators,
        dataset: Dataset,
        held_out: Split | None,
        save_every: float,
    ) -> resume_state.ResumeState:
        """Step and validate to the end; what is true then."""
        total, before = self.job.recipe.iterations, facts.seconds
        started = saved = time.monotonic()
        cost = 0.0

        def now() -> resume_state.ResumeState:
            spent = before + time.monotonic() - started
            return replace(facts, step=trainer.done, seconds=spent, first_losses=tuple(trainer.first_losses))

        def save() -> None:
            nonlocal saved, cost
            if self.team.rank == 0:
                began = time.monotonic()
                if not trainer.sound():
                    raise ReidvizError(
                        f"The weights are no longer numbers at step {trainer.done}.",
                        "Start again with a lower learning rate.",
                    )
                self.run.must_exist()
                resume_state.save_snapshot(self.run.checkpoints, trainer, now())
                saved = time.monotonic()
                cost = saved - began

        pace = _Pace()
        try:
            while True:
                due = held_out is not None and trainer.done % self.job.recipe.validate_every == 0
                if held_out and facts.validated < trainer.done and (due or trainer.done == total):
                    if self.team.rank == 0:
                        facts = self._validated(trainer, now(), exams, dataset, held_out)
                        save()
                    else:
                        facts = replace(facts, validated=trainer.done)
                    pace.pause()
                if self.team.broadcast(self._wanted_to_stop()):
                    raise _StoppedError
                if trainer.done == total:
                    break
                step = self._step(trainer)
                pace.count(step.images)
                if step.step % LOG_EVERY == 0 or step.step == total:
                    self.log({"event": "step", **asdict(step), "seconds": round(now().seconds, 2)})
                self.tell(
                    step=step.step,
                    what="training",
                    left=pace.seconds_a_step * (total - step.step),
                    images_a_second=pace.images_a_second,
                    seconds=now().seconds,
                )
                self.progress(step.step, total, f"training {self.job.variant} (loss {step.loss:.3f})")
                if time.monotonic() - saved >= (save_every and max(save_every, 20 * cost)):
                    save()
        except _StoppedError:
            save()
            if self.team.rank == 0:
                self.run.must_exist()
                weights = self.run.checkpoints / "last.safetensors"
                save_checkpoint(weights, trainer.network, _card(self.run.name, self.job, dataset, trainer.done))
            raise
        save()
        return now()

    def _step(self, trainer: Trainer) -> Any:
        try:
            return trainer.step()
        except (RuntimeError, MemoryError) as error:
            if not devices.out_of_memory(error):
                raise
            cause = error.with_traceback(None)
        size = self.job.recipe.size
        fits = devices.largest_that_fits(size, trainer.try_size)
        raise ReidvizError(
            f"A batch of {size} does not fit in the memory of {devices.name_of(trainer.device)}.",
            f"A batch of {fits} would fit: start again with that size." if fits else "Not even a batch of 1 fits.",
        ) from cause

    def _validated(
        self, trainer: Trainer, facts: resume_state.ResumeState, exams: Evaluators, dataset: Dataset, held_out: Split
    ) -> resume_state.ResumeState:
        self.tell(True, what="validating")
        result = exams.validate(trainer.network, self.job.variant, dataset, held_out, trainer.device, self._report)
        self.log({"event": "validation", "step": trainer.done, "seconds": round(facts.seconds, 2), **result})
        rank1 = result["readings"][0]["rank1"]
        if facts.best is None or rank1 > facts.best:
            fusion = fusion_from(result.get("fusion"))
            card = _card(f"{self.run.name} at step {trainer.done}", self.job, dataset, trainer.done, fusion)
            self.run.must_exist()
            save_checkpoint(self.run.best, trainer.network, card)
            facts = replace(facts, best=rank1, best_step=trainer.done)
        return replace(facts, validated=trainer.done)

    def tell(self, at_once: bool = False, **changes: Any) -> None:
        """Change the status; it reaches the disk at once, or at most every second."""
        self.status = replace(self.status, **changes)
        if self.team.rank == 0 and (at_once or time.monotonic() - self.told >= STATUS_EVERY):
            self.told = time.monotonic()
            self.run.write_status(self.status)

    def log(self, event: dict[str, Any]) -> None:
        """Append an event."""
        if self.team.rank == 0:
            self.run.log(event)

    def fail(self, error: ReidvizError) -> None:
        """The status and the event of a training that cannot go on."""
        with contextlib.suppress(ReidvizError):
            self.tell(True, state="failed", what="failed", left=None, message=error.message, hint=error.hint)
            self.log({"event": "failed", "step": self.status.step, "message": error.message, "hint": error.hint})

    def _last_fusion(self, step: int) -> Fusion | None:
        """How to mix the two scores, as the validation at this step found."""
        found = [e for e in self.run.events() if e["event"] == "validation" and e["step"] == step]
        return fusion_from(found[-1].get("fusion")) if found else None

    def _wanted_to_stop(self) -> bool:
        return self.signalled.is_set() or (self.team.rank == 0 and self.run.asked_to_stop())

    def _waiting(self, before: int) -> None:
        what = f"waiting for {before} other runs" if before > 1 else "waiting for another run to end"
        self._report(0, 1, what)

    def _report(self, done: int, total: int, what: str) -> None:
        """Progress of what is not training; it stops where the user wishes so."""
        if self.team.size == 1 and self._wanted_to_stop():
            raise _StoppedError
        self.tell(what=f"{what}: {done:,} of {total:,}" if total > 1 else what)
        self.progress(done, total, what)


class _Pace:
    """Seconds a step and images a second of the last steps, pauses left out."""

    def __init__(self) -> None:
        self.seconds_a_step = self.images_a_second = 0.0
        self._last = time.monotonic()

    def pause(self) -> None:
        """The next step begins now."""
        self._last = time.monotonic()

    def count(self, images: int) -> None:
        """A step has ended."""
        now = time.monotonic()
        took, self._last = now - self._last, now
        share = 0.1 if self.seconds_a_step else 1.0
        self.seconds_a_step += share * (took - self.seconds_a_step)
        self.images_a_second += share * (images / max(took, 1e-9) - self.images_a_second)


def _card(name: str, job: Job, dataset: Dataset, step: int, fusion: Fusion | None = None) -> Card:
    return Card(
        name=name,
        variant=job.variant,
        architecture=job.recipe.architecture,
        recipe={k: v for k, v in asdict(job.recipe).items() if k != "architecture"},
        data=dataset.name,
        data_hash=dataset.manifest_hash,
        protocol=job.protocol,
        source=job.source or "",
        init="fresh weights" if job.init is None else job.init.name,
        seed=job.seed,
        iterations=step,
        fusion=fusion,
    )


@contextlib.contextmanager
def _signals() -> Iterator[threading.Event]:
    """An event that is set when this process is asked to end; a second Ctrl-C ends it at once."""
    asked = threading.Event()
    if threading.current_thread() is not threading.main_thread():
        yield asked
        return

    def handle(number: int, frame: object) -> None:
        if asked.is_set():
            raise KeyboardInterrupt
        asked.set()

    before = {number: signal.signal(number, handle) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield asked
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
