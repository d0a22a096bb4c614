"""The single passes behind the score of a pair: both orders and all mirror images, before their mean is taken."""

import numpy as np
import torch

from reidviz.common.arrays import Float32Array, ImageArray
from reidviz.evaluation.scoring.features import prepare_for_inference
from reidviz.models.mtdnet import MTDnet, Network, to_input


def _maps(network: Network, images: tuple[ImageArray, ImageArray], device: torch.device) -> torch.Tensor:
    """Low-level maps (4, C, h, w): the first as it is and mirrored, then the second."""
    prepare_for_inference(network, device)
    views = [view for image in images for view in (image, image[:, ::-1])]
    return network.maps(to_input(torch.from_numpy(np.stack(views)).to(device)))


def probabilities(network: MTDnet, first: ImageArray, second: ImageArray, device: torch.device) -> Float32Array:
    """P(same) of two images (H, W, 3) in each of the 8 passes (2, 2, 2): by order (the first image first, then the
    second), the first image as it is or mirrored, and the second."""
    with torch.inference_mode():
        maps = _maps(network, (first, second), device)
        mine = torch.tensor([0, 0, 1, 1], device=device)
        theirs = torch.tensor([2, 3, 2, 3], device=device)
        logits = network.pair_logits(maps, torch.cat([mine, theirs]), torch.cat([theirs, mine]))
        told: Float32Array = logits.float().softmax(1)[:, 1].view(2, 2, 2).cpu().numpy()
    return told


def squared_distances(network: Network, first: ImageArray, second: ImageArray, device: torch.device) -> Float32Array:
    """Squared distance of the ranking features of two images (H, W, 3) in each of the 4 passes (2, 2): the first as
    it is or mirrored, and the second."""
    with torch.inference_mode():
        mine, theirs = network.embed(_maps(network, (first, second), device)).float().chunk(2)
        found: Float32Array = (mine[:, None] - theirs[None]).square().sum(2).cpu().numpy()
    return found
