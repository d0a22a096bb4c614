"""A whole training: read the data, build or resume the network, step, validate, keep what comes out."""

import contextlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch

from reidviz.common.errors import ReidvizError
from reidviz.common.progress import Progress, silent
from reidviz.data.dataset import Dataset, Split
from reidviz.data.formats import load
from reidviz.data.splits.protocols import split
from reidviz.data.splits.untouched import untouched
from reidviz.models.checkpoint import save_checkpoint
from reidviz.models.model_card import Card, Fusion, fusion_from, read_card, write_card
from reidviz.models.mtdnet import Network
from reidviz.models.validation_record import ValidationRecord
from reidviz.training import devices, resume_state, validation_records
from reidviz.training.distributed import join, leave
from reidviz.training.hooks import Log, Save, Stop, Tell, Validate
from reidviz.training.job import Job
from reidviz.training.loop import Training
from reidviz.training.persons import persons_of
from reidviz.training.recipe import FinalTest
from reidviz.training.reporter import Reporter
from reidviz.training.resume_state import ResumeState
from reidviz.training.run_card import card_of
from reidviz.training.run_folder import RunFolder
from reidviz.training.setup import build_trainer, pooled_with
from reidviz.training.start import start_kept, taught_by
from reidviz.training.stopping import StoppedError, signals
from reidviz.training.trainer import Trainer

SAVE_EVERY = 60.0
NO_BF16 = "This device is slow at bf16: computed in fp32."
ONE_CAMERA = "Nobody in training is seen by two cameras: pairs of images by one camera train."


@dataclass(frozen=True)
class Evaluators:
    """How networks are judged; training itself knows nothing of evaluation.

    validate  (network, variant, data, split, device, progress) -> event with "readings" and "fusion", and what is kept
              of the validation beside it, as evaluation.validation
    test      (weights file, data, split, Recipe.final_test, progress) -> the metrics of its card
    """

    validate: Callable[[Network, str, Dataset, Split, torch.device, Progress], tuple[dict[str, Any], ValidationRecord]]
    test: Callable[[Path, Dataset, Split, FinalTest, Progress], tuple[dict[str, Any], ...]]


