"""python -m benchmarks.dial DATA PROTOCOL MODEL ADDRESS: how long the multi-task dial takes, in Chromium.

Milliseconds from a press on an arrow key until figures and curve (Compare) or the ranked list (Retrieval) are others,
on an app that runs at ADDRESS and knows the run or checkpoint MODEL by its name. Some steps of the dial change nothing
in a list; those do not count.
"""

import statistics
import sys
import time
from urllib.parse import quote

from playwright.sync_api import Error, Page, sync_playwright

PRESSES = 20
SHOWN = {
    "compare": "JSON.stringify([...document.querySelectorAll('.st-key-compare-cmc .js-plotly-plot')].at(-1)"
    "?._fullData?.at(-1)?.y ?? '') + [...document.querySelectorAll('table tr')].at(-1)?.innerText",
    "retrieval": "document.querySelector('.rv-row')?.innerText",
}


def main(data: str, protocol: str, model: str, address: str) -> None:
    """Print a line for each page."""
    names = (model, f"{model} (mtdtrp)", f"{model} (mtdnet-fused)")
    query = f"data={quote(data)}&protocol={quote(protocol)}" + "".join(f"&models={quote(name)}" for name in names)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        for name, shown in SHOWN.items():
            page = browser.new_page(viewport={"width": 1440, "height": 1000}, bypass_csp=True)
            page.goto(f"{address}/{name}?{query}")
            page.locator(".rv-row, .st-key-compare-cmc .js-plotly-plot").first.wait_for(timeout=600_000)
            page.wait_for_timeout(3000)
            taken = [one for one in (press(page, shown) for _ in range(PRESSES)) if one is not None]
            print(
                f"{name}: median {statistics.median(taken):.0f} ms, slowest {max(taken):.0f} ms of {len(taken)} steps "
                f"that changed what is shown"
            )
        browser.close()


def press(page: Page, shown: str) -> float | None:
    """Milliseconds one step of the dial takes, or None when it changes nothing within two seconds."""
    page.get_by_role("slider").first.focus()
    before = page.evaluate(shown)
    started = time.perf_counter()
    page.keyboard.press("ArrowLeft")
    try:
        page.wait_for_function(
            f"before => {{ const now = {shown}; return now && now !== before }}", arg=before, timeout=2000
        )
    except Error:
        return None
    taken = 1000 * (time.perf_counter() - started)
    page.wait_for_timeout(700)
    return taken


if __name__ == "__main__":
    if len(sys.argv) != 5:
        sys.exit(__doc__)
    main(*sys.argv[1:])
