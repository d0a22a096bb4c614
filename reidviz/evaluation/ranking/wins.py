"""Comparing models on the same probes."""

from dataclasses import dataclass

import numpy as np

from reidviz.common.arrays import IntArray


@dataclass(frozen=True)
class Wins:
    """Probes on which each model alone, or no model alone, puts the true match first-most.

    alone   probes won by that model alone, one count a model
    shared  probes on which two or more models share the best rank
    """

    alone: tuple[int, ...]
    shared: int


def wins(first: list[IntArray]) -> Wins:
    """Who ranks the true match best, probe by probe, from each model's first ranks (probes,)."""
    ranks = np.stack(first)
    best = ranks == ranks.min(axis=0)
    alone = best.sum(axis=0) == 1
    return Wins(tuple(int((row & alone).sum()) for row in best), int((~alone).sum()))
