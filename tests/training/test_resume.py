"""However a training ends, going on gives the weights and figures of one that never ended, bit for bit."""

import os
import random
import signal
from dataclasses import replace
from functools import partial
from hashlib import sha256
from itertools import count
from multiprocessing import get_context
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

import pytest
from safetensors.torch import load_file

from reidviz.common.errors import ReidvizError
from reidviz.training import resume_state
from reidviz.training.recipes import compact_recipe
from reidviz.training.run import train
from reidviz.training.run_folder import RunFolder
from reidviz.training.validation_records import record_file, steps_recorded
from tests.conftest import people_folder
from tests.training import two_threads
from tests.training.conftest import EVALUATORS, RECIPE, new_run, told

NEVER = 10**9


def started(run: RunFolder, dies_in_write: int = 0, waits_at: int = NEVER) -> BaseProcess:
    """The training in a process of its own that saves after every step, and waits to be killed before a step."""
    process = get_context("fork").Process(target=work, args=(run, dies_in_write, waits_at))
    process.start()
    return process


def work(run: RunFolder, dies_in_write: int = 0, waits_at: int = NEVER) -> None:
    def wait(done: int, total: int, what: str) -> None:
        while what.startswith("training") and done >= waits_at:
            signal.pause()

    if dies_in_write:
        die_in_write(dies_in_write)
    train(run, EVALUATORS, wait, save_every=0.0)


def die_in_write(number: int) -> None:
    """SIGKILL in place of the fsync or rename of that number; a write is a file's fsync, its rename, its folder's."""
    calls = count(1)

    def counted(real: Any, *arguments: Any) -> Any:
        if next(calls) == number:
            os.kill(os.getpid(), signal.SIGKILL)
        return real(*arguments)

    os.replace = partial(counted, os.replace)
    os.fsync = partial(counted, os.fsync)


def equal(one: RunFolder, other: RunFolder) -> None:
    """The same weights, optimiser, validations with what they left, and losses."""
    names = [sorted(f.name for f in run.checkpoints.iterdir()) for run in (one, other)]
    assert names[0] == names[1]
    for name in names[0]:
        if name.endswith(".safetensors"):
            first, second = (load_file(run.checkpoints / name) for run in (one, other))
            assert first.keys() == second.keys()
            for key in first:
                assert first[key].equal(second[key]), f"{name}: {key}"
    assert told(one) == told(other)
    steps = [steps_recorded(run.validations) for run in (one, other)]
    assert steps[0] == steps[1] == [event["step"] for event in told(one) if event["event"] == "validation"]
    for step in steps[0]:
        files = [record_file(run.validations, step).read_bytes() for run in (one, other)]
        assert files[0] == files[1], step
    assert all(len(list(run.validations.iterdir())) == len(steps[0]) for run in (one, other))


