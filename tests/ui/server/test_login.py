"""Whom a login lets in, and that a login that could not be relied on shows nothing instead of everything."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import streamlit as st
from streamlit import config
from streamlit.runtime.secrets import secrets_singleton
from streamlit.testing.v1 import AppTest
from streamlit.web.server.starlette.starlette_app_utils import create_signed_value

from reidviz.common import settings
from reidviz.common.errors import ReidvizError
from reidviz.ui.server import login
from reidviz.ui.server.guard import Guard, Message
from reidviz.ui.server.startup import start
from tests.conftest import PATIENCE, awaited
from tests.pages.conftest import APP

SECRET = "a secret of at least 32 characters"
AUTH = {
    "redirect_uri": "http://127.0.0.1:8501/oauth2callback",
    "cookie_secret": SECRET,
    "client_id": "one",
    "client_secret": "two",
    "server_metadata_url": "http://127.0.0.1:1/.well-known/openid-configuration",
}
ADA = {"is_logged_in": True, "email": "Ada@example.org", "email_verified": True}


@pytest.fixture(autouse=True)
def own_server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Every test starts a server; the file of its secrets, which is not there yet."""
    file = tmp_path / "secrets.toml"
    real = config.get_option
    monkeypatch.setattr(config, "get_option", lambda key: [str(file)] if key == "secrets.files" else real(key))
    monkeypatch.setattr(st, "get_option", config.get_option)
    monkeypatch.setenv("REIDVIZ_ALLOWED_USERS", "")
    monkeypatch.setenv("REIDVIZ_ANY_FOLDER", "")
    forget()
    yield file
    forget()


def forget() -> None:
    secrets_singleton._reset()
    login.required.cache_clear()
    start.cache_clear()


def configure(file: Path, **changes: object) -> None:
    told = {name: value for name, value in (AUTH | changes).items() if value is not None}
    file.write_text("[auth]\n" + "".join(f"{name} = {json.dumps(value)}\n" for name, value in told.items()))


@pytest.mark.parametrize(
    ("email", "allowed", "expected"),
    [
        ("ada@example.org", "", True),
        ("ada@example.org", "ada@example.org", True),
        ("Ada@Example.ORG", "eve@example.org, ADA@example.org", True),
        ("ada@example.org", "example.org", True),
        ("ada@example.org", "@example.org", True),
        ("ada@example.org", "eve@example.org", False),
        ("ada@sub.example.org", "example.org", False),
        ("ada@notexample.org", "example.org", False),
        ("ada@example.org@evil.example", "example.org ada@example.org", False),
        ("example.org", "example.org", False),
        ("@example.org", "example.org", False),
        ("ada@example.org ", "example.org ada@example.org", False),
        ("ada@\N{KELVIN SIGN}.org", "k.org", False),
        (None, "example.org", False),
        (["ada@example.org"], "example.org", False),
    ],
)
def test_who_is_on_the_list(email: object, allowed: str, expected: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REIDVIZ_ALLOWED_USERS", allowed)
    assert login.admits({"is_logged_in": True, "email": email}) is expected
    assert not login.admits({"is_logged_in": False, "email": email})
    assert not login.admits({"email": email})


@pytest.mark.parametrize(
    ("verified", "expected"),
    [(True, True), ("true", True), (False, False), ("false", False), (None, False), ("", False), ("True!", False)],
)
def test_an_address_that_is_not_verified_is_not_believed(
    verified: object, expected: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REIDVIZ_ALLOWED_USERS", "example.org")
    assert login.admits(ADA | {"email_verified": verified}) is expected


def test_without_secrets_nobody_needs_to_log_in(own_server: Path) -> None:
    assert not login.required()
    own_server.write_text('[other]\nkey = "value"\n')
    forget()
    assert not login.required()


def test_a_login_stays_required_until_the_server_ends(own_server: Path) -> None:
    configure(own_server)
    assert login.required()
    own_server.unlink()
    secrets_singleton._reset()
    assert login.required()


@pytest.mark.parametrize(
    ("written", "sentence"),
    [
        ("[auth\n", "cannot be read"),
        ("\0", "cannot be read"),
        ("[auth]\n", "without redirect_uri, cookie_secret, client_id"),
        ('auth = "none"\n', "is no table"),
    ],
)
def test_secrets_that_say_nothing_clear_are_an_error(own_server: Path, written: str, sentence: str) -> None:
    own_server.write_text(written)
    with pytest.raises(ReidvizError, match=sentence):
        login.required()


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"client_secret": None}, "without client_secret"),
        ({"client_id": ""}, "without client_id"),
        ({"cookie_secret": 5}, "without cookie_secret"),
        ({"cookie_secret": "short"}, "fewer than 32 characters"),
    ],
)
def test_half_a_login_is_an_error(own_server: Path, changes: dict[str, object], sentence: str) -> None:
    configure(own_server, **changes)
    with pytest.raises(ReidvizError, match=sentence):
        login.required()


