"""The one door to a network that is to be read: each weights file is read and hashed once, and kept within a bound."""

import threading
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path

import torch

from reidviz.models.checkpoint import load_checkpoint
from reidviz.models.model_card import Card
from reidviz.models.mtdnet import Network

MOST_BYTES = 1024**3
"""Bytes of weights that are kept: three networks of the paper's size, or hundreds of compact ones."""
Loaded = tuple[Network, Card]


class Networks:
    """Networks by the sha256 of their weights and the device they are on; of those that do not fit, the ones that were
    asked for longest ago are given up. Whoever holds one may go on with it, and nobody may change one."""

    def __init__(self, load: Callable[[Path, str], Loaded] = load_checkpoint, most_bytes: int = MOST_BYTES) -> None:
        self._load, self._most = load, most_bytes
        self._kept: OrderedDict[tuple[str, str], Loaded] = OrderedDict()
        self._guard = threading.Lock()

    def of(self, path: Path, sha256: str, device: torch.device) -> Loaded:
        """The network of the weights file with that digest, in eval mode, on a device, in channels_last, and its card.

        Threads that ask at once wait for one another. ReidvizError as load_checkpoint raises it.
        """
        key = sha256, str(device)
        with self._guard:
            if key not in self._kept:
                network, card = self._load(path, sha256)
                network.eval().to(device, memory_format=torch.channels_last)  # type: ignore[call-overload]
                self._kept[key] = network, card
                while len(self._kept) > 1 and self.bytes > self._most:
                    self._kept.popitem(last=False)
            self._kept.move_to_end(key)
            return self._kept[key]

    @property
    def bytes(self) -> int:
        """What the kept weights take."""
        return sum(bytes_of(network) for network, _ in self._kept.values())

    def clear(self) -> None:
        """Give up all."""
        with self._guard:
            self._kept.clear()


def bytes_of(network: Network) -> int:
    """What the weights of a network take in memory."""
    return sum(value.numel() * value.element_size() for value in network.state_dict().values())


NETWORKS = Networks()
"""Those of this process."""
