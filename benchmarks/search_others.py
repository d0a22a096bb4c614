"""What others make of the same features, each where it is installed: faiss, exact and by a graph; Milvus in a file."""

import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import numpy as np

from reidviz.common.arrays import Float32Array, IntArray
from reidviz.gallery.store import Entry

NEIGHBOURS, BREADTH, SEARCHED = 32, 40, 128
"""Of the graph: links of an entry, how broadly these are looked for, and how broadly a probe is."""
MOST_IN_A_FILE = 20_000
Search = Callable[[Float32Array, int], IntArray]
"""The nearest rows (P, k) of probes (P, D)."""


@dataclass(frozen=True, eq=False)
class Other:
    """name: with its settings; seconds: it took to be filled."""

    name: str
    seconds: float
    search: Search


def missing() -> list[str]:
    """A sentence for each that is not installed."""
    told = []
    if find_spec("faiss") is None:
        told.append("faiss is left out: it is not installed (pip install -r requirements-bench.txt).")
    if find_spec("pymilvus") is None or find_spec("milvus_lite") is None:
        told.append("Milvus is left out: it is not installed (pip install -r requirements-cluster.txt).")
    return told


def others(features: Float32Array) -> Iterator[Other]:
    """Each that is installed, filled with features (N, D) of length 1; gone when the next is asked for. Milvus in a
    file is meant for small galleries, and left out of large ones."""
    if find_spec("faiss") is not None:
        yield _faiss_flat(features)
    small = len(features) <= MOST_IN_A_FILE
    if small and find_spec("pymilvus") is not None and find_spec("milvus_lite") is not None:
        with _milvus(features) as found:
            yield found
    if find_spec("faiss") is not None:
        yield _faiss_graph(features)


def _faiss_flat(features: Float32Array) -> Other:
    import faiss

    started = time.perf_counter()
    index = faiss.IndexFlatIP(features.shape[1])
    index.add(features)
    return Other("faiss Flat, float32", time.perf_counter() - started, lambda probes, k: index.search(probes, k)[1])


def _faiss_graph(features: Float32Array) -> Other:
    import faiss

    started = time.perf_counter()
    index = faiss.IndexHNSWFlat(features.shape[1], NEIGHBOURS, faiss.METRIC_INNER_PRODUCT)
    index.hnsw.efConstruction, index.hnsw.efSearch = BREADTH, SEARCHED
    index.add(features)
    name = f"faiss HNSW, M {NEIGHBOURS}, ef {BREADTH} and {SEARCHED}"
    return Other(name, time.perf_counter() - started, lambda probes, k: index.search(probes, k)[1])


@contextmanager
def _milvus(features: Float32Array) -> Iterator[Other]:
    from reidviz.gallery.milvus_store import MilvusStore

    with tempfile.TemporaryDirectory() as place:
        started = time.perf_counter()
        store = MilvusStore(str(Path(place) / "gallery.db"), "bench", features.shape[1])
        store.add([Entry(f"{i}") for i in range(len(features))], features)
        seconds = time.perf_counter() - started
        yield Other("Milvus Lite, FLAT", seconds, lambda probes, k: store.search(probes, k).ids.astype(np.int64))
