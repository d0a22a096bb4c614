"""What goes wrong beneath the pages while they are shown: a sentence each, and what nobody foresaw an incident."""

import errno
import os
import re
import shutil
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages

import pytest
from streamlit.testing.v1 import AppTest

from reidviz import ui
from reidviz.common import settings
from reidviz.common.errors import ReidvizError
from reidviz.common.progress import duration, time_left
from reidviz.models.checkpoint import save_checkpoint
from reidviz.models.loaded import NETWORKS
from reidviz.models.model_card import Card
from reidviz.training.job import Job
from reidviz.training.recipes import compact_recipe
from reidviz.training.run_folder import Status, create
from reidviz.ui.background.jobs import board
from reidviz.ui.session import choice
from reidviz.ui.training import live_curves
from tests.conftest import SMALL, network
from tests.pages.conftest import settled

PAGES = sorted(file.stem for file in (settings.PROJECT / "pages").glob("*.py"))
SECRET = "/srv/secret/place"


def said(app: AppTest) -> str:
    """All that is told as an error."""
    assert not app.exception
    return "\n".join(text.value for text in app.main.text)


def raising(error: Exception) -> Callable[..., None]:
    def fail(*_: object, **__: object) -> None:
        raise error

    return fail


@pytest.fixture
def inject(monkeypatch: pytest.MonkeyPatch) -> Callable[[Exception], None]:
    """Let every page meet an error where it asks for what was chosen; modules imported meanwhile would keep it."""
    for module in walk_packages(ui.__path__, f"{ui.__name__}."):
        import_module(module.name)
    real = choice.current_choice

    def put(error: Exception) -> None:
        def fail() -> None:
            real()
            raise error

        monkeypatch.setattr(choice, "current_choice", fail)

    return put


@pytest.mark.parametrize("name", PAGES)
def test_what_nobody_foresaw_is_a_sentence_with_a_number_and_a_log_entry(
    app: AppTest, inject: Callable[[Exception], None], caplog: pytest.LogCaptureFixture, name: str
) -> None:
    app.run()
    inject(RuntimeError(f"no such key in {SECRET}"))
    app.switch_page(f"pages/{name}.py").run()
    number = re.search(r"Something went wrong \(incident (\d{8})\)", said(app))
    assert number
    assert SECRET not in str([element.value for element in app.main.text])
    assert f"Incident {number[1]}" in caplog.text
    assert f"RuntimeError: no such key in {SECRET}" in caplog.text
    assert "Traceback" in caplog.text
    caplog.clear()


def test_a_sentence_that_a_page_forgot_is_shown(
    app: AppTest, inject: Callable[[Exception], None], caplog: pytest.LogCaptureFixture
) -> None:
    inject(ReidvizError("The disk is gone.", "Plug it in."))
    app.run()
    assert "The disk is gone.\nPlug it in." in said(app)
    assert "The disk is gone." in caplog.text
    caplog.clear()


def test_running_out_of_memory_is_named(
    app: AppTest, inject: Callable[[Exception], None], caplog: pytest.LogCaptureFixture
) -> None:
    inject(MemoryError())
    app.run()
    assert "The machine ran out of memory (incident " in said(app)
    caplog.clear()


def test_a_part_that_runs_by_itself_has_a_boundary_too(
    app: AppTest, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, tmp_path: Path, data: str
) -> None:
    monkeypatch.setenv("REIDVIZ_RUNS", str(tmp_path / "runs"))
    run = create(tmp_path / "runs" / "one", Job(data, "half:0", "mtdnet", compact_recipe(), None, 0))
    run.write_status(Status("stopped", 3, 20))
    monkeypatch.setattr(live_curves, "_progress", raising(KeyError("loss")))
    settled(app)
    app.switch_page("pages/train.py").run()
    assert "Something went wrong (incident " in said(app)
    assert [b for b in app.main.button if b.label == "Resume"]
    caplog.clear()


