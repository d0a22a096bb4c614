"""A run folder with one file damaged, in every way: what is read of it is whole, or said to be damaged."""

from pathlib import Path

import pytest

from reidviz.common.errors import ReidvizError
from reidviz.evaluation.pipeline.ranker import rankers_of
from reidviz.figures.remade.of_runs import Validated, rank1_of_runs, ranker_names
from reidviz.figures.style import style_of
from reidviz.figures.text import plain
from reidviz.models.model_card import Card, Fusion, write_card
from reidviz.training.job import Job
from reidviz.training.recipes import compact_recipe
from reidviz.training.run_folder import RunFolder, Status, create
from reidviz.ui.results.results_table import figures_table, largest
from reidviz.ui.training.run_table import _columns
from reidviz.ui.training.runs import RunView, _events, read_run
from reidviz.ui.widgets.markup import Markdown
from tests.conftest import SMALL
from tests.damage import MEASURED, damages
from tests.training.conftest import step_event, validation_event

FIGURES = MEASURED | {"kind": "fused", "weight": 0.5, "weight_fitted": True}
FUSION = Fusion(0.5, 0.2, 0.7, "8 persons", 16, 8, (0.0, 1.0), (50.0, 75.0), (55.0, 80.0))
STARTED = {"event": "started", "device": "CPU", "data_hash": "abc", "trained_on": 4, "validated_on": "half:0 held out"}


@pytest.fixture
def run(tmp_path: Path) -> RunFolder:
    """A finished run, but for its weights, which nothing here reads."""
    made = create(tmp_path / "one", Job("synthetic:viper", "half:0", "mtdnet", compact_recipe(), None, 0))
    made.write_status(Status("finished", 20, 20, seconds=3.0, left=1.0))
    card = Card("one", "mtdnet", SMALL, {}, "synthetic:viper", "abc", "half:0", "fresh", 0, 20, (FIGURES,), FUSION)
    made.checkpoints.mkdir()
    made.final.touch()
    write_card(made.final, card)
    for event in (STARTED, step_event(10), validation_event(10), {"event": "resumed", "step": 10, "validated": 10}):
        made.log(event)
    return made


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody writes the state over meanwhile."""
    monkeypatch.setattr("time.sleep", lambda _: None)


def read(run: RunFolder) -> RunView:
    """All that pages ask of a run."""
    seen = read_run(run)
    if seen.validations:
        one = Validated(seen.name, seen.validations)
        assert rank1_of_runs([one], {plain(n): s for n, s in style_of(ranker_names(one)).items()}, 1).data
    else:
        assert not seen.best
    assert not seen.metrics or figures_table(
        list(seen.metrics), [Markdown(one["name"]) for one in seen.metrics], largest(list(seen.metrics))
    )
    assert seen.job is not None or seen.problems
    assert [len(column) for column in _columns([seen]).values()]
    assert seen.validation_set_id
    assert seen.seconds >= 0
    assert all(isinstance(sentence, str) for sentence in seen.damaged)
    return seen


def readings_or_why(weights: Path) -> str:
    """Nothing when other pages can use the weights, else what they say."""
    try:
        return "" if rankers_of(weights) else "none"
    except ReidvizError as error:
        return error.message


def test_a_whole_run_is_not_damaged(run: RunFolder) -> None:
    seen = read(run)
    assert (seen.damaged, seen.status.step, seen.best, seen.metrics) == ((), 20, (50.0, 10), (FIGURES,))


@pytest.mark.parametrize("name", ["recipe.json", "status.json", "checkpoints/final.json"])
def test_each_damage_to_a_file_is_harmless_or_a_sentence(run: RunFolder, name: str) -> None:
    file, said = run.root / name, 0
    whole = file.read_bytes()
    for damage, data in damages(whole):
        file.write_bytes(data)
        seen = read(run)
        told = " ".join(seen.damaged)
        assert not told or "is damaged, because" in told or "has format" in told, damage
        assert told or data[:1] == b"{", damage
        said += bool(told)
        if name.endswith("final.json"):
            assert readings_or_why(run.final) == told
    assert said > 50
    file.unlink()
    file.mkdir()
    assert read(run).damaged


def test_each_damage_to_an_event_is_harmless_or_counted(run: RunFolder) -> None:
    file = run.root / "events.jsonl"
    lines = file.read_bytes().splitlines()
    for position, line in enumerate(lines):
        for damage, data in damages(line):
            if damage == "huge":
                continue
            one_line = data.replace(b"\n", b" ")
            file.write_bytes(b"\n".join([*lines[:position], one_line, *lines[position + 1 :], b""]))
            _events.clear()
            seen = read(run)
            assert not seen.damaged or seen.damaged == ("One line of events.jsonl is damaged and left out.",), damage
            if one_line[:1] != b"{" and one_line.strip():
                assert seen.damaged, damage
