"""Takes the documents' pictures from a running app on built-in data: python docs/take_pictures.py ADDRESS [NAME ...]

NAME is tour, home, data, why, ...; without any it takes all. That of the Train page needs a server with finished runs
of built-in data (REIDVIZ_RUNS).
"""

import io
import sys
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, sync_playwright

HERE = Path(__file__).parent / "pictures"
PATIENCE = 600_000
"""Milliseconds for a page that computes what it shows for the first time."""
TOUR_WIDTH = 960
PAGES = {
    "home": ("", "[data-testid=stMain] table"),
    "retrieval": ("retrieval", ".rv-row"),
    "compare": ("compare", "[data-testid=stMain] table"),
    "train": ("train", "text=On the validation persons"),
    "embeddings": ("embeddings", "text=Both spaces agree on"),
    "pairs": ("pairs", ".rv-two img"),
    "why": ("pairs", ".rv-two img"),
    "data": ("data", ".rv-grid figure"),
    "joint_maps": ("joint_maps", ".rv-pair"),
}
TOUR_PROBE = "0365_2A_1.png"
"""Found first by neither task alone, but by both together."""
DATA = {"joint_maps": "synthetic:viper", "data": "synthetic:viper"}


def main(address: str, *names: str) -> None:
    """Write one PNG a page, in the light theme at 1440 pixels, and the tour."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1440, "height": 1100})
        page.set_default_timeout(PATIENCE)
        for name in PAGES:
            if not names or name in names:
                _open(page, address, name)
                page.screenshot(path=HERE / f"{name}.png")
        if not names or "tour" in names:
            _tour(page, address)
        browser.close()


def _open(page: Page, address: str, name: str, asked: str = "") -> None:
    """A page as it is to be seen."""
    path, ready = PAGES[name]
    page.goto(f"{address}/{path}?data={DATA.get(name, 'synthetic:cuhk03')}{asked}")
    page.locator(ready).last.wait_for()
    if name == "why":
        page.get_by_text("Why: which regions").click()
        page.locator(".rv-why img").last.wait_for()
        page.locator(".rv-why img").first.scroll_into_view_if_needed()
    if name == "data":
        examined = page.get_by_text("images examined")
        page.get_by_role("button", name="Examine").or_(examined).first.wait_for()
        if not examined.count():
            page.get_by_role("button", name="Examine").click()
        examined.wait_for()
    if name == "embeddings":
        _lasso(page)
    page.get_by_role("button", name="Copy link").wait_for()
    _settle(page)


def _settle(page: Page) -> None:
    """Until the app has nothing left to do."""
    page.wait_for_timeout(4000)
    page.get_by_test_id("stStatusWidget").wait_for(state="detached")


def _tour(page: Page, address: str) -> None:
    """The answer, a ranked list while the dial goes from one task to the other, a map, a pair and why: one GIF."""
    frames: list[tuple[bytes, int]] = []
    _open(page, address, "home")
    frames.append((page.screenshot(), 3000))
    _open(page, address, "retrieval", f"&probe={TOUR_PROBE}")
    frames.append((page.screenshot(), 1500))
    dial = page.get_by_role("slider").first
    for keys in (["Home"], ["PageUp"] * 3, ["PageUp"] * 3, ["End"]):
        dial.focus()
        for key in keys:
            page.keyboard.press(key, delay=300)
        _settle(page)
        frames.append((page.screenshot(), 1200))
    for name in ("embeddings", "pairs", "why"):
        _open(page, address, name)
        frames.append((page.screenshot(), 3000))
    small = [_small(shot) for shot, _ in frames]
    lasting = [milliseconds for _, milliseconds in frames]
    small[0].save(HERE / "tour.gif", save_all=True, append_images=small[1:], duration=lasting, loop=0, optimize=True)


def _small(shot: bytes) -> Image.Image:
    """A screenshot at TOUR_WIDTH, in the colours of its own."""
    image = Image.open(io.BytesIO(shot)).convert("RGB")
    height = round(image.height * TOUR_WIDTH / image.width)
    return image.resize((TOUR_WIDTH, height), Image.Resampling.LANCZOS).quantize(256, dither=Image.Dither.NONE)


def _lasso(page: Page) -> None:
    """Select the images in a small part of the left map."""
    box = page.locator("canvas").first.bounding_box()
    assert box is not None
    x, y, side = box["x"] + 0.32 * box["width"], box["y"] + 0.4 * box["height"], 0.09 * box["width"]
    page.mouse.move(x, y)
    page.mouse.down()
    for right, down in ((1, 0), (1, 1), (0, 1), (0, 0)):
        page.mouse.move(x + right * side, y + down * side, steps=8)
    page.mouse.up()
    page.locator(".rv-chosen img").first.wait_for()
    page.wait_for_timeout(3000)


if __name__ == "__main__":
    main(*sys.argv[1:])
