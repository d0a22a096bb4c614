"""Images with a part of them hidden, by a mask or a box."""

import numpy as np
from PIL import Image

from reidviz.common.arrays import BoolArray, Float32Array, ImageArray

Box = tuple[float, float, float, float]
"""Top, left, bottom and right as shares of the image's sides, 0-1."""


def hidden(image: ImageArray, mask: BoolArray) -> ImageArray:
    """The image (H, W, 3) with the places of the mask (H, W) filled with its mean colour."""
    shown = image.copy()
    shown[mask] = image.reshape(-1, 3).mean(0).round().astype(np.uint8)
    return shown


def box_mask(box: Box, height: int, width: int) -> BoolArray:
    """The places of an image that lie within a box, one place at least."""
    top, left, bottom, right = (max(0.0, min(1.0, side)) for side in box)
    mask = np.zeros((height, width), dtype=bool)
    first, column = min(int(top * height), height - 1), min(int(left * width), width - 1)
    mask[first : max(first + 1, round(bottom * height)), column : max(column + 1, round(right * width))] = True
    return mask


def without_box(image: ImageArray, box: Box) -> ImageArray:
    """The image with the box hidden."""
    return hidden(image, box_mask(box, *image.shape[:2]))


def only_box(image: ImageArray, box: Box) -> ImageArray:
    """The image with all but the box hidden."""
    return hidden(image, ~box_mask(box, *image.shape[:2]))


def enlarged(relevance: Float32Array, height: int, width: int) -> Float32Array:
    """A map (h, w) at the size of an image (height, width), bilinear."""
    image = Image.fromarray(relevance.astype(np.float32))
    return np.asarray(image.resize((width, height), Image.Resampling.BILINEAR), dtype=np.float32)


def strongest(relevance: Float32Array, share: float) -> BoolArray:
    """That share of the places of a map (h, w), one at least, with the largest values, whatever their sign."""
    flat = np.abs(relevance).ravel()
    count = max(1, round(share * flat.size))
    mask = np.zeros(flat.size, dtype=bool)
    mask[np.argsort(-flat, kind="stable")[:count]] = True
    return mask.reshape(relevance.shape)
