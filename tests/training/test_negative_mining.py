"""Negatives by hand: five images on a circle, one positive pair."""

from dataclasses import replace
from typing import Any

import torch

from reidviz.training.negative_mining import negatives
from reidviz.training.recipe import Recipe
from reidviz.training.recipes import compact_recipe

ANGLES = torch.tensor([0.0, 40.0, 20.0, 50.0, 170.0]).deg2rad()
FEATS = torch.stack([ANGLES.cos(), ANGLES.sin()], 1)
POSITIVES = torch.tensor([[0, 1]])
ELIGIBLE = torch.tensor([[False, False, True, True, True]])


def recipe(**counts: Any) -> Recipe:
    return replace(compact_recipe(), **({"hardest": 0, "semi_hard": 0, "random": 0} | counts))


def chosen(wanted: Recipe, step: int = 0, eligible: torch.Tensor = ELIGIBLE) -> list[int]:
    triplets = negatives(FEATS, POSITIVES, eligible, wanted, step)
    assert (triplets[:, :2] == POSITIVES).all()
    return triplets[:, 2].tolist()


def test_the_hardest_is_the_nearest() -> None:
    assert chosen(recipe(hardest=1)) == [2]
    assert chosen(recipe(hardest=2)) == [2, 3]


def test_the_semi_hard_is_the_nearest_beyond_the_positive() -> None:
    assert chosen(recipe(semi_hard=1)) == [3]
    assert chosen(recipe(semi_hard=2)) == [3, 4]


def test_where_nobody_is_farther_the_semi_hard_is_the_farthest_there_is() -> None:
    nearer = torch.tensor([[False, False, True, False, False]])
    assert chosen(recipe(semi_hard=1), eligible=nearer) == [2]


def test_random_negatives_are_all_who_are_eligible_and_nobody_twice() -> None:
    torch.manual_seed(0)
    drawn = [tuple(chosen(recipe(random=2))) for _ in range(40)]
    assert {n for pair in drawn for n in pair} == {2, 3, 4}
    assert all(a != b for a, b in drawn)


def test_kinds_are_taken_together_or_by_turns() -> None:
    assert chosen(recipe(hardest=1, semi_hard=1)) == [2, 3]
    turns = recipe(hardest=1, semi_hard=1, turns=True)
    assert [chosen(turns, step) for step in range(3)] == [[2], [3], [2]]


def test_no_more_negatives_than_there_are() -> None:
    assert len(chosen(recipe(random=8, hardest=8))) == 6
