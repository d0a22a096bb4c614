"""The app over small models and a small folder of images, without a browser."""

import re
from collections.abc import Callable, Iterator
from concurrent.futures import wait
from functools import cache
from pathlib import Path

import pytest
import streamlit as st
from streamlit.components.v2 import manifest_scanner
from streamlit.testing.v1 import AppTest

from reidviz.common import settings
from reidviz.common.errors import ReidvizError
from reidviz.data.formats import load
from reidviz.evaluation.pipeline.evaluate import evaluate
from reidviz.evaluation.scores import EXACT, Scoring
from reidviz.models.checkpoint import save_checkpoint
from reidviz.models.model_card import Card
from reidviz.models.mtdnet import Network
from reidviz.ui.background.jobs import Job, board, quick_board
from reidviz.ui.results import scored_models
from reidviz.ui.server.boundary import LOG
from tests.conftest import PATIENCE, SMALL, network, people_folder

APP = str(settings.PROJECT / "app.py")


@pytest.fixture(scope="session", autouse=True)
def components_found_once() -> Iterator[None]:
    """Streamlit reads the metadata of every installed package at each start of the app, which is half of most tests."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(manifest_scanner, "scan_component_manifests", cache(manifest_scanner.scan_component_manifests))
        yield


@pytest.fixture
def data(tmp_path: Path) -> str:
    """Six persons, cameras A and B, two images each: half:0 tests three of them with six probes."""
    return f"folder:{people_folder(tmp_path / 'people')}"


@cache
def untrained(variant: str, seed: int) -> Network:
    """A small network, to be read only."""
    return network(variant, seed=seed)


@pytest.fixture
def models(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, data: str) -> Path:
    """Three untrained models in the place of the shipped ones."""
    folder = tmp_path / "checkpoints"
    for seed, variant in enumerate(("mtdnet-rnk", "mtdnet-cls", "mtdnet")):
        manifest = load(data).manifest_hash
        card = Card(variant, variant, SMALL, {}, data, manifest, "half:0", "fresh weights", seed, 0)
        save_checkpoint(folder / f"{variant}.safetensors", untrained(variant, seed), card)
    monkeypatch.setattr(settings, "CHECKPOINTS", folder)
    st.cache_data.clear()
    st.cache_resource.clear()
    return folder


@pytest.fixture
def app(data: str, models: Path) -> AppTest:
    """The app, not yet run, on the small data."""
    made = AppTest.from_file(APP, default_timeout=PATIENCE)
    made.query_params["data"] = data
    return made


@pytest.fixture(autouse=True)
def no_incident(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """Nothing reaches the last boundary, except where a test sees to it and clears the log."""
    yield
    assert not [record.getMessage() for record in caplog.get_records("call") if record.name == LOG.name]


@pytest.fixture
def cut_off(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], Callable[[], None]]:
    """Let scoring end after cascades of so many images, as if the rest took long; what that returns lets it go on."""

    def cut(cascade: int) -> Callable[[], None]:
        def until(ranker, dataset, split, progress=None, scoring=EXACT):  # type: ignore[no-untyped-def]
            if progress is None:
                return evaluate(ranker, dataset, split, scoring=scoring)
            if ranker.kind != "distance" and not scoring.cascade:
                raise ReidvizError("Cut off.")
            return evaluate(ranker, dataset, split, progress, scoring)

        monkeypatch.setattr(scored_models, "CASCADE", Scoring(cascade=cascade))
        monkeypatch.setattr(scored_models, "evaluate", until)
        return lambda: monkeypatch.setattr(scored_models, "evaluate", evaluate)

    return cut


def settled(app: AppTest) -> AppTest:
    """Run until no scores are being computed."""
    app.run()
    wait_for_work()
    return app.run()


def wait_for_work() -> list[Job]:
    """The jobs of the server, once all have ended."""
    jobs = [job for lane in (board(), quick_board()) for _, job in lane]
    wait([job.future for job in jobs])
    return jobs


def name_in(cell: str) -> str:
    """The name of a model in a table, without its sign."""
    sign, _, name = cell.replace("\\", "").partition(" ")
    assert re.fullmatch(r':color\[.\]\{foreground="#\w{6}"\}', sign)
    return name


def rows(app: AppTest) -> dict[str, list[float]]:
    """The table of results on the page: for each model its figures, rank-1 to mINP."""
    table = next(m.value for m in app.main.markdown if m.value.startswith("| model"))
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in table.splitlines()[2:]]
    return {name_in(row[0]): [float(cell.partition(" ")[0].strip("*")) for cell in row[3:]] for row in cells}


def view(page: AppTest, name: str) -> AppTest:
    """The page with another of its views."""
    control = next(one for one in page.segmented_control if one.label == "View")
    return settled(control.set_value(name).run())
