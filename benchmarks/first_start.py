"""How long a newcomer waits: seconds from starting the server to the curves on Home, in Chromium, first and later."""

import os
import subprocess
import sys
import tempfile
import time

from playwright.sync_api import Error, sync_playwright

from reidviz.common import settings

PORT = 8599
COMMAND = [sys.executable, "-m", "streamlit", "run", "app.py", "--server.headless=true", f"--server.port={PORT}"]


def main() -> None:
    """Print one line a start; the first has an empty cache, all share one browser."""
    with tempfile.TemporaryDirectory() as cache, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        context = browser.new_context(viewport={"width": 1440, "height": 900})
        for label in ("first start", "later start", "later start"):
            started = time.perf_counter()
            server = subprocess.Popen(COMMAND, cwd=settings.PROJECT, env=os.environ | {"REIDVIZ_CACHE": cache})
            page = context.new_page()
            while True:
                try:
                    page.goto(f"http://127.0.0.1:{PORT}/")
                    break
                except Error:
                    time.sleep(0.1)
            page.wait_for_selector("h1", timeout=60_000)
            title = time.perf_counter() - started
            page.wait_for_selector("table", timeout=600_000)
            page.wait_for_selector(".js-plotly-plot", timeout=60_000)
            print(f"{label}: title after {title:.1f} s, curves after {time.perf_counter() - started:.1f} s", flush=True)
            page.close()
            server.terminate()
            server.wait()
        browser.close()


if __name__ == "__main__":
    main()
