"""Joint feature maps as images."""

import numpy as np
import numpy.typing as npt
from PIL import Image

from reidviz.common.arrays import Float32Array

HOT = np.array([255, 140, 0], dtype=np.float32)
COLD = np.array([0, 114, 178], dtype=np.float32)
STRENGTH = 0.7
TILE = 56


def energy(maps: Float32Array) -> Float32Array:
    """Where joint maps (P, C, h, w) are active: root mean square over channels (P, h, w), of each map from 0 at its
    weakest place to 1 at its strongest."""
    strength = np.sqrt(np.square(maps).mean(1))
    low, high = (reduce(strength, axis=(1, 2), keepdims=True) for reduce in (np.min, np.max))
    found: Float32Array = (strength - low) / np.maximum(high - low, 1e-12)
    return found


def overlaid(image: Image.Image, energy: Float32Array, height: int = 150) -> Image.Image:
    """The image in grey with a map (h, w), 0 to 1, laid over it in orange."""
    width = max(1, round(image.width * height / image.height))
    grey = np.asarray(image.convert("L").resize((width, height)), dtype=np.float32)[..., None].repeat(3, 2)
    heat = Image.fromarray((255 * energy).astype(np.uint8)).resize((width, height), Image.Resampling.BICUBIC)
    share = STRENGTH * np.asarray(heat, dtype=np.float32)[..., None] / 255
    return Image.fromarray((grey * (1 - share) + HOT * share).astype(np.uint8))


def channel_tiles(maps: Float32Array, columns: int) -> Image.Image:
    """Channels (C, h, w) as a grid of tiles in reading order, from 0 (dark) to the largest of all (bright)."""
    count, h, w = maps.shape
    high = max(float(maps.max()), 1e-12)
    rows = -(-count // columns)
    width = max(1, round(TILE * w / h))
    sheet: npt.NDArray[np.uint8] = np.full((rows * (TILE + 2), columns * (width + 2)), 128, dtype=np.uint8)
    for position, channel in enumerate(maps):
        row, column = divmod(position, columns)
        tile = Image.fromarray((255 * np.clip(channel / high, 0, 1)).astype(np.uint8))
        top, left = row * (TILE + 2) + 1, column * (width + 2) + 1
        sheet[top : top + TILE, left : left + width] = np.asarray(tile.resize((width, TILE), Image.Resampling.NEAREST))
    return Image.fromarray(sheet).convert("RGB")


def signed_overlay(image: Image.Image, relevance: Float32Array, strongest: float, height: int = 190) -> Image.Image:
    """The image in grey; orange where a map (h, w) is positive, blue where it is negative, at full strength where it
    reaches `strongest` in size."""
    width = max(1, round(image.width * height / image.height))
    grey = np.asarray(image.convert("L").resize((width, height)), dtype=np.float32)[..., None].repeat(3, 2)
    scaled = np.clip(relevance / max(strongest, 1e-12), -1, 1).astype(np.float32)
    sized = np.asarray(Image.fromarray(scaled).resize((width, height), Image.Resampling.BILINEAR))[..., None]
    share = STRENGTH * np.clip(np.abs(sized), 0, 1)
    return Image.fromarray((grey * (1 - share) + np.where(sized > 0, HOT, COLD) * share).astype(np.uint8))
