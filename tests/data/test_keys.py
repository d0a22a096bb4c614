"""Keys: a kept value is never served for another model, data set, split, way of scoring or weight."""

import ast
import os
from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from pathlib import Path

import numpy as np
import pytest
import streamlit as st
from PIL import Image

from reidviz.common import settings
from reidviz.common.progress import silent
from reidviz.data.dataset import Dataset, Split
from reidviz.data.formats import load
from reidviz.data.images.pixel_cache import Pixels
from reidviz.data.keys import key_of
from reidviz.data.splits.protocols import split
from reidviz.evaluation.embedding import projection, spaces
from reidviz.evaluation.embedding.spaces import Space
from reidviz.evaluation.pipeline.evaluate import Result, _Matrices, evaluate
from reidviz.evaluation.pipeline.ranker import Ranker, rankers_of
from reidviz.evaluation.scores import EXACT, Scoring
from reidviz.models.model_card import Trained
from reidviz.ui.embeddings.points import Points
from reidviz.ui.embeddings.spaces import EmbeddingMap
from reidviz.ui.pairs.pair_picker import pair_keys
from reidviz.ui.pairs.verification import threshold_key
from reidviz.ui.results import fusion_slider
from reidviz.ui.session.choice import Choice
from reidviz.ui.session.datasets import dataset_named
from reidviz.ui.session.remembered import remembered
from reidviz.ui.widgets.thumbnails import KeyedImage
from tests.conftest import people_folder
from tests.evaluation.conftest import FUSION, checkpoint


@dataclass(frozen=True)
class Made:
    """What kept values are made of."""

    dataset: Dataset
    split: Split
    ranker: Ranker
    scoring: Scoring
    space: Space
    positions: np.ndarray
    probe: int

    @property
    def result(self) -> Result:
        nothing = object()
        return Result(self.ranker, nothing, nothing, 0.0, self.scoring, "", None)  # type: ignore[arg-type]

    @property
    def side(self) -> EmbeddingMap:
        points = Points(Choice(self.dataset, self.split, (self.ranker,)), self.positions, None, self.positions[:0], 9)
        return EmbeddingMap(self.space, points, np.zeros((len(self.positions), 2), dtype=np.float32), self.probe)


TRAINED = Trained("x", "hash", "half:0")


@pytest.fixture
def made(tmp_path: Path) -> Made:
    dataset = load(f"folder:{people_folder(tmp_path / 'people')}")
    path = Path("both.safetensors")
    ranker = Ranker(
        "mtdnet-fused", "fused", path, "0" * 64, "network", "mtdnet-fused", TRAINED, weight=0.36, fusion=FUSION
    )
    space = Space("mtdtrp", path, "0" * 64, "fc7")
    return Made(dataset, split(dataset, "half:0"), ranker, EXACT, space, np.arange(5), 3)


def touched(made: Made) -> Made:
    os.utime(made.dataset.samples[0].path, ns=(1, 1))
    return replace(made, dataset=replace(made.dataset))


def relabelled(made: Made) -> Made:
    first, *others = made.dataset.samples
    return replace(made, dataset=replace(made.dataset, samples=(replace(first, camera="C"), *others)))


def with_split(**changes: object) -> Callable[[Made], Made]:
    return lambda made: replace(made, split=replace(made.split, **changes))  # type: ignore[arg-type]


def with_reading(**changes: object) -> Callable[[Made], Made]:
    return lambda made: replace(made, ranker=replace(made.ranker, **changes))  # type: ignore[arg-type]


def with_scoring(**changes: object) -> Callable[[Made], Made]:
    return lambda made: replace(made, scoring=replace(made.scoring, **changes))  # type: ignore[arg-type]


def with_space(**changes: object) -> Callable[[Made], Made]:
    return lambda made: replace(made, space=replace(made.space, **changes))  # type: ignore[arg-type]


