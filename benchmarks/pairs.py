"""How fast P(same) of pairs is computed beside the plain network, and what a cascade and bf16 save and cost.

The plain form passes both images of a pair through the whole network, once for each order and mirror combination, 64
pairs at a time; ours shares all that pairs have in common (evaluation.scoring.pair_scorer). The first table takes
images of noise and fresh weights, which cost what others cost; the second a trained model on a data set.
"""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from torch.utils.flop_counter import FlopCounterMode

from benchmarks.measure import alone, by_turns, called, machine, matmul_rate, peak_memory, seconds
from reidviz.cli.progress import ConsoleProgress
from reidviz.common import settings
from reidviz.common.arrays import Float32Array
from reidviz.common.progress import silent
from reidviz.data.formats import load
from reidviz.data.images.pixel_cache import Pixels
from reidviz.data.splits.protocols import default_protocol, split
from reidviz.evaluation.ground_truth import ground_truth
from reidviz.evaluation.pipeline.evaluate import evaluate
from reidviz.evaluation.pipeline.ranker import rankers_of
from reidviz.evaluation.ranking.cascade import candidates
from reidviz.evaluation.scores import PASSES, Scoring
from reidviz.evaluation.scoring.features import Images, ImageSubset
from reidviz.evaluation.scoring.score import score
from reidviz.models.checkpoint import load_checkpoint
from reidviz.models.mtdnet import MTDnet, initialise, to_input
from reidviz.models.variants import build
from reidviz.training.recipes import recipe_named

ROUNDS = 3
SIZES = {"paper": (4, 48), "compact": (16, 100)}
"""Probes and gallery images of the first table."""

HEADER = """\
| recipe | test | form | GFLOP a pair | pairs/s | share of the floor | peak MB | difference of P | times as fast |
|---|---|---|---:|---:|---:|---:|---:|---:|"""
SAMPLE = 48
PAIRS_AT_ONCE = 64


def plain(network: MTDnet, probes: Images, gallery: Images, passes: str, device: torch.device) -> Float32Array:
    """P(same) (P, G), each pass of each pair through the whole network."""
    network.eval().to(device, memory_format=torch.channels_last)  # type: ignore[call-overload]
    first, second = (to_input(torch.from_numpy(p[0 : len(p)]).to(device)) for p in (probes, gallery))
    rows, columns = (
        i.flatten() for i in torch.meshgrid(torch.arange(len(first)), torch.arange(len(second)), indexing="ij")
    )
    wanted = PASSES[passes]
    mirrored = (False, True) if wanted.mirrors else (False,)
    found = []
    with torch.inference_mode():
        for some in torch.split(torch.arange(len(rows)), PAIRS_AT_ONCE):
            a, b = first[rows[some]], second[columns[some]]
            total = torch.zeros(len(some), device=device)
            for x in (a.flip(3) if m else a for m in mirrored):
                for y in (b.flip(3) if m else b for m in mirrored):
                    for one, other in ((x, y), (y, x))[: wanted.orders]:
                        maps = [network.maps(z.contiguous(memory_format=torch.channels_last)) for z in (one, other)]
                        total += network.pair(torch.cat(maps, dim=1)).softmax(1)[:, 1]
            found.append(total / (wanted.orders * len(mirrored) ** 2))
    matrix: Float32Array = torch.cat(found).view(len(first), len(second)).cpu().numpy()
    return matrix


def ours(network: MTDnet, probes: Images, gallery: Images, scoring: Scoring, device: torch.device) -> Float32Array:
    """The same, as the app computes it."""
    return score(network, "probability", probes, gallery, device, scoring=scoring).matrix


def fresh(recipe: str) -> tuple[MTDnet, Images, Images]:
    """An untrained mtdnet, and probes and gallery of noise."""
    architecture = recipe_named(recipe, "mtdnet").architecture
    torch.manual_seed(0)
    network = build("mtdnet", architecture)
    initialise(network)
    assert isinstance(network, MTDnet)
    size = (architecture.height, architecture.width, 3)
    rng = np.random.default_rng(0)
    probes, gallery = (rng.integers(0, 256, size=(n, *size), dtype=np.uint8) for n in SIZES[recipe])
    return network, probes, gallery


def memory(form: str, recipe: str, passes: str) -> float:
    """MB that one form of the first table needs beside the network and the images."""
    network, probes, gallery = fresh(recipe)
    return peak_memory(_form(form, network, probes, gallery, passes, settings.device()))


def _form(
    form: str, network: MTDnet, probes: Images, gallery: Images, passes: str, device: torch.device
) -> Callable[[], Float32Array]:
    if form == "plain":
        return lambda: plain(network, probes, gallery, passes, device)
    return lambda: ours(network, probes, gallery, Scoring(passes, "bf16" if form == "ours, bf16" else "fp32"), device)


