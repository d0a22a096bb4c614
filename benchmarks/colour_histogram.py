"""How far plain colour gets: rank-1 of HSV histograms in six stripes, L1 distance. Usage: DATA [PROTOCOL]."""

import sys

import numpy as np
import numpy.typing as npt
from PIL import Image

from benchmarks.measure import called
from reidviz.data.dataset import Dataset, Split
from reidviz.data.formats import load
from reidviz.data.images.decode import load_image
from reidviz.data.splits.protocols import default_protocol, split
from reidviz.evaluation.ground_truth import ground_truth
from reidviz.evaluation.ranking.ranking import RANKS, Ranking, rank
from reidviz.evaluation.scores import Scores

STRIPES, BINS = 6, 8


def histogram(image: Image.Image) -> npt.NDArray[np.float32]:
    """8x8x8 HSV counts of each of six horizontal stripes, each summing to 1, in one row."""
    pixels = np.asarray(image.convert("HSV"), dtype=np.int64) * BINS // 256
    codes = pixels @ np.array([BINS * BINS, BINS, 1])
    counts = [np.bincount(part.ravel(), minlength=BINS**3) / part.size for part in np.array_split(codes, STRIPES)]
    return np.concatenate(counts).astype(np.float32)


def histogram_ranking(dataset: Dataset, parts: Split) -> Ranking:
    """The ranking by L1 distance of the histograms."""
    probes, gallery = (
        np.stack([histogram(load_image(dataset, int(i))) for i in indices]) for indices in (parts.probes, parts.gallery)
    )
    distances = np.stack([np.abs(gallery - probe).sum(axis=1) for probe in probes])
    return rank(Scores("distance", distances), ground_truth(dataset, parts))


def main(data: str, protocol: str | None = None) -> None:
    """Print the CMC of the histograms."""
    dataset = load(data)
    parts = split(dataset, protocol or default_protocol(dataset))
    ranking = histogram_ranking(dataset, parts)
    found = ", ".join(f"rank-{k} {ranking.cmc_at(k):.1f}" for k in RANKS)
    print(f"colour histogram on {called(dataset)} {parts.protocol}: {found}")


if __name__ == "__main__":
    main(*sys.argv[1:])
