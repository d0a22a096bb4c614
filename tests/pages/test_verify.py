"""Verify: pairs are answered, taken back, held against another annotator, merged, and taught to a model."""

from dataclasses import replace
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from reidviz.data.catalogue.imported import add
from reidviz.data.formats import load
from reidviz.marks.mark import Mark
from reidviz.marks.mark_file import annotators, mark_file
from reidviz.models.checkpoint import save_checkpoint
from reidviz.models.model_card import Taught, read_card
from reidviz.ui.session.keys import DATA, QUESTIONS_FOR, RUN, TRAIN_TEMPLATE
from tests.conftest import network, people_folder
from tests.pages.conftest import settled, view, wait_for_work

PAIR = ("p00/A_0.png", "p01/A_0.png")


@pytest.fixture(autouse=True)
def own_marks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("marks", "imports", "runs"):
        monkeypatch.setenv(f"REIDVIZ_{name.upper()}", str(tmp_path / name))


@pytest.fixture
def page(app: AppTest) -> AppTest:
    app.run()
    app.session_state[QUESTIONS_FOR.name] = "Everybody"
    page = settled(app.switch_page("pages/verify.py"))
    wait_for_work()
    return page.run()


def captions(page: AppTest) -> str:
    return "\n".join(one.value for one in page.main.caption)


def markdown(page: AppTest) -> str:
    return "\n".join(one.value for one in page.main.markdown)


def html(page: AppTest) -> str:
    return "\n".join(str(one.value) for one in page.main.get("html"))


def test_answers_are_kept_and_taken_back(page: AppTest, data: str) -> None:
    assert not page.exception
    assert html(page).count("<figcaption>camera") == 2
    assert "Asked because" in captions(page)
    for key in ("mark-same", "mark-different", "mark-skip"):
        page.button(key=key).click().run()
    assert not page.exception
    assert "You marked 1 pair as the same person and 1 as different, and skipped 1" in captions(page)
    kept = annotators(load(data))["me"]
    assert [mark.answer for mark in kept.marks.values()] == ["same", "different", "skip"]
    assert len({mark.pair for mark in kept.marks.values()}) == 3
    page.button(key="mark-undo").click().run()
    assert [mark.answer for mark in annotators(load(data))["me"].marks.values()] == ["same", "different"]
    assert html(page).count('<figure class="') == 2


def test_nobody_takes_back_what_another_session_marked_under_the_same_name(page: AppTest, data: str) -> None:
    page.button(key="mark-same").click().run()
    other = mark_file(load(data), "me")
    other.add([Mark("p05/A_0.png", "p05/B_0.png", "same")])
    page.run().button(key="mark-undo").click().run()
    assert [mark.first for mark in other.read().marks.values()] == ["p05/A_0.png"]
    assert page.button(key="mark-undo").disabled


def test_names_are_hidden_unless_asked_for_and_shown_as_text(page: AppTest) -> None:
    assert "person p0" not in html(page)
    page.button(key="mark-same").click().run()
    assert html(page).count('<figure class="') == 1
    assert "person p0" not in html(page)
    page.toggle(key="verify-names").set_value(True).run()
    assert html(page).count("person p0") >= 4


