"""python -m benchmarks.interactions [OTHER]: twelve things a user does, in Chromium, from the gesture to its effect.

Serves this checkout, and another one in the same run where its folder is given, on the built-in data with scores kept;
both take turns. Prints the median of three in seconds. Needs what tests need.
"""

import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.selection import _answers
from reidviz.common import settings

TIMES = 3
CURVES = ".js-plotly-plot .scatterlayer .trace"
SETTLED = "document.querySelector('.stApp')?.dataset.testScriptState === 'notRunning'"
Step = Callable[[Any, str], float]


def until(page: Any, act: Callable[[], object], wanted: str, arg: object = None) -> float:
    """Seconds from an act until a condition in the page holds."""
    start = time.monotonic()
    act()
    page.wait_for_function(wanted, arg=arg)
    return time.monotonic() - start


def opens(name: str, sign: str) -> Step:
    """A page opened from the menu of a page that is open, until it shows something."""

    def step(page: Any, address: str) -> float:
        page.goto(f"{address}/train")
        page.wait_for_function(SETTLED)
        link = page.get_by_role("link", name=name, exact=True).first
        return until(page, link.click, "sign => document.querySelector(sign)", sign)

    return step


def starts(page: Any, address: str) -> float:
    """A new session on Home, until curves are drawn."""
    return until(
        page, lambda: page.goto(address), "() => document.querySelector('.js-plotly-plot .scatterlayer .trace')"
    )


def step_on_retrieval(name: str) -> Step:
    """A step on Retrieval to another probe, until the lists are others."""

    def step(page: Any, address: str) -> float:
        page.goto(f"{address}/retrieval")
        page.locator(".rv-row").first.wait_for()
        page.wait_for_function(SETTLED)
        before = page.locator(".rv-row").last.inner_html()
        rows = "before => [...document.querySelectorAll('.rv-row')].at(-1)?.innerHTML !== before"
        return until(page, page.get_by_role("button", name=name).click, rows, before)

    return step


def slides(path: str, effect: str, key: str) -> Step:
    """The first slider of a page to one of its ends, until what follows from it is something else."""

    def step(page: Any, address: str) -> float:
        page.goto(f"{address}/{path}")
        page.locator(effect).first.wait_for()
        page.wait_for_function(SETTLED)
        page.get_by_role("slider").first.focus()
        before = page.locator(effect).first.inner_html()
        wanted = "([effect, before]) => document.querySelector(effect)?.innerHTML !== before"
        return until(page, lambda: page.keyboard.press(key), wanted, [effect, before])

    return step


def colours(page: Any, address: str) -> float:
    """Another colouring of the maps, until its legend is there."""
    page.goto(f"{address}/embeddings")
    page.get_by_text("Both spaces agree on").wait_for()
    page.wait_for_function(SETTLED)
    page.get_by_label("Colour by").click()
    option = page.get_by_role("option", name="camera")
    start = time.monotonic()
    option.click()
    page.get_by_text("camera 1A").first.wait_for()
    return time.monotonic() - start


STEPS: dict[str, Step] = {
    "a new session, to curves": starts,
    "to Data": opens("Data", ".rv-grid img"),
    "to Retrieval": opens("Retrieval", ".rv-row img"),
    "to Compare": opens("Compare", CURVES),
    "to Embeddings": opens("Embeddings", "[class*=map], canvas"),
    "to Pairs": opens("Pairs", ".rv-two img"),
    "to Joint maps": opens("Joint maps", "[data-testid=stHeading]"),
    "the next probe": step_on_retrieval("Next Shortcut"),
    "the next failure": step_on_retrieval("Failure after"),
    "the dial, to its list": slides("retrieval", ".rv-row", "End"),
    "the threshold, to its costs": slides("pairs?view=Threshold", "[data-testid=stMetricValue]", "Home"),
    "other colours on the maps": colours,
}


@contextmanager
def serving(checkout: Path, world: Path) -> Iterator[str]:
    """A checkout as a server with a cache of its own; its address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = os.environ | {f"REIDVIZ_{name}": str(world / name.lower()) for name in ("CACHE", "RUNS", "IMPORTS")}
    command = [sys.executable, "-m", "streamlit", "run", "app.py", "--server.headless=true", f"--server.port={port}"]
    server = subprocess.Popen(command, cwd=checkout, env=environment, stdout=subprocess.DEVNULL)
    try:
        while not _answers(f"http://127.0.0.1:{port}"):
            time.sleep(0.2)
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait(20)


def main() -> None:
    """Serve, take turns, print."""
    from playwright.sync_api import sync_playwright

    checkouts = [settings.PROJECT, *map(Path, sys.argv[1:])]
    with tempfile.TemporaryDirectory() as name, ExitStack() as stack, sync_playwright() as playwright:
        addresses = [stack.enter_context(serving(one, Path(name) / str(i))) for i, one in enumerate(checkouts)]
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        for address in addresses:  # scores, features and thumbnails are kept from here on
            page = browser.new_page(bypass_csp=True)
            page.set_default_timeout(600_000)
            page.goto(address)
            page.get_by_text("Computed here on").wait_for()
            page.goto(f"{address}/embeddings")
            page.get_by_text("Both spaces agree on").wait_for()
            page.close()
        for told, step in STEPS.items():
            found: list[list[float]] = [[] for _ in addresses]
            for _ in range(TIMES):
                for seconds, address in zip(found, addresses, strict=True):
                    page = browser.new_page(viewport={"width": 1440, "height": 900}, bypass_csp=True)
                    page.set_default_timeout(60_000)
                    seconds.append(step(page, address))
                    page.close()
            print(told, *(f"{median(seconds):.2f}" for seconds in found), sep=" | ", flush=True)
        browser.close()


if __name__ == "__main__":
    main()
