"""Joint feature maps of pairs, and their joint features at conv5 or fc7."""

import numpy as np
import numpy.typing as npt
import torch

from reidviz.common.arrays import Float32Array, IntArray
from reidviz.common.progress import Progress, silent
from reidviz.data.images.pixel_cache import Pixels
from reidviz.evaluation.image_pairs import Pairs
from reidviz.evaluation.scoring.features import low_level_maps, prepare_for_inference
from reidviz.models.losses import JointPlace, joint_feature
from reidviz.models.mtdnet import MTDnet

PAIRS_AT_ONCE = 64


def joint_maps(
    network: MTDnet, pixels: Pixels, pairs: Pairs, device: torch.device, progress: Progress = silent
) -> Float32Array:
    """The joint feature map after conv5 of every pair, as the images are, probe first: (P, C, h, w)."""
    images, places = np.unique(np.concatenate([pairs.first, pairs.second]), return_inverse=True)
    first, second = places.reshape(2, -1)
    return joint_maps_of(network, pixels[images], first, second, device, progress)


def joint_maps_of(
    network: MTDnet,
    images: npt.NDArray[np.uint8],
    first: IntArray,
    second: IntArray,
    device: torch.device,
    progress: Progress = silent,
) -> Float32Array:
    """The same of images (N, H, W, 3), pair i being first[i] and second[i], positions among them."""
    prepare_for_inference(network, device)
    low, found = [], []
    with torch.inference_mode():
        for part, views in low_level_maps(network, images, range(len(images)), False, device):
            progress(part.start, len(images), "describing images")
            low.append(views[0])
        maps = torch.cat(low)
        a, b = (torch.from_numpy(places).to(device) for places in (first, second))
        for start in range(0, len(first), PAIRS_AT_ONCE):
            progress(start, len(first), "describing pairs")
            part = slice(start, start + PAIRS_AT_ONCE)
            found.append(network.pair_joint(maps, a[part], b[part]).float().cpu())
    return torch.cat(found).numpy()


def features_of(network: MTDnet, maps: Float32Array, place: JointPlace, device: torch.device) -> Float32Array:
    """Joint features (P, D) from joint feature maps (P, C, h, w)."""
    with torch.inference_mode():
        joint = torch.from_numpy(maps).to(device)
        hidden = network.pair.hidden(network.pair.pool(joint).flatten(1))
        return joint_feature(joint, hidden, place).cpu().numpy()
