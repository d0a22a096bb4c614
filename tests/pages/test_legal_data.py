"""Every page on data that are legal but out of the ordinary: nothing raises, and no name is taken for markup."""

import contextlib
import csv
import html
import json
from collections.abc import Callable, Iterator
from concurrent.futures import wait
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import streamlit as st
from PIL import Image
from streamlit.testing.v1 import AppTest

from reidviz.common import settings
from reidviz.common.arrays import Float32Array
from reidviz.common.errors import ReidvizError
from reidviz.data.formats import load
from reidviz.data.splits.protocols import split
from reidviz.evaluation.ground_truth import GroundTruth, ground_truth
from reidviz.evaluation.pipeline.evaluate import _Matrices
from reidviz.evaluation.pipeline.ranker import Ranker
from reidviz.evaluation.pipeline.report import card_metrics
from reidviz.evaluation.pipeline.validation import validate
from reidviz.evaluation.ranking.foregone import ONE_PERSON
from reidviz.models.checkpoint import save_checkpoint
from reidviz.models.model_card import Card
from reidviz.models.variants import VARIANTS
from reidviz.training.job import Job
from reidviz.training.recipes import compact_recipe
from reidviz.training.run import Evaluators, train
from reidviz.training.run_folder import create
from reidviz.ui.background.jobs import board, quick_board
from reidviz.ui.session.models import known_rankers
from reidviz.ui.session.selection import Selection
from reidviz.ui.widgets.markup import NOTHING
from tests.conftest import PATIENCE, SMALL, network, people_folder
from tests.evaluation.conftest import FUSION
from tests.pages.conftest import APP

TAG = "<b>@"
ODD = (f"{TAG}\"'", "line\nbreak", "😀👨‍👩‍👧", "\u202ertl\u200f שלום", "a*b_c`d[e](f)$g$ %{x}", "&lt;b&gt; | -1")
PAGES = sorted(file.stem for file in (settings.PROJECT / "pages").glob("*.py"))
MODELS = ("mtdnet-rnk", "mtdnet-cls", "mtdnet", "mtdtrp", "mtdnet-fused")
OPEN = ("pair-why", "dial-details", "joint-channels")
"""Parts of pages that are computed when they are opened."""


SAID = {
    "one identity in the gallery": {
        "home": [ONE_PERSON],
        "compare": [ONE_PERSON],
        "retrieval": [ONE_PERSON],
        "pairs": ["There are no pairs of different persons", ONE_PERSON],
    },
    "two images": {"home": [ONE_PERSON], "pairs": ["There are no pairs of different persons"]},
    "names": {
        "data": [f"{TAG}A"],
        "home": [f"{TAG}set"],
        "retrieval": [f"{TAG}A"],
        "embeddings": [f"{TAG}A"],
        "pairs": [f"{TAG}A"],
        "train": [f"{TAG}run"],
    },
    "twelve models": {page: [f"{TAG}aug %{{x}}"] for page in ("home", "compare", "pairs")},
    "all probes right": {"home": ["Both tasks cannot be told from the better single task here"]},
    "all probes wrong": {"home": ["Both tasks cannot be told from the better single task here"]},
}


@dataclass(frozen=True)
class World:
    """A data set as the sidebar takes it, how it is split, the models, and whether all probes go right or wrong."""

    data: str
    protocol: str = "listed"
    models: tuple[str, ...] = MODELS
    right: bool | None = None


def image(file: Path, seed: int) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    pixels = np.random.default_rng(seed).integers(0, 256, size=(48, 24, 3), dtype=np.uint8)
    Image.fromarray(pixels).save(file)


