"""A whole training: what it leaves behind, and how it ends when something is wrong."""

import resource
import signal
from dataclasses import replace
from multiprocessing import get_context
from pathlib import Path
from unittest.mock import patch

import pytest
import torch

from reidviz.common.errors import ReidvizError
from reidviz.data.dataset import Dataset
from reidviz.data.formats import load
from reidviz.data.splits.protocols import split, validation
from reidviz.evaluation.pipeline.ranker import rankers_of
from reidviz.models.checkpoint import load_checkpoint
from reidviz.models.model_card import find_checkpoint, fusion_from, read_card
from reidviz.training import devices, resume_state
from reidviz.training.job import Also
from reidviz.training.reporter import Reporter
from reidviz.training.run import NO_BF16, train
from reidviz.training.run_folder import RunFolder
from reidviz.training.trainer import Trainer
from tests.conftest import people_folder
from tests.training.conftest import EVALUATORS, RECIPE, new_run, told


@pytest.fixture
def data(people: Path) -> Dataset:
    return load(f"folder:{people}")


def test_validation_persons_come_out_of_the_training_persons(data: Dataset) -> None:
    parts = split(data, "half:0")
    held = validation(data, parts, 0.25, 0)
    assert held is not None
    persons = {name: set(data.identities[p].tolist()) for name, p in vars(held).items() if name != "protocol"}
    tested = set(data.identities[parts.probes].tolist())
    assert persons["probes"] == persons["gallery"]
    assert len(persons["probes"]) == 2
    assert not persons["train"] & persons["probes"]
    assert persons["train"] | persons["probes"] == set(data.identities[parts.train].tolist())
    assert not tested & (persons["train"] | persons["probes"])
    assert (held.probes == validation(data, parts, 0.25, 0).probes).all()
    assert validation(data, parts, 0.1, 0) is None


