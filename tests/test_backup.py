"""A backup as docs/server.md says: an archive of the runs and the data folder, unpacked where they were."""

import io
import json
import shutil
import tarfile
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from reidviz.cli import main as cli
from reidviz.data.catalogue import imported as catalogue
from reidviz.evaluation.pipeline.report import card_metrics
from reidviz.evaluation.pipeline.validation import validate
from reidviz.training.job import Job
from reidviz.training.recipes import compact_recipe
from reidviz.training.run import Evaluators, train
from reidviz.training.run_folder import create
from tests.conftest import PATIENCE, SMALL, people_folder
from tests.pages.conftest import APP, settled

RECIPE = replace(compact_recipe(), architecture=SMALL, size=4, iterations=10, held_out=0.5)


@pytest.fixture
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data set that came in a zip, a run that was trained on it, and a cache that no backup holds."""
    for name in ("runs", "imports", "cache"):
        monkeypatch.setenv(f"REIDVIZ_{name.upper()}", str(tmp_path / "kept" / name))
    (tmp_path / "kept" / "imports").mkdir(parents=True)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as made:
        for file in sorted(people_folder(tmp_path / "people", persons=12).rglob("*.png")):
            made.write(file, file.relative_to(tmp_path))
    _, (spec,) = catalogue.unpack(packed, "people")
    catalogue.add("people", spec)
    train(create(tmp_path / "kept" / "runs" / "one", Job(spec, "half:0", "mtdnet", RECIPE, None, 0)), EVALUATORS)
    return tmp_path / "kept"


EVALUATORS = Evaluators(validate, card_metrics)


def figures(kept: Path) -> object:
    """What evaluating the run tells, computed anew."""
    shutil.rmtree(kept / "cache", ignore_errors=True)
    (spec,) = catalogue.added()
    told = kept.parent / "figures.json"
    asked = ["--data", spec, "--protocol", "half:0", "--model", str(kept / "runs" / "one"), "--json", str(told)]
    assert cli.main(["evaluate", *asked]) == 0
    return [{name: one[name] for name in one if name != "seconds"} for one in json.loads(told.read_text())["models"]]


def test_what_was_restored_is_shown_and_evaluates_to_the_same_figures(kept: Path, tmp_path: Path) -> None:
    before = figures(kept)
    with tarfile.open(tmp_path / "backup.tar", "w") as archive:
        for name in ("runs", "imports"):
            archive.add(kept / name, name)
    shutil.rmtree(kept)
    with tarfile.open(tmp_path / "backup.tar") as archive:
        archive.extractall(kept, filter="data")
    assert figures(kept) == before
    st.cache_data.clear()
    st.cache_resource.clear()
    app = AppTest.from_file(APP, default_timeout=PATIENCE)
    app.query_params["data"] = "folder:people"
    settled(app)
    page = app.switch_page("pages/train.py").run()
    assert not page.exception
    assert "one" in [s.value for s in page.header]
    assert page.sidebar.selectbox(key="data").value == catalogue.added()[0]
