"""How fast a gallery is searched: ours beside one pass over the same bytes, beside a sort of all distances, and beside
others (search_others.py).

Features are simulated: unit vectors in clusters of 4 to 40, as the images of one person are; probes are members of
clusters with as much noise again.
"""

import os
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Literal

import numpy as np
import torch

from benchmarks.measure import alone, by_turns, machine, matmul_rate, peak_memory
from benchmarks.search_others import Other, missing, others
from reidviz.common.arrays import Float32Array, IntArray
from reidviz.gallery.exact.exact_store import ExactStore
from reidviz.gallery.store import Entry

DIMENSIONS, PROBES, NEAREST = 512, 1000, 50
SIZES = (20_000, 100_000)
LARGE = 1_000_000
AT_ONCE = 50_000
ROUNDS = 15
RECALLED = 100
"""Probes of which the recall is computed."""
SPREAD = 0.6
"""Noise of a cluster's members, beside centres of length 1."""
CPU = torch.device("cpu")
Type = Literal["float16", "float32"]


@dataclass(frozen=True, eq=False)
class World:
    """A store of so many entries in a folder, and probes (PROBES, DIMENSIONS)."""

    store: ExactStore
    folder: Path
    probes: Float32Array

    def features(self) -> Float32Array:
        """What the store keeps, in the order in which it was added, at 32 bits."""
        blocks = sorted(self.folder.glob("*.npy"))
        return np.concatenate([np.load(block).astype(np.float32) for block in blocks])

    def passes(self) -> list[torch.Tensor]:
        """The blocks as 64-bit numbers, to be read once and added up."""
        return [
            torch.from_numpy(np.load(block, mmap_mode="c").reshape(-1).view(np.int64))
            for block in sorted(self.folder.glob("*.npy"))
        ]


