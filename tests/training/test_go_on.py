"""Another number of steps for a training that was begun: the weights of one that was asked for them, or a refusal."""

from dataclasses import replace
from pathlib import Path

import pytest
from safetensors.torch import load_file

from reidviz.common.errors import ReidvizError
from reidviz.models.model_card import read_card
from reidviz.training.go_on import go_on_to
from reidviz.training.run import train
from reidviz.training.run_folder import RunFolder
from tests.training.conftest import EVALUATORS, RECIPE, new_run

FIXED = replace(RECIPE, schedule="fixed", optimiser="sgd", iterations=6)


def stopped(run: RunFolder, step: int) -> RunFolder:
    """Trained to that step; finished where that is the last."""

    def stop(done: int, total: int, what: str) -> None:
        if what.startswith("training") and done == step < total:
            run.ask_to_stop()

    train(run, EVALUATORS, stop)
    return run


def same_weights(one: RunFolder, other: RunFolder) -> bool:
    first, second = (load_file(run.final) for run in (one, other))
    return all(first[name].equal(second[name]) for name in first)


@pytest.mark.parametrize(("asked", "done"), [(6, 6), (6, 4), (14, 4), (14, 9)])
def test_at_a_fixed_rate_it_ends_as_if_asked_for_that_number(
    people: Path, tmp_path: Path, asked: int, done: int
) -> None:
    """From a finished run and from a stopped one; to more steps and to fewer, down to those that are done."""
    whole = new_run(people, tmp_path / "whole", recipe=replace(FIXED, iterations=9))
    train(whole, EVALUATORS)
    run = stopped(new_run(people, tmp_path / "run", recipe=replace(FIXED, iterations=asked)), done)
    assert run.status().state == ("finished" if done == asked else "stopped")
    go_on_to(run, 9)
    assert run.job().recipe.iterations == 9
    assert train(run, EVALUATORS) == run.final
    assert (run.status().step, run.status().total, read_card(run.final).iterations) == (9, 9, 9)
    assert {"event": "changed", "step": done, "iterations": 9} in run.events()
    assert same_weights(run, whole)


def test_fewer_steps_than_are_done_are_refused(people: Path, tmp_path: Path) -> None:
    run = stopped(new_run(people, tmp_path / "run", recipe=FIXED), 4)
    with pytest.raises(ReidvizError, match="has done 4 steps: it cannot end after 3"):
        go_on_to(run, 3)
    assert run.job().recipe == FIXED


@pytest.mark.parametrize("done", [3, 6])
def test_a_rate_that_falls_towards_the_last_step_is_refused(people: Path, tmp_path: Path, done: int) -> None:
    run = stopped(new_run(people, tmp_path / "run", recipe=replace(FIXED, schedule="cosine")), done)
    go_on_to(run, 6)
    with pytest.raises(ReidvizError, match="falling so as to reach zero after 6") as caught:
        go_on_to(run, 9)
    assert f"--init {run.root}" in caught.value.hint
    assert run.job().recipe.iterations == 6


def test_before_the_first_step_any_number_is_right(people: Path, tmp_path: Path) -> None:
    whole, run = (
        new_run(people, tmp_path / name, recipe=replace(RECIPE, iterations=n)) for name, n in (("a", 5), ("b", 8))
    )
    go_on_to(run, 5)
    for one in (whole, run):
        train(one, EVALUATORS)
    assert same_weights(run, whole)


def test_no_run_and_a_run_at_work_are_refused(people: Path, tmp_path: Path) -> None:
    with pytest.raises(ReidvizError, match="not the folder of a training"):
        go_on_to(RunFolder(tmp_path / "nothing"), 5)
    assert not (tmp_path / "nothing").exists()
    run = new_run(people, tmp_path / "run", recipe=FIXED)
    with run.hold(), pytest.raises(ReidvizError, match="being trained already"):
        go_on_to(run, 9)
    with pytest.raises(ReidvizError, match="between 1 and"):
        go_on_to(run, 0)