def test_a_list_without_a_login_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REIDVIZ_ALLOWED_USERS", "example.org")
    with pytest.raises(ReidvizError, match="no login is configured"):
        login.required()


@pytest.mark.parametrize("written", ["[auth\n", "[auth]\n"])
def test_a_login_that_cannot_be_relied_on_shows_one_sentence_only(own_server: Path, written: str) -> None:
    own_server.write_text(written)
    app = AppTest.from_file(APP, default_timeout=PATIENCE).run()
    assert [t.value for t in app.text if "docs/server.md" in t.value]
    assert not app.sidebar.children
    assert not app.title


def test_before_the_login_there_is_one_button(own_server: Path) -> None:
    configure(own_server)
    app = AppTest.from_file(APP, default_timeout=PATIENCE).run()
    assert not app.exception
    assert [b.label for b in app.button] == ["Log in"]
    assert not app.sidebar.children


def test_who_leaves_is_sent_away_again_by_each_run_until_the_browser_goes(
    own_server: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Streamlit drops what a run told the browser where another one begins before it was sent."""
    configure(own_server)
    told = list[str]()
    monkeypatch.setattr(st, "logout", lambda: told.append("logout"))
    monkeypatch.setattr(st, "login", lambda: told.append("login"))
    app = AppTest.from_file(APP, default_timeout=PATIENCE)
    app.session_state[login.LEAVING] = True
    app.run().run()
    assert told == ["logout", "logout"]
    app.button(key="log-in").click().run()
    assert told == ["logout", "logout", "login"]


def answer(path: str, user: dict[str, Any] | None, secret: str = SECRET) -> int:
    """The status with which a server answers to somebody with the cookie of a login; 200 where the guard lets pass."""
    name = "_streamlit_user"
    cookie = "" if user is None else f"{name}={create_signed_value(secret, name, json.dumps(user)).decode()}"
    headers = [(b"host", b"127.0.0.1"), (b"cookie", cookie.encode())]
    sent: list[Message] = []

    async def behind(scope: object, receive: object, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})

    async def receive() -> Message:
        raise AssertionError

    async def send(message: Message) -> None:
        sent.append(message)

    awaited(Guard(behind)({"type": "http", "path": path, "headers": headers}, receive, send))
    return int(sent[0]["status"])


FILES = ("/media/one.png", "/_stcore/upload_file/session/file", "/component/one/x.js", "/_stcore/bidi-components/one")
OPEN = (
    "/",
    "/data",
    "/static/js/index.js",
    "/oauth2callback",
    "/auth/login",
    "/_stcore/health",
    "/_stcore/host-config",
)


@pytest.mark.parametrize("path", [*FILES, "/_stcore/agent/interact", "/app/static/x"])
def test_files_are_for_those_whom_the_login_let_in(
    own_server: Path, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert answer(path, None) == 200
    configure(own_server)
    forget()
    monkeypatch.setenv("REIDVIZ_ALLOWED_USERS", "example.org")
    assert answer(path, ADA) == 200
    assert answer(path, None) == 403
    assert answer(path, ADA | {"email": "eve@elsewhere.example"}) == 403
    assert answer(path, ADA | {"is_logged_in": False}) == 403
    assert answer(path, ADA, secret="another secret of 32 characters.") == 403


@pytest.mark.parametrize("path", OPEN)
def test_the_page_of_the_login_is_for_all(own_server: Path, path: str) -> None:
    configure(own_server)
    assert answer(path, None) == 200


@pytest.mark.parametrize("path", FILES)
def test_below_a_path_of_its_own_files_are_closed_too(
    own_server: Path, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    configure(own_server)
    real = st.get_option
    monkeypatch.setattr(st, "get_option", lambda key: "/reid/" if key == "server.baseUrlPath" else real(key))
    assert answer(f"/reid{path}", None) == 403


def test_where_people_log_in_only_named_folders_are_read(own_server: Path) -> None:
    configure(own_server)
    start((), "127.0.0.1")
    assert not settings.any_folder()


@pytest.mark.parametrize(
    ("hosts", "own"),
    [
        (("127.0.0.1", "localhost", "::1"), True),
        (("reid.example.org",), False),
        (("localhost", "*"), False),
        ((), False),
    ],
)
def test_behind_a_proxy_only_named_folders_are_read(hosts: tuple[str, ...], own: bool) -> None:
    start((), "127.0.0.1", hosts)
    assert settings.any_folder() is own
