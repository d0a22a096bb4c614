"""Whatever a page hands out is made again from its own record, equal to the byte, or it is said why not."""

import ast
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from reidviz.cli.main import main
from reidviz.common.cache import entries
from reidviz.data.formats import load
from reidviz.evaluation.certificate import Certificate
from reidviz.figures.print.files import Formats, Made
from reidviz.figures.remade.again import NOT_REMADE, REMADE, command_of
from reidviz.ui.embeddings import maps
from reidviz.ui.retrieval import own_images, ranked_lists
from reidviz.ui.training import run_table
from reidviz.ui.widgets import chart, table
from reidviz.ui.widgets.export import offer_export
from tests.conftest import people_folder
from tests.pages.conftest import settled, view
from tests.pages.test_train_page import trained
from tests.training.conftest import step_event

Taken = tuple[Callable[[], Made], Formats, Certificate]


@pytest.fixture
def taken(monkeypatch: pytest.MonkeyPatch) -> dict[str, Taken]:
    """What the page that ran last hands out, by its key."""
    found: dict[str, Taken] = {}

    def spy(make: Callable[[], Made], forms: Formats, certificate: Certificate, key: str) -> None:
        found[key] = make, forms, certificate
        offer_export(make, forms, certificate, key)

    for module in (chart, table, maps, ranked_lists, own_images, run_table):
        monkeypatch.setattr(module, "offer_export", spy)
    return found


def made_again(taken: dict[str, Taken], folder: Path, data: str) -> list[str]:
    """The kinds that were made again, each in its first form and as numbers where there are some."""
    again: list[str] = []
    for key, (make, forms, certificate) in taken.items():
        if certificate.kind in NOT_REMADE:
            continue
        assert certificate.kind in REMADE, key
        assert certificate.command == command_of(certificate.kind)
        for form in {next(iter(forms)), "csv"}:
            file = folder / f"{len(again)}.{form}"
            file.write_bytes(forms[form][1](make(), certificate))
            out = folder / f"again.{form}"
            assert main(["figure", "--from", str(file), "--out", str(out), "--data", data]) == 0, key
            assert out.read_bytes() == file.read_bytes(), key
        again.append(certificate.kind)
    return sorted(again)


VIEWS = [
    ("home", None, ["cmc", "results"]),
    ("data", None, ["images", "sightings", "split"]),
    ("compare", "Curves", ["cmc", "results"]),
    ("compare", "Probe by probe", ["rank-board"]),
    ("compare", "Size of the test", ["gallery-size", "power"]),
    ("pairs", "This pair", ["passes", "passes"]),
    ("pairs", "Threshold", ["error-rates", "errors", "reliability", "scores"]),
    ("pairs", "Mistakes", ["score-plane"]),
    ("retrieval", None, ["ranked-lists"]),
    ("embeddings", None, []),
]


@pytest.mark.parametrize(("name", "shown", "kinds"), VIEWS)
def test_what_a_page_hands_out_is_made_again(
    name: str, shown: str | None, kinds: list[str], app: AppTest, taken: dict[str, Taken], tmp_path: Path, data: str
) -> None:
    settled(app)
    taken.clear()
    page = settled(app.switch_page(f"pages/{name}.py"))
    if shown is not None:
        taken.clear()
        page = view(page, shown)
    assert not page.exception
    assert taken
    assert name != "embeddings" or {"map-left", "map-right", "map-numbers"} <= taken.keys()
    assert made_again(taken, tmp_path, data) == kinds


def test_costs_outlive_the_server_and_their_chart_is_made_again(
    app: AppTest, taken: dict[str, Taken], tmp_path: Path, data: str
) -> None:
    settled(app)
    page = view(settled(app.switch_page("pages/compare.py")), "Cost")
    page.button(key="cost-now").click().run()
    settled(page)
    st.cache_resource.clear()
    taken.clear()
    settled(page)
    assert not [one for one in page.button if one.key == "cost-now"]
    assert made_again(taken, tmp_path, data) == ["pareto"]
    assert taken["compare-cost"][2].kind in NOT_REMADE
    for entry in entries():
        if entry.kind == "costs":
            (file,) = entry.paths
            file.write_text(json.dumps(json.loads(file.read_text()) | {"date": "2001-02-03"}))
    settled(page)
    assert any("2001" in one.value for one in page.caption)
    page.button(key="cost-again").click().run()
    settled(page)
    assert not page.exception
    assert any("Timed on" in one.value for one in page.caption)
    assert not any("2001" in one.value for one in page.caption)


