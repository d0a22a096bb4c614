"""python -m benchmarks.search_page [IMAGES]: an upload on the Search page, in Chromium, by the size of the gallery.

Two galleries take turns on one server: the built-in iLIDS people, and these again and again up to so many (100,000):
their features with noise, their files linked. Seconds from the upload to the cards. Needs what tests need.
"""

import os
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

from benchmarks.interactions import SETTLED, serving
from reidviz.common import settings
from reidviz.data.dataset import Dataset
from reidviz.data.formats import load
from reidviz.data.images.decode import load_image
from reidviz.evaluation.scoring.distances import normalised
from reidviz.gallery.named import FILES, Gallery, gallery_named, keep
from reidviz.gallery.store import Entry
from reidviz.gallery.update import add

DATA, MODEL = "synthetic:ilids", "mtdnet"
TURNS = 9
NOISE = 0.3
"""Length of what is added to a feature of length 1."""


def pictures(dataset: Dataset, folder: Path) -> list[Path]:
    """The images of a data set as files."""
    folder.mkdir()
    made = []
    for number in range(len(dataset.samples)):
        made.append(folder / f"{number:04d}.png")
        load_image(dataset, number).save(made[-1])
    return made


def repeated(small: Gallery, files: list[Path], folder: Path, images: int) -> Gallery:
    """A gallery of so many images, of the features of another and the files of its images."""
    rng = np.random.default_rng(0)
    model = small.model()
    features = small.store(model).features([one.name for one in files])
    folder.mkdir()
    large = replace(small, name="large", source=f"{FILES}{folder}")
    large.folder.mkdir()
    store = large.store(model)
    for copy in range(-(-images // len(files))):
        some = files[: images - copy * len(files)]
        (folder / f"{copy:04d}").mkdir()
        entries = []
        for number, file in enumerate(some):
            os.link(file, folder / f"{copy:04d}" / file.name)
            entries.append(
                Entry(f"{copy:04d}/{file.name}", f"c{copy % 8}", 60.0 * copy + number, (("tracklet", f"{copy}"),))
            )
        noise = rng.normal(0, NOISE / np.sqrt(features.shape[1]), (len(some), features.shape[1]))
        store.add(entries, normalised((features[: len(some)] + noise).astype(np.float32)))
    keep(large)
    return large


def upload(page: Any, address: str, gallery: str, file: Path) -> float:
    """Seconds from the upload of a file to its cards."""
    page.goto(f"{address}/search?gallery={gallery}&data={DATA}")
    page.locator("input[type=file]").wait_for(state="attached")
    page.wait_for_function(SETTLED)
    start = time.monotonic()
    page.locator("input[type=file]").set_input_files(file)
    page.locator("section.rv-row .rv-card img").nth(39).wait_for()
    return time.monotonic() - start


def main(images: int = 100_000) -> None:
    """Fill both galleries, take turns, print."""
    from playwright.sync_api import sync_playwright

    with tempfile.TemporaryDirectory() as name, sync_playwright() as playwright:
        place = Path(name)
        os.environ["REIDVIZ_GALLERIES"] = str(place / "galleries")
        files = pictures(load(DATA), place / "pictures")
        add("small", str(place / "pictures"), MODEL)
        repeated(gallery_named("small"), files, place / "many", images)
        found: dict[str, list[float]] = {"small": [], "large": []}
        with serving(settings.PROJECT, place) as address:
            browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
            page = browser.new_page(viewport={"width": 1440, "height": 900}, bypass_csp=True)
            page.set_default_timeout(120_000)
            for turn in range(TURNS):
                for gallery, seconds in found.items():
                    seconds.append(upload(page, address, gallery, files[turn]))
            browser.close()
    print("| gallery | images | the first, s | median of the others, s | the slowest of them, s |")
    print("|---|---:|---:|---:|---:|")
    for (gallery, seconds), count in zip(found.items(), (len(files), images), strict=True):
        first, *others = seconds
        print(f"| {gallery} | {count:,} | {first:.2f} | {median(others):.2f} | {max(others):.2f} |")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:2]))
