"""The sizes of a network, apart from the network itself: a card can be read without torch."""

from dataclasses import dataclass
from typing import Literal

StemName = Literal["caffenet", "torchvision"]


@dataclass(frozen=True)
class Architecture:
    """The sizes of one network.

    height, width   input in pixels
    stem            "caffenet": 96/256 filters, 2 groups, LRN (the authors'); "torchvision": 64/192 (public weights)
    conv1_padding   pixels around the input: 0 as in the release
    batch_norm      normalise after every convolution (not in the paper)
    feat            length of the ranking feature
    conv3..conv5    filters; fc: units of fc6 and fc7
    dropout         after fc6 and fc7
    """

    height: int
    width: int
    stem: StemName
    conv1_padding: int
    batch_norm: bool
    feat: int
    conv3: int
    conv4: int
    conv5: int
    fc: int
    dropout: float


def paper(stem: StemName = "caffenet") -> Architecture:
    """The layer table of the release at full size."""
    return Architecture(227, 227, stem, 0, False, 512, 384, 384, 256, 4096, 0.5)


def compact(stem: StemName = "torchvision") -> Architecture:
    """The same network for person-shaped pictures, small enough to train on two CPU cores and to ship."""
    return Architecture(128, 64, stem, 5, True, 256, 96, 96, 64, 256, 0.2)