def operations(work: Callable[[], Float32Array]) -> int:
    """Floating-point operations of convolutions and matrix products, counted on one thread."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        with FlopCounterMode(display=False) as counter:
            work()
    finally:
        torch.set_num_threads(threads)
    return int(counter.get_total_flops())


def exact_rows(recipe: str, passes: str, rate: float, device: torch.device) -> list[str]:
    """Plain, ours and ours in bf16 on the same pairs."""
    network, probes, gallery = fresh(recipe)
    pairs = len(probes) * len(gallery)
    forms = {name: _form(name, network, probes, gallery, passes, device) for name in ("plain", "ours", "ours, bf16")}
    expected = forms["plain"]()
    differences = {name: float(np.abs(work() - expected).max()) for name, work in forms.items()}
    flops = {name: operations(work) for name, work in forms.items()}
    taken = by_turns(forms, ROUNDS, device)
    return [
        f"| {recipe} | {passes} | {name} | {flops[name] / pairs / 1e9:.2f} | {pairs / taken[name]:,.0f} "
        f"| {flops[name] / rate / taken[name]:.0%} | {alone(memory, name, recipe, passes):,.0f} "
        f"| {differences[name]:.0e} | {taken['plain'] / taken[name]:.2f} |"
        for name in forms
    ]


def trained_rows(model: Path, data: str, protocol: str | None, count: int, device: torch.device) -> list[str]:
    """Plain, exact, bf16 and cascade of one trained model on all probes of a split."""
    dataset = load(data)
    parts = split(dataset, protocol or default_protocol(dataset))
    ranker = next(r for r in rankers_of(model) if r.kind == "probability")
    network, card = load_checkpoint(ranker.path)
    assert isinstance(network, MTDnet)
    pixels = Pixels(dataset, card.architecture.height, card.architecture.width)
    progress = ConsoleProgress()
    pixels.fill(np.concatenate([parts.probes, parts.gallery]), progress)
    some = parts.probes[np.linspace(0, len(parts.probes) - 1, min(SAMPLE, len(parts.probes))).astype(np.int64)]
    truth = ground_truth(dataset, replace(parts, probes=some))
    gallery, probes, one = (ImageSubset(pixels, positions) for positions in (parts.gallery, some, some[:1]))

    def scored(scoring: Scoring) -> None:
        chosen = None
        if scoring.cascade:
            distances = score(network, "distance", probes, gallery, device, scoring=scoring).matrix
            chosen = candidates(distances, scoring.cascade, truth)
        score(network, "probability", probes, gallery, device, silent, "", scoring, candidates=chosen)

    ways = {"exact": Scoring(), "exact, bf16": Scoring(precision="bf16"), f"cascade {count}": Scoring(cascade=count)}
    forms: dict[str, Callable[[], object]] = {"plain": lambda: plain(network, one, gallery, "8-pass", device)}
    forms |= {name: lambda way=way: scored(way) for name, way in ways.items()}  # type: ignore[misc]
    whole = by_turns(forms, ROUNDS, device)
    describing = seconds(lambda: score(network, "probability", one, gallery, device), device)
    total = {"plain": whole["plain"] * len(parts.probes)}
    for name in ways:
        total[name] = describing + max(0.0, whole[name] - describing) * len(parts.probes) / len(some)
    rank1 = {name: evaluate(ranker, dataset, parts, progress, way).ranking.cmc_at(1) for name, way in ways.items()}
    rank1["plain"] = rank1["exact"]
    progress.end()
    head = (
        f"{ranker.name} ({card.recipe.get('name', '')}) on {called(dataset)}, {parts.protocol}: {len(parts.probes)} "
        f"probes, gallery of {len(parts.gallery)}, 8 passes. Seconds for all probes, from {len(some)} of them (plain: "
        f"from 1), medians of {ROUNDS} rounds.\n"
    )
    table = ["| form | seconds | rank-1 | change | times as fast |", "|---|---:|---:|---:|---:|"]
    table += [
        f"| {name} | {total[name]:,.1f} | {rank1[name]:.2f} | {rank1[name] - rank1['exact']:+.2f} "
        f"| {total['plain'] / total[name]:.1f} |"
        for name in total
    ]
    return [head, *table]


def main(model: Path, data: str, protocol: str | None, cascade: int) -> None:
    """Print both tables for this machine."""
    device = settings.device()
    rate = matmul_rate(device, torch.float32)
    print(machine(device, rate) + "\n", flush=True)
    print(HEADER, flush=True)
    for recipe in SIZES:
        for passes in ("8-pass", "1-pass"):
            print("\n".join(exact_rows(recipe, passes, rate, device)), flush=True)
    print(f"\nMedians of {ROUNDS} rounds by turns.\n", flush=True)
    print("\n".join(trained_rows(model, data, protocol, cascade, device)))
