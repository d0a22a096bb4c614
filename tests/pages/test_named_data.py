"""Data sets in the address and on the page go by their names, never by where they lie; only some may be read."""

import os
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from reidviz.common import settings
from reidviz.common.errors import ReidvizError
from reidviz.data.catalogue.imported import add
from reidviz.ui.server.startup import is_loopback, start
from tests.conftest import PATIENCE, people_folder
from tests.pages.conftest import APP, settled


@pytest.fixture(autouse=True)
def own_start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every test starts a server, with an empty data folder."""
    monkeypatch.setenv("REIDVIZ_IMPORTS", str(tmp_path / "imports"))
    for name in ("REIDVIZ_ANY_FOLDER", "REIDVIZ_DATA_ROOTS"):
        monkeypatch.setenv(name, "")
    start.cache_clear()


def linked(spec: str) -> AppTest:
    """The app as somebody finds it who follows a link."""
    made = AppTest.from_file(APP, default_timeout=PATIENCE)
    made.query_params["data"] = spec
    return made


def everything(app: AppTest) -> str:
    """All that the page sends to the browser, and its address."""
    return "".join(str(element.proto) for element in [*app.main, *app.sidebar]) + str(dict(app.query_params))


def test_an_added_data_set_is_in_the_address_by_its_name(app: AppTest, data: str, tmp_path: Path) -> None:
    add("people", data)
    settled(app)
    assert app.query_params["data"] == "folder:people"
    assert str(tmp_path) not in everything(app)
    app = settled(linked("folder:people"))
    assert not app.exception
    assert app.sidebar.selectbox(key="data").value == data


def test_every_run_tells_the_browser_what_is_chosen(app: AppTest) -> None:
    """Of a run that was interrupted nothing may have been sent: the next one must not count on it."""
    settled(app)
    told = {key: app.sidebar.selectbox(key=key).proto for key in ("data", "protocol")}
    assert {key: (menu.set_value, menu.raw_value) for key, menu in told.items()} == {
        "data": (True, "folder:people"),
        "protocol": (True, "half:0"),
    }


def test_a_data_set_that_was_typed_is_in_the_address_without_its_path(app: AppTest, data: str, tmp_path: Path) -> None:
    settled(app)
    assert app.sidebar.selectbox(key="data").value == data
    assert "6 probes" in app.sidebar.caption[0].value
    assert app.query_params["data"] == "folder:people"
    assert str(tmp_path) not in everything(app)
    again = settled(linked("folder:people"))
    assert again.sidebar.selectbox(key="data").value == data
    st.cache_resource.clear()
    lost = linked("folder:people").run()
    assert not lost.exception
    assert "There is no folder or file people" in lost.text[0].value


@pytest.mark.parametrize("spec", ["without:/dev/zero", "without:/dev/urandom", "without:PIPE", "folder:/proc/1"])
def test_an_address_that_names_a_device_or_a_pipe_gets_a_sentence_at_once(
    app: AppTest, tmp_path: Path, spec: str
) -> None:
    os.mkfifo(tmp_path / "pipe")
    app.query_params["data"] = spec.replace("PIPE", str(tmp_path / "pipe"))
    app.run()
    assert not app.exception
    assert len(app.text) == 1
    assert "/" not in app.text[0].value.replace("NAME:/path", "")


def test_a_server_that_others_reach_reads_its_roots_only(
    data: str, models: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = st.get_option
    monkeypatch.setattr(st, "get_option", lambda name: "0.0.0.0" if name == "server.address" else real(name))
    said = []
    for spec in (data, f"folder:{tmp_path / 'nowhere' / 'people'}"):
        app = linked(spec).run()
        assert not app.exception
        said.append(app.text[0].value)
    assert said[0] == said[1]
    assert "people" in said[0]
    assert str(tmp_path) not in said[0]
    monkeypatch.setenv("REIDVIZ_DATA_ROOTS", str(tmp_path / "people"))
    app = settled(linked(data))
    assert "6 probes" in app.sidebar.caption[0].value
    page = app.switch_page("pages/data.py").run()
    assert "the 1 folder named by whoever started the server only" in page.main.caption[0].value


def test_on_ones_own_machine_any_folder_is_read_and_the_page_says_so(app: AppTest) -> None:
    settled(app)
    page = app.switch_page("pages/data.py").run()
    assert any("Any folder of this machine may be read here" in c.value for c in page.main.caption)


def test_data_root_names_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    people_folder(tmp_path / "a")
    start((f"--data-root={tmp_path / 'a'}", "--other"), "127.0.0.1")
    start.cache_clear()
    start(("--data-root", str(tmp_path / "a"), "--data-root", str(tmp_path)), "127.0.0.1")
    assert settings.data_roots()[2:] == (tmp_path / "a", tmp_path)
    with pytest.raises(ReidvizError, match="names gone, which is no folder"):
        start(("--data-root", str(tmp_path / "gone")), "127.0.0.1")
    with pytest.raises(ReidvizError, match="needs a folder"):
        start(("--data-root",), "127.0.0.1")


@pytest.mark.parametrize(
    ("address", "own"),
    [("127.0.0.1", True), ("127.1.2.3", True), ("::1", True), ("localhost", True), (None, False), ("", False),
     ("0.0.0.0", False), ("::", False), ("192.168.0.2", False), ("example.org", False), ("localhost.example", False)],
)  # fmt: skip
def test_who_reaches_a_server(address: str | None, own: bool) -> None:
    assert is_loopback(address) is own
