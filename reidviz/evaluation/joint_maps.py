"""Joint feature maps of pairs, and their joint features at conv5 or fc7."""

import numpy as np
import torch

from reidviz.data.pixels import Pixels
from reidviz.evaluation.features import low_level_maps, ready
from reidviz.evaluation.scores import FloatArray
from reidviz.evaluation.transfer import Pairs
from reidviz.models.losses import JointPlace, joint_feature
from reidviz.models.mtdnet import MTDnet

PAIRS_AT_ONCE = 64


def joint_maps(network: MTDnet, pixels: Pixels, pairs: Pairs, device: torch.device) -> FloatArray:
    """The joint feature map after conv5 of every pair, as the pictures are, probe first: (P, C, h, w)."""
    ready(network, device)
    images, places = np.unique(np.concatenate([pairs.first, pairs.second]), return_inverse=True)
    shown = pixels[images]
    found = []
    with torch.inference_mode():
        maps = torch.cat([views[0] for _, views in low_level_maps(network, shown, range(len(shown)), False, device)])
        first, second = torch.from_numpy(places).to(device).view(2, -1)
        for start in range(0, len(pairs), PAIRS_AT_ONCE):
            part = slice(start, start + PAIRS_AT_ONCE)
            found.append(network.pair_joint(maps, first[part], second[part]).float().cpu())
    return torch.cat(found).numpy()


def features_of(network: MTDnet, maps: FloatArray, place: JointPlace, device: torch.device) -> FloatArray:
    """Joint features (P, D) from joint feature maps (P, C, h, w)."""
    with torch.inference_mode():
        joint = torch.from_numpy(maps).to(device)
        hidden = network.pair.hidden(network.pair.pool(joint).flatten(1))
        return joint_feature(joint, hidden, place).cpu().numpy()
