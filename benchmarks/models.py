"""How fast a network in ONNX describes images here beside the plainest loop over onnxruntime, and what evaluation of
Market-1501's size costs from features and with re-ranking.

The plain loop is what a user would write: open an image, resize it, normalise it, run the session, one image after the
other. Without --model the network is torchvision's mobilenet_v3_small at 256 x 128 with fresh weights, which takes
about as many operations as the small networks of re-identification.
"""

import tempfile
import time
from pathlib import Path

import numpy as np
import onnxruntime
import torch
from PIL import Image

from benchmarks.measure import alone, called, machine, matmul_rate, peak_memory
from benchmarks.ranking import GALLERY, PROBES, world
from reidviz.common.arrays import Float32Array, IntArray
from reidviz.common.progress import silent
from reidviz.data.dataset import Dataset
from reidviz.data.formats import load
from reidviz.data.images.render_missing import draw_missing
from reidviz.evaluation.pipeline.adding import keep_network
from reidviz.evaluation.ranking.ranking import rank, rank_features
from reidviz.evaluation.ranking.reranking import Reranking, reranked
from reidviz.evaluation.scores import Scores
from reidviz.evaluation.scoring.describers import describer_of
from reidviz.evaluation.scoring.distances import euclidean_distances
from reidviz.evaluation.scoring.embeddings import Embeddings
from reidviz.models.added.cards import OnnxCard, OnnxReading, card_of
from reidviz.models.added.onnx_defaults import default_reading
from reidviz.models.added.onnx_worker import Worker
from reidviz.models.added.preprocess import DEVIATION, MEAN

HEIGHT, WIDTH = 256, 128
IMAGES = 1_500
ROUNDS = 3


def plain(file: Path, reading: OnnxReading, dataset: Dataset, positions: IntArray) -> Float32Array:
    """The features (N, D) by the plainest loop."""
    session = onnxruntime.InferenceSession(file, providers=["CPUExecutionProvider"])
    size = reading.preprocessing.width, reading.preprocessing.height
    found = []
    for i in positions.tolist():
        image = Image.open(dataset.samples[i].path).convert("RGB").resize(size, Image.Resampling.BILINEAR)
        x = (np.asarray(image, dtype=np.float32) / 255 - MEAN) / DEVIATION
        (feature,) = session.run([reading.output], {reading.input.name: x.transpose(2, 0, 1)[None]})
        found.append(feature.reshape(1, -1))
    return np.concatenate(found)


def small_network(file: Path) -> None:
    """Write mobilenet_v3_small without its classifier."""
    from torchvision.models import mobilenet_v3_small

    torch.manual_seed(0)
    network = mobilenet_v3_small(weights=None)
    network.classifier = torch.nn.Identity()
    images = (torch.randn(2, 3, HEIGHT, WIDTH),)
    shapes = ({0: torch.export.Dim("images", min=1)},)
    torch.onnx.export(
        network.eval(),
        images,
        file,
        dynamo=True,
        input_names=["image"],
        output_names=["feature"],
        dynamic_shapes=shapes,
        external_data=False,
        verbose=False,
    )


def describing(model: Path | None, dataset: Dataset, folder: Path) -> list[str]:
    """Rows of the first table."""
    file = model or folder / "mobilenet_v3_small.onnx"
    if model is None:
        small_network(file)
    worker = Worker(file, file.name)
    reading = default_reading(worker.file, file.name)
    kept = keep_network(file, worker, reading, file.stem, None, folder / "kept")
    worker.close()
    card = card_of(kept)
    assert isinstance(card, OnnxCard)
    positions = np.arange(min(IMAGES, len(dataset.samples)))
    draw_missing(dataset, positions.tolist(), silent)
    describer = describer_of(kept, card.digest)
    times: dict[str, list[float]] = {"plain loop": [], "reidviz": []}
    for _ in range(ROUNDS):
        began = time.perf_counter()
        wanted = plain(file, reading, dataset, positions)
        times["plain loop"].append(time.perf_counter() - began)
        began = time.perf_counter()
        batches = list(describer.features(dataset, positions, True, silent))
        times["reidviz"].append(time.perf_counter() - began)
    ours = np.concatenate([features for _, features in batches])
    unit = wanted / np.linalg.norm(wanted, axis=1, keepdims=True)
    store = Embeddings(kept, card.digest, dataset)
    store.of(positions)
    began = time.perf_counter()
    store.of(positions)
    times["reidviz, the second time"] = [time.perf_counter() - began]
    rates = {form: len(positions) / float(np.median(taken)) for form, taken in times.items()}
    difference = float(np.abs(ours - unit).max())
    return [
        f"| {file.stem} | {form} | {rate:,.0f} | {rate / rates['plain loop']:.2f} | "
        f"{difference if form == 'reidviz' else 0:.1e} |"
        for form, rate in rates.items()
    ]


def squared(one: Float32Array, other: Float32Array) -> Float32Array:
    """Squared distances (A, B)."""
    out = np.empty((len(one), len(other)), dtype=np.float32)
    euclidean_distances(one, other, out)
    return out


def _peak(form: str) -> float:
    return peak_memory(lambda: EVALUATIONS[form]())


def _figures() -> tuple[float, float]:
    w = world(1.2, 512)
    ranking = rank_features(w.probes, w.gallery, w.truth)
    return ranking.cmc_at(1), ranking.mean_average_precision()


def _matrix() -> tuple[float, float]:
    w = world(1.2, 512)
    ranking = rank(Scores("distance", squared(w.probes, w.gallery)), w.truth)
    return ranking.cmc_at(1), ranking.mean_average_precision()


def _reranked() -> tuple[float, float]:
    w = world(1.2, 512)
    out = np.empty((len(w.probes), len(w.gallery)), dtype=np.float32)
    reranked(np.concatenate([w.probes, w.gallery]), len(w.probes), Reranking(), squared, out)
    ranking = rank(Scores("dissimilarity", out), w.truth)
    return ranking.cmc_at(1), ranking.mean_average_precision()


EVALUATIONS = {
    "ranked from features": _figures,
    "ranked from a matrix of distances": _matrix,
    "re-ranked by k-reciprocal neighbours": _reranked,
}


def main(model: Path | None, data: str) -> None:
    """Print both tables."""
    dataset = load(data)
    device = torch.device("cpu")
    print(machine(device, matmul_rate(device, torch.float32)))
    print(
        f"\n{min(IMAGES, len(dataset.samples)):,} images of {called(dataset)}, the median of {ROUNDS} rounds by turns\n"
    )
    print(
        "| network | form | images/s | times as fast | largest difference of a unit feature |\n|---|---|---:|---:|---:|"
    )
    with tempfile.TemporaryDirectory() as folder:
        print("\n".join(describing(model, dataset, Path(folder))))
    print(f"\n{PROBES:,} probes against {GALLERY:,} images, 512 dimensions, drawn; features, scores and figures\n")
    print("| form | seconds | peak MB | rank-1 | mAP |\n|---|---:|---:|---:|---:|")
    for form, evaluate in EVALUATIONS.items():
        began = time.perf_counter()
        rank1, mean = evaluate()
        taken = time.perf_counter() - began
        print(f"| {form} | {taken:.1f} | {alone(_peak, form):,.0f} | {rank1:.1f} | {mean:.1f} |")