def test_where_bf16_is_emulated_a_training_computes_in_fp32_and_says_so(
    people: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    recipe = replace(RECIPE, iterations=3, held_out=0.0)
    monkeypatch.setattr(devices, "computes_bf16", lambda device: False)
    runs = [
        new_run(people, tmp_path / precision / "run", recipe=replace(recipe, precision=precision))
        for precision in ("fp32", "bf16")
    ]
    for run in runs:
        train(run, EVALUATORS)
    assert runs[0].final.read_bytes() == runs[1].final.read_bytes()
    assert [read_card(run.final).recipe["precision"] for run in runs] == ["fp32", "fp32"]
    assert [run.status().message for run in runs] == ["", NO_BF16]
    monkeypatch.setattr(devices, "computes_bf16", lambda device: True)
    wanted = new_run(people, tmp_path / "halves" / "run", recipe=replace(recipe, precision="bf16"))
    train(wanted, EVALUATORS)
    assert read_card(wanted.final).recipe["precision"] == "bf16"
    assert wanted.final.read_bytes() != runs[0].final.read_bytes()


@pytest.mark.parametrize("variant", ["mtdnet-rnk", "mtdnet-cls", "mtdnet", "mtdtrp"])
def test_a_finished_run(people: Path, tmp_path: Path, variant: str) -> None:
    run = new_run(people, tmp_path / "my run", variant)
    assert train(run, EVALUATORS) == run.final
    status = run.status()
    assert (status.state, status.step, status.total) == ("finished", 24, 24)
    assert status.device.startswith("CPU")
    assert status.images_a_second
    validations = [e for e in told(run) if e["event"] == "validation"]
    assert [v["step"] for v in validations] == list(range(2, 25, 2))
    network, card = load_checkpoint(run.root)
    assert card.metrics
    assert card.iterations == 24
    best = read_card(run.best)
    last, best_at = (read_card(run.final).fusion, best.fusion)
    fusions = {v["step"]: fusion_from(v["fusion"]) for v in validations}
    assert (last, best_at) == (fusions[24], fusions[best.iterations])
    assert (last is not None) == (variant == "mtdnet")
    rank1 = [v["readings"][0]["rank1"] for v in validations]
    assert best.iterations == validations[rank1.index(max(rank1))]["step"]
    assert len(resume_state.steps_kept(run.checkpoints)) == 2
    assert network.architecture == RECIPE.architecture


def test_without_held_out_persons_everyone_trains(people: Path, tmp_path: Path) -> None:
    run = new_run(people, tmp_path / "run", recipe=replace(RECIPE, held_out=0.0, iterations=2))
    train(run, EVALUATORS)
    assert run.events()[0]["trained_on"] == 8
    assert not run.best.exists()
    assert not [e for e in run.events() if e["event"] == "validation"]


def test_further_data_train_with_equal_shares_and_stand_on_the_card(people: Path, tmp_path: Path) -> None:
    other = people_folder(tmp_path / "others", persons=12)
    also = (Also(f"folder:{other}", "test2:0"),)
    run = new_run(people, tmp_path / "run", recipe=replace(RECIPE, held_out=0.0, iterations=3), also=also)
    train(run, EVALUATORS)
    assert run.events()[0]["trained_on"] == 8 + 10
    [told] = read_card(run.final).also
    others = load(f"folder:{other}")
    assert (told.data_hash, told.protocol) == (others.manifest_hash, "test2:0")
    [ranker, *_] = rankers_of(run.final)
    assert ranker.trained_by(others) == told
    assert ranker.trained_by(load("synthetic:viper")) is None


def test_a_training_on_two_data_sets_goes_on_only_with_both(people: Path, tmp_path: Path) -> None:
    other = people_folder(tmp_path / "others", persons=12)
    also = (Also(f"folder:{other}", "half:0"),)
    run = new_run(people, tmp_path / "run", recipe=replace(RECIPE, held_out=0.0, iterations=6), also=also)
    with patch.object(Reporter, "wanted_to_stop", lambda self: self.status.step == 2):
        assert train(run, EVALUATORS, save_every=0.0) is None
    next(other.rglob("*.png")).unlink()
    with pytest.raises(ReidvizError, match="are not those this training was started with"):
        train(run, EVALUATORS)


def test_the_mistakes_of_a_validation_are_real_images(people: Path, tmp_path: Path, data: Dataset) -> None:
    run = new_run(people, tmp_path / "run", recipe=replace(RECIPE, held_out=0.5, iterations=1))
    train(run, EVALUATORS)
    rankers = next(e for e in run.events() if e["event"] == "validation")["readings"]
    assert [r["kind"] for r in rankers] == ["probability", "distance"]
    mistakes = [(m, r["kind"]) for r in rankers for m in r["mistakes"]]
    assert mistakes
    for mistake, kind in mistakes:
        probe, match, other = (data.identities[mistake[k]] for k in ("probe", "match", "other"))
        assert probe == match != other
        assert mistake["rank"] > 1
        nearer = mistake["other_score"] - mistake["match_score"]
        assert nearer >= 0 if kind == "probability" else nearer <= 0


def test_a_loss_that_is_no_number_keeps_the_last_good_snapshot(
    people: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = new_run(people, tmp_path / "run")
    step = Trainer.step

    def broken(self: Trainer):  # type: ignore[no-untyped-def]
        if self.done == 5:
            with torch.no_grad():
                next(self.network.parameters()).fill_(float("nan"))
        return step(self)

    monkeypatch.setattr(Trainer, "step", broken)
    with pytest.raises(ReidvizError, match="not a number at step 6"):
        train(run, EVALUATORS, save_every=0.0)
    assert run.status().state == "failed"
    assert "step 6" in run.status().message
    assert resume_state.steps_kept(run.checkpoints) == [4, 5]
    assert run.events()[-1]["event"] == "failed"
    monkeypatch.setattr(Trainer, "step", step)
    assert train(run, EVALUATORS) == run.final


def test_weights_that_are_no_numbers_are_not_saved(
    people: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = new_run(people, tmp_path / "run")
    sound = Trainer.sound
    monkeypatch.setattr(Trainer, "sound", lambda self: sound(self) and self.done < 4)
    with pytest.raises(ReidvizError, match="no longer numbers at step 4"):
        train(run, EVALUATORS, save_every=0.0)
    assert resume_state.steps_kept(run.checkpoints) == [2, 3]


def test_out_of_memory_tells_what_would_fit(people: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    images = Trainer._images

    def small_machine(self: Trainer, batch):  # type: ignore[no-untyped-def]
        if len(batch.images) > 4:
            raise torch.OutOfMemoryError("tried to allocate")
        return images(self, batch)

    monkeypatch.setattr(Trainer, "_images", small_machine)
    run = new_run(people, tmp_path / "run")
    with pytest.raises(ReidvizError, match="A batch of 4 does not fit") as caught:
        train(run, EVALUATORS)
    assert "A batch of 2 would fit" in caught.value.hint


def test_errors_that_are_not_about_memory_are_not_taken_for_it() -> None:
    def broken(size: int) -> None:
        raise RuntimeError("shapes do not match")

    with pytest.raises(RuntimeError, match="shapes"):
        devices.largest_that_fits(8, broken)
    assert devices.out_of_memory(RuntimeError("DefaultCPUAllocator: can't allocate memory"))


def test_a_full_disk_stops_with_the_last_good_snapshot_intact(people: Path, tmp_path: Path) -> None:
    """The kernel refuses files above a size, as a full disk does: big snapshots fail, the small status does not."""
    run = new_run(people, tmp_path / "run")

    def stop(done: int, total: int, what: str) -> None:
        if what.startswith("training") and done == 3:
            run.ask_to_stop()

    train(run, EVALUATORS, stop, save_every=0.0)
    kept = {f.name: f.read_bytes() for f in run.checkpoints.glob("step-*")}

    def limited() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (16_384, 16_384))
        train(run, EVALUATORS, save_every=0.0)

    process = get_context("fork").Process(target=limited)
    process.start()
    process.join()
    assert process.exitcode == 1
    assert run.status().state == "failed"
    assert "could not be written" in run.status().message
    assert {f.name: f.read_bytes() for f in run.checkpoints.iterdir() if f.name.startswith(("step-", "."))} == kept
    assert train(run, EVALUATORS) == run.final


def test_something_unforeseen_is_a_failed_run_too(
    people: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = new_run(people, tmp_path / "run")
    monkeypatch.setattr(Trainer, "step", lambda self: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        train(run, EVALUATORS)
    assert run.status().state == "failed"
    assert "Something went wrong" in run.status().message


def test_a_run_waits_for_the_device_and_its_turn(people: Path, tmp_path: Path) -> None:
    """Two queued runs while a third has the CPU: the one that came first goes first; a stop ends the waiting."""
    device, lock = devices.wait_for(new_run(people, tmp_path / "runs" / "a"), lambda n: None)
    first, second = (new_run(people, tmp_path / "runs" / name) for name in ("first", "second"))
    seen: list[int] = []
    with lock, first.hold():
        with second.hold(), pytest.raises(StopIteration):
            devices.wait_for(second, _until(seen), pause=0.0)
        said: list[str] = []
        run = new_run(people, tmp_path / "runs" / "third")

        def give_up(done: int, total: int, what: str) -> None:
            said.append(what)
            run.ask_to_stop()

        assert train(run, EVALUATORS, give_up) is None
    assert device.type == "cpu"
    assert seen == [1, 1]
    assert said[0].startswith("waiting for")
    assert run.status().state == "stopped"


def _until(seen: list[int]):  # type: ignore[no-untyped-def]
    def waiting(before: int) -> None:
        seen.append(before)
        if len(seen) == 2:
            raise StopIteration

    return waiting


def test_a_stopped_run_can_be_read_at_its_last_step(people: Path, tmp_path: Path) -> None:
    run = new_run(people, tmp_path / "run", recipe=replace(RECIPE, held_out=0.0))

    def stop(done: int, total: int, what: str) -> None:
        if what.startswith("training") and done == 2:
            run.ask_to_stop()

    train(run, EVALUATORS, stop)
    assert find_checkpoint(run.root).name == "last.safetensors"
    assert load_checkpoint(run.root)[1].iterations == 2


def test_a_start_that_does_not_fit_is_a_failed_run(people: Path, tmp_path: Path) -> None:
    donor = new_run(people, tmp_path / "donor", recipe=replace(RECIPE, iterations=1, held_out=0.0))
    train(donor, EVALUATORS)
    other = replace(RECIPE, architecture=replace(RECIPE.architecture, stem="caffenet"))
    run = new_run(people, tmp_path / "run", recipe=other, init=donor.final)
    with pytest.raises(ReidvizError, match="does not fit"):
        train(run, EVALUATORS)
    assert run.status().state == "failed"
    assert RunFolder(tmp_path / "donor").status().state == "finished"