CHANGES: dict[str, Callable[[Made], Made]] = {
    "files": touched,
    "labels": relabelled,
    "protocol": with_split(protocol="listed"),
    "probes": lambda made: replace(made, split=replace(made.split, probes=made.split.probes[1:])),
    "gallery": lambda made: replace(made, split=replace(made.split, gallery=made.split.gallery[1:])),
    "own camera ignored": with_split(across_cameras=True),
    "model": with_reading(sha256="1" * 64),
    "kind": with_reading(kind="probability"),
    "weight": with_reading(weight=0.5),
    "name": with_reading(name="another run"),
    "passes": with_scoring(passes="4-pass"),
    "precision": with_scoring(precision="bf16"),
    "cascade": with_scoring(cascade=100),
    "model of the space": with_space(sha256="1" * 64),
    "place": with_space(place="conv5"),
    "images": lambda made: replace(made, positions=made.positions + 1),
    "probe of the pairs": lambda made: replace(made, probe=4),
}
DATA = {"files", "labels"}
SPLIT = {"probes", "gallery", "own camera ignored"}
SPACE = {"model of the space", "place", "images", "probe of the pairs"}
KEYS: dict[str, tuple[Callable[[Made], object], set[str]]] = {
    "scores on disk": (
        lambda m: _Matrices(m.dataset, m.split, silent, m.scoring, False)._file(m.ranker),
        {*DATA, *SPLIT, "model", "kind", "passes", "precision", "cascade"},
    ),
    "images on disk": (lambda m: Pixels(m.dataset, 8, 4).folder, DATA),
    "features on disk": (lambda m: spaces._file(m.space, m.dataset, m.positions, m.probe), {*DATA, *SPACE}),
    "a job that scores": (
        lambda m: key_of("scores", Choice(m.dataset, m.split, (m.ranker,))),
        {*DATA, *SPLIT, "protocol", "model", "kind", "weight", "name"},
    ),
    "a job that describes": (
        lambda m: key_of("features", [(m.space, m.dataset, m.positions, m.probe)]),
        {*DATA, *SPACE},
    ),
    "a map": (lambda m: m.side.key, {*DATA, *SPLIT, *SPACE, "protocol"}),
    "a threshold": (
        lambda m: threshold_key(m.result, m.dataset, m.split),
        {*DATA, *SPLIT, "protocol", "model", "kind", "weight", "passes", "precision"},
    ),
    "a dial": (lambda m: fusion_slider._key(m.ranker), {"model", "name"}),
    "a pair of images": (lambda m: pair_keys(m.dataset), DATA),
}


@pytest.mark.parametrize("name", KEYS)
def test_a_key_changes_with_what_its_value_depends_on_and_with_nothing_else(name: str, made: Made) -> None:
    key, ingredients = KEYS[name]
    before = key(made)
    assert key(made) == before
    assert {change for change, changed in CHANGES.items() if key(changed(made)) != before} == ingredients


@pytest.mark.parametrize("field", [field.name for field in fields(Ranker)])
def test_every_field_of_a_reading_tells_it(field: str, made: Made) -> None:
    other = None if field == "fusion" else 0.9 if field == "weight" else "else"
    assert key_of(made.ranker) != key_of(replace(made.ranker, **{field: other}))  # type: ignore[arg-type]


def test_results_are_told_apart(tmp_path: Path) -> None:
    """As evaluate() makes them: each differs from the first in one thing alone."""
    data = load(f"folder:{people_folder(tmp_path / 'people', persons=8)}")
    copy = load(f"folder:{people_folder(tmp_path / 'copy', persons=8)}")
    one, other = (rankers_of(checkpoint(tmp_path / f"{seed}.safetensors", seed=seed)) for seed in (0, 1))
    classifier, _, fused = one
    parts = split(data, "half:0")
    results = [
        evaluate(classifier, data, parts),
        evaluate(replace(classifier, name="another run"), data, parts),
        evaluate(other[0], data, parts),
        evaluate(classifier, copy, parts),
        evaluate(classifier, data, split(data, "half:1")),
        evaluate(classifier, data, replace(parts, across_cameras=True)),
        evaluate(classifier, data, parts, scoring=Scoring("1-pass")),
        evaluate(classifier, data, parts, scoring=Scoring(precision="bf16")),
        evaluate(classifier, data, parts, scoring=Scoring(cascade=2)),
        evaluate(fused, data, parts),
        evaluate(replace(fused, weight=0.9), data, parts),
    ]
    assert len({result.key for result in results}) == len(results)
    assert evaluate(classifier, data, parts).key == results[0].key


