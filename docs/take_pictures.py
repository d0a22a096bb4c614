"""Takes the README's images from a running app on built-in data: python docs/take_pictures.py ADDRESS [NAME ...]

NAME is home, data, why, ...; without any it takes all. That of the Train page needs a server with finished runs of
built-in data (REIDVIZ_RUNS).
"""

import sys
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

HERE = Path(__file__).parent / "pictures"
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
DATA = {"joint_maps": "synthetic:viper", "data": "synthetic:viper"}


def main(address: str, *names: str) -> None:
    """Write one PNG a page, in the light theme at 1440 pixels."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1440, "height": 1100})
        for name, (path, ready) in PAGES.items():
            if names and name not in names:
                continue
            page.goto(f"{address}/{path}?data={DATA.get(name, 'synthetic:cuhk03')}")
            page.locator(ready).last.wait_for(timeout=120_000)
            if name == "why":
                page.get_by_text("Why: which regions").click()
                page.locator(".rv-why img").last.wait_for(timeout=120_000)
                page.locator(".rv-why img").first.scroll_into_view_if_needed()
            if name == "data":
                page.get_by_role("button", name="Examine").click()
                page.get_by_text("images examined").wait_for(timeout=120_000)
            if name == "embeddings":
                _lasso(page)
            page.get_by_role("button", name="Copy link").wait_for()
            page.wait_for_timeout(4000)
            page.screenshot(path=HERE / f"{name}.png")
        browser.close()


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
