"""Why: which regions of two images made the decision, of the ranking branch and of the classifier.

What is explained is a score that grows with likeness: minus the squared distance of the ranking branch, or the log odds
of P(same) of the classifier, the mean over both orders. Relevance is signed: positive places speak for "same person".
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from reidviz.common.arrays import Float32Array, ImageArray
from reidviz.common.progress import Progress, silent
from reidviz.evaluation.explain.masking import enlarged, hidden, strongest
from reidviz.evaluation.scoring.features import prepare_for_inference
from reidviz.models.mtdnet import MTDnet, Network, to_input

Branch = Literal["ranking", "pairs"]
Method = Literal["gradient", "occlusion"]
ROWS = 8
"""Occluding patches from top to bottom; they overlap by half."""
PAIRS_AT_ONCE = 32
Similarity = Callable[[ImageArray, ImageArray], Float32Array]
"""The score that is explained (P,), of pairs of images (P, H, W, 3); either side may be one image for all pairs."""


@dataclass(frozen=True, eq=False)
class Explanation:
    """The relevance of the places of both images (h, w) for a score."""

    score: float
    first: Float32Array
    second: Float32Array


def similarity_by_network(network: Network, branch: Branch, device: torch.device) -> Similarity:
    """That of one branch of a network of ours."""
    prepare_for_inference(network, device)

    def similarity(firsts: ImageArray, seconds: ImageArray) -> Float32Array:
        with torch.inference_mode():
            one, other = (_maps(network, images, device) for images in (firsts, seconds))
            count = max(len(one), len(other))
            pair = (maps if len(maps) == count else maps.expand(count, -1, -1, -1) for maps in (one, other))
            return _numpy(_score(network, branch, *pair))

    return similarity


def similarity_by_features(describe: Callable[[ImageArray], Float32Array]) -> Similarity:
    """Minus the squared distance of the features (N, D) that somebody else's network gives."""

    def similarity(firsts: ImageArray, seconds: ImageArray) -> Float32Array:
        found: Float32Array = -np.square(describe(firsts) - describe(seconds)).sum(1)
        return found

    return similarity


def by_gradient(
    network: Network, branch: Branch, first: ImageArray, second: ImageArray, device: torch.device
) -> Explanation:
    """Gradient times activation, summed over channels (HiResCAM, Draelos and Carin, 2020; a Grad-CAM that keeps places
    apart, as the layers behind are fully connected).

    Ranking: at the maps after conv2 of either image. Classifier: at the joint map after conv5, whose places are those
    of both images: both carry the same relevance.
    """
    prepare_for_inference(network, device)
    x = to_input(torch.from_numpy(np.stack([first, second])).to(device))
    with torch.enable_grad():
        maps = network.maps(x).detach().requires_grad_()
        if branch == "ranking":
            score = _score(network, branch, maps[:1], maps[1:])
            (gradient,) = torch.autograd.grad(score.sum(), maps)
            relevance = (gradient * maps).sum(1)
            one, other = relevance[0], relevance[1]
        else:
            assert isinstance(network, MTDnet), "only networks with a pair branch classify pairs"
            order = torch.tensor([0, 1], device=device)
            joint = network.pair_joint(maps, order, order.flip(0)).detach().requires_grad_()
            score = _odds(network.pair.head(joint)).mean()
            (gradient,) = torch.autograd.grad(score, joint)
            one = other = (gradient * joint).sum(1).sum(0)
    return Explanation(float(score.detach()), *(_numpy(map_) for map_ in (one, other)))


