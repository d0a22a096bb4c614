"""Pictures as a training step sees them: mirrored, shifted and with other light, drawn for each picture on its own."""

import torch
from torch import Tensor

from reidviz.models.mtdnet import to_input
from reidviz.training.recipe import Recipe


def augmented(pixels: Tensor, images: Tensor, recipe: Recipe) -> Tensor:
    """Network input (B, 3, H, W) of pixels[images]; pixels are uint8 (N, H, W, 3), images positions (B,).

    Mirror and shift are index arithmetic, so each picture is read once, with the border repeated.
    """
    batch, height, width = len(images), pixels.shape[1], pixels.shape[2]

    def uniform(*shape: int) -> Tensor:
        return torch.rand(*shape, device=pixels.device)

    def places(side: int) -> Tensor:
        offset = (uniform(batch, 1) * 2 - 1) * recipe.shift * side
        return (torch.arange(side, device=pixels.device) + offset.round().long()).clamp(0, side - 1)

    rows, columns = places(height), places(width)
    columns = torch.where(uniform(batch, 1) < 0.5, columns.flip(1), columns)
    x = to_input(pixels[images[:, None, None], rows[:, :, None], columns[:, None, :]])
    if recipe.gain:
        contrast, brightness = (1 + (uniform(2, batch, 3, 1, 1) * 2 - 1) * recipe.gain).unbind(0)
        x = x * contrast + (brightness - 1)
    return x
