"""Takes the README's pictures from a running app on built-in data: python docs/take_pictures.py http://127.0.0.1:8501

That of the Train page needs a server with finished runs of built-in data (REIDVIZ_RUNS).
"""

import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

HERE = Path(__file__).parent / "pictures"
PAGES = {
    "home": ("", "table"),
    "retrieval": ("retrieval", ".rv-row"),
    "compare": ("compare", "[class*=st-key-open-]"),
    "train": ("train", ".rv-hard"),
    "embeddings": ("embeddings", "text=Both spaces agree on"),
    "pairs": ("pairs", ".rv-pairs figure"),
    "joint_maps": ("joint_maps", ".rv-pair"),
}
DATA = {"joint_maps": "synthetic:viper"}


def main(address: str) -> None:
    """Write one PNG a page, in the light theme at 1440 pixels."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1440, "height": 1300})
        for name, (path, ready) in PAGES.items():
            page.goto(f"{address}/{path}?data={DATA.get(name, 'synthetic:cuhk03')}")
            page.locator(ready).last.wait_for(timeout=120_000)
            page.wait_for_timeout(1500)
            page.screenshot(path=HERE / f"{name}.png")
        browser.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
