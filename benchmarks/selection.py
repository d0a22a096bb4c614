"""python -m benchmarks.selection: from a lasso over 20,000 images to the selected ones on screen, in Chromium.

Draws a folder of 2,500 made-up persons with 8 images each, starts the app on it, has both shipped ranking branches
describe them (some minutes), and selects five times. Prints seconds from the mouse's release until the server is asked,
and until images are shown. Needs what tests need.
"""

import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

import numpy as np

from reidviz.common import settings

PERSONS, CAMERAS, SHOTS = 2_500, "ABCD", 2
PLACES = ((0.5, 0.5), (0.4, 0.6), (0.6, 0.4), (0.45, 0.45), (0.55, 0.6))
HALF = 0.03
CHANGED = "b => { const s = document.querySelector('.rv-chosen'); return s && s.innerHTML != b }"


def draw(root: Path) -> None:
    """Coloured noise: coarse for a person, fine for an image."""
    from PIL import Image

    rng = np.random.default_rng(0)
    for person in range(PERSONS):
        folder = root / f"p{person:04d}"
        folder.mkdir(parents=True)
        coarse = np.kron(rng.integers(40, 215, (4, 2, 3)), np.ones((16, 16, 1), dtype=np.int64))
        for camera in CAMERAS:
            for shot in range(SHOTS):
                pixels = (coarse + rng.integers(-40, 40, coarse.shape)).astype(np.uint8)
                Image.fromarray(pixels).save(folder / f"{camera}_{shot}.jpg")


def measure(address: str, data: str) -> None:
    """Select in the left map five times, and print how long it took."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1440, "height": 2400}, bypass_csp=True)
        page.set_default_timeout(1_200_000)
        asked: list[float] = []
        page.on("websocket", lambda one: one.on("framesent", lambda _: asked.append(time.monotonic())))
        page.goto(f"{address}/embeddings?data={data}&models=mtdnet-rnk&models=mtdtrp")
        page.get_by_text("Which images, and one").first.click()
        page.get_by_text("all images", exact=True).first.click()
        page.get_by_text("20,000 images of").first.wait_for()
        page.get_by_text("Both spaces agree on").wait_for()
        page.wait_for_timeout(5_000)
        for x, y in PLACES:
            grid = page.locator(".rv-chosen")
            before = grid.first.inner_html() if grid.count() else ""
            box = page.locator("canvas").first.bounding_box()
            assert box is not None
            for step, (right, down) in enumerate(((-1, -1), (1, -1), (1, 1), (-1, 1), (-1, -1))):
                place = (box["x"] + (x + right * HALF) * box["width"], box["y"] + (y + down * HALF) * box["height"])
                page.mouse.move(*place, steps=6)
                if not step:
                    page.mouse.down()
            asked.clear()
            start = time.monotonic()
            page.mouse.up()
            page.wait_for_function(CHANGED, arg=before)
            shown = time.monotonic() - start
            count = page.get_by_text("images selected").first.inner_text()
            print(f"asked after {asked[0] - start:.2f} s, shown after {shown:.2f} s ({count})", flush=True)
            page.wait_for_timeout(6_000)
        browser.close()


def main() -> None:
    """Draw, serve, measure."""
    with tempfile.TemporaryDirectory() as name:
        root = Path(name)
        draw(root / "people")
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        command = [sys.executable, "-m", "streamlit", "run", "app.py", "--server.headless", "true"]
        environment = os.environ | {"REIDVIZ_CACHE": str(root / "cache"), "REIDVIZ_RUNS": str(root / "runs")}
        server = subprocess.Popen(
            [*command, "--server.port", str(port)], cwd=settings.PROJECT, env=environment, stdout=subprocess.DEVNULL
        )
        try:
            address = f"http://127.0.0.1:{port}"
            while not _answers(address):
                time.sleep(0.2)
            measure(address, f"folder:{root / 'people'}")
        finally:
            server.terminate()
            server.wait(20)


def _answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(f"{address}/_stcore/health", timeout=1):
            return True
    except OSError:
        return False


if __name__ == "__main__":
    main()
