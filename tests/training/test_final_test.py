"""The test that ends a training: how much of it is wanted, stopped in its midst, and gone on with."""

from dataclasses import replace
from pathlib import Path

import pytest

from reidviz.models.model_card import read_card
from reidviz.training.run import train
from reidviz.training.run_folder import RunFolder
from tests.training.conftest import EVALUATORS, RECIPE, new_run

SHORT = replace(RECIPE, iterations=3, held_out=0.0)


@pytest.mark.parametrize(
    ("how", "variant", "kinds"),
    [
        ("all", "mtdnet", ["probability", "distance", "fused"]),
        ("ranking", "mtdnet", ["distance"]),
        ("ranking", "mtdnet-cls", []),
        ("cascade", "mtdnet", ["probability", "distance", "fused"]),
        ("cascade", "mtdnet-cls", ["probability"]),
        ("none", "mtdnet", []),
    ],
)
def test_as_much_is_tested_as_the_recipe_says(
    people: Path, tmp_path: Path, how: str, variant: str, kinds: list[str]
) -> None:
    run = new_run(people, tmp_path / "run", variant, replace(SHORT, final_test=how))  # type: ignore[arg-type]
    assert train(run, EVALUATORS) == run.final
    assert run.status().state == "finished"
    assert [one["kind"] for one in read_card(run.final).metrics] == kinds


def stopped_in_its_test(people: Path, root: Path) -> RunFolder:
    run = new_run(people, root, "mtdnet", SHORT)

    def stop(done: int, total: int, what: str) -> None:
        if what.startswith("scoring pairs") and done > 4:
            run.ask_to_stop()

    assert train(run, EVALUATORS, stop) is None
    return run


def test_stopped_in_its_test_it_is_trained_and_only_tests_when_it_goes_on(people: Path, tmp_path: Path) -> None:
    run = stopped_in_its_test(people, tmp_path / "run")
    assert (run.status().state, run.status().what) == ("stopped", "trained, not tested")
    weights = run.final.read_bytes()
    assert read_card(run.final).metrics == ()
    steps = [event for event in run.events() if event["event"] == "step"]
    told: list[tuple[int, str]] = []
    assert train(run, EVALUATORS, lambda done, total, what: told.append((done, what))) == run.final
    assert run.status().state == "finished"
    assert run.final.read_bytes() == weights
    assert len(read_card(run.final).metrics) == 3
    assert [event for event in run.events() if event["event"] == "step"] == steps
    assert not [what for _, what in told if what == "training"]
    whole = new_run(people, tmp_path / "whole", "mtdnet", SHORT)
    train(whole, EVALUATORS)
    unlike = {"seconds", "name"}
    assert [{k: v for k, v in one.items() if k not in unlike} for one in read_card(whole.final).metrics] == [
        {k: v for k, v in one.items() if k not in unlike} for one in read_card(run.final).metrics
    ]


def test_it_tells_how_long_its_test_will_take(people: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run = new_run(people, tmp_path / "run", "mtdnet", SHORT)
    clock = iter(range(1000))
    monkeypatch.setattr("reidviz.training.reporter.time.monotonic", lambda: float(next(clock)))
    seen: list[str] = []
    train(run, EVALUATORS, lambda done, total, what: seen.append(run.status().what))
    assert any("scoring pairs" in what and "left" in what for what in seen)
