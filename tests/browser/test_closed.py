"""The server is closed: nothing is asked of other hosts, other names are not answered, and headers say so."""

import re
import socket
import urllib.error
import urllib.request
from pathlib import Path
from urllib.parse import quote, urlsplit

import pytest
from playwright.sync_api import Browser, Request, expect

from reidviz.common import settings
from tests.conftest import PATIENCE

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]
PAGES = sorted(file.stem.replace("home", "") for file in (settings.PROJECT / "pages").glob("*.py"))


def is_foreign(address: str) -> bool:
    return urlsplit(address).hostname not in {"127.0.0.1", None}


def test_no_page_asks_anything_of_another_host(browser: Browser, server: str, world: Path) -> None:
    """Whatever is asked of others is noted, and what the policy of the server forbids is too."""
    context = browser.new_context()
    foreign: list[str] = []
    forbidden: list[str] = []

    def note(request: Request) -> None:
        if is_foreign(request.url):
            foreign.append(request.url)

    context.on("request", note)
    page = context.new_page()
    page.set_default_timeout(1000 * PATIENCE)
    page.on("websocket", lambda opened: foreign.append(opened.url) if is_foreign(opened.url) else None)
    page.on("console", lambda said: forbidden.append(said.text) if "Content Security Policy" in said.text else None)
    for name in PAGES:
        page.goto(f"{server}/{name}?data={quote(f'folder:{world}/people')}")
        expect(page.locator("h1")).to_be_visible()
        expect(page.locator(".stApp")).to_have_attribute("data-test-script-state", "notRunning")
        expect(page).to_have_title(re.compile("reidviz"))
    context.close()
    assert (foreign, forbidden) == ([], [])


def asked(server: str, path: str, **headers: str) -> tuple[int, dict[str, str]]:
    request = urllib.request.Request(f"{server}{path}", headers=headers)
    try:
        with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
            return answer.status, {name.lower(): value for name, value in answer.headers.items()}
    except urllib.error.HTTPError as error:
        return error.code, {name.lower(): value for name, value in error.headers.items()}


@pytest.mark.parametrize("path", ["/", "/_stcore/health", "/_stcore/metrics", "/favicon.png", "/none/such"])
def test_every_answer_carries_the_headers(server: str, path: str) -> None:
    _, headers = asked(server, path)
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY"
    assert headers["referrer-policy"] == "same-origin"
    policy = headers["content-security-policy"]
    assert "frame-ancestors 'none'" in policy
    assert "http" not in policy
    assert "access-control-allow-origin" not in headers


def test_the_metrics_are_closed(server: str) -> None:
    assert asked(server, "/_stcore/metrics")[0] == 404
    assert asked(server, "/_stcore/metrics/")[0] == 404


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "", "evil.example@127.0.0.1"])
def test_another_host_name_gets_nothing(server: str, host: str) -> None:
    assert asked(server, "/", Host=host)[0] in {400, 403}
    assert opened(server, host, origin=f"http://{host}") in {400, 403}


def test_this_host_gets_a_websocket_and_a_page_elsewhere_does_not(server: str) -> None:
    host = urlsplit(server).netloc
    assert opened(server, host, origin=server) == 101
    assert opened(server, host, origin="http://evil.example") == 403


def opened(server: str, host: str, origin: str) -> int:
    """The status with which the server answers to a websocket that is asked of it under a host name."""
    place = urlsplit(server)
    lines = (
        "GET /_stcore/stream HTTP/1.1",
        f"Host: {host}",
        f"Origin: {origin}",
        "Connection: Upgrade",
        "Upgrade: websocket",
        "Sec-WebSocket-Version: 13",
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
    )
    with socket.create_connection((place.hostname, place.port), timeout=PATIENCE) as wire:
        wire.sendall(("\r\n".join(lines) + "\r\n\r\n").encode())
        return int(wire.recv(64).split()[1])