def clustered(count: int, seed: int) -> Iterator[Float32Array]:
    """Features (count, DIMENSIONS) of clusters, in parts."""
    rng = np.random.default_rng(seed)
    left = count
    while left:
        sizes = rng.integers(4, 41, size=AT_ONCE // 22)
        centres = _unit(rng.standard_normal((len(sizes), DIMENSIONS), dtype=np.float32))
        members = np.repeat(centres, sizes, axis=0)[: min(left, AT_ONCE)]
        yield _noisy(members, rng)
        left -= len(members)


@contextmanager
def world(count: int, dtype: Type) -> Iterator[World]:
    """A store of so many entries, gone afterwards."""
    rng = np.random.default_rng(1)
    with tempfile.TemporaryDirectory() as place:
        store, done, probes = ExactStore(Path(place), DIMENSIONS, dtype), 0, []
        for part in clustered(count, 0):
            store.add([Entry(f"{done + i:07d}") for i in range(len(part))], part)
            done += len(part)
            probes.append(part[rng.integers(len(part), size=PROBES * len(part) // count + 1)])
        yield World(store, Path(place), _noisy(np.concatenate(probes)[:PROBES], rng))


def by_argsort(features: Float32Array, probes: Float32Array) -> IntArray:
    """As most code does it: all products, and a sort of each row."""
    return np.argsort(-(probes @ features.T), axis=1)[:, :NEAREST]


def by_partition(features: Float32Array, probes: Float32Array) -> IntArray:
    """All products, a partition of each row, and a sort of what is left."""
    products = probes @ features.T
    best = np.argpartition(products, -NEAREST, axis=1)[:, -NEAREST:]
    order = np.argsort(-np.take_along_axis(products, best, axis=1), axis=1)
    return np.take_along_axis(best, order, axis=1)


def recall(features: Float32Array, probes: Float32Array, found: IntArray) -> float:
    """Percent of the true NEAREST, by products in double precision of what is kept, that rows (P, NEAREST) hold."""
    hits = 0
    for probe, rows in zip(probes, found, strict=True):
        exact = np.concatenate([part.astype(np.float64) @ probe for part in np.array_split(features, 50)])
        worst = np.partition(exact, -NEAREST)[-NEAREST]
        hits += int((exact[rows[rows >= 0]] >= worst).sum())
    return 100 * hits / found.size


def floors(count: int, dtype: Type) -> str:
    """One probe of ours beside the product that it cannot do without and beside one pass, of one size and type."""
    with world(count, dtype) as made:
        blocks, probe = made.passes(), made.probes[:1]
        kept = [torch.from_numpy(np.load(file, mmap_mode="c")) for file in sorted(made.folder.glob("*.npy"))]
        mine = torch.from_numpy(probe[0].astype(dtype))
        forms: dict[str, Callable[[], object]] = {
            "ours": lambda: made.store.search(probe, NEAREST),
            "product": lambda: [torch.mv(block, mine) for block in kept],
            "once": lambda: [int(block.sum()) for block in blocks],
        }
        for form in forms.values():
            form()
        taken = by_turns(forms, ROUNDS, CPU)
        started = time.perf_counter()
        made.store.search(made.probes, NEAREST)
        batch = time.perf_counter() - started
        mapped = sum(file.stat().st_size for file in made.folder.glob("*.npy")) / 1e6
        ours, product, once = (1000 * taken[name] for name in forms)
        return (
            f"| {count:,} | {dtype} | {ours:,.1f} | {product:,.1f} | {once:,.1f} | {ours / once:.2f} "
            f"| {product / once:.2f} | {batch:.2f} | {mapped:,.0f} | {alone(memory, str(made.folder)):,.0f} |"
        )


def beside(count: int) -> Iterator[str]:
    """Ours, NumPy's ways and others on the same features, which lie in memory at 32 bits for all but ours."""
    with world(count, "float16") as made:
        features = made.features()
        ours = Other("ours, float16", 0.0, lambda probes, k: made.store.search(probes, k).ids.astype(np.int64))
        yield _row(count, ours, made, features)
        for name, way in (("NumPy argsort", by_argsort), ("NumPy argpartition", by_partition)):
            yield _row(count, Other(name, 0.0, partial(_in_parts, way, features)), made, features)
        for other in others(features):
            yield _row(count, other, made, features)


def _in_parts(
    way: Callable[[Float32Array, Float32Array], IntArray], features: Float32Array, probes: Float32Array, _: int
) -> IntArray:
    """A hundred probes at a time: the products of all would not fit."""
    return np.concatenate([way(features, probes[i : i + 100]) for i in range(0, len(probes), 100)])


def _row(count: int, one: Other, made: World, features: Float32Array) -> str:
    """One probe, ours beside it, all probes, and the recall. Rounds are of one form each: the threads of NumPy's
    products stay busy for a while after each, and would slow what comes next."""
    probe = made.probes[:1]
    one.search(probe, NEAREST)
    taken = by_turns({"it": lambda: one.search(probe, NEAREST)}, ROUNDS, CPU)
    made.store.search(probe, NEAREST)
    taken |= by_turns({"ours": lambda: made.store.search(probe, NEAREST)}, ROUNDS, CPU)
    started = time.perf_counter()
    found = one.search(made.probes, NEAREST)
    batch = time.perf_counter() - started
    right = recall(features, made.probes[:RECALLED], found[:RECALLED])
    return (
        f"| {count:,} | {one.name} | {1000 * taken['it']:,.1f} | {taken['it'] / taken['ours']:.2f} | {batch:.2f} "
        f"| {right:.1f} % | {one.seconds:,.1f} |"
    )


def memory(folder: str) -> float:
    """MB that searching for one probe needs beside what is mapped, the words of the entries among them."""
    import torch as _  # noqa: F401  what is imported is not counted

    probe = next(clustered(100, 2))[:1]
    mapped = sum(os.path.getsize(file) for file in Path(folder).glob("*.npy")) / 1e6
    return peak_memory(lambda: ExactStore(Path(folder), DIMENSIONS).search(probe, NEAREST)) - mapped


def main(large: bool = False) -> None:
    """Print both tables for this machine."""
    print(machine(CPU, matmul_rate(CPU, torch.float32)) + f", NumPy {np.__version__}\n", flush=True)
    print(f"The {NEAREST} nearest of {DIMENSIONS} numbers a feature; medians of {ROUNDS} rounds by turns.\n")
    print(
        "| entries | kept as | ours, one probe, ms | the product alone, ms | one pass over memory, ms | ours / pass "
        f"| product / pass | ours, {PROBES:,} probes, s | mapped MB | other MB |"
    )
    print("|---:|---|---:|---:|---:|---:|---:|---:|---:|---:|")
    types: tuple[Type, ...] = ("float16", "float32")
    for count in (*SIZES, *((LARGE,) if large else ())):
        for dtype in types[: 1 if count == LARGE else 2]:
            print(floors(count, dtype), flush=True)
    print(f"\n| entries | | one probe, ms | times ours | {PROBES:,} probes, s | recall | filled in s |")
    print("|---:|---|---:|---:|---:|---:|---:|")
    for count in SIZES:
        for line in beside(count):
            print(line, flush=True)
    print("\n" + "\n".join(missing()))


def _noisy(features: Float32Array, rng: np.random.Generator) -> Float32Array:
    noise = rng.standard_normal(features.shape, dtype=np.float32) * np.float32(SPREAD / DIMENSIONS**0.5)
    return _unit(features + noise)


def _unit(features: Float32Array) -> Float32Array:
    found: Float32Array = features / np.linalg.norm(features, axis=1, keepdims=True)
    return found


if __name__ == "__main__":
    main()
