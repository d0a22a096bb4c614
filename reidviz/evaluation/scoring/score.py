"""Every probe against every gallery image: squared distance of the ranking branch, or P(same) of the classifier."""

import numpy as np
import torch

from reidviz.common.arrays import Float32Array, IntArray
from reidviz.common.progress import Progress, silent
from reidviz.evaluation.scores import EXACT, PASSES, Scores, Scoring
from reidviz.evaluation.scoring.distances import unit_distances
from reidviz.evaluation.scoring.features import Images, features, prepare_for_inference
from reidviz.evaluation.scoring.pair_scorer import PairScorer, pair_scores
from reidviz.models.mtdnet import MTDnet, Network
from reidviz.models.variants import Kind


def score(
    network: Network,
    kind: Kind,
    probes: Images,
    gallery: Images,
    device: torch.device,
    progress: Progress = silent,
    what: str = "scoring pairs",
    scoring: Scoring = EXACT,
    out: Float32Array | None = None,
    candidates: IntArray | None = None,
) -> Scores:
    """Scores of one kind, distance or probability, of uint8 probes (P, H, W, 3) against the gallery (G, H, W, 3).

    out         where they are to be written, float32 (P, G), by default a new array; P(same) only where it is not a
                number yet
    candidates  gallery positions (P, K): P(same) of those pairs alone, the others become not a number
    """
    if kind == "distance":
        return distances(network, probes, gallery, device, progress, scoring, out)[0]
    out = np.full((len(probes), len(gallery)), np.nan, dtype=np.float32) if out is None else out
    assert isinstance(network, MTDnet), "only networks with a pair branch give probabilities"
    pair_scores(PairScorer(network, scoring, device), probes, gallery, out, candidates, progress, what)
    return Scores(kind, out)


def distances(
    network: Network,
    probes: Images,
    gallery: Images,
    device: torch.device,
    progress: Progress = silent,
    scoring: Scoring = EXACT,
    out: Float32Array | None = None,
) -> tuple[Scores, Float32Array, Float32Array]:
    """Squared distances, and the ranking features of the probes (P, D) and of the gallery (G, D) that they are of."""
    prepare_for_inference(network, device)
    mirrors = PASSES[scoring.passes].mirrors
    mine, theirs = (features(network, images, mirrors, device, progress) for images in (probes, gallery))
    out = np.empty((len(probes), len(gallery)), dtype=np.float32) if out is None else out
    unit_distances(mine, theirs, out)
    return Scores("distance", out), mine, theirs
