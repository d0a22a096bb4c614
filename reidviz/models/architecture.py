"""The sizes of a network, apart from the network itself: a card can be read without torch."""

from dataclasses import dataclass
from typing import Literal

from reidviz.common.errors import ReidvizError
from reidviz.common.setting import setting, settings_in

StemName = Literal["caffenet", "torchvision"]
StemNorm = Literal["each", "after"]
MOST_UNITS = 16_384
MOST_FILTERS = 4_096
SIDES = {"unit": "pixels", "low": 32, "high": 1024, "step": 1}
UNITS = {"unit": "units", "low": 1, "high": MOST_UNITS}
FILTERS = {"unit": "filters", "low": 2, "high": MOST_FILTERS, "step": 2}


@dataclass(frozen=True)
class Architecture:
    """The sizes of one network; what each is, its field says."""

    height: int = setting("Network", "Height", "Of the images.", **SIDES)
    width: int = setting("Network", "Width", "Of the images.", **SIDES)
    stem: StemName = setting(
        "Network",
        "Stem",
        "caffenet: conv1-2 of the authors, 96 and 256 filters in 2 groups, with response normalisation; torchvision: "
        "the one with public ImageNet weights, 64 and 192 filters.",
    )
    conv1_padding: int = setting(
        "Network", "conv1 padding", "Around the image; 0 in the release.", unit="pixels", low=0, high=10
    )
    batch_norm: bool = setting("Network", "Batch norm", "Normalise after every convolution; not in the paper.")
    feat: int = setting("Network", "Ranking feature", "Its length.", **UNITS)
    conv3: int = setting("Network", "conv3", "Its filters, an even number.", **FILTERS)
    conv4: int = setting("Network", "conv4", "Its filters, an even number: it works in two groups.", **FILTERS)
    conv5: int = setting("Network", "conv5", "Its filters, an even number: it works in two groups.", **FILTERS)
    fc: int = setting("Network", "fc6, fc7", "Units of each.", **UNITS)
    dropout: float = setting("Network", "Dropout", "After fc6 and fc7.", low=0, below=1, step=0.05)
    stem_norm: StemNorm = setting(
        "Network",
        "Norm of the stem",
        "With batch norm: each, after conv1 and after conv2; after: once, on the maps that both branches get, so that "
        "conv1-2 see what ImageNet's weights are used to.",
        "each",
    )
    groups: int = setting(
        "Network", "Groups", "In which conv4 and conv5 work: 2 in the paper, 1 in ImageNet's AlexNet.", 2, low=1, high=2
    )
    standardise: float = setting(
        "Network",
        "Standardise",
        "How far the mean and the deviation of each colour of an image take the place of ImageNet's: 0 not, 1 wholly.",
        0.0,
        low=0,
        high=1,
        step=0.1,
    )


def paper(stem: StemName = "caffenet") -> Architecture:
    """The layer table of the release at full size."""
    return Architecture(227, 227, stem, 0, False, 512, 384, 384, 256, 4096, 0.5)


def compact(stem: StemName = "torchvision") -> Architecture:
    """The same network for person-shaped images, small enough to train on two CPU cores and to ship."""
    return Architecture(128, 64, stem, 5, True, 256, 96, 96, 64, 256, 0.2)


def check_sizes(sizes: Architecture, hint: str = "") -> None:
    """Raises ReidvizError, in one sentence, for sizes of which no network can be made, or none that fits a machine."""
    for name, described in settings_in(Architecture).items():
        if refused := described.refusal(f"architecture.{name}", getattr(sizes, name)):
            raise ReidvizError(refused, hint)
    if (sizes.conv3 | sizes.conv4 | sizes.conv5) % 2:
        raise ReidvizError(
            "conv3, conv4 and conv5 need an even number of filters: conv4 and conv5 work in two groups.", hint
        )
