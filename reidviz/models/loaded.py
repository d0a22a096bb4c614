"""The one door to a network that is to be read: each weights file is read and hashed once, and kept within a bound."""

from pathlib import Path

import torch

from reidviz.common.memory_cache import MemoryCache
from reidviz.models.checkpoint import load_checkpoint
from reidviz.models.model_card import Card
from reidviz.models.mtdnet import Network

MOST_BYTES = 1024**3
"""Bytes of weights that are kept: three networks of the paper's size, or hundreds of compact ones."""


def loaded(path: Path, sha256: str, device: torch.device) -> tuple[Network, Card]:
    """The network of the weights file with that digest, in eval mode, on a device, in channels_last, and its card.

    It is everybody's: nobody may change it. ReidvizError as load_checkpoint raises it.
    """

    def load() -> tuple[Network, Card]:
        network, card = load_checkpoint(path, sha256)
        network.eval().to(device, memory_format=torch.channels_last)  # type: ignore[call-overload]
        return network, card

    return NETWORKS.get((sha256, str(device)), load)


def _bytes_of(found: tuple[Network, Card]) -> int:
    return sum(value.numel() * value.element_size() for value in found[0].state_dict().values())


NETWORKS = MemoryCache(MOST_BYTES, _bytes_of)
