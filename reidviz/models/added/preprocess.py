"""Images as a network takes them: their size in the page's process, their values where the network runs."""

from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image

from reidviz.common.arrays import ImageArray
from reidviz.models.added.cards import OnnxInput, Preprocessing

MEAN = np.array((0.485, 0.456, 0.406), dtype=np.float32)
DEVIATION = np.array((0.229, 0.224, 0.225), dtype=np.float32)
CAFFE_MEAN = np.array((123.68, 116.779, 103.939), dtype=np.float32)
FILTERS = {"bilinear": Image.Resampling.BILINEAR, "bicubic": Image.Resampling.BICUBIC}


def sized(image: Image.Image, how: Preprocessing) -> ImageArray:
    """An RGB image at the network's size, uint8 (height, width, 3), RGB."""
    size = how.width, how.height
    if how.aspect == "stretch":
        return _resized(image, size, how)
    share = min(size[0] / image.width, size[1] / image.height)
    inner = max(1, round(image.width * share)), max(1, round(image.height * share))
    out = np.zeros((how.height, how.width, 3), dtype=np.uint8)
    left, top = (size[0] - inner[0]) // 2, (size[1] - inner[1]) // 2
    out[top : top + inner[1], left : left + inner[0]] = _resized(image, inner, how)
    return out


def values(images: ImageArray, how: Preprocessing, taken: OnnxInput) -> npt.NDArray[Any]:
    """uint8 images (N, H, W, 3), RGB, as the array that a network takes; one after another, each within the cache."""
    mean, deviation = _MOMENTS[how.scale]
    if how.colour == "BGR":
        images, mean, deviation = images[..., ::-1], mean[::-1], deviation[::-1]
    if taken.layout == "NCHW":
        images, mean, deviation = images.transpose(0, 3, 1, 2), mean[:, None, None], deviation[:, None, None]
    factor, offset = 1 / deviation, -mean / deviation
    x = np.empty(images.shape, dtype=np.float32)
    for image, out in zip(images, x, strict=True):
        np.multiply(np.ascontiguousarray(image), factor, out=out)
        out += offset
    return x.astype(taken.dtype, copy=False)


_NONE, _ONE = np.zeros(3, dtype=np.float32), np.ones(3, dtype=np.float32)
_MOMENTS = {
    "ImageNet": (255 * MEAN, 255 * DEVIATION),
    "0-1": (_NONE, 255 * _ONE),
    "-1..1": (127.5 * _ONE, 127.5 * _ONE),
    "0-255": (_NONE, _ONE),
    "0-255 minus mean": (CAFFE_MEAN, _ONE),
}


def _resized(image: Image.Image, size: tuple[int, int], how: Preprocessing) -> ImageArray:
    if how.resize in FILTERS:
        return np.asarray(image.resize(size, FILTERS[how.resize]), dtype=np.uint8)
    width, height = size
    affine = (image.width / width, 0, 0, 0, image.height / height, 0)
    return np.asarray(image.transform(size, Image.Transform.AFFINE, affine, Image.Resampling.BILINEAR), dtype=np.uint8)
