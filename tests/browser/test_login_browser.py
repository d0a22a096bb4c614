"""A server with a login, and a provider of identities on this machine: what is to be had before and after it."""

import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote, urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.sync.client import connect
from websockets.typing import Origin, Subprotocol

from tests.browser.conftest import assert_fits, serving, settle
from tests.browser.provider import providing
from tests.conftest import PATIENCE

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]
PERSONS = [
    {"sub": "ada", "name": "Ada **Lovelace** :material/add: <b>", "email": "Ada@example.org", "email_verified": True},
    {"sub": "eve", "name": "Eve", "email": "eve@elsewhere.example", "email_verified": True},
    {"sub": "una", "name": "Una", "email": "ada@example.org", "email_verified": False},
]


@pytest.fixture(scope="module")
def closed(world: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server that asks for a login, for people of example.org."""
    file = tmp_path_factory.mktemp("secrets") / "secrets.toml"
    with providing(PERSONS) as provider:
        file.write_text(provider.secrets_toml("http://127.0.0.1:{port}/oauth2callback"))
        with serving(world, f"--secrets.files={file}", REIDVIZ_ALLOWED_USERS="example.org") as address:
            yield address


@pytest.fixture
def visitor(browser: Browser) -> Iterator[BrowserContext]:
    context = browser.new_context(viewport={"width": 1440, "height": 900}, bypass_csp=True)
    context.set_default_timeout(1000 * PATIENCE)
    yield context
    context.close()


def log_in(visitor: BrowserContext, address: str, name: str) -> Page:
    page = visitor.new_page()
    page.goto(address)
    page.get_by_role("button", name="Log in").click()
    page.get_by_role("link", name=name).click()
    return page


def status(address: str, method: str = "GET") -> int:
    try:
        with urllib.request.urlopen(urllib.request.Request(address, method=method), timeout=PATIENCE) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code


@pytest.mark.parametrize("name", ["data", "train", "home", ""])
def test_a_websocket_alone_gets_the_login_and_nothing_else(closed: str, world: Path, name: str) -> None:
    """The first of these is the first visitor that the server ever has."""
    asked = BackMsg()
    asked.rerun_script.page_name = name
    asked.rerun_script.query_string = f"data={quote(f'folder:{world}/people')}"
    told = b""
    stream = f"ws://{urlsplit(closed).netloc}/_stcore/stream"
    with connect(stream, origin=Origin(closed), subprotocols=[Subprotocol("streamlit")]) as wire:
        wire.send(asked.SerializeToString())
        while ForwardMsg.FromString(one := wire.recv(PATIENCE, decode=False)).WhichOneof("type") != "script_finished":
            told += one
    assert b"Log in" in told
    for word in (b"Data set", b"people", b"Joint maps", b"my mtdnet"):
        assert word not in told


def test_nobody_who_is_not_logged_in_sees_more_than_the_login(closed: str, visitor: BrowserContext) -> None:
    page = visitor.new_page()
    page.goto(f"{closed}/train?run=my%20mtdnet")
    expect(page.get_by_role("button", name="Log in")).to_be_visible()
    expect(page.get_by_role("button")).to_have_count(1)
    expect(page.get_by_test_id("stSidebar")).to_have_count(0)
    expect(page.get_by_role("navigation")).to_have_count(0)
    assert_fits(page, "button, h1")


def test_who_is_on_the_list_logs_in_and_out(closed: str, visitor: BrowserContext) -> None:
    page = log_in(visitor, closed, "ada")
    expect(page.get_by_role("link", name="Retrieval")).to_be_visible()
    expect(page.get_by_text("Ada **Lovelace** :material/add: <b>, Ada@example.org", exact=True)).to_be_visible()
    settle(page)
    with page.expect_response("**/auth/logout*"):
        page.get_by_role("button", name="Log out").click()
    expect(page.get_by_role("button", name="Log in")).to_be_visible()
    page.goto(f"{closed}/train")
    expect(page.get_by_role("button", name="Log in")).to_be_visible()
    expect(page.get_by_role("link", name="Retrieval")).to_have_count(0)


@pytest.mark.parametrize("name", ["eve", "una"])
def test_who_is_not_on_the_list_is_told_so_and_can_log_out(closed: str, visitor: BrowserContext, name: str) -> None:
    page = log_in(visitor, closed, name)
    expect(page.get_by_text("is logged in, but may not see this server.")).to_be_visible()
    expect(page.get_by_role("button")).to_have_count(1)
    expect(page.get_by_test_id("stSidebar")).to_have_count(0)
    page.get_by_role("button", name="Log out").click()
    expect(page.get_by_role("button", name="Log in")).to_be_visible()


def test_files_of_pages_are_for_those_who_are_logged_in(closed: str, visitor: BrowserContext) -> None:
    page = log_in(visitor, closed, "ada")
    expect(page.get_by_role("link", name="Retrieval")).to_be_visible()
    icon = page.locator("link[rel*=icon][href*='/media/']").first
    expect(icon).to_have_count(1)
    file = page.evaluate("link => link.href", icon.element_handle())
    assert visitor.request.get(file).status == 200
    assert status(file) == 403
    assert status(f"{closed}/_stcore/upload_file/session/file", "PUT") == 403
    assert status(f"{closed}/component/one/index.html") == 403
    for open_to_all in ("/", "/train", "/_stcore/health", "/_stcore/host-config"):
        assert status(f"{closed}{open_to_all}") == 200
