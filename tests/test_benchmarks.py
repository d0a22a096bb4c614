from dataclasses import replace

import numpy as np
import pytest
import torch

from benchmarks.training import Repeated, differences, operations, plain
from reidviz.training.recipe import Recipe
from reidviz.training.recipes import compact_recipe, paper_recipe
from reidviz.training.sampler import positives
from reidviz.training.trainer import Trainer
from tests.conftest import SMALL, network


def repeated(recipe: Recipe) -> Repeated:
    """Eight persons of noise, each with two images from two cameras."""
    identities, cameras = np.repeat([f"p{i}" for i in range(8)], 4), np.tile(["A", "A", "B", "B"], 8)
    pixels = np.random.default_rng(0).integers(0, 256, size=(32, SMALL.height, SMALL.width, 3), dtype=np.uint8)
    small = replace(recipe, architecture=SMALL, size=6)
    data = positives(identities, cameras)
    return Repeated(Trainer(network("mtdnet"), small, torch.from_numpy(pixels), data, seed=0))


@pytest.mark.parametrize("recipe", [compact_recipe(), paper_recipe()])
def test_both_forms_of_a_step_compute_the_same(recipe: Recipe) -> None:
    ours = repeated(recipe)
    loss, gradient = differences(ours)
    assert loss < 1e-6
    assert gradient < 1e-6
    other = plain(ours)
    assert len(other.batch.images) == 3 * len(ours.triplets) > len(ours.batch.images)
    assert operations(other) > operations(ours) > 0