def test_projections_are_told_by_features_method_and_start() -> None:
    features, start = np.eye(6, dtype=np.float32), np.zeros((6, 2), dtype=np.float32)
    cases: list[tuple[np.ndarray, str, np.ndarray | None]] = [
        (features, "UMAP", None),
        (features + 1, "UMAP", None),
        (features, "t-SNE", None),
    ]
    cases += [(features, "UMAP", start), (features, "UMAP", start + 1)]
    assert len({projection._file(*case) for case in cases}) == len(cases)
    assert len({key_of(method, features, start) for features, method, start in cases}) == len(cases)


def test_things_are_told_by_value_type_order_and_grouping() -> None:
    things: list[tuple[object, ...]] = [(), ("",), ("", ""), ("a", "b"), ("b", "a"), ("ab",), (("a", "b"),), (None,)]
    things += [(1,), ("1",), (1.0,), (True,), (np.arange(4),), (np.arange(4.0),), (np.arange(4).reshape(2, 2),)]
    assert len({key_of(*one) for one in things}) == len(things)
    assert key_of(np.arange(4)) == key_of(np.arange(8)[:4])


def test_what_cannot_be_told_apart_is_never_part_of_a_key() -> None:
    for thing in (object(), lambda: 0, st.delta_generator.DeltaGenerator, np.array([object()]), Image.new("L", (1, 1))):
        with pytest.raises(TypeError):
            key_of("one", thing)


def test_a_value_is_remembered_for_its_very_arguments() -> None:
    asked = []

    @remembered(st.cache_data, max_entries=8)
    def width(image: KeyedImage, split: Split, times: int = 1) -> int:
        asked.append(times)
        return times * image.image.width

    @remembered(st.cache_data, max_entries=8)
    def height(image: KeyedImage, split: Split, times: int = 1) -> int:
        return times * image.image.height

    nobody = np.array([], dtype=np.int64)
    parts = Split("half:0", nobody, nobody, nobody)
    narrow, wide = (KeyedImage(Image.new("RGB", (size, 9)), str(size)) for size in (4, 8))
    assert [width(one, parts) for one in (narrow, wide, narrow)] == [4, 8, 4]
    assert (width(narrow, parts, times=3), width(narrow, replace(parts, protocol="listed")), height(wide, parts)) == (
        12,
        4,
        9,
    )
    assert asked == [1, 1, 3, 1]


def test_a_list_that_was_written_anew_is_read_anew(tmp_path: Path) -> None:
    root = people_folder(tmp_path / "people")
    file = root / "list.csv"
    file.write_text("path,identity\np00/A_0.png,a\n")
    assert len(dataset_named(f"folder:{file}").samples) == 1
    file.write_text("path,identity\np00/A_0.png,a\np01/A_0.png,b\n")
    os.utime(file, ns=(1, 1))
    assert len(dataset_named(f"folder:{file}").samples) == 2


SOURCES = sorted((settings.PROJECT / "reidviz" / "ui").glob("*.py")) + sorted((settings.PROJECT / "pages").glob("*.py"))


@pytest.mark.parametrize("file", SOURCES, ids=lambda file: file.stem)
def test_no_cached_function_has_arguments_that_its_key_leaves_out(file: Path) -> None:
    """Streamlit's caches hold what depends on nothing, or on words, numbers and paths that it hashes in full; all else
    goes through remembered(). Nothing is drawn inside: Streamlit would draw it again with every cached value."""
    for function in ast.walk(ast.parse(file.read_text("utf-8"))):
        if not isinstance(function, ast.FunctionDef):
            continue
        kept = [ast.unparse(one) for one in function.decorator_list if "cache_" in ast.unparse(one)]
        if not kept:
            continue
        inside = (node for line in function.body for node in ast.walk(line) if isinstance(node, ast.Call))
        calls = [ast.unparse(node.func) for node in inside]
        assert not [call for call in calls if call.startswith("st.") or call in {"or_stop", "show_error"}]
        if kept[0].startswith("st.cache_"):
            given = {arg.arg: ast.unparse(arg.annotation) for arg in function.args.args if arg.annotation}
            assert not [name for name in given if name.startswith("_")]
            assert set(given.values()) <= {"str", "int", "Path", "tuple[int, ...]"}
