"""Trainings as processes of their own."""

import os
import signal
import time
from datetime import datetime
from pathlib import Path

import pytest

from reidviz.common import settings
from reidviz.common.errors import ReidvizError
from reidviz.training import launcher
from tests.training.conftest import new_run


def test_a_started_run_is_never_seen_dead_and_ends_by_itself(people: Path, tmp_path: Path) -> None:
    run = new_run(people, tmp_path / "run")
    assert run.status().state == "interrupted"
    launcher.start(run)
    seen = {run.status().state}
    with pytest.raises(ReidvizError, match="being trained already"):
        launcher.start(run)
    with pytest.raises(ReidvizError, match="Stop it first"):
        launcher.delete(run)
    while (state := run.status().state) in {"queued", "running"}:
        seen.add(state)
        time.sleep(0.01)
    assert state == "finished", run.root.joinpath("worker.log").read_text()
    assert seen <= {"queued", "running"}
    assert os.getsid(0) != run.status().pid
    launcher.delete(run)
    assert not list(run.root.parent.glob("*run*"))


def test_a_stop_right_after_the_start_is_heard(people: Path, tmp_path: Path) -> None:
    run = new_run(people, tmp_path / "run")
    run.ask_to_stop()
    launcher.start(run)
    run.ask_to_stop()
    while run.status().active:
        time.sleep(0.01)
    assert run.status().state == "stopped"


def test_a_worker_asked_to_end_by_a_signal_keeps_what_it_has(people: Path, tmp_path: Path) -> None:
    run = new_run(people, tmp_path / "run")
    launcher.start(run)
    while run.status().step < 1 and run.status().active:
        time.sleep(0.01)
    if run.status().active:
        os.kill(run.status().pid, signal.SIGTERM)
    while run.status().active:
        time.sleep(0.01)
    assert run.status().state in {"stopped", "finished"}
    assert list(run.checkpoints.glob("step-*.safetensors"))


def test_names_of_new_runs(tmp_path: Path) -> None:
    moment = datetime(2026, 11, 23, 9, 5, 7)
    name = launcher.free_name("mtdnet", "cuhk01:/data/cuhk01", moment)
    assert name == "mtdnet cuhk01 1123-090507"
    (settings.runs_dir() / name).mkdir(parents=True)
    assert launcher.free_name("mtdnet", "cuhk01:/data/cuhk01", moment) == f"{name} 2"


@pytest.mark.parametrize("name", ["../x", "a/b", "/x", ".."])
def test_names_that_lead_elsewhere_are_refused(name: str) -> None:
    with pytest.raises(ReidvizError):
        launcher.folder_of(name)
