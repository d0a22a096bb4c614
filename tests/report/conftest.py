"""Two models on a small test of people who are not built in, with distances made by hand."""

from collections.abc import Callable
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from reidviz.data.dataset import Dataset, Split
from reidviz.data.formats import load
from reidviz.data.splits.protocols import split
from reidviz.evaluation.ground_truth import ground_truth
from reidviz.evaluation.pipeline.evaluate import Result
from reidviz.evaluation.pipeline.ranker import Ranker
from reidviz.evaluation.ranking.ranking import rank
from reidviz.evaluation.scores import EXACT, Scores

Make = Callable[[str, set[int]], Result]
PERSONS = 24


def drawn_folder(root: Path, persons: int = PERSONS) -> Path:
    """A folder data set of noise: two images of each person by either camera."""
    for number in range(persons * 4):
        person, camera, shot = number // 4, "AB"[number // 2 % 2], number % 2
        file = root / f"p{person:02d}" / f"{camera}_{shot}.png"
        file.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(np.random.default_rng(number).integers(0, 256, (64, 24, 3), dtype=np.uint8)).save(file)
    return root


@pytest.fixture
def dataset(tmp_path: Path) -> Dataset:
    return load(f"folder:{drawn_folder(tmp_path / 'people')}")


@pytest.fixture
def parts(dataset: Dataset) -> Split:
    """Twelve persons in the gallery, two probes of each."""
    return split(dataset, "half:0")


@pytest.fixture
def make(dataset: Dataset, parts: Split, tmp_path: Path) -> Make:
    """A result by name, and which probes it ranks third instead of first."""

    def result(name: str, missed: set[int]) -> Result:
        truth = ground_truth(dataset, parts)
        same = np.stack([truth.masks(probe)[0] for probe in range(len(parts.probes))])
        distances = np.where(same, 0.0, 1 + np.arange(same.shape[1])).astype(np.float32)
        for probe in missed:
            others = np.flatnonzero(~same[probe])[:2]
            distances[probe, others] = -1 - np.arange(2)
        ranker = Ranker(name, "distance", tmp_path / f"{len(name)}.npz", f"{hash(name) % 16**8:064x}", form="features")
        scores = Scores("distance", distances)
        return Result(ranker, scores, rank(scores, truth), 0.0, EXACT, key=f"{name} {sorted(missed)}")

    return result


@pytest.fixture
def results(make: Make) -> list[Result]:
    """A good model and a worse one, on 24 probes: 0 and 1 are missed by both, 2 by the first, 3-16 by the second."""
    return [make("good", {0, 1, 2}), make("worse", {0, 1, *range(3, 17)})]


def renamed(result: Result, name: str) -> Result:
    return replace(result, ranker=replace(result.ranker, name=name))


class Page(HTMLParser):
    """The tags of a page with their attributes, its text by the id of its section, and the rows of tables there."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.texts: dict[str, str] = {}
        self.rows: dict[str, list[list[str]]] = {}
        self._section, self._style, self._cell = "", False, False
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = {name: value or "" for name, value in attrs}
        self.tags.append((tag, told))
        self._style = tag == "style"
        if tag == "section":
            self._section = told["id"]
        if tag == "tr":
            self.rows.setdefault(self._section, []).append([])
        self._cell = self._cell or tag in ("td", "th")
        if tag in ("td", "th"):
            self.rows[self._section][-1].append("")

    def handle_endtag(self, tag: str) -> None:
        self._style = False
        self._cell = self._cell and tag not in ("td", "th")

    def handle_data(self, data: str) -> None:
        if self._style:
            return
        self.texts[self._section] = self.texts.get(self._section, "") + data
        if self._cell:
            row = self.rows[self._section][-1]
            row[-1] = " ".join(f"{row[-1]} {data}".split())