def by_occlusion(
    similarity: Similarity, first: ImageArray, second: ImageArray, progress: Progress = silent
) -> Explanation:
    """How much of the score is lost where a patch of the image's mean colour covers a place (Zeiler and Fergus,
    2014): the mean over all patches that cover it, on one image at a time."""
    height, width = first.shape[:2]
    patches = _patches(height, width)
    whole = float(similarity(first[None], second[None])[0])
    found = []
    for turn, (covered, other) in enumerate(((first, second), (second, first))):
        views = np.stack([hidden(covered, patch) for patch in patches])
        lost = np.empty(len(patches), dtype=np.float32)
        for start in range(0, len(patches), PAIRS_AT_ONCE):
            progress(turn * len(patches) + start, 2 * len(patches), "covering places")
            part = views[start : start + PAIRS_AT_ONCE]
            pair = (part, other[None]) if turn == 0 else (other[None], part)
            lost[start : start + len(part)] = whole - similarity(*pair)
        total = np.tensordot(lost, patches.astype(np.float32), axes=1)
        found.append((total / np.maximum(patches.sum(0), 1)).astype(np.float32))
    return Explanation(whole, found[0], found[1])


def explain(
    network: Network,
    branch: Branch,
    method: Method,
    first: ImageArray,
    second: ImageArray,
    device: torch.device,
    progress: Progress = silent,
) -> Explanation:
    """Either of both methods, on two images (H, W, 3) of the network's size."""
    if method == "gradient":
        return by_gradient(network, branch, first, second, device)
    return by_occlusion(similarity_by_network(network, branch, device), first, second, progress)


def deletion(
    similarity: Similarity,
    first: ImageArray,
    second: ImageArray,
    explanation: Explanation,
    share: float,
    rng: np.random.Generator,
    draws: int = 4,
) -> tuple[float, float]:
    """How much the score changes when that share of both images is hidden: the places called most important, and as
    many elsewhere (the same shape moved at random, mirrored by turns; the mean of some draws)."""
    height, width = first.shape[:2]
    masks = [strongest(enlarged(map_, height, width), share) for map_ in (explanation.first, explanation.second)]
    cases = [masks]
    for draw in range(draws):
        shift = int(rng.integers(height)), int(rng.integers(width))
        cases.append([np.roll(mask[:, :: 1 - 2 * (draw % 2)], shift, (0, 1)) for mask in masks])
    firsts, seconds = (np.stack([hidden(one, case[i]) for case in cases]) for i, one in enumerate((first, second)))
    change = np.abs(similarity(firsts, seconds) - explanation.score)
    return float(change[0]), float(change[1:].mean())


def _maps(network: Network, images: ImageArray, device: torch.device) -> Tensor:
    return network.maps(to_input(torch.from_numpy(np.ascontiguousarray(images)).to(device)))


def _score(network: Network, branch: Branch, first: Tensor, second: Tensor) -> Tensor:
    """The score of pairs of low-level maps (P, C, h, w): (P,)."""
    if branch == "ranking":
        return -(network.embed(first).float() - network.embed(second).float()).square().sum(1)
    assert isinstance(network, MTDnet), "only networks with a pair branch classify pairs"
    maps, count = torch.cat([first, second]), len(first)
    mine = torch.arange(count, device=maps.device)
    orders = [network.pair_logits(maps, mine, mine + count), network.pair_logits(maps, mine + count, mine)]
    return torch.stack([_odds(logits) for logits in orders]).mean(0)


def _odds(logits: Tensor) -> Tensor:
    return (logits[:, 1] - logits[:, 0]).float()


def _patches(height: int, width: int) -> npt.NDArray[np.bool_]:
    """Square patches that cover an image, each overlapping the next by half: masks (N, H, W)."""
    side = max(2, 2 * height // (ROWS + 1))
    step = max(1, side // 2)
    tops = range(0, max(1, height - side + step), step)
    lefts = range(0, max(1, width - side + step), step)
    masks = np.zeros((len(tops) * len(lefts), height, width), dtype=bool)
    for place, (top, left) in enumerate((top, left) for top in tops for left in lefts):
        masks[place, top : top + side, left : left + side] = True
    return masks


def _numpy(relevance: Tensor) -> Float32Array:
    found: Float32Array = relevance.detach().float().cpu().numpy()
    return found
