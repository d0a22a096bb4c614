"""What a network makes of images before they meet: low-level maps and ranking features."""

from collections.abc import Iterator
from typing import Protocol

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from reidviz.common.arrays import Float32Array, IntArray
from reidviz.common.progress import Progress
from reidviz.data.images.pixel_cache import Pixels
from reidviz.models.mtdnet import Network, to_input

IMAGES_AT_ONCE = 64


class Images(Protocol):
    """Any number of images, a slice of which is uint8 (N, H, W, 3)."""

    def __len__(self) -> int: ...

    def __getitem__(self, part: slice, /) -> npt.NDArray[np.uint8]: ...


class ImageSubset:
    """Images of a data set at some positions, read from its pixel cache a slice at a time."""

    def __init__(self, pixels: Pixels, positions: IntArray) -> None:
        self.pixels = pixels
        self.positions = positions

    def __len__(self) -> int:
        return len(self.positions)

    def __getitem__(self, part: slice) -> npt.NDArray[np.uint8]:
        return self.pixels[self.positions[part]]


def prepare_for_inference(network: Network, device: torch.device) -> None:
    """Put a network in eval mode, on a device, in channels_last, which convolutions are fastest in."""
    network.eval().to(device, memory_format=torch.channels_last)  # type: ignore[call-overload]


def low_level_maps(
    network: Network, images: Images, part: range, mirrors: bool, device: torch.device
) -> Iterator[tuple[slice, list[Tensor]]]:
    """The maps of some of the images, at most 64 after another: where in part they are, and (B, C, h, w) as they are
    and, where that is wanted, mirrored."""
    with torch.inference_mode():
        for start in range(0, len(part), IMAGES_AT_ONCE):
            chunk = part[start : start + IMAGES_AT_ONCE]
            x = to_input(torch.from_numpy(images[chunk.start : chunk.stop]).to(device))
            views = [x, x.flip(3)] if mirrors else [x]
            maps = [network.maps(view.contiguous(memory_format=torch.channels_last)) for view in views]
            yield slice(start, start + len(chunk)), maps


def features(network: Network, images: Images, mirrors: bool, device: torch.device, progress: Progress) -> Float32Array:
    """The ranking features (N, D): unit vectors, or the mean of those of an image and its mirror image."""
    found: list[Tensor] = []
    with torch.inference_mode():
        for part, views in low_level_maps(network, images, range(len(images)), mirrors, device):
            progress(part.start, len(images), "describing images")
            found.append(torch.stack([network.embed(view) for view in views]).mean(0).cpu())
    return torch.cat(found).numpy()
