"""The real app in a real browser: one server on small models and images of its own, one Chromium."""

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Browser, FloatRect, Locator, Page, expect, sync_playwright

from reidviz.common import settings
from reidviz.data.formats import load
from reidviz.models.checkpoint import save_checkpoint
from reidviz.models.model_card import Card, Fusion
from tests.conftest import PATIENCE, SMALL, network, people_folder

expect.set_options(timeout=1000 * PATIENCE)
CHROMIUM = next(
    (found for name in ("chromium", "chromium-browser", "google-chrome") if (found := shutil.which(name))), None
)
FUSION = Fusion(0.3, 0.2, 0.5, "3 persons", 6, 3, (0.0, 0.5, 1.0), (50.0, 70.0, 60.0), (55.0, 75.0, 65.0))
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
]
"""No other host is ever reached, whatever a page asks for; tests that note requests need not stop them, which would
switch the browser's cache off."""


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        try:
            opened = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        except Exception as error:
            pytest.skip(f"no Chromium on this machine: {error}")
        yield opened
        opened.close()


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Images that were added, so that their name can stand in the address, and one finished run of each single- and
    multi-task variant."""
    root = tmp_path_factory.mktemp("world")
    data = f"folder:{people_folder(root / 'people', persons=12)}"
    (root / "imports").mkdir()
    (root / "imports" / "people.spec").write_text(data)
    manifest = load(data).manifest_hash
    for seed, variant in enumerate(("mtdnet-rnk", "mtdnet")):
        path = root / "runs" / f"my {variant}" / "checkpoints" / "final.safetensors"
        card = Card(f"my {variant}", variant, SMALL, {}, data, manifest, "half:0", "fresh weights", seed, 0)
        card = replace(card, fusion=FUSION if variant == "mtdnet" else None)
        save_checkpoint(path, network(variant, seed=seed), card)
    return root


def answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(f"{address}/_stcore/health", timeout=1):
            return True
    except OSError:
        return False


@contextmanager
def serving(world: Path, *options: str, **settings_of_it: str) -> Iterator[str]:
    """The app over the cache, the runs and the imports of a world, as long as the context lasts; its address.

    options  of streamlit run; settings_of_it  variables of the environment
    """
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = os.environ | {
        f"REIDVIZ_{name.upper()}": str(world / name) for name in ("cache", "runs", "imports", "models", "marks")
    }
    command = [sys.executable, "-m", "streamlit", "run", "app.py", "--server.headless=true", f"--server.port={port}"]
    process = subprocess.Popen([*command, *options], cwd=settings.PROJECT, env=environment | settings_of_it)
    address = f"http://127.0.0.1:{port}"
    while not answers(address):
        assert process.poll() is None, "the app did not start"
        time.sleep(0.1)
    try:
        yield address
    finally:
        process.terminate()
        process.wait()


@pytest.fixture(scope="session")
def server(world: Path) -> Iterator[str]:
    with serving(world) as address:
        yield address


@contextmanager
def tab_of(browser: Browser) -> Iterator[Page]:
    """A tab in which tests may evaluate strings, which the server's policy forbids to pages (test_closed)."""
    context = browser.new_context(viewport={"width": 1440, "height": 900}, bypass_csp=True)
    opened = context.new_page()
    opened.set_default_timeout(1000 * PATIENCE)
    yield opened
    context.close()


@pytest.fixture(scope="session")
def tab(browser: Browser) -> Iterator[Page]:
    """One for many tests: a tab that has shown the app once shows it again in half the time."""
    with tab_of(browser) as opened:
        yield opened


@pytest.fixture
def page(tab: Page) -> Iterator[Page]:
    """The tab as a new one would be: of the usual size, light, at no address, with nothing kept by the pages before."""
    tab.set_viewport_size({"width": 1440, "height": 900})
    tab.emulate_media(color_scheme="light")
    yield tab
    if tab.url.startswith("http"):
        tab.evaluate("localStorage.clear(), sessionStorage.clear()")
    tab.context.clear_cookies()
    tab.mouse.move(0, 0)
    tab.goto("about:blank")


SETTLED = """document.querySelector('.stApp').dataset.testScriptState === 'notRunning'
  && getComputedStyle(document.querySelector('.stApp')).getPropertyValue('--rv-quiet') !== ''
  && (!document.querySelector('[data-card]') || document.documentElement.dataset.cards === 'open')"""
"""The page has run, the app's own style is there, and cards hear clicks and keys."""


def settle(page: Page) -> None:
    """Wait until the page has run and nothing is being computed for it: until then its parts are drawn anew, and what
    is typed or dragged there is lost."""
    page.wait_for_function(SETTLED)
    expect(page.get_by_role("button", name="Cancel")).to_have_count(0)
    page.wait_for_function(SETTLED)


def place_of(page: Page, found: Locator) -> FloatRect:
    """Where on the screen an element is, once the page has settled."""
    settle(page)
    found.hover(trial=True)
    box = found.bounding_box()
    assert box is not None
    return box


FITS = """wide => {
  const main = document.querySelector("[data-testid=stMain]"), edge = main.getBoundingClientRect().right;
  return main.scrollWidth <= main.clientWidth
    && [...document.querySelectorAll(wide)].every(e => e.getBoundingClientRect().right <= edge);
}"""
BACKGROUNDS: dict[Literal["light", "dark"], str] = {"light": "rgb(255, 255, 255)", "dark": "rgb(17, 24, 28)"}


def assert_fits(page: Page, wide: str) -> None:
    """In both themes and at 1440 and 1000 pixels nothing scrolls sideways, and no element that the selector `wide`
    finds passes the right edge, once charts have followed."""
    for theme, background in BACKGROUNDS.items():
        page.emulate_media(color_scheme=theme)
        expect(page.locator(".stApp")).to_have_css("background-color", background)
        for width in (1440, 1000):
            page.set_viewport_size({"width": width, "height": 900})
            page.wait_for_function(FITS, arg=wide)
