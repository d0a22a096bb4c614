"""Figures that any model would reach on a test, because there is too little to mistake a person for."""

import numpy as np

from reidviz.evaluation.ground_truth import GroundTruth
from reidviz.evaluation.ranking.ranking import RANKS

ONE_PERSON = "The gallery holds one person, so every model is right by construction: these figures say nothing."


def others(truth: GroundTruth) -> int:
    """The most gallery images of other persons that any probe is ranked against."""
    rows, _, _ = truth.same_identity(range(len(truth.probes)))
    own = np.bincount(rows, minlength=len(truth.probes))
    return len(truth.gallery) - int(own.min(initial=len(truth.gallery)))


def foregone(truth: GroundTruth) -> list[str]:
    """What of the CMC, mAP and mINP is 100 % by construction, a sentence each; none where all of it tells something."""
    wrong = others(truth)
    if wrong == 0:
        return [ONE_PERSON]
    sure = [f"rank-{k}" for k in RANKS if k > wrong]
    if not sure:
        return []
    listed = " and ".join(filter(None, (", ".join(sure[:-1]), sure[-1])))
    images = "1 image" if wrong == 1 else f"{wrong} images"
    return [
        f"The gallery holds {images} of other persons at most for any probe: {listed} "
        f"{'is' if len(sure) == 1 else 'are'} 100 % by construction."
    ]