def listed(root: Path, test: list[tuple[str, str, str]], train_cameras: str = "12") -> str:
    """Four persons that train, and test images by identity, camera and role."""
    rows = [(f"t{person}", camera, "train") for person in range(4) for camera in train_cameras for _ in range(2)]
    root.mkdir()
    with (root / "list.csv").open("w", newline="") as file:
        lines = csv.writer(file)
        lines.writerow(["path", "identity", "camera", "split"])
        for number, (identity, camera, role) in enumerate([*rows, *test]):
            lines.writerow([f"{number}.png", identity, camera, role])
            image(root / f"{number}.png", number)
    return f"folder:{root / 'list.csv'}"


def folder(root: Path, persons: tuple[str, ...], names: tuple[str, ...]) -> str:
    for person, identity in enumerate(persons):
        for number, name in enumerate(names):
            image(root / identity / f"{name}.png", 10 * person + number)
    return f"folder:{root}"


WORLDS: dict[str, Callable[[Path], World]] = {
    "one identity in the gallery": lambda root: World(
        listed(root, [("a", "1", "probe"), ("a", "1", "probe"), ("a", "2", "gallery"), ("a", "2", "gallery")])
    ),
    "one camera": lambda root: World(
        listed(root, [(one, "1", role) for one in "abc" for role in ("gallery", "probe", "probe")], "1")
    ),
    "one camera that cannot be split": lambda root: World(folder(root, ("a", "b", "c", "d"), ("1_0", "1_1")), "half:0"),
    "no camera": lambda root: World(folder(root, ("a", "b", "c", "d"), ("0", "1", "2")), "half:0"),
    "one image a person": lambda root: World(folder(root, ("a", "b", "c", "d"), ("1_0",)), "half:0"),
    "one match, distractors of one image each": lambda root: World(
        listed(root, [("a", "1", "probe"), *((one, "2", "gallery") for one in "abcd")]), "market"
    ),
    "all probes wrong": lambda root: World(f"folder:{people_folder(root)}", "half:0", right=False),
    "all probes right": lambda root: World(f"folder:{people_folder(root)}", "half:0", right=True),
    "one model": lambda root: World(f"folder:{people_folder(root)}", "half:0", ("mtdnet-cls",)),
    "twelve models": lambda root: World(f"folder:{people_folder(root)}", "half:0", ()),
    "two images": lambda root: World(listed(root, [("a", "1", "probe"), ("a", "2", "gallery")], "")),
    "two images that cannot be split": lambda root: World(folder(root, ("a", "b"), ("1_0",)), "half:0"),
    "names": lambda root: World(
        folder(root / f"{TAG}set", ODD, (f"{TAG}A_0", f"{TAG}A_1\u202e\n", "c\n\"'😀_0", "c\n\"'😀_1'")), "half:0"
    ),
}


