"""Addresses of pages with hostile parameters: what shows is the page or a sentence, and no path of this machine.

python -m benchmarks.hostile.addresses [CASES]: each is a new session of the app, without a browser, over one world.
"""

import logging
import sys
from concurrent.futures import wait
from functools import cache
from pathlib import Path
from random import Random

from streamlit.components.v2 import manifest_scanner
from streamlit.testing.v1 import AppTest

from benchmarks.hostile import campaign
from benchmarks.hostile.world import folder_for_all, lay_for_pages, people, point, report
from reidviz.common import settings
from reidviz.common.errors import ReidvizError
from reidviz.ui.background.jobs import board, quick_board
from reidviz.ui.server.boundary import LOG

PAGES = ("home", "retrieval", "compare", "pairs", "embeddings", "joint_maps", "data", "train")
WRONG = "This did not work"
KNOWN = {
    "data": ("folder:people", "synthetic:viper", "synthetic:cuhk03"),
    "protocol": ("half:0", "half:1", "test3:2", "listed", "market"),
    "models": ("mtdnet", "mtdtrp", "mtdnet-fused", "mtdnet-rnk", "whole", "damaged"),
    "probe": ("p0/A_0.png", "p1/B_1.png", "p5/A_1.png"),
    "dial": ("mtdnet-fused:0.30", "mtdnet-fused:1.00"),
    "run": ("whole", "damaged"),
    "page": ("2",),
    "selection": ("p0/A_0.png",),
}
TEXTS = (
    "", " ", "0", "-1", "nan", "inf", "1e999", "9" * 5000, "x" * 100_000, "\x00", "\n\n# Title", "\u202eodd", "😀",
    "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "![x](http://evil.example/x.png)", "$\\frac{1}{0}$",
    ":red[x]", "[x](javascript:alert(1))", "{}", "%s%n", "%2e%2e%2f", "../../secret.bin", "/etc/passwd", "~", "~root",
    "null", "None", "True", "[]", "half:-1", "half:0-9", "half:" + "9" * 400, "half:x", "test0:0",
    "test99999999999:1", "test-1:-1", "mtdnet-486", "small-100:99999999999999999999", "testset:99", "new-protocol",
    "mtdnet-fused:nan", "mtdnet-fused:1e999", ":0.5", "mtdnet-fused:", "mtdnet-fused:0.5:0.5", "synthetic:",
    "synthetic:x", "synthetic:../..", "folder:", "folder:/proc", "folder:/dev/zero", "folder:/dev/stdin",
    "folder:/proc/self/fd", "without:/etc/passwd", "without:without:x", "viper:/etc", "cuhk03:/etc", "folder:\x00",
    "folder:" + "a/" * 5000, "folder:~/#names=", "FOLDER:/etc", "odd:/etc", ":", "::",
)  # fmt: skip


def attempt(seed: int, work: Path) -> bytes:
    """Open one page with some parameters."""
    rng = Random(seed)
    _world()
    parameters = drawn(rng, work)
    app = AppTest.from_file(str(settings.PROJECT / "app.py"), default_timeout=campaign.SLOW)
    for name, values in parameters.items():
        app.query_params[name] = values
    app.switch_page(f"pages/{PAGES[seed % len(PAGES)]}.py").run()
    if _jobs_ended(parameters["data"][0] != KNOWN["data"][0]):
        app.run()
    return seen(app, parameters, work)


def _jobs_ended(cancelled: bool) -> bool:
    """Wait until nothing is being computed, or stop it; whether there was something."""
    jobs = [(lane, key, job) for lane in (board(), quick_board()) for key, job in lane]
    for lane, key, job in jobs:
        if cancelled:
            job.cancel()
        wait([job.future])
        lane.forget(key)
    return bool(jobs)


def seen(app: AppTest, parameters: dict[str, list[str]], work: Path) -> bytes:
    """What a page shows; a ReidvizError where that is one."""
    if app.exception:
        raise AssertionError(f"an exception is shown: {app.exception[0].value}")
    shown = "\n".join(str(getattr(element, "proto", "")) for block in (app.main, app.sidebar) for element in block)
    if "(incident " in shown:
        raise AssertionError("nobody foresaw it")
    given = " ".join(value for values in parameters.values() for value in values)
    told = [
        str(path)
        for path in (work.parent, settings.PROJECT, people(), _world(), Path.home() / ".")
        if str(path) in shown
    ]
    if told and not any(path in given for path in told):
        raise AssertionError(f"a path is shown: {told}")
    if campaign.SECRET[:30].decode() in shown:
        raise AssertionError("shows the secret")
    if WRONG in shown:
        raise ReidvizError("It is said.")
    if not app.title and not app.info:
        raise AssertionError("nothing is shown")
    return b""


def drawn(rng: Random, work: Path) -> dict[str, list[str]]:
    """Parameters, most of a value that the app knows, one or several of any."""
    hostile = (
        *TEXTS,
        f"folder:{work}",
        f"folder:{work.parent}/secret.bin",
        f"without:{work.parent}/secret.bin",
        str(work),
    )
    names = list(KNOWN)
    found = {name: [rng.choice(KNOWN[name])] for name in names if rng.random() < 0.5}
    found.setdefault("data", ["folder:people"])
    if rng.random() < 0.9:
        found["data"] = ["folder:people"]
    for name in rng.sample([*names, "odd", "__class__"], rng.choice((1, 1, 2, 3))):
        found[name] = [_text(rng, hostile) for _ in range(rng.choice((1, 1, 1, 2, 50)))]
    return found


def _text(rng: Random, hostile: tuple[str, ...]) -> str:
    if rng.random() < 0.2:
        return "".join(
            chr(rng.choice((rng.randrange(32, 127), rng.randrange(0xD7FF)))) for _ in range(rng.randrange(40))
        )
    one = rng.choice(hostile)
    return one if rng.random() < 0.8 else rng.choice(rng.choice(list(KNOWN.values()))) + one


@cache
def _world() -> Path:
    """One for all cases, its scores computed."""
    work = folder_for_all("app")
    lay_for_pages(work)
    point(work)
    return work


def quiet() -> None:
    """Let Streamlit say less, and not look for components that no package here has: that takes longer than a page."""
    manifest_scanner.scan_component_manifests = lambda max_workers=None: []
    logging.getLogger("streamlit").setLevel(logging.ERROR)
    LOG.setLevel(logging.CRITICAL)


if __name__ == "__main__":
    quiet()
    report(campaign.run("addresses", int(sys.argv[1]) if len(sys.argv) > 1 else 1000, attempt))
