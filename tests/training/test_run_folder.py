"""The run folder as others see it while a worker writes it, or after one died."""

import errno
import json
import os
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from reidviz.common.errors import ReidvizError
from reidviz.common.file_lock import Lock, is_held
from reidviz.training import launcher
from reidviz.training.job import Job
from reidviz.training.recipes import compact_recipe
from reidviz.training.run import train
from reidviz.training.run_folder import RunFolder, Status, create, runs_in
from tests.conftest import people_folder
from tests.training.conftest import EVALUATORS, new_run, step_event, validation_event

JOB = Job("synthetic:viper", "half:0", "mtdnet", compact_recipe(), Path("/some/where.safetensors"), 3)


@pytest.fixture
def run(tmp_path: Path) -> RunFolder:
    return create(tmp_path / "runs" / "one", JOB)


def test_what_was_asked_is_read_back(run: RunFolder) -> None:
    assert run.job() == JOB
    assert [r.name for r in runs_in(run.root.parent)] == ["one"]


def test_a_run_is_never_overwritten(run: RunFolder) -> None:
    with pytest.raises(ReidvizError, match="already holds a training"):
        create(run.root, JOB)


@pytest.mark.parametrize("name", ["..", ".hidden", "a\nb", "x" * 101])
def test_names_that_are_no_folder_are_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(ReidvizError, match="cannot be called"):
        create(tmp_path / name, JOB)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"variant": "bigger"}, "no variant called"),
        ({"seed": -1}, "seed"),
        ({"variant": "mtdnet-rnk", "recipe": replace(compact_recipe(), ranking_weight=0.0)}, "nothing to learn"),
        ({"variant": "mtdnet-cls", "recipe": replace(compact_recipe(), pair_weight=0.0)}, "nothing to learn"),
    ],
)
def test_impossible_jobs_are_refused_before_anything_is_written(
    tmp_path: Path, change: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(ReidvizError, match=sentence):
        create(tmp_path / "run", replace(JOB, **change))
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize("content", ["", "{", "[]", '{"data": 1}', '{"recipe": {}}'])
def test_what_is_no_request_is_said(run: RunFolder, content: str) -> None:
    (run.root / "recipe.json").write_text(content)
    with pytest.raises(ReidvizError):
        run.job()


def test_a_folder_without_a_run_is_said(tmp_path: Path) -> None:
    with pytest.raises(ReidvizError, match="not the folder of a training"):
        RunFolder(tmp_path).job()


def test_a_worker_that_lives_is_running_and_one_that_died_is_interrupted(run: RunFolder) -> None:
    with run.hold():
        run.write_status(Status("running", step=7, total=9))
        assert (run.status().state, run.status().step) == ("running", 7)
        assert run.status().pid == os.getpid()
    assert (run.status().state, run.status().step) == ("interrupted", 7)
    run.write_status(Status("finished", step=9, total=9))
    assert run.status().state == "finished"


@pytest.mark.parametrize("content", [None, "", '{"state": "asleep"}', '{"state": "running", "mood": 1}'])
def test_without_a_readable_status_it_is_interrupted(run: RunFolder, content: str | None) -> None:
    file = run.root / "status.json"
    file.unlink() if content is None else file.write_text(content)
    assert run.status().state == "interrupted"


def test_one_worker_a_run(run: RunFolder) -> None:
    with run.hold(), pytest.raises(ReidvizError, match="being trained already"):
        run.hold()
    run.hold().release()


def test_looking_does_not_take_the_lock(tmp_path: Path) -> None:
    file = tmp_path / "lock"
    assert not is_held(file)
    lock = Lock.take(file)
    assert lock is not None
    assert is_held(file)
    assert Lock.take(file) is None
    lock.release()
    assert not is_held(file)
    assert Lock.take(file) is not None


def test_events_are_appended_and_a_torn_line_is_ignored(run: RunFolder) -> None:
    run.log(step_event(10))
    file = run.root / "events.jsonl"
    with file.open("a") as events:
        events.write('{"event": "step", "st')
    run.log(step_event(20))
    assert [e["step"] for e in run.events()] == [10, 20]
    assert len(file.read_text().splitlines()) == 3


def test_steps_gone_through_again_are_there_once(run: RunFolder) -> None:
    for event in (step_event(10), validation_event(10), step_event(20)):
        run.log(event)
    run.log({"event": "stopped", "step": 20})
    run.log({"event": "resumed", "step": 10, "validated": 0})
    run.log(validation_event(10))
    run.log(step_event(20))
    seen = [(e["event"], e["step"]) for e in run.events()]
    assert seen == [
        ("step", 10),
        ("stopped", 20),
        ("resumed", 10),
        ("validation", 10),
        ("step", 20),
    ]


def test_a_wish_to_stop_is_forgotten_by_the_next_worker_alone(run: RunFolder) -> None:
    run.ask_to_stop()
    with run.hold():
        assert not run.asked_to_stop()
        run.ask_to_stop()
        assert run.asked_to_stop()


def test_a_request_that_cannot_be_read_is_a_failed_run(run: RunFolder) -> None:
    (run.root / "recipe.json").write_text("{")
    with pytest.raises(ReidvizError):
        train(run, EVALUATORS)
    assert run.status().state == "failed"
    assert "recipe.json) is damaged, because it is not whole JSON" in run.status().message


def test_asking_to_stop_and_forgetting_it(run: RunFolder) -> None:
    assert not run.asked_to_stop()
    run.ask_to_stop()
    assert run.asked_to_stop()
    run.forget_stop()
    run.forget_stop()
    assert not run.asked_to_stop()


def test_on_a_full_disk_the_status_is_written_over_in_place(run: RunFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.replace", full)
    run.write_status(Status("failed", message="The disk is full."))
    assert (run.status().state, run.status().message) == ("failed", "The disk is full.")
    assert json.loads((run.root / "status.json").read_text())["state"] == "failed"


def test_a_run_that_was_deleted_is_not_made_again(tmp_path: Path) -> None:
    people = people_folder(tmp_path / "people", persons=16)
    run = new_run(people, tmp_path / "runs" / "one")

    def delete(done: int, total: int, what: str) -> None:
        if done == 5:
            shutil.rmtree(run.root, ignore_errors=True)

    with pytest.raises(ReidvizError, match=r"was deleted|could not be written"):
        train(run, EVALUATORS, delete, save_every=0)
    assert list((tmp_path / "runs").iterdir()) == []


def test_nothing_is_noted_of_a_run_that_was_deleted(run: RunFolder) -> None:
    shutil.rmtree(run.root)
    with pytest.raises(ReidvizError, match="was deleted"):
        run.write_status(Status("running"))
    assert not run.root.exists()


def test_a_link_in_place_of_a_file_is_not_written_through(run: RunFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    """A run that was copied from elsewhere may hold any."""
    outside = run.root.parent / "outside"
    outside.write_bytes(b"{}")
    for name in ("events.jsonl", "status.json", "lock", "worker.log"):
        (run.root / name).unlink(missing_ok=True)
        (run.root / name).symlink_to(outside)
    with pytest.raises(ReidvizError, match=r"events\.jsonl of one could not be written"):
        run.log(step_event(10))
    with pytest.raises(ReidvizError, match="lock in one cannot be written"):
        launcher.start(run)
    (run.root / "lock").unlink()
    with pytest.raises(ReidvizError, match="could not be started"):
        launcher.start(run)

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    (run.root / "status.json").unlink()
    (run.root / "status.json").symlink_to(outside)
    monkeypatch.setattr("os.replace", full)
    run.write_status(Status("failed"))
    assert outside.read_bytes() == b"{}"
