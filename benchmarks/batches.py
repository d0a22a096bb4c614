"""python -m benchmarks.batches: what choosing a batch costs, by the number of frames of each person and camera."""

from dataclasses import replace
from functools import partial

import numpy as np
import torch

from benchmarks.measure import by_turns
from reidviz.training.batches import sample_batch
from reidviz.training.recipes import compact_recipe, paper_recipe
from reidviz.training.sampler import PositivePairs, positives

PERSONS, CAMERAS, FRAMES, ROUNDS = 20, 6, (20, 140, 600), 300
RECIPES = {
    "compact, persons with 2 images": compact_recipe(),
    "compact, persons with 8 images": replace(compact_recipe(), shots=8),
    "paper, triplets of the release": paper_recipe(),
}
CPU = torch.device("cpu")


def filmed(frames: int) -> PositivePairs:
    """Every person seen by every camera in that many frames."""
    persons = np.repeat([f"p{i:02d}" for i in range(PERSONS)], CAMERAS * frames)
    return positives(persons, np.tile(np.repeat([f"c{i}" for i in range(CAMERAS)], frames), PERSONS))


def megabytes(data: PositivePairs) -> float:
    """What is kept to draw pairs from."""
    held = [part for value in vars(data).values() for part in (value if isinstance(value, tuple) else (value,))]
    return sum(part.nbytes for part in held if isinstance(part, np.ndarray)) / 1e6


def main() -> None:
    """Print a row for each number of frames."""
    rng = np.random.default_rng(0)
    sets = {frames: filmed(frames) for frames in FRAMES}
    forms = {
        f"{frames} {name}": partial(sample_batch, data, recipe, 0, rng, CPU)
        for frames, data in sets.items()
        for name, recipe in RECIPES.items()
    }
    took = by_turns(forms, ROUNDS, CPU)
    print(f"| frames | images | pairs | MB kept | {' | '.join(f'{name} (ms)' for name in RECIPES)} |")
    print("|---:|---:|---:|---:|" + "---:|" * len(RECIPES))
    for frames, data in sets.items():
        cells = " | ".join(f"{1000 * took[f'{frames} {name}']:.2f}" for name in RECIPES)
        print(f"| {frames} | {len(data.identities):,} | {len(data):,} | {megabytes(data):.1f} | {cells} |")
    ratios = [f"{took[f'{FRAMES[-1]} {name}'] / took[f'{FRAMES[0]} {name}']:.2f}" for name in RECIPES]
    print(f"\n{FRAMES[-1]} frames against {FRAMES[0]}: {', '.join(ratios)} times as long. Medians of {ROUNDS} rounds.")


if __name__ == "__main__":
    main()