def test_models_refined_and_fused_on_the_page_are_found_again(
    app: AppTest, taken: dict[str, Taken], tmp_path: Path, data: str
) -> None:
    app.query_params["models"] = ["mtdtrp", "mtdnet-rnk", "mtdtrp + mtdnet-cls"]
    app.query_params["fuse"] = ["mtdtrp", "mtdnet-cls"]
    app.query_params["rerank"] = "2,1,0.3"
    app.query_params["expand"] = "2"
    settled(app)
    page = settled(app.switch_page("pages/compare.py"))
    taken.clear()
    settled(page)
    names = [mark.name for mark in taken["compare-cmc"][2].models]
    assert names == [
        "mtdtrp",
        "mtdtrp re-ranked",
        "mtdtrp expanded",
        "mtdnet-rnk",
        "mtdnet-rnk re-ranked",
        "mtdnet-rnk expanded",
        "mtdtrp + mtdnet-cls",
    ]
    assert made_again(taken, tmp_path, data) == ["cmc", "results"]


def test_a_cascade_is_told_and_made_again(
    app: AppTest, taken: dict[str, Taken], tmp_path: Path, data: str, cut_off: Callable[[int], Callable[[], None]]
) -> None:
    cut_off(1)
    settled(app)
    taken.clear()
    settled(app)
    cascades = {mark.name: mark.cascade for mark in taken["home-cmc"][2].models}
    assert cascades["mtdnet (cascade 1)"] == 1
    assert made_again(taken, tmp_path, data) == ["cmc", "results"]


def test_several_splits_are_made_again(app: AppTest, taken: dict[str, Taken], tmp_path: Path, data: str) -> None:
    settled(app)
    page = settled(app.switch_page("pages/compare.py"))
    page.session_state["splits-open"] = True
    settled(page)
    page.number_input(key="splits-count").set_value(2).run()
    page.button(key="splits-now").click().run()
    taken.clear()
    settled(page)
    assert made_again(taken, tmp_path, data) == ["cmc", "results", "several-splits"]


def test_what_some_models_do_not_know_is_left_out_again(
    app: AppTest, taken: dict[str, Taken], tmp_path: Path, data: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REIDVIZ_MODELS", str(tmp_path / "models"))
    ids = [sample.id for sample in load(data).samples][:-1]
    features = np.random.default_rng(0).normal(size=(len(ids), 4)).astype(np.float32)
    np.savez(tmp_path / "f.npz", features=features, ids=np.array(ids))
    assert main(["models", "add", str(tmp_path / "f.npz"), "--name", "theirs", "--distance", "euclidean"]) == 0
    app.query_params["models"] = ["theirs", "mtdtrp"]
    app.query_params["protocol"] = "half:1"
    settled(app)
    assert made_again(taken, tmp_path, data) == ["cmc", "results"]


def test_the_curves_and_tests_of_runs_are_made_again_while_they_go_on(
    app: AppTest, taken: dict[str, Taken], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REIDVIZ_RUNS", str(tmp_path / "runs"))
    crowd = f"folder:{people_folder(tmp_path / 'crowd', persons=12)}"
    for name in ("one", "two & more"):
        trained(tmp_path / "runs", crowd, name)
    settled(app)
    taken.clear()
    page = settled(app.switch_page("pages/train.py"))
    assert not page.exception
    with open(tmp_path / "runs" / "one" / "events.jsonl", "a", encoding="utf-8") as file:
        file.write(json.dumps(step_event(21)) + "\n")
    found = made_again(taken, tmp_path, crowd)
    assert found == ["accuracy", "losses", "test-results", "validation-cmc", "validation-rank-1"]
    assert taken["rank1"][2].numbers.startswith("python -m reidviz train")


def test_every_kind_on_any_page_is_made_again_or_says_why_not() -> None:
    found = set()
    for file in [*Path("reidviz/ui").rglob("*.py"), *Path("pages").glob("*.py")]:
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and "certified" in node.func.id:
                kind = node.args[0 if node.func.id == "certified_here" else 1]
                found |= {one.value for one in ast.walk(kind) if isinstance(one, ast.Constant)}
    told = {kind for kind in found if isinstance(kind, str) and not kind.startswith("-")}
    assert {kind for kind in told if kind in REMADE or kind in NOT_REMADE} == told
    assert told >= REMADE
    assert not REMADE & NOT_REMADE.keys()
