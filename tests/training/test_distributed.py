"""Two processes as one: the same losses as one process with the whole batch."""

import os
import socket
from collections.abc import Callable
from dataclasses import replace
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from reidviz.training.distributed import Team
from reidviz.training.recipe import Recipe
from reidviz.training.run import train
from reidviz.training.run_folder import RunFolder
from reidviz.training.validation_records import steps_recorded
from tests.training.conftest import EVALUATORS, RECIPE, new_run, told

CERTAIN = replace(RECIPE.architecture, dropout=0.0)
"""Dropout is drawn by each process for its own pairs: that alone cannot be the same."""
SAME = replace(RECIPE, architecture=CERTAIN, iterations=20, size=5, held_out=0.0, optimiser="sgd", rate=5e-4)
"""A low rate: rounding, which differs between one process and two, grows with each step."""
PLAIN = replace(CERTAIN, stem="caffenet", batch_norm=False)


def together(work: Callable[[], object]) -> None:
    """Run work in two processes that find each other as torchrun would let them."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]

    def member(rank: int) -> None:
        os.environ.update(
            RANK=str(rank), LOCAL_RANK=str(rank), WORLD_SIZE="2", MASTER_ADDR="127.0.0.1", MASTER_PORT=str(port)
        )
        work()

    members = [get_context("fork").Process(target=member, args=(rank,)) for rank in range(2)]
    for process in members:
        process.start()
    for process in members:
        process.join()
    assert [process.exitcode for process in members] == [0, 0]


@pytest.fixture
def textured(people: Path) -> Path:
    """Images without two equal pixels side by side: ties within an image would turn rounding into a choice."""
    rng = np.random.default_rng(0)
    for file in sorted(people.rglob("*.png")):
        plain = np.asarray(Image.open(file))
        Image.fromarray((plain // 2 + rng.integers(0, 128, plain.shape)).astype(np.uint8)).save(file)
    return people


def losses(run: RunFolder) -> list[float]:
    return [step["loss"] for step in told(run) if step["event"] == "step"]


@pytest.mark.parametrize(
    ("variant", "recipe"),
    [
        ("mtdnet", SAME),
        ("mtdnet-cls", SAME),
        ("mtdnet-rnk", replace(SAME, hardest=0, random=2)),
        ("mtdnet", replace(SAME, tasks="alternating")),
        ("mtdnet", replace(SAME, architecture=PLAIN, batch="triplets", size=7, hardest=0, random=3)),
        ("mtdnet", replace(SAME, architecture=PLAIN, optimiser="adamw", rate=1e-3)),
    ],
    ids=["both", "pairs", "ranking", "alternating", "release", "adamw"],
)
def test_two_processes_train_as_one(
    textured: Path, tmp_path: Path, variant: str, recipe: Recipe, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("reidviz.training.hooks.LOG_EVERY", 1)
    alone, team = (new_run(textured, tmp_path / name, variant, recipe) for name in ("alone", "team"))
    train(alone, EVALUATORS)
    together(lambda: train(team, EVALUATORS))
    assert len(losses(alone)) == 20
    assert losses(team) == pytest.approx(losses(alone), abs=1e-5)
    assert (team.status().state, team.status().step) == ("finished", 20)


@pytest.mark.slow
def test_a_team_stops_and_goes_on_together(people: Path, tmp_path: Path) -> None:
    run = new_run(people, tmp_path / "run", recipe=replace(SAME, held_out=0.25))

    def stop(done: int, total: int, what: str) -> None:
        if what.startswith("training") and done == 3:
            run.ask_to_stop()

    together(lambda: train(run, EVALUATORS, stop))
    assert run.status().state == "stopped"
    together(lambda: train(run, EVALUATORS))
    assert (run.status().state, run.status().step) == ("finished", 20)
    assert steps_recorded(run.validations) == list(range(2, 21, 2))
    assert len(list(run.validations.iterdir())) == 10


def test_shares_cover_the_whole_once() -> None:
    for count in (1, 2, 7, 12):
        for size in (1, 2, 3, 5):
            taken = [i for rank in range(size) for i in range(count)[Team(rank, size).shard(count)]]
            assert taken == list(range(count))