@pytest.fixture(scope="module")
def shipped(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Six untrained models that are read in twelve ways; one has a name that is markup, two were helped by a source."""
    root = tmp_path_factory.mktemp("shipped")
    source = f"folder:{people_folder(root / 'source', persons=6)}"
    for seed, (name, made) in enumerate(VARIANTS.items()):
        shown = f"{TAG}aug\n%{{x}}" if name == "mtdnet-aug" else name
        card = Card(shown, name, SMALL, {}, f"{TAG}set", "hash", "half:0", "fresh weights", seed, 0)
        card = replace(card, source=source if made.source else "", fusion=FUSION if name == "mtdnet" else None)
        save_checkpoint(root / f"{name}.safetensors", network(name, seed=seed), card)
    return root


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One finished training on odd names, under such a name."""
    root = tmp_path_factory.mktemp("runs")
    data = WORLDS["names"](root / "data").data
    recipe = replace(compact_recipe(), architecture=SMALL, size=2, iterations=2, held_out=0.5)
    run = create(root / "runs" / f"{TAG}run", Job(data, "test2:0", "mtdnet", recipe, None, 0))
    train(run, Evaluators(validate, card_metrics))
    return root / "runs"


@pytest.fixture
def app(shipped: Path, runs: Path, monkeypatch: pytest.MonkeyPatch) -> AppTest:
    monkeypatch.setattr(settings, "CHECKPOINTS", shipped)
    monkeypatch.setenv("REIDVIZ_RUNS", str(runs))
    st.cache_data.clear()
    st.cache_resource.clear()
    return AppTest.from_file(APP, default_timeout=PATIENCE)


def settled(app: AppTest) -> AppTest:
    """Run until nothing is computed in the background."""
    for _ in range(10):
        app.run()
        running = [job for lane in (board(), quick_board()) for _, job in lane if not job.finished]
        if not running:
            return app
        wait([job.future for job in running])
    pytest.fail("it never settles")


def told(app: AppTest) -> Iterator[tuple[str, str]]:
    """Every string that the browser is sent for anything but plain text, with the kind of its element."""
    waiting = [app._tree]
    while waiting:
        node = waiting.pop()
        waiting += getattr(node, "children", {}).values()
        proto = getattr(node, "proto", None)
        if proto is not None and node.type not in {"text", "code", "arrow_data_frame"}:
            yield from ((node.type, text) for text in _strings(proto))


PLAIN = {"id", "options", "default", "value", "raw_value", "raw_values", "placeholder", "alt", "url", "form_id"}


def _strings(message: Any) -> Iterator[str]:
    for field, value in message.ListFields():
        for one in value if isinstance(value, list) or type(value).__name__.startswith("Repeated") else [value]:
            if hasattr(one, "ListFields"):
                yield from _strings(one)
            elif isinstance(one, str) and field.name not in PLAIN:
                yield json.dumps(json.loads(one), ensure_ascii=False) if field.name == "spec" else one


def check(app: AppTest, where: str) -> None:
    assert not app.exception, f"{where}: {[(e.message, e.stack_trace[-3:]) for e in app.exception]}"
    for mark in (TAG, "\u202e"):
        raw = [(kind, text[max(0, text.index(mark) - 60) :][:160]) for kind, text in told(app) if mark in text]
        assert not raw, f"{where}: {raw}"


def forced(truth: GroundTruth, right: bool) -> Callable[[_Matrices, Ranker, Float32Array], float]:
    """Scores that put every true match first, or every other person before it, in place of computed ones."""

    def compute(matrices: _Matrices, part: Ranker, out: Float32Array) -> float:
        same = np.stack([truth.masks(probe)[0] for probe in range(len(truth.probes))])
        near = same == right
        out[:] = np.where(near, 0.9, 0.1) if part.kind == "probability" else np.where(near, 0.2, 1.5)
        if part.kind == "probability" and matrices.scoring.cascade:
            out[(matrices.candidates(part)[..., None] != np.arange(out.shape[1])).all(1)] = np.nan
        return 0.1

    return compute


@pytest.mark.parametrize("name", WORLDS)
def test_every_page(name: str, app: AppTest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    world = WORLDS[name](tmp_path / "data")
    dataset = load(world.data)
    every = [name for name, ranker in known_rankers().items() if ranker.path.parent == settings.CHECKPOINTS]
    app.query_params |= {"data": world.data, "protocol": world.protocol, "models": world.models or every}
    test = list(range(len(dataset.samples)))
    with contextlib.suppress(ReidvizError):
        parts = split(dataset, world.protocol)
        test = [int(parts.probes[0]), int(parts.gallery[0])]
        if world.right is not None:
            monkeypatch.setattr(_Matrices, "_compute", forced(ground_truth(dataset, parts), world.right))
    app.session_state["selection"] = Selection(dataset.manifest_hash, tuple(dataset.samples[i].id for i in test))
    check(settled(app), "at first")
    for page in PAGES:
        app.switch_page(f"pages/{page}.py")
        for part in OPEN:
            app.session_state[part] = True
        check(settled(app), page)
        for sentence in SAID.get(name, {}).get(page, ()):
            shown = (html.unescape(text).replace(NOTHING, "").replace("\\", "") for _, text in told(app))
            assert any(sentence in text for text in shown), f"{page} does not say: {sentence}"
