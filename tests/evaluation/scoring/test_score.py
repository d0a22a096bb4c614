from typing import Literal

import numpy as np
import pytest
import torch

from reidviz.evaluation.scores import Scoring
from reidviz.evaluation.scoring.score import score
from reidviz.models.mtdnet import Network, to_input
from tests.evaluation.conftest import CPU, lively, noise

Kind = Literal["distance", "probability"]


def plain_distance(made: Network, probe: np.ndarray, other: np.ndarray, mirrors: bool) -> float:
    def features(image: np.ndarray) -> list[torch.Tensor]:
        x = to_input(torch.from_numpy(image[None]))
        return [made.embed(made.maps(view)) for view in ([x, x.flip(3)] if mirrors else [x])]

    return float(np.mean([(a - b).square().sum().item() for a in features(probe) for b in features(other)]))


@pytest.mark.parametrize("variant", ["mtdnet", "mtdtrp", "mtdnet-rnk"])
@pytest.mark.parametrize(("passes", "mirrors"), [("8-pass", True), ("4-pass", True), ("1-pass", False)])
def test_distances_equal_the_plain_ones(variant: str, passes: str, mirrors: bool) -> None:
    """The mean over the four mirror combinations, or the images as they are."""
    made, probes, gallery = lively(variant), noise(3, 2), noise(4, 3)
    with torch.inference_mode():
        expected = [[plain_distance(made, p, g, mirrors) for g in gallery] for p in probes]
    found = score(made, "distance", probes, gallery, CPU, scoring=Scoring(passes))
    assert found.kind == "distance"
    np.testing.assert_allclose(found.matrix, expected, atol=1e-5)


@pytest.mark.parametrize("kind", ["distance", "probability"])
def test_a_mirrored_probe_scores_the_same(kind: Kind) -> None:
    made, probes, gallery = lively("mtdnet"), noise(2, 4), noise(3, 5)
    mirrored = probes[:, :, ::-1].copy()
    one, other = (score(made, kind, images, gallery, CPU).matrix for images in (probes, mirrored))
    np.testing.assert_allclose(one, other, atol=1e-5)
    plain = [score(made, kind, p, gallery, CPU, scoring=Scoring("1-pass")).matrix for p in (probes, mirrored)]
    assert np.abs(plain[0] - plain[1]).max() > 1e-3


@pytest.mark.parametrize("kind", ["distance", "probability"])
def test_scores_are_written_where_they_are_wanted(kind: Kind) -> None:
    made, probes, gallery = lively("mtdnet"), noise(2, 6), noise(3, 7)
    out = np.full((2, 3), np.nan, dtype=np.float32)
    assert score(made, kind, probes, gallery, CPU, out=out).matrix is out
    np.testing.assert_array_equal(out, score(made, kind, probes, gallery, CPU).matrix)


def test_candidates_reach_the_classifier() -> None:
    made, probes, gallery = lively("mtdnet"), noise(2, 8), noise(3, 9)
    found = score(made, "probability", probes, gallery, CPU, candidates=np.array([[0, 2], [1, 2]])).matrix
    assert np.isnan(found).tolist() == [[False, True, False], [True, False, False]]


@pytest.mark.parametrize("kind", ["distance", "probability"])
def test_scoring_can_be_cancelled(kind: Kind) -> None:
    class StopHereError(Exception):
        pass

    def stop(done: int, total: int, what: str) -> None:
        raise StopHereError

    with pytest.raises(StopHereError):
        score(lively("mtdnet"), kind, noise(3, 6), noise(2, 7), CPU, stop)