def test_a_file_that_cannot_be_written_is_told(page: AppTest, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("REIDVIZ_MARKS", str(tmp_path / "file"))
    page.button(key="mark-same").click().run()
    assert not page.exception
    assert any("cannot be written" in one.value for one in page.text)


def test_two_annotators_agree_or_not(page: AppTest, data: str) -> None:
    dataset = load(data)
    mark_file(dataset, "Ada").add([Mark(*PAIR, "same"), Mark(PAIR[0], "p00/B_0.png", "same")])
    mark_file(dataset, "<b>Bob").add([Mark(*PAIR, "different"), Mark(PAIR[0], "p00/B_0.png", "same")])
    shown = view(page, "Agreement")
    assert not shown.exception
    told = "agree on 1 of 2 pairs: **kappa 0.00**; these pairs tell no interval: one of them gave one answer throughout"
    assert told in markdown(shown)
    assert "&lt;b&gt;Bob: " in html(shown)
    assert html(shown).count('<figure class="') == 1


def test_marks_are_brought_in_whole_or_not_at_all(page: AppTest, data: str) -> None:
    shown = view(page, "Agreement")
    told = f"first,second,answer\n{PAIR[0]},{PAIR[1]},same\n{PAIR[0]},nobody.png,same\n"
    shown.file_uploader(key="marks-file").set_value(("a.csv", told.encode(), "text/csv")).run()
    shown.button(key="marks-in").click().run()
    assert any("not in this data set, first nobody.png" in one.value for one in shown.text)
    assert not annotators(load(data))
    told = f"first,second,answer\n{PAIR[0]},{PAIR[1]},same\n"
    shown.file_uploader(key="marks-file").set_value(("a.csv", told.encode(), "text/csv")).run()
    shown.button(key="marks-in").click().run()
    assert "Answers on 1 of 1 pairs were brought in" in shown.success[0].value
    shown.button(key="marks-in").click().run()
    assert "Answers on 0 of 1 pairs were brought in" in shown.success[0].value
    told = f"first,second,answer\n{PAIR[0]},{PAIR[1]},different\n{PAIR[1]},{PAIR[0]},same\n"
    shown.file_uploader(key="marks-file").set_value(("a.csv", told.encode(), "text/csv")).run()
    shown.button(key="marks-in").click().run()
    assert "Answers on 0 of 1 pairs were brought in" in shown.success[0].value
    assert [mark.answer for mark in annotators(load(data))["me"].marks.values()] == ["same"]
    told = f"first,second,answer,annotator\n{PAIR[0]},{PAIR[1]},same,Ada\n{PAIR[0]},{PAIR[1]},different,Bob\n"
    shown.file_uploader(key="marks-file").set_value(("a.csv", told.encode(), "text/csv")).run()
    shown.button(key="marks-in").click().run()
    assert any("a.csv holds the marks of 2 annotators" in one.value for one in shown.text)


def test_merged_identities_become_a_data_set_that_is_chosen(page: AppTest, data: str, tmp_path: Path) -> None:
    mark_file(load(data), "Ada").add([Mark(*PAIR, "same")])
    shown = view(page, "Corrected data")
    assert not shown.exception
    assert "2 names are 1 person" in markdown(shown)
    next(one for one in shown.text_input if one.label == "Name").set_value("mended")
    next(one for one in shown.button if one.label == "Write and choose it").click().run()
    assert not shown.exception
    spec = f"corrected:{tmp_path / 'imports' / 'mended.json'}"
    assert shown.session_state["data"] == spec
    assert load(spec).persons == ("p00", "p02", "p03", "p04", "p05")


def test_marks_open_a_training_that_starts_from_the_chosen_model(page: AppTest, data: str, models: Path) -> None:
    card = read_card(models / "mtdnet.safetensors")
    from reidviz.training.recipes import compact_recipe

    recipe = {k: v for k, v in vars(replace(compact_recipe(), size=4)).items() if k != "architecture"}
    save_checkpoint(models / "mtdnet.safetensors", network("mtdnet", seed=2), replace(card, recipe=recipe))
    dataset = load(data)
    tested = sorted({one.identity for one in dataset.samples})
    mark_file(dataset, "Ada").add([Mark(f"{tested[0]}/A_0.png", f"{tested[1]}/A_0.png", "different")])
    shown = view(page, "Teach")
    assert not shown.exception
    assert "**1 marks** (0 same, 1 different)" in markdown(shown)
    chosen = next(one for one in shown.selectbox if one.label == "Model to teach")
    chosen.set_value(models / "mtdnet.safetensors").run()
    shown.button(key="teach-open").click().run()
    assert not shown.exception
    job = shown.session_state[TRAIN_TEMPLATE.name].job
    assert len(job.marks) == 1
    assert job.recipe.iterations == 200
    assert job.recipe.rate == pytest.approx(1e-4)
    assert any("Learn from 1 marked pairs (0 same, 1 different)" in one.label for one in shown.toggle)
    assert RUN.name not in shown.session_state


def test_why_there_is_nothing_to_teach_is_told_as_it_is(page: AppTest, data: str, tmp_path: Path) -> None:
    dataset = load(data)
    mark_file(dataset, "Ada").add([Mark(*PAIR, "skip")])
    shown = view(page, "Teach")
    assert "All pairs were skipped: there is nothing to teach." in [one.value for one in shown.info]
    mark_file(dataset, "Ada").add([Mark(*PAIR, "same")])
    mark_file(dataset, "Bob").add([Mark(*PAIR, "different")])
    settled(shown.run())
    next(one for one in shown.multiselect if one.label == "Marks of").set_value(["Ada", "Bob"]).run()
    assert "All of these marks contradict one another: there is nothing to teach." in [one.value for one in shown.info]
    next(one for one in shown.multiselect if one.label == "Marks of").set_value([]).run()
    assert [one.value for one in shown.info] == ["Choose whose marks count."]
    other = f"folder:{people_folder(tmp_path / 'others', 8)}"
    mark_file(load(other), "Cem").add([Mark(*PAIR, "same")])
    add("others", other)
    shown.run()
    next(one for one in shown.selectbox if one.key == DATA.name).set_value(other).run()
    assert next(one for one in settled(shown).multiselect if one.label == "Marks of").value == ["Cem"]


def test_compare_says_what_marks_changed_and_tests_nobody_marked(app: AppTest, models: Path, data: str) -> None:
    start = read_card(models / "mtdnet-rnk.safetensors")
    from reidviz.data.splits.protocols import split

    dataset = load(data)
    probed = dataset.samples[split(dataset, "half:0").probes[0]]
    taught = Taught(1, 1, (probed.id,), start.sha256)
    card = replace(start, name="taught", taught=taught)
    path = models.parent / "runs" / "taught" / "checkpoints" / "final.safetensors"
    save_checkpoint(path, network("mtdnet-rnk", seed=5), card)
    app.query_params["models"] = ["mtdnet-rnk", "taught"]
    app.run()
    page = settled(app.switch_page("pages/compare.py"))
    assert not page.exception
    told = next(one for one in markdown(page).replace("\\", "").splitlines() if "marks (1 same" in one)
    assert told.startswith("2 marks (1 same, 1 different) **changed nothing that can be told** on 4 probes of 2 p")
    assert "1 of 3 persons were marked to teach a model" in "\n".join(one.value for one in page.warning)


def test_a_read_only_server_asks_and_keeps_nothing(page: AppTest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REIDVIZ_READ_ONLY", "1")
    page.run()
    assert not page.exception
    assert not [one for one in page.button if (one.key or "").startswith("mark-")]