def images_gone(data: str) -> None:
    """Every image of the data set is deleted; its folder stays."""
    for file in Path(data.partition(":")[2]).rglob("*.png"):
        file.unlink()


@pytest.mark.parametrize("name", ["retrieval", "pairs", "data"])
def test_images_deleted_while_shown(app: AppTest, data: str, name: str) -> None:
    settled(app)
    images_gone(data)
    app.switch_page(f"pages/{name}.py")
    settled(app)
    assert not app.exception
    shown = said(app) + "".join(str(element.proto) for element in app.get("html"))
    assert "The file p0" in shown
    assert "does not exist" in shown


@pytest.mark.parametrize("name", PAGES)
def test_the_whole_data_set_deleted_while_shown(app: AppTest, data: str, name: str) -> None:
    settled(app)
    shutil.rmtree(data.partition(":")[2])
    app.switch_page(f"pages/{name}.py").run()
    assert not app.exception
    assert "There is no folder or file" in "".join(str(e.value) for e in app.text)


@pytest.mark.parametrize("name", ["pairs", "retrieval", "embeddings"])
@pytest.mark.parametrize("fault", ["truncated", "deleted", "replaced"])
def test_weights_damaged_while_shown(app: AppTest, data: str, models: Path, name: str, fault: str) -> None:
    """Those in memory would do: they have been given up."""
    settled(app)
    NETWORKS.clear()
    for seed, file in enumerate(sorted(models.glob("*.safetensors"))):
        if fault == "truncated":
            os.truncate(file, file.stat().st_size // 2)
        elif fault == "deleted":
            file.unlink()
        else:
            card = Card(file.stem, file.stem, SMALL, {}, data, "", "half:0", "fresh weights", seed, 0)
            save_checkpoint(file, network(file.stem, seed=seed + 10), card)
    app.switch_page(f"pages/{name}.py")
    settled(app)
    told = said(app)
    if (name, fault) == ("pairs", "truncated"):
        assert "is not a safetensors file, or was cut short." in told


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EROFS, errno.EACCES, errno.EIO])
def test_a_disk_that_cannot_be_written(
    app: AppTest, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, code: int
) -> None:
    monkeypatch.setenv("REIDVIZ_CACHE", str(tmp_path / "cache"))
    full = raising(OSError(code, os.strerror(code)))
    monkeypatch.setattr("os.posix_fallocate", full)
    monkeypatch.setattr("tempfile.mkstemp", full)
    settled(app)
    assert os.strerror(code) in said(app)
    assert "REIDVIZ_CACHE" in said(app)
    assert [b for b in app.main.button if b.label == "Compute the scores"]


def test_scores_of_an_older_version_are_computed_anew(
    app: AppTest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REIDVIZ_CACHE", str(tmp_path / "cache"))
    settled(app)
    files = list((settings.cache_dir() / "scores").iterdir())
    assert files
    for file in files:
        file.write_bytes(b"[0.5]" if file.suffix == ".json" else b"\x93NUMPY\x09\x00")
    app.session_state["other"] = 1
    for key, _ in board():
        board().forget(key)
    settled(app)
    assert not app.exception
    assert app.main.get("plotly_chart")


@pytest.mark.parametrize("elapsed", [-5.0, 0.0, 1e-9])
def test_a_clock_that_goes_backwards_tells_no_nonsense(elapsed: float) -> None:
    assert time_left(1, 10, elapsed) == "about 1 s left"
    assert duration(elapsed) == "0 s"


@pytest.mark.parametrize("name", ["data", "protocol"])
def test_what_a_browser_sends_in_place_of_a_name_is_said(app: AppTest, name: str) -> None:
    app.session_state[name] = 0.5
    app.run()
    assert not app.exception
    assert "The browser sent something that is no name." in said(app)


def test_what_a_browser_sends_in_place_of_models_is_no_model(app: AppTest) -> None:
    app.session_state["models"] = [3, "mtdnet", "odd"]
    settled(app)
    assert not app.exception
    assert app.query_params["models"] == "mtdnet"
