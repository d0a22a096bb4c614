"""How fast CMC and mAP are computed beside a sort of every row, with how much memory, and at Market-1501's size.

Scores are simulated: features of persons with noise, and of each row the order of the distances instead of these, so
that no two are equal and all forms must give identical numbers.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np
import numpy.typing as npt
import torch

from benchmarks.measure import alone, by_turns, machine, matmul_rate, peak_memory
from reidviz.common.arrays import IntArray
from reidviz.evaluation.ground_truth import GroundTruth
from reidviz.evaluation.ranking.ranking import rank, rank_features
from reidviz.evaluation.scores import Scores

PROBES, PERSONS, CAMERAS = 3_368, 750, 6
GALLERY, DISTRACTORS = 15_913, 2_798
FLICKR = 500_000 + 19_732 - GALLERY
NOISE = {"a fair model": 1.2, "a model that knows nothing": 1000.0}
DIMENSIONS = 512
ROUNDS = 5

Figures = tuple[npt.NDArray[np.float64], float]
"""CMC in percent at each rank, and mAP in percent."""


@dataclass(frozen=True, eq=False)
class World:
    """Persons, their features and cameras, as Market-1501 has them."""

    truth: GroundTruth
    probes: npt.NDArray[np.float32]
    gallery: npt.NDArray[np.float32]


def world(noise: float, dimensions: int, more_distractors: int = 0) -> World:
    """Features of PROBES probes and the gallery; distractors are persons nobody asks for."""
    rng = np.random.default_rng(0)
    others = DISTRACTORS + more_distractors
    asked, held = rng.integers(PERSONS, size=PROBES), rng.integers(PERSONS, size=GALLERY - DISTRACTORS)
    centres = rng.standard_normal((PERSONS, dimensions), dtype=np.float32)
    gallery = rng.standard_normal((len(held) + others, dimensions), dtype=np.float32)
    gallery[: len(held)] *= np.float32(noise)
    gallery[: len(held)] += centres[held]
    probes = centres[asked] + np.float32(noise) * rng.standard_normal((PROBES, dimensions), dtype=np.float32)
    for features in (probes, gallery):
        features /= np.linalg.norm(features, axis=1, keepdims=True)
    persons = np.concatenate([held, np.full(others, -1)])
    cameras = rng.integers(CAMERAS, size=PROBES), rng.integers(CAMERAS, size=len(persons))
    return World(GroundTruth(asked, persons, *cameras), probes, gallery)


def orders(noise: float) -> tuple[npt.NDArray[np.float32], GroundTruth]:
    """A score matrix (PROBES, GALLERY) without ties, smaller meaning nearer."""
    made = world(noise, 64)
    matrix = np.empty((PROBES, GALLERY), dtype=np.float32)
    for row, probe in zip(matrix, made.probes, strict=True):
        row[np.argsort(-(made.gallery @ probe))] = np.arange(GALLERY)
    return matrix, made.truth


def by_argsort(matrix: npt.NDArray[np.float32], truth: GroundTruth) -> Figures:
    """As most code does it: argsort of a row, who is it at each rank, drop the ignored, cumulative sums."""
    probe_cameras, cameras = _cameras(truth)
    found, precisions = np.zeros(matrix.shape[1]), []
    for i, row in enumerate(matrix):
        order = np.argsort(row)
        same = truth.gallery[order] == truth.probes[i]
        right = same[~(same & (cameras[order] == probe_cameras[i]))]
        cumulative = right.cumsum()
        found[: len(right)] += cumulative > 0
        found[len(right) :] += 1
        precisions.append((cumulative / np.arange(1, len(right) + 1))[right].mean())
    return 100 * found / len(matrix), 100 * float(np.mean(precisions))


def by_sort(matrix: npt.NDArray[np.float32], truth: GroundTruth) -> Figures:
    """Sort the others' scores of a row, and look up where the true matches stand among them."""
    probe_cameras, cameras = _cameras(truth)
    first, precisions = [], []
    for i, row in enumerate(matrix):
        same = truth.gallery == truth.probes[i]
        others, right = np.sort(row[~same]), np.sort(row[same & (cameras != probe_cameras[i])])
        place = np.arange(1, len(right) + 1)
        ranks = np.searchsorted(others, right, "right") + place
        first.append(ranks[0])
        precisions.append((place / ranks).mean())
    return _cmc(np.array(first), matrix.shape[1]), 100 * float(np.mean(precisions))


def by_ours(matrix: npt.NDArray[np.float32], truth: GroundTruth) -> Figures:
    """As the app does it."""
    ranking = rank(Scores("distance", matrix), truth)
    return ranking.cmc, ranking.mean_average_precision()


FORMS: dict[str, Callable[[npt.NDArray[np.float32], GroundTruth], Figures]] = {
    "argsort of each row": by_argsort,
    "sort + searchsorted": by_sort,
    "ours": by_ours,
}


def rows(model: str, device: torch.device) -> list[str]:
    """The three forms on the scores of one simulated model."""
    matrix, truth = orders(NOISE[model])
    forms = {name: partial(form, matrix, truth) for name, form in FORMS.items()}
    cmc, mean = forms["ours"]()
    for name, work in forms.items():
        other_cmc, other_mean = work()
        assert np.allclose(cmc, other_cmc, rtol=0, atol=1e-9), name
        assert abs(mean - other_mean) < 1e-9, name
    taken = by_turns(forms, ROUNDS, device)
    return [
        f"| {model} (mAP {mean:.1f}) | {name} | {taken[name]:.3f} | {alone(memory, name, model):,.0f} "
        f"| {taken['argsort of each row'] / taken[name]:.1f} | {taken['sort + searchsorted'] / taken[name]:.1f} |"
        for name in forms
    ]


def memory(form: str, model: str) -> float:
    """MB that one form needs beside the scores."""
    matrix, truth = orders(NOISE[model])
    return peak_memory(lambda: FORMS[form](matrix, truth))


def with_distractors() -> str:
    """Market-1501 with 500,000 more distractors, from features."""
    made = world(NOISE["a fair model"], DIMENSIONS, FLICKR)
    held = (made.probes.nbytes + made.gallery.nbytes) / 1e6
    started = time.perf_counter()
    peak = peak_memory(lambda: rank_features(made.probes, made.gallery, made.truth))
    return (
        f"{len(made.probes):,} x {len(made.gallery):,} from features of {DIMENSIONS} numbers ({held:,.0f} MB): "
        f"{time.perf_counter() - started:.1f} s, {peak:,.0f} MB beside the features."
    )


def main() -> None:
    """Print the table for this machine."""
    device = torch.device("cpu")
    print(machine(device, matmul_rate(device, torch.float32)) + f", NumPy {np.__version__}\n", flush=True)
    print(f"CMC and mAP of {PROBES:,} x {GALLERY:,} scores, medians of {ROUNDS} rounds by turns.\n")
    print("| scores | form | seconds | peak MB | times as fast as argsort | times as fast as sort |")
    print("|---|---|---:|---:|---:|---:|")
    for model in NOISE:
        print("\n".join(rows(model, device)), flush=True)
    print("\n" + alone(with_distractors))


def _cameras(truth: GroundTruth) -> tuple[IntArray, IntArray]:
    assert truth.probe_cameras is not None
    assert truth.gallery_cameras is not None
    return np.asarray(truth.probe_cameras), np.asarray(truth.gallery_cameras)


def _cmc(first: IntArray, gallery: int) -> npt.NDArray[np.float64]:
    return 100.0 * np.cumsum(np.bincount(first, minlength=gallery + 1)[1:]) / len(first)


if __name__ == "__main__":
    main()
