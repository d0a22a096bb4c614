"""Several images of one person as one probe."""

from collections.abc import Sequence
from typing import Literal

import numpy as np

from reidviz.evaluation.scores import Scores
from reidviz.models.variants import SMALLER_IS_NEARER

How = Literal["mean feature", "best score"]


def combined(scores: Sequence[Scores], how: How) -> Scores:
    """The scores (1, G) of one probe from those of each of its images (1, G), of one kind.

    mean feature  the mean score. Of squared distances that is the distance from the mean feature f, up to the same
                  number for the whole gallery: the mean of |f_i - g|^2 is |f - g|^2 + the mean of |f_i - f|^2
    best score    each gallery image by the image of the person that is nearest to it
    """
    first = scores[0]
    stack = np.stack([one.matrix for one in scores])
    best = np.min if first.kind in SMALLER_IS_NEARER else np.max
    if first.first_stage is not None:  # a cascade rescored other images for each
        stack = np.stack([-one.distances() for one in scores]).astype(np.float32)
        return Scores("similarity", np.max(stack, axis=0) if how == "best score" else stack.mean(0))
    matrix = best(stack, axis=0) if how == "best score" else stack.mean(0, dtype=np.float64)
    return Scores(first.kind, np.asarray(matrix, dtype=np.float32))
