"""The Train page over small run folders; no worker is started except where a test says so."""

import shlex
from dataclasses import replace
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from reidviz.cli.main import parser
from reidviz.common import settings
from reidviz.common.errors import ReidvizError
from reidviz.evaluation.pipeline.report import card_metrics
from reidviz.evaluation.pipeline.validation import validate
from reidviz.models.checkpoint import save_checkpoint
from reidviz.models.model_card import Card
from reidviz.training import launcher
from reidviz.training.job import Job
from reidviz.training.recipes import compact_recipe
from reidviz.training.run import Evaluators, train
from reidviz.training.run_folder import RunFolder, Status, create
from tests.conftest import SMALL, network, people_folder
from tests.pages.conftest import rows, settled, view

RECIPE = replace(compact_recipe(), architecture=SMALL, size=4, iterations=20, held_out=0.5)


@pytest.fixture
def runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder of runs."""
    folder = tmp_path / "runs"
    monkeypatch.setenv("REIDVIZ_RUNS", str(folder))
    return folder


@pytest.fixture
def crowd(tmp_path: Path) -> str:
    """Twelve persons: enough of those that train can be held out."""
    return f"folder:{people_folder(tmp_path / 'crowd', persons=12)}"


@pytest.fixture
def started(runs: Path, monkeypatch: pytest.MonkeyPatch) -> list[RunFolder]:
    """The runs whose worker the page asked for; none is started."""
    asked: list[RunFolder] = []
    monkeypatch.setattr(launcher, "start", asked.append)
    return asked


@pytest.fixture
def page(app: AppTest, runs: Path) -> AppTest:
    settled(app)
    return app.switch_page("pages/train.py")


def new(runs: Path, data: str, name: str = "one", state: str | None = None, **status: object) -> RunFolder:
    """A run; with a state, as if a worker had left it there."""
    run = create(runs / name, Job(data, "half:0", "mtdnet", RECIPE, None, 0))
    if state:
        run.write_status(Status(state, total=20, **status))  # type: ignore[arg-type]
    return run


def trained(runs: Path, data: str, name: str = "one", **changes: object) -> RunFolder:
    """A run that has really been trained."""
    run = create(runs / name, replace(Job(data, "half:0", "mtdnet", RECIPE, None, 0), **changes))  # type: ignore[arg-type]
    train(run, Evaluators(validate, card_metrics))
    return run


def button(page: AppTest, key: str):  # type: ignore[no-untyped-def]
    return next((b for b in page.button if b.key == key), None)


def labels(page: AppTest) -> set[str]:
    return {b.label for b in page.main.button if b.key and b.key.startswith("run-")}


def texts(page: AppTest) -> str:
    parts = (page.main.markdown, page.main.caption, page.info, page.warning, page.text, page.header)
    return "\n".join(str(e.value) for part in parts for e in part).replace("\\", "")


def test_without_runs_it_says_what_to_do(page: AppTest) -> None:
    page.run()
    assert not page.exception
    assert "No training yet" in page.info[0].value
    assert button(page, "train-start").label == "Start training"
    assert not labels(page)


def test_starting_creates_the_run_that_was_asked_for(page: AppTest, started: list[RunFolder], data: str) -> None:
    page.run()
    boxes = {s.label: s for s in page.main.selectbox}
    assert boxes["Data set"].value == data
    assert boxes["Protocol"].value == "half:0"
    boxes["Variant"].set_value("mtdnet-cls").run()
    fields = {n.label: n for n in page.main.number_input}
    fields["Iterations"].set_value(30)
    fields["Dropout"].set_value(0.5)
    fields["Held out"].set_value(0.25)
    next(t for t in page.main.text_input if t.label == "Name").set_value("my run")
    button(page, "train-start").click().run()
    assert not page.exception
    assert [run.name for run in started] == ["my run"]
    job = started[0].job()
    assert (job.data, job.protocol, job.variant, job.init) == (data, "half:0", "mtdnet-cls", settings.IMAGENET)
    assert (job.recipe.iterations, job.recipe.architecture.dropout, job.recipe.held_out) == (30, 0.5, 0.25)
    assert "my run" in texts(page)


def test_what_was_entered_outlives_another_screen(page: AppTest) -> None:
    page.run()
    next(s for s in page.main.selectbox if s.label == "Variant").set_value("mtdnet-cls").run()
    next(n for n in page.main.number_input if n.label == "Iterations").set_value(30)
    next(t for t in page.main.text_input if t.label == "Name").set_value("my run").run()
    page.switch_page("pages/data.py").run()
    page.switch_page("pages/train.py").run()
    assert next(s for s in page.main.selectbox if s.label == "Variant").value == "mtdnet-cls"
    assert next(n for n in page.main.number_input if n.label == "Iterations").value == 30
    assert next(t for t in page.main.text_input if t.label == "Name").value == "my run"


def test_a_source_is_asked_for_where_it_helps(page: AppTest, started: list[RunFolder], models: Path) -> None:
    page.run()
    assert not [s for s in page.main.selectbox if s.label == "Source data set"]
    next(s for s in page.main.selectbox if s.label == "Variant").set_value("mtdnet-cross").run()
    assert not page.exception
    assert next(s for s in page.main.selectbox if s.label == "Source data set").value == "synthetic:cuhk03"
    assert "starts from a network trained on the source" in texts(page)
    assert button(page, "train-start").disabled
    shipped = str(models / "mtdnet.safetensors")
    next(s for s in page.main.selectbox if s.label == "Start from").set_value(shipped).run()
    assert "helped by those of synthetic:cuhk03" in texts(page)
    button(page, "train-start").click().run()
    job = started[0].job()
    assert (job.variant, job.source, str(job.init)) == ("mtdnet-cross", "synthetic:cuhk03", shipped)


def test_the_form_says_who_trains(page: AppTest) -> None:
    page.run()
    assert "Trains on 3 persons" in texts(page)
    assert "is not validated" in texts(page)


def test_impossible_settings_are_refused_with_a_sentence(page: AppTest, started: list[RunFolder]) -> None:
    page.run()
    next(n for n in page.main.number_input if n.label == "conv4").set_value(7).run()
    assert not page.exception
    assert "need an even number of filters" in texts(page)
    assert button(page, "train-start").disabled
    assert not started


def test_a_name_that_is_taken_is_refused(page: AppTest, started: list[RunFolder], runs: Path, data: str) -> None:
    new(runs, data, "taken", "stopped")
    page.run()
    next(t for t in page.main.text_input if t.label == "Name").set_value("taken")
    button(page, "train-start").click().run()
    assert "already holds a training" in texts(page)
    assert not started


@pytest.mark.parametrize(
    ("state", "offered"),
    [
        ("finished", {"Duplicate with changes", "Delete"}),
        ("stopped", {"Resume", "Duplicate with changes", "Delete"}),
        ("failed", {"Resume", "Duplicate with changes", "Delete"}),
        ("running", {"Resume", "Duplicate with changes", "Delete"}),
    ],
)
def test_each_state_has_its_buttons(page: AppTest, runs: Path, data: str, state: str, offered: set[str]) -> None:
    """A run that should be running, and whose worker is gone, is interrupted."""
    new(runs, data, state=state, message="The disk is full.", hint="Free some space.")
    page.run()
    assert not page.exception
    assert labels(page) == offered
    if state == "running":
        assert "Its worker ended without a word" in texts(page)
    if state == "failed":
        assert "The disk is full." in texts(page)
        assert "Free some space." in texts(page)


def test_an_active_run_can_be_stopped(page: AppTest, runs: Path, data: str) -> None:
    run = new(runs, data, state="running", step=5, left=12.0, device="CPU, 2 threads", what="training")
    with run.hold():
        page.run()
        assert labels(page) == {"Stop", "Duplicate with changes"}
        assert "CPU, 2 threads" in texts(page)
        assert any("step 5 of 20" in p.proto.text for p in page.get("progress"))
        button(page, "run-stop").click().run()
        assert run.asked_to_stop()
        assert button(page, "run-stop").disabled


def test_a_queued_run_says_what_it_waits_for(page: AppTest, runs: Path, data: str) -> None:
    first, second = new(runs, data, "first", "running"), new(runs, data, "second", "queued")
    with first.hold(), second.hold():
        page.query_params["run"] = "second"
        page.run()
        assert "It waits for first" in texts(page)


def test_resuming_starts_a_worker(page: AppTest, runs: Path, data: str, started: list[RunFolder]) -> None:
    new(runs, data, state="stopped", step=5)
    page.run()
    button(page, "run-resume").click().run()
    assert [r.name for r in started] == ["one"]


def test_an_error_of_an_action_is_a_sentence(
    page: AppTest, runs: Path, data: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(run: RunFolder) -> None:
        raise ReidvizError("one is being trained already.", "Wait.")

    monkeypatch.setattr(launcher, "start", refuse)
    new(runs, data, state="stopped")
    page.run()
    button(page, "run-resume").click().run()
    assert not page.exception
    assert "being trained already" in texts(page)


def test_duplicating_fills_the_form(page: AppTest, runs: Path, data: str, started: list[RunFolder]) -> None:
    run = new(runs, data, state="finished")
    page.run()
    button(page, "run-duplicate").click().run()
    assert not page.exception
    next(t for t in page.main.text_input if t.label == "Name").set_value("again")
    button(page, "train-start").click().run()
    assert started[0].job() == run.job()


def test_deleting_asks_first(page: AppTest, runs: Path, data: str) -> None:
    run = new(runs, data, state="finished")
    page.run()
    button(page, "run-delete").click().run()
    assert run.root.exists()
    button(page, "delete-no").click().run()
    assert run.root.exists()
    assert button(page, "delete-yes") is None
    button(page, "run-delete").click().run()
    button(page, "delete-yes").click().run()
    assert not run.root.exists()
    assert "No training yet" in texts(page)


def test_a_trained_run_shows_figures_curves_and_mistakes(page: AppTest, runs: Path, crowd: str) -> None:
    run = trained(runs, crowd, recipe=replace(RECIPE, rate=1e-6))
    page.run()
    assert not page.exception
    assert len(page.get("plotly_chart")) == 4
    shown = texts(page)
    assert "On the test persons" in shown
    assert "On the validation persons" in shown
    assert "Best on its validation persons: " in shown
    assert f"{run.status().total} of" not in shown
    figures = next(m.value for m in page.main.markdown if m.value.startswith("| model"))
    assert "one (mtdtrp)" in figures.replace("\\", "")
    assert any(m.label == "Best validation rank\N{NON-BREAKING HYPHEN}1" for m in page.metric)
    assert "What it still gets wrong" in texts(view(page, "What it gets wrong"))
    view(page, "Log and command")
    asked = page.main.code[0].value
    assert "--set rate=1e-06" in asked
    assert parser().parse_args(shlex.split(asked)[3:]).variant == "mtdnet"


def test_runs_on_the_same_validation_persons_are_compared(page: AppTest, runs: Path, crowd: str) -> None:
    trained(runs, crowd, "multi")
    trained(runs, crowd, "single", variant="mtdnet-rnk", recipe=replace(RECIPE, hardest=0, random=2))
    page.run()
    assert not page.exception
    beside = next(m for m in page.main.multiselect if m.label.startswith("Beside"))
    assert beside.value == ["multi"]
    figures = next(m.value for m in page.main.markdown if m.value.startswith("| model"))
    assert len(figures.splitlines()) == 2 + 4


def test_the_run_in_the_address_is_shown(page: AppTest, runs: Path, data: str) -> None:
    new(runs, data, "first", "stopped")
    new(runs, data, "second", "stopped")
    page.query_params["run"] = "first"
    page.run()
    assert page.header[0].value == "first"


def test_a_run_is_taken_to_the_other_pages(page: AppTest, runs: Path, crowd: str) -> None:
    trained(runs, crowd, "mine")
    st.cache_data.clear()
    page.run()
    button(page, "run-use").click().run()
    assert not page.exception
    assert page.title[0].value == "Compare"
    assert {"mine", "mine (mtdtrp)"} <= set(page.sidebar.multiselect(key="models").value)


def test_a_run_that_was_never_finished_is_offered_at_its_best_step(page: AppTest, runs: Path, crowd: str) -> None:
    run = trained(runs, crowd, "mine")
    for name in ("final.safetensors", "final.json"):
        (run.checkpoints / name).unlink()
    page.run()
    assert any(name.startswith("mine at step ") for name in page.sidebar.multiselect(key="models").options)


def test_a_run_folder_that_cannot_be_read_does_not_break_the_page(page: AppTest, runs: Path, data: str) -> None:
    run = new(runs, data, state="stopped")
    (run.root / "recipe.json").write_text("{")
    page.run()
    assert not page.exception
    assert "The request of the run one (recipe.json) is damaged, because it is not whole JSON" in texts(page)
    assert labels(page) == {"Delete"}


@pytest.mark.parametrize(
    ("file", "content", "told"),
    [
        ("recipe.json", b"[]", "(recipe.json) is damaged, because the whole should be a record and is a list"),
        ("status.json", b'{"state": "finished", "step": "all"}', "$.step should be a whole number and is text"),
        ("status.json", 100_000 * b"[", "(status.json) is damaged, because"),
        ("checkpoints/final.json", b"\xff", "final.json of the run bad is damaged, because it is not whole JSON"),
        ("checkpoints/final.json", b"{}", "final.json of the run bad is damaged, because the whole has no name"),
        ("events.jsonl", b'{"event": "step"}\n{"event": "validation", "step": 1e99}\n', "2 lines of events.jsonl are"),
    ],
    ids=lambda one: repr(one)[:60],
)
def test_a_damaged_run_is_said_and_the_others_work(
    page: AppTest, runs: Path, data: str, file: str, content: bytes, told: str
) -> None:
    bad, _ = new(runs, data, "bad", "finished"), new(runs, data, "good", "stopped")
    save_checkpoint(bad.final, network("mtdnet"), Card("bad", "mtdnet", SMALL, {}, data, "", "half:0", "fresh", 0, 1))
    (bad.root / file).write_bytes(content)
    page.query_params["run"] = "bad"
    page.run()
    assert not page.exception
    assert told in texts(page)
    table = page.dataframe[0].value
    assert any(told in row for row in table["what is damaged"])
    assert dict(zip(table["run"], table["state"], strict=True))["good"] == "■ stopped"
    page.switch_page("pages/home.py")
    settled(page)
    assert not page.exception
    assert rows(page)


def test_no_path_is_sent_to_the_browser(page: AppTest, data: str) -> None:
    page.run()
    folder = data.partition(":")[2]
    sent = [str(getattr(element, "proto", "")) for block in (page.main, page.sidebar) for element in block]
    assert len(sent) > 20
    assert not [one for one in sent if folder in one]
