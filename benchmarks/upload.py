"""How long it takes from an uploaded image, or a box dragged over a probe, to its ranked lists.

    python -m benchmarks.upload [--data synthetic:cuhk03 cuhk01:DIR] [--models FILE ...]

Three networks rank the gallery for one image: decoded, resized, scored in every way that a network ranks by, sorted.
*anew* is the plain way, for which each network is loaded and the whole gallery passed through it; *known* takes the
gallery from the stores, once these are filled (*first*). Both by turns; their scores have to be equal.
"""

import argparse
import io
import os
import statistics
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from PIL import Image

from benchmarks.measure import called
from reidviz.common import settings
from reidviz.common.arrays import Float32Array
from reidviz.data.dataset import Dataset, Split
from reidviz.data.formats import load
from reidviz.data.images.decode import decode, load_image, resize
from reidviz.data.images.pixel_cache import Pixels
from reidviz.data.splits.protocols import default_protocol, split
from reidviz.evaluation.explain.masking import only_box
from reidviz.evaluation.pipeline.ranker import Ranker, rankers_of
from reidviz.evaluation.scoring.features import ImageSubset
from reidviz.evaluation.scoring.image import Gallery, scores_of_image
from reidviz.evaluation.scoring.score import score
from reidviz.models.checkpoint import load_checkpoint
from reidviz.models.model_card import read_card

SHIPPED = [settings.CHECKPOINTS / f"{name}.safetensors" for name in ("mtdnet-rnk", "mtdnet-cls", "mtdnet")]
ROUNDS = 5
Way = Callable[[Ranker, np.ndarray], Float32Array]


def anew(ranker: Ranker, image: np.ndarray, dataset: Dataset, parts: Split) -> Float32Array:
    """Scores (1, G) by the plain way."""
    network, card = load_checkpoint(ranker.path, ranker.sha256)
    pixels = Pixels(dataset, card.architecture.height, card.architecture.width)
    return score(network, ranker.kind, image[None], ImageSubset(pixels, parts.gallery), settings.device()).matrix


def ranked(upload: bytes, rankers: list[Ranker], way: Way, boxed: bool = False) -> list[Float32Array]:
    """What each reading makes of an uploaded file: the scores, sorted to see that nothing is left to do."""
    image = decode(upload)
    if boxed:
        image = Image.fromarray(only_box(np.asarray(image), (0.1, 0.2, 0.6, 0.8)))
    found = []
    for ranker in rankers:
        sizes = read_card(ranker.path).architecture
        scores = way(ranker, resize(image, sizes.height, sizes.width))
        np.argsort(scores, axis=1, kind="stable")
        found.append(scores)
    return found


def measure(spec: str, rankers: list[Ranker]) -> str:
    """A row of the table."""
    dataset = load(spec)
    parts = split(dataset, "mtdnet-486" if spec.startswith("cuhk01:") else default_protocol(dataset))
    buffer = io.BytesIO()
    load_image(dataset, int(parts.probes[0])).save(buffer, "PNG")
    upload = buffer.getvalue()

    def known(ranker: Ranker, image: np.ndarray) -> Float32Array:
        gallery = Gallery(ranker.path, ranker.sha256, dataset, parts, settings.device())
        return scores_of_image(image, ranker.kind, gallery).matrix

    def plain(ranker: Ranker, image: np.ndarray) -> Float32Array:
        return anew(ranker, image, dataset, parts)

    ways: dict[str, Callable[[], list[Float32Array]]] = {
        "anew": lambda: ranked(upload, rankers, plain),
        "known": lambda: ranked(upload, rankers, known),
        "box": lambda: ranked(upload, rankers, known, boxed=True),
    }
    by_plain = ways["anew"]()
    started = time.perf_counter()
    by_known = ways["known"]()
    first = time.perf_counter() - started
    difference = max(float(np.abs(a - b).max()) for a, b in zip(by_plain, by_known, strict=True))
    times: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(ROUNDS):
        for name, work in ways.items():
            started = time.perf_counter()
            work()
            times[name].append(time.perf_counter() - started)
    took = {name: statistics.median(found) for name, found in times.items()}
    return (
        f"| {called(dataset)} {parts.protocol} | {len(parts.gallery):,} | {took['anew']:.2f} s | {first:.2f} s "
        f"| {took['known']:.3f} s | {took['anew'] / took['known']:.1f} | {took['box']:.3f} s | {difference:.0e} |"
    )


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", nargs="+", default=["synthetic:cuhk03"])
    parser.add_argument("--models", nargs="+", type=Path, default=SHIPPED)
    asked = parser.parse_args()
    rankers = [one for path in asked.models for one in rankers_of(path) if one.kind != "fused"]
    print(f"{os.cpu_count()} cores, load average before: {os.getloadavg()[0]:.1f}; {len(rankers)} scores each\n")
    print("| data | gallery | anew | first | known | times as fast | box | largest difference |")
    print("|---|---:|---:|---:|---:|---:|---:|---:|")
    for spec in asked.data:
        print(measure(spec, rankers), flush=True)


if __name__ == "__main__":
    main()
