"""The time machine of the Train page over small trainings of single-task and multi-task networks."""

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from reidviz.evaluation.pipeline.report import card_metrics
from reidviz.evaluation.pipeline.validation import validate
from reidviz.models.validation_record import ValidationRecord, as_bytes, read_record
from reidviz.training.job import Job
from reidviz.training.recipes import compact_recipe
from reidviz.training.run import Evaluators, train
from reidviz.training.run_folder import RunFolder, create
from reidviz.training.validation_records import record_file, steps_recorded
from tests.conftest import SMALL, people_folder
from tests.pages.conftest import settled, view

RECIPE = replace(compact_recipe(), architecture=SMALL, size=4, iterations=20, held_out=0.5, final_test="none")


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One run of each task and one of both, on the same validation persons."""
    root = tmp_path_factory.mktemp("past")
    data = f"folder:{people_folder(root / 'crowd', persons=12)}"
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("REIDVIZ_CACHE", str(root / "cache"))
        for name, variant in (("both", "mtdnet"), ("pairs", "mtdnet-cls"), ("ranking", "mtdnet-rnk")):
            recipe = RECIPE if variant != "mtdnet-rnk" else replace(RECIPE, hardest=0, random=2)
            run = create(root / "runs" / name, Job(data, "half:0", variant, recipe, None, 0))
            train(run, Evaluators(validate, card_metrics))
    return root / "runs"


@pytest.fixture
def runs(trained: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of them that a test may change."""
    folder = tmp_path / "runs"
    shutil.copytree(trained, folder)
    monkeypatch.setenv("REIDVIZ_RUNS", str(folder))
    return folder


@pytest.fixture
def page(app: AppTest, runs: Path) -> AppTest:
    app.query_params["run"] = "both"
    settled(app)
    return app.switch_page("pages/train.py")


def opened(page: AppTest) -> AppTest:
    page.run()
    return view(page, "Time machine")


def part(page: AppTest, name: str) -> AppTest:
    controls = [one for one in page.segmented_control if one.label == "View"]
    return controls[1].set_value(name).run()


def beside(page: AppTest) -> object:
    return next(one for one in page.main.selectbox if one.label == "Beside it")


def texts(page: AppTest) -> str:
    parts = (page.main.markdown, page.main.caption, page.info, page.warning, page.text, page.header)
    return "\n".join(str(e.value) for part in parts for e in part).replace("\\", "")


def rewrite(run: RunFolder, step: int, **changes: object) -> ValidationRecord:
    """Another record in the place of that of a step."""
    file = record_file(run.validations, step)
    found = replace(read_record(file), **changes)  # type: ignore[arg-type]
    file.write_bytes(as_bytes(found))
    return found


def test_learnt_and_forgotten_are_those_of_the_records(page: AppTest, runs: Path) -> None:
    """Ranks put there by hand: at step 4 of 6 probes two are found, at step 10 three others and one of these."""
    run = RunFolder(runs / "both")
    last = read_record(record_file(run.validations, 20))
    assert len(last.probes) == 6
    other = last.ranks["distance"]
    for step, found in ((4, [1, 1, 2, 2, 2, 2]), (10, [1, 2, 1, 1, 1, 2])):
        rewrite(run, step, ranks={"probability": np.array(found, dtype=np.int32), "distance": other})
    opened(page)
    assert not page.exception
    slider = page.select_slider[0]
    assert slider.value == (2, 20)
    slider.set_range(4, 10).run()
    assert not page.exception
    assert "From step 4 to step 10 **both** learnt **3** of 6 probes and forgot **1**: +33.3 points" in texts(page)
    part(page, "Task by task")
    assert not page.exception
    rows = [line for line in texts(page).splitlines() if line.startswith("| :color")]
    cells = [cell.strip() for cell in rows[0].strip("|").split("|")]
    assert cells[1:7] == ["4", "33.3", "10", "66.7", "3", "1"]


def test_both_runs_are_at_the_same_step(page: AppTest) -> None:
    opened(page)
    assert set(beside(page).options) == {"no other run", "run pairs", "run ranking"}  # type: ignore[attr-defined]
    beside(page).set_value("ranking").run()  # type: ignore[attr-defined]
    page.select_slider[0].set_range(6, 14).run()
    assert not page.exception
    shown = texts(page)
    assert "both (mtdtrp)** at step 14" in shown
    assert "ranking** at step 14" in shown
    assert len(page.get("plotly_chart")) == 2
    part(page, "Task by task")
    assert "**both** learns" in texts(page) or "**both** and **both (mtdtrp)** learn every person" in texts(page)
    part(page, "One validation")
    assert not page.exception
    assert "The validation at step 14" in texts(page)
    assert "both: both scores fused" in texts(page)


def test_a_classifier_has_ranks_and_no_map(page: AppTest) -> None:
    opened(page)
    beside(page).set_value("pairs").run()  # type: ignore[attr-defined]
    assert not page.exception
    assert "describes pairs, not single images" in texts(page)
    assert len(page.get("plotly_chart")) == 1


def test_another_person_is_shown_with_ranks_at_every_step(page: AppTest, runs: Path) -> None:
    opened(page)
    people = next(one for one in page.main.selectbox if one.label == "Person")
    names = [option.partition(" (")[0] for option in people.options]
    assert len(names) == 3
    people.set_value(names[-1]).run()
    assert not page.exception
    assert f"Person {names[-1]} through the training" in texts(page)
    html = next(str(one.proto.body) for one in page.get("html") if "rv-past" in str(one.proto.body)[:60])
    steps = steps_recorded(RunFolder(runs / "both").validations)
    assert steps == list(range(2, 21, 2))
    assert all(f"at step {step}" in html for step in steps)


def test_an_older_run_says_that_it_has_no_records(page: AppTest, runs: Path) -> None:
    shutil.rmtree(runs / "both" / "validations")
    opened(page)
    assert not page.exception
    assert "has kept no records of its validations" in page.info[0].value


def test_damaged_records_are_said_and_left_out(page: AppTest, runs: Path) -> None:
    run = RunFolder(runs / "both")
    record_file(run.validations, 4).write_bytes(b"nothing")
    one = read_record(record_file(run.validations, 6))
    rewrite(run, 6, probes=one.probes[::-1].copy())
    record_file(run.validations, 99).write_bytes(as_bytes(one))
    opened(page)
    assert not page.exception
    beside(page).set_value("").run()  # type: ignore[attr-defined]
    shown = texts(page)
    assert "step-0000004.safetensors is damaged" in shown
    assert "The record of step 6 is of other images or scores." in shown
    assert page.select_slider[0].options == [str(step) for step in (2, *range(8, 21, 2))]


def test_other_images_are_refused(page: AppTest, runs: Path) -> None:
    run = RunFolder(runs / "both")
    for step in steps_recorded(run.validations):
        rewrite(run, step, probes=read_record(record_file(run.validations, step)).probes + 10_000)
    opened(page)
    assert not page.exception
    assert "are no longer those of this training" in texts(page)
