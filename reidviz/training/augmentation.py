"""Images as a training step sees them: mirrored, shifted, in other light, partly hidden, each image on its own."""

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from reidviz.models.mtdnet import to_input
from reidviz.training.recipe import Recipe

HIDDEN = (0.02, 0.2)
ASPECT = 2.5


@dataclass(frozen=True, eq=False)
class Changes:
    """What is done to each image of a batch, drawn before any image is touched.

    rows, columns  (B, H) and (B, W): which row and column of the image stands there
    light          (2, B, 3, 1, 1): factor and offset of each colour channel
    hidden         (B, H, W): True where a rectangle hides the image
    """

    rows: Tensor
    columns: Tensor
    light: Tensor | None
    hidden: Tensor | None

    def of(self, part: slice) -> "Changes":
        """Those of a part of the batch."""
        return Changes(
            self.rows[part],
            self.columns[part],
            None if self.light is None else self.light[:, part],
            None if self.hidden is None else self.hidden[part],
        )


def draw(batch: int, height: int, width: int, recipe: Recipe, device: torch.device) -> Changes:
    """Random changes of `batch` images, from torch's own generator of that device."""

    def uniform(*shape: int) -> Tensor:
        return torch.rand(*shape, device=device)

    def places(side: int) -> Tensor:
        if not recipe.shift:
            return torch.arange(side, device=device).expand(batch, side)
        offset = (uniform(batch, 1) * 2 - 1) * recipe.shift * side
        return (torch.arange(side, device=device) + offset.round().long()).clamp(0, side - 1)

    rows, columns = places(height), places(width)
    if recipe.mirror:
        columns = torch.where(uniform(batch, 1) < 0.5, columns.flip(1), columns)
    light = hidden = None
    if recipe.gain:
        factor, offset = (uniform(2, batch, 3, 1, 1) * 2 - 1) * recipe.gain
        light = torch.stack([1 + factor, offset])
    if recipe.erase:
        area = HIDDEN[0] + uniform(batch, 1) * (HIDDEN[1] - HIDDEN[0])
        aspect = torch.exp((uniform(batch, 1) * 2 - 1) * math.log(ASPECT))
        tall, wide = (area * aspect).sqrt().clamp(max=1) * height, (area / aspect).sqrt().clamp(max=1) * width
        top, left = uniform(batch, 1) * (height - tall), uniform(batch, 1) * (width - wide)
        chosen = uniform(batch, 1) < recipe.erase
        y, x = torch.arange(height, device=device), torch.arange(width, device=device)
        band = chosen & (y >= top) & (y < top + tall)
        hidden = band[:, :, None] & ((x >= left) & (x < left + wide))[:, None, :]
    return Changes(rows, columns, light, hidden)


def changed_images(pixels: Tensor, images: Tensor, changes: Changes) -> Tensor:
    """Network input (B, 3, H, W) of pixels[images]; pixels are uint8 (N, H, W, 3), images positions (B,).

    Mirror and shift are index arithmetic, so each image is read once, with the border repeated. What is hidden is
    the mean colour. Where the pixels are too many for the device the changes are on, only uint8 images travel.
    """
    device, home = changes.rows.device, pixels.device
    images, rows, columns = images.to(home), changes.rows.to(home), changes.columns.to(home)
    x = to_input(pixels[images[:, None, None], rows[:, :, None], columns[:, None, :]].to(device))
    if changes.light is not None:
        x = x * changes.light[0] + changes.light[1]
    return x if changes.hidden is None else x.masked_fill(changes.hidden[:, None], 0.0)
