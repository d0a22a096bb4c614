"""The sizes of a network, apart from the network itself: a card can be read without torch."""

from dataclasses import dataclass
from typing import Literal

from reidviz.common.errors import ReidvizError

StemName = Literal["caffenet", "torchvision"]
MOST_UNITS = 16_384
MOST_FILTERS = 4_096


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


def check_sizes(sizes: Architecture, hint: str = "") -> None:
    """Raises ReidvizError, in one sentence, for sizes of which no network can be made, or none that fits a machine."""
    a = sizes
    demands = (
        (0 <= a.dropout < 1, "dropout must be at least 0 and below 1."),
        (0 <= a.conv1_padding <= 10, "conv1_padding must lie between 0 and 10."),
        (min(a.height, a.width) >= 32 and max(a.height, a.width) <= 1024, "Pictures must be 32 to 1024 pixels a side."),
        (min(a.feat, a.fc) >= 1, "A layer needs at least one unit."),
        (max(a.feat, a.fc) <= MOST_UNITS, f"A layer can have at most {MOST_UNITS:,} units."),
        (
            min(a.conv3, a.conv4, a.conv5) >= 2 and not (a.conv3 | a.conv4 | a.conv5) % 2,
            "conv3, conv4 and conv5 need an even number of filters: conv4 and conv5 work in two groups.",
        ),
        (
            max(a.conv3, a.conv4, a.conv5) <= MOST_FILTERS,
            f"conv3, conv4 and conv5 can have at most {MOST_FILTERS:,} filters.",
        ),
    )
    for fulfilled, sentence in demands:
        if not fulfilled:
            raise ReidvizError(sentence, hint)