@pytest.fixture(scope="module")
def people(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Those of the folder's other tests, once for all."""
    return people_folder(tmp_path_factory.mktemp("resumed") / "people", persons=16)


@pytest.fixture(scope="module")
def whole(people: Path, tmp_path_factory: pytest.TempPathFactory) -> RunFolder:
    """A training that ran in one go."""
    run = new_run(people, tmp_path_factory.mktemp("whole") / "run")
    assert train(run, EVALUATORS, save_every=0.0) == run.final
    return run


@pytest.mark.slow
def test_killed_at_random_moments_it_ends_the_same(people: Path, tmp_path: Path, whole: RunFolder) -> None:
    """SIGKILL twenty times, each at a random moment after some progress, in a training of 24 steps."""
    run = new_run(people, tmp_path / "killed" / "run")
    draw = random.Random(0)
    for kill in range(20):
        goal = kill if kill < 12 else 11 + kill // 2
        killed(started(run, waits_at=goal + 3), run, goal, draw.uniform(0, 0.02))
    ended(started(run), run)
    equal(run, whole)


def killed(process: BaseProcess, run: RunFolder, goal: int, after: float) -> None:
    """SIGKILL some seconds after that step was saved."""
    while process.is_alive() and resume_state.steps_kept(run.checkpoints)[-1:] < [goal]:
        process.join(0.005)
    process.join(after)
    assert process.is_alive()
    process.kill()
    process.join()
    assert process.exitcode == -signal.SIGKILL
    assert run.status().state == "interrupted"


def ended(process: BaseProcess, run: RunFolder) -> None:
    """By itself, as it should."""
    process.join()
    assert (process.exitcode, run.status().state) == (0, "finished")


@pytest.mark.slow
def test_at_two_threads_runs_killed_or_not_end_the_same(tmp_path: Path) -> None:
    """Three in one go, one that is killed three times, with steps so large that two threads share their work."""
    many = people_folder(tmp_path / "people", persons=32)
    narrow = replace(compact_recipe().architecture, feat=32, conv3=48, conv4=32, conv5=32, fc=32)
    recipe = replace(compact_recipe(), architecture=narrow, size=14, iterations=8, held_out=0.15, erase=0.3)
    runs = [new_run(many, tmp_path / name / "run", recipe=recipe) for name in ("a", "b", "c", "killed")]
    for run in runs[:3]:
        ended(two_threads.started(work, run), run)
    draw = random.Random(0)
    for goal in (1, 3, 6):
        killed(two_threads.started(work, runs[3], 0, goal + 2), runs[3], goal, draw.uniform(0, 0.1))
    ended(two_threads.started(work, runs[3]), runs[3])
    assert len({sha256(run.final.read_bytes()).hexdigest() for run in runs}) == 1
    for run in runs[1:]:
        equal(run, runs[0])
    assert runs[0].status().device == "CPU, 2 threads"


@pytest.mark.slow
@pytest.mark.parametrize("write", [7, 30, 31, 32, 33, 34, 35, 36, 80])
def test_killed_within_a_save_it_ends_the_same(people: Path, tmp_path: Path, whole: RunFolder, write: int) -> None:
    run = new_run(people, tmp_path / "killed" / "run")
    process = started(run, write)
    process.join()
    assert process.exitcode == -signal.SIGKILL
    assert train(run, EVALUATORS, save_every=0.0) == run.final
    equal(run, whole)
    assert not list(run.checkpoints.glob(".*"))


@pytest.mark.slow
@pytest.mark.parametrize("k", [1, 7, 23, 24])
def test_stopped_after_k_steps_it_ends_the_same(people: Path, tmp_path: Path, whole: RunFolder, k: int) -> None:
    run = new_run(people, tmp_path / "stopped" / "run")

    def stop(done: int, total: int, what: str) -> None:
        if what.startswith("training") and done == k:
            run.ask_to_stop()

    assert train(run, EVALUATORS, stop, save_every=0.0) is None
    assert (run.status().state, run.status().step) == ("stopped", k)
    assert run.checkpoints.joinpath("last.safetensors").is_file()
    assert train(run, EVALUATORS, save_every=0.0) == run.final
    for name in ("last.safetensors", "last.json"):
        run.checkpoints.joinpath(name).unlink()
    equal(run, whole)


def test_stopped_while_it_validates_it_ends_the_same(people: Path, tmp_path: Path, whole: RunFolder) -> None:
    run = new_run(people, tmp_path / "stopped" / "run")

    def stop(done: int, total: int, what: str) -> None:
        if what.startswith("validating") and run.status().step == 4:
            run.ask_to_stop()

    assert train(run, EVALUATORS, stop, save_every=0.0) is None
    assert train(run, EVALUATORS, save_every=0.0) == run.final
    for name in ("last.safetensors", "last.json"):
        run.checkpoints.joinpath(name).unlink()
    equal(run, whole)


def stopped_at(people: Path, root: Path, k: int) -> RunFolder:
    run = new_run(people, root)

    def stop(done: int, total: int, what: str) -> None:
        if what.startswith("training") and done == k:
            run.ask_to_stop()

    train(run, EVALUATORS, stop, save_every=0.0)
    return run


@pytest.mark.slow
@pytest.mark.parametrize("damage", ["cut", "flipped", "facts", "empty"])
def test_a_damaged_snapshot_falls_back_to_the_one_before(
    people: Path, tmp_path: Path, whole: RunFolder, damage: str
) -> None:
    run = stopped_at(people, tmp_path / "damaged" / "run", 10)
    steps = resume_state.steps_kept(run.checkpoints)
    assert steps == [9, 10]
    last = run.checkpoints / "step-0000010.safetensors"
    data = last.read_bytes()
    if damage == "cut":
        last.write_bytes(data[: len(data) // 2])
    elif damage == "flipped":
        last.write_bytes(data[:-1] + bytes([data[-1] ^ 1]))
    elif damage == "empty":
        last.write_bytes(b"")
    else:
        last.with_suffix(".json").write_text("{")
    said = []

    def listen(done: int, total: int, what: str) -> None:
        said.append(run.status().message)

    assert train(run, EVALUATORS, listen, save_every=0.0) == run.final
    assert any("step-0000010.safetensors could not be used (damaged); went on from step 9" in s for s in said)
    assert any(e["event"] == "damaged" for e in run.events())
    assert load_file(run.final).keys() == load_file(whole.final).keys()
    assert all(v.equal(load_file(whole.final)[k]) for k, v in load_file(run.final).items())


def test_all_snapshots_damaged_starts_again(people: Path, tmp_path: Path, whole: RunFolder) -> None:
    run = stopped_at(people, tmp_path / "damaged" / "run", 10)
    for file in run.checkpoints.glob("step-*.safetensors"):
        file.write_bytes(b"nothing")
    assert train(run, EVALUATORS, save_every=0.0) == run.final
    assert all(v.equal(load_file(whole.final)[k]) for k, v in load_file(run.final).items())


def test_going_on_with_other_threads_is_said(people: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run = stopped_at(people, tmp_path / "run", 3)
    monkeypatch.setattr("reidviz.training.devices.name_of", lambda device: "CPU, 4 threads")
    train(run, EVALUATORS)
    said = "Computed on CPU, 1 threads and on CPU, 4 threads: either alone may round otherwise."
    assert run.status().message == said


def test_other_images_are_refused(tmp_path: Path) -> None:
    people = people_folder(tmp_path / "people", persons=16)
    run = stopped_at(people, tmp_path / "run", 3)
    next(people.rglob("*.png")).unlink()
    with pytest.raises(ReidvizError, match="not those this training was started with"):
        train(run, EVALUATORS)
    assert run.status().state == "failed"
    assert resume_state.steps_kept(run.checkpoints) == [2, 3]


@pytest.mark.parametrize("change", [{"optimiser": "sgd"}, {"precision": "bf16"}, {"batch": "triplets", "hardest": 0}])
def test_other_recipes_resume_exactly_too(people: Path, tmp_path: Path, change: dict[str, Any]) -> None:
    recipe = replace(RECIPE, iterations=6, **change)
    runs = [new_run(people, tmp_path / part / "run", recipe=recipe) for part in ("one", "other")]
    train(runs[0], EVALUATORS, save_every=0.0)

    def stop(done: int, total: int, what: str) -> None:
        if what.startswith("training") and done == 4:
            runs[1].ask_to_stop()

    train(runs[1], EVALUATORS, stop, save_every=0.0)
    train(runs[1], EVALUATORS, save_every=0.0)
    for name in ("last.safetensors", "last.json"):
        runs[1].checkpoints.joinpath(name).unlink()
    equal(*runs)