def train(
    run: RunFolder, evaluators: Evaluators, progress: Progress = silent, save_every: float = SAVE_EVERY
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
        resuming = bool(run.events())
        reporter = Reporter(run, job.recipe.iterations, team, progress, held.enter_context(signals()))
        try:
            return _work(job, reporter, evaluators, save_every, resuming, held)
        except StoppedError:
            reporter.tell(True, state="stopped", what="stopped", left=None)
            reporter.log("stopped", step=reporter.status.step)
            return None
        except ReidvizError as error:
            reporter.fail(error)
            raise
        except BaseException as error:
            told = f"Something went wrong ({type(error).__name__})."
            reporter.fail(ReidvizError(told, "worker.log in its folder has more."))
            raise


def _work(
    job: Job,
    reporter: Reporter,
    evaluators: Evaluators,
    save_every: float,
    resuming: bool,
    held: contextlib.ExitStack,
) -> Path | None:
    """The whole training of one process."""
    run, recipe = reporter.run, job.recipe
    dataset = load(job.data)
    further = pooled_with(job)
    device = _device(reporter, held)
    if _is_trained(run, job, dataset):
        return _tested(run, job, dataset, reporter, evaluators)
    start = start_kept(run, job, reporter.team)
    taught, persons = taught_by(job, start), persons_of(dataset, job, start.images)
    held_out, trained = persons.held_out, persons.trained
    data = [(dataset, trained), *further]
    hashes = "+".join(one.manifest_hash for one, _ in data)
    odd = []
    if job.recipe.precision == "bf16" and not devices.computes_bf16(device):
        job = replace(job, recipe=replace(job.recipe, precision="fp32"))
        odd.append(NO_BF16)
    reporter.log(
        "started",
        device=devices.name_of(device),
        data_hash=dataset.manifest_hash,
        trained_on=sum(len(np.unique(one.identities[chosen.train])) for one, chosen in data),
        validated_on=None if held_out is None else held_out.protocol,
        validation_set=persons.marked,
    )
    reporter.tell(True, state="running", device=devices.name_of(device))
    trainer = build_trainer(job, data, device, reporter.team, reporter.work)
    if not trainer.data.across and bool((dataset.cameras[trained.train] != "").all()):
        odd.append(ONE_CAMERA)
    state = _restored(job, reporter, trainer, hashes, resuming, odd)

    def card(name: str, step: int, fusion: Fusion | None) -> Card:
        return card_of(name, job, data, step, fusion, taught)

    def judge(training: Training) -> tuple[dict[str, Any], ValidationRecord]:
        network = training.trainer.network
        assert held_out is not None
        return evaluators.validate(network, job.variant, dataset, held_out, device, reporter.work)

    saving = Save(reporter, save_every, card)
    validating = [] if held_out is None else [Validate(reporter, recipe.validate_every, judge, saving, card)]
    hooks = [*validating, Stop(reporter), Log(reporter), Tell(reporter, job.variant), saving]
    state = Training(trainer, state, recipe.iterations).run(hooks)
    if reporter.team.rank:
        return None
    run.must_exist()
    save_checkpoint(run.final, trainer.network, card(run.name, state.step, _last_fusion(run, state.validated)))
    reporter.tell(seconds=state.seconds)
    return _tested(run, job, dataset, reporter, evaluators)


def _is_trained(run: RunFolder, job: Job, dataset: Dataset) -> bool:
    """Whether all steps were done, so that the test alone is missing."""
    try:
        card = read_card(run.final)
    except ReidvizError:
        return False
    return card.iterations == job.recipe.iterations and card.data_hash == dataset.manifest_hash


def _tested(run: RunFolder, job: Job, dataset: Dataset, reporter: Reporter, evaluators: Evaluators) -> Path | None:
    """Test the finished weights on whom no mark of their card shows, and write what comes out on it. Stopped meanwhile,
    the run is trained and not tested; going on with it tests alone."""
    if reporter.team.rank:
        return None
    card = read_card(run.final)
    parts = untouched(dataset, split(dataset, job.protocol), card.taught.images if card.taught else ())
    reporter.tell(True, state="running", what="testing", left=None, step=card.iterations)
    try:
        metrics = evaluators.test(run.final, dataset, parts, job.recipe.final_test, reporter.work)
    except StoppedError:
        reporter.tell(True, state="stopped", what="trained, not tested", left=None)
        reporter.log("stopped", step=card.iterations)
        return None
    write_card(run.final, replace(card, metrics=metrics))
    reporter.log("finished", step=card.iterations, seconds=round(reporter.status.seconds, 2))
    reporter.tell(True, state="finished", what="finished", left=None)
    return run.final


def _device(reporter: Reporter, held: contextlib.ExitStack) -> torch.device:
    """The device to train on, once it is this training's turn."""
    if reporter.team.size > 1:
        device, lock = devices.wait_as_one(reporter.team.rank)
    else:
        device, lock = devices.wait_for(reporter.run, reporter.waiting)
    if lock is not None:
        held.enter_context(lock)
    if device.type == "cuda":
        torch.cuda.set_device(device)
    return device


def _restored(
    job: Job, reporter: Reporter, trainer: Trainer, hashes: str, resuming: bool, odd: list[str]
) -> ResumeState:
    """Where the last whole snapshot stands, else the beginning; what is odd about it goes into the status.

    hashes are those of the manifests of all data trained on, with "+" between them.
    """
    run, team = reporter.run, reporter.team
    if team.rank == 0:
        resume_state.tidy(run.checkpoints)
        validation_records.tidy(run.validations)
    team.wait()
    state, damaged = resume_state.restore(run.checkpoints, trainer)
    for name in damaged:
        reporter.log("damaged", step=trainer.done, file=name)
    if damaged:
        going_on = f"went on from step {state.step}" if state else "started again from the beginning"
        odd.append(f"{' and '.join(damaged)} could not be used (damaged); {going_on}.")
    used = list(dict.fromkeys(e["device"] for e in run.events() if e["event"] == "started"))
    if state is not None and len(used) > 1:
        odd.append(f"Computed on {' and on '.join(used)}: either alone may round otherwise.")
    if state is not None and state.data_hash != hashes:
        names = " and ".join([job.data, *(one.data for one in job.also)])
        raise ReidvizError(
            f"The data {names} are not those this training was started with.",
            "Put the same images back, or start a new training.",
        )
    if resuming:
        reporter.log("resumed", step=trainer.done, validated=state.validated if state else 0)
    reporter.tell(True, step=trainer.done, message=" ".join(odd), seconds=state.seconds if state else 0.0)
    return state or ResumeState(0, 0.0, None, None, 0, hashes, ())


def _last_fusion(run: RunFolder, step: int) -> Fusion | None:
    """How to fuse the two scores, as the validation at this step found."""
    found = [e for e in run.events() if e["event"] == "validation" and e["step"] == step]
    return fusion_from(found[-1].get("fusion")) if found else None
