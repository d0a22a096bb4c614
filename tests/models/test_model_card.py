"""How a checkpoint's card keeps the fitted mix of its two scores."""

import json
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import pytest

from reidviz.common.errors import ReidvizError
from reidviz.models.added.cards import card_of
from reidviz.models.model_card import Card, Fusion, Taught, fusion_from, read_card, write_card
from reidviz.training.job import MOST_MARKS
from tests.conftest import SMALL
from tests.damage import MEASURED

FUSION = Fusion(0.36, 0.2, 0.5, "8 persons", 16, 8, (0.0, 0.36, 1.0), (50.0, 75.0, 60.0), (55.0, 80.0, 65.0))
CARD = Card("one", "mtdnet", SMALL, {}, "synthetic:viper", "abc", "half:0", "fresh", 3, 7, fusion=FUSION)


@pytest.fixture
def weights(tmp_path: Path) -> Path:
    """Where the weights would be; a card is read without them."""
    path = tmp_path / "one.safetensors"
    write_card(path, CARD)
    return path


def rewrite(weights: Path, fusion: object) -> None:
    file = weights.with_suffix(".json")
    file.write_text(json.dumps(json.loads(file.read_text()) | {"fusion": fusion}))


def changed(**values: object) -> dict[str, Any]:
    made: dict[str, Any] = json.loads(json.dumps(FUSION.__dict__))
    return {key: value for key, value in (made | values).items() if value is not ...}


def test_a_fusion_survives_the_card(weights: Path) -> None:
    assert read_card(weights) == CARD
    assert read_card(weights).fusion == FUSION


def test_a_card_names_all_images_of_as_many_marks_as_a_training_takes(weights: Path) -> None:
    images = tuple(f"{'a long name of a folder/' * 5}{number:06d}.jpg" for number in range(2 * MOST_MARKS))
    card = replace(CARD, taught=Taught(MOST_MARKS, 0, images, "abc"))
    write_card(weights, card)
    assert card_of(weights) == card


def test_a_card_without_a_fusion(weights: Path) -> None:
    write_card(weights, replace(CARD, fusion=None))
    assert read_card(weights).fusion is None


def test_an_older_card_knows_of_no_fusion(weights: Path) -> None:
    file = weights.with_suffix(".json")
    values = json.loads(file.read_text())
    del values["fusion"]
    file.write_text(json.dumps(values))
    assert read_card(weights) == replace(CARD, fusion=None)


@pytest.mark.parametrize(
    "fusion",
    [
        {},
        [],
        3,
        "0.5",
        changed(weights=...),
        changed(weight=...),
        changed(weights=7),
        changed(mAP=["high"]),
        changed(rank1=[None]),
        changed(rank1=[50.0]),
        changed(mAP=[101.0] * 3),
    ],
)
def test_a_malformed_fusion_is_refused(weights: Path, fusion: object) -> None:
    rewrite(weights, fusion)
    with pytest.raises(ReidvizError, match=r"one\.json is damaged, because (in )?\$\.fusion"):
        read_card(weights)


@pytest.mark.parametrize("weight", ["half", None, [0.5], 7, -0.1])
def test_a_weight_the_dial_cannot_stand_at_is_refused(weights: Path, weight: object) -> None:
    rewrite(weights, changed(weight=weight))
    with pytest.raises(ReidvizError, match=r"one\.json is damaged, because (in )?\$\.fusion"):
        read_card(weights)


def test_a_number_that_is_not_finite_is_refused(weights: Path) -> None:
    rewrite(weights, changed(weight=float("nan")))
    with pytest.raises(ReidvizError, match=r"one\.json is damaged, because a number in it is not finite"):
        read_card(weights)


def test_what_a_newer_version_added_is_ignored(weights: Path) -> None:
    rewrite(weights, changed(surplus=1))
    assert read_card(weights) == CARD


def put(weights: Path, **changes: object) -> None:
    file = weights.with_suffix(".json")
    file.write_text(json.dumps(json.loads(file.read_text()) | changes))


def test_figures_survive_the_card(weights: Path) -> None:
    put(weights, metrics=[MEASURED])
    assert read_card(weights).metrics == (MEASURED,)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"seed": "three"}, r"\$\.seed should be a whole number and is text"),
        ({"seed": None}, r"\$\.seed should be a whole number and is nothing"),
        ({"iterations": -1}, r"\$\.iterations is below 0"),
        ({"name": ["one"]}, r"\$\.name should be text and is a list"),
        ({"variant": "bigger"}, "there is no variant called"),
        ({"architecture": asdict(replace(SMALL, width=20_000))}, "must be between 32 and 1,024 pixels"),
        ({"architecture": asdict(replace(SMALL, fc=2**40))}, "must be between 1 and 16,384 units"),
        ({"architecture": asdict(replace(SMALL, conv3=10**6))}, "must be between 2 and 4,096 filters"),
        ({"architecture": asdict(SMALL) | {"dropout": 1}}, "must be at least 0 and below 1"),
        ({"architecture": {}}, r"\$\.architecture has no height"),
        ({"metrics": [MEASURED | {"cmc": {}}]}, "list of figures .* has no 1"),
        ({"metrics": [MEASURED | {"mAP": "high"}]}, "list of figures .*mAP should be a number"),
        ({"metrics": [MEASURED | {"kind": "fused"}]}, "fused figures have no weight"),
        ({"metrics": 3}, r"\$\.metrics should be a list"),
        ({"format": 2}, "has format 2, not 1"),
    ],
)
def test_what_cannot_be_meant_is_said(weights: Path, changes: dict[str, object], sentence: str) -> None:
    put(weights, **changes)
    with pytest.raises(ReidvizError, match=sentence):
        read_card(weights)


def test_a_fusion_from_json_is_the_one_that_was_written() -> None:
    assert fusion_from(changed()) == FUSION
    assert fusion_from(None) is None
