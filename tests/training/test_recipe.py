"""Recipes: what is known by name, what may be changed, what is refused with a sentence, round trips."""

import json
from dataclasses import asdict, replace
from typing import Any

import pytest

from reidviz.common.errors import ReidvizError
from reidviz.training.recipe import SETTINGS, changed, check, recipe_from
from reidviz.training.recipes import RECIPES, compact_recipe, paper_recipe, recipe_named


@pytest.mark.parametrize("name", RECIPES)
@pytest.mark.parametrize("variant", ["mtdnet-rnk", "mtdnet-cls", "mtdnet"])
def test_every_recipe_is_possible_and_survives_json(name: str, variant: str) -> None:
    recipe = recipe_named(name, variant)
    check(recipe)
    assert recipe.name == name
    assert recipe_from(json.loads(json.dumps(asdict(recipe)))) == recipe


def test_paper_is_the_release_to_the_letter() -> None:
    r = paper_recipe()
    assert (r.optimiser, r.rate, r.decay, r.schedule, r.batch, r.size) == ("sgd", 1e-3, 5e-4, "fixed", "triplets", 128)
    assert (r.random, r.hardest, r.semi_hard, r.margin, r.tasks) == (10, 0, 0, 1.0, "joint")
    assert (r.mirror, r.shift, r.gain, r.erase, r.precision) == (True, 0, 0, 0, "fp32")


def test_stems_can_be_chosen() -> None:
    assert recipe_named("paper", "mtdnet").architecture.stem == "caffenet"
    assert recipe_named("paper", "mtdnet", "torchvision").architecture.stem == "torchvision"
    with pytest.raises(ReidvizError, match="no stem called"):
        recipe_named("paper", "mtdnet", "resnet")
    with pytest.raises(ReidvizError, match="no recipe called"):
        recipe_named("huge", "mtdnet")


def test_ranking_alone_has_random_negatives_and_no_dropout() -> None:
    for name in ("compact", "modern"):
        r = recipe_named(name, "mtdnet-rnk")
        assert (r.hardest, r.semi_hard, r.turns, r.architecture.dropout) == (0, 0, False, 0.0)
        assert r.random >= 1


def test_any_setting_can_be_changed_by_name() -> None:
    made = changed(compact_recipe(), {"size": 8, "architecture.fc": 64, "decay": 0, "random": 3})
    assert (made.size, made.architecture.fc, made.decay, made.random) == (8, 64, 0.0, 3)


def test_every_setting_is_listed() -> None:
    for name in SETTINGS:
        outer, _, inner = name.rpartition(".")
        value = getattr(compact_recipe().architecture if outer else compact_recipe(), inner or name)
        assert changed(compact_recipe(), {name: value}) == compact_recipe()


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"colour": 1}, "no setting called 'colour'"),
        ({"architecture": {}}, "no setting called 'architecture'"),
        ({"architecture.depth": 1}, "no setting called 'architecture.depth'"),
        ({"optimiser": "lion"}, "optimiser cannot be 'lion'"),
        ({"size": "many"}, "size cannot be 'many'"),
        ({"size": 8.5}, "size cannot be 8.5"),
        ({"mirror": 1}, "mirror cannot be 1"),
        ({"iterations": 0}, "between 1 and 100,000,000 steps"),
        ({"iterations": True}, "iterations cannot be True"),
        ({"rate": 0.0}, "Learning rate \\(rate\\) must be above 0"),
        ({"rate": float("nan")}, "finite number"),
        ({"decay": -1.0}, "Weight decay"),
        ({"size": 1}, "two persons"),
        ({"shots": 1}, "between 2 and 65,536 images"),
        ({"hardest": -1}, "Hardest"),
        ({"hardest": 0, "random": 0}, "at least one negative"),
        ({"batch": "triplets"}, "random negatives only"),
        ({"margin": 0.0}, "Margin"),
        ({"pair_weight": -1.0}, "Weight of pairs \\(pair_weight\\) must be at least 0"),
        ({"pair_weight": 0.0, "ranking_weight": 0.0}, "above 0"),
        ({"shift": 0.6}, "Shift"),
        ({"gain": 2.0}, "Gain"),
        ({"erase": -0.1}, "between 0 and 1"),
        ({"held_out": 0.9}, "between 0 and 0.5"),
        ({"architecture.dropout": 1.0}, "at least 0 and below 1"),
        ({"architecture.height": 16}, "between 32 and 1,024 pixels"),
        ({"architecture.conv4": 7}, "even number"),
        ({"architecture.fc": 0}, "between 1 and 16,384 units"),
    ],
)
def test_unknown_or_impossible_settings_are_refused(settings: dict[str, Any], sentence: str) -> None:
    with pytest.raises(ReidvizError, match=sentence):
        changed(compact_recipe(), settings)


@pytest.mark.parametrize("values", [{}, {"architecture": 3}, asdict(compact_recipe()) | {"new": 1}])
def test_what_is_no_recipe_is_refused(values: dict[str, Any]) -> None:
    with pytest.raises(ReidvizError):
        recipe_from(values)


def test_negatives_a_step() -> None:
    r = replace(compact_recipe(), hardest=2, semi_hard=1, random=4)
    assert r.negatives == 7
    assert replace(r, turns=True).negatives == 4
