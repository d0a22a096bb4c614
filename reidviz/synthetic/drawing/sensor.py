"""What a camera does to an image: colour response, exposure, blur, lost resolution, noise and JPEG."""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageFilter

from reidviz.synthetic.drawing.texture import grain


@dataclass(frozen=True)
class Sensor:
    """A camera's look.

    gains       red, green, blue factors of its white balance
    gamma       above 1 darkens the middle tones
    contrast    around the middle grey, 1 keeps it
    saturation  1 keeps it, 0 is grey
    lift        added to everything, -40 to 40
    exposure    largest random change of brightness from shot to shot, as a share
    blur        range of the blur radius, in pixels of the image
    motion      probability of motion blur
    loss        range of the factor by which resolution is lost, 1 keeps it
    noise       strength of sensor noise, 0-1
    quality     JPEG quality
    """

    gains: tuple[float, float, float]
    gamma: float
    contrast: float
    saturation: float
    lift: int
    exposure: float
    blur: tuple[float, float]
    motion: float
    loss: tuple[float, float]
    noise: float
    quality: int


def expose(image: Image.Image, size: tuple[int, int], sensor: Sensor, rng: Random) -> Image.Image:
    """The image as the camera stores it, at the size given."""
    loss = rng.uniform(*sensor.loss)
    small = (max(16, round(size[0] / loss)), max(32, round(size[1] / loss)))
    image = image.resize(small, Image.Resampling.BILINEAR)
    if small != size:
        image = image.resize(size, Image.Resampling.BICUBIC)
    radius = rng.uniform(*sensor.blur)
    if radius > 0.1:
        image = image.filter(ImageFilter.GaussianBlur(radius))
    pixels = np.asarray(image, dtype=np.int32)
    if rng.random() < sensor.motion:
        pixels = _drag(pixels, rng.randint(1, 2))
    pixels = _respond(pixels, sensor, rng)
    strength = round(256 * sensor.noise * rng.uniform(0.6, 1.4))
    pixels = pixels + (grain(rng, size).astype(np.int32) * strength >> 8)
    return _jpeg(Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8), "RGB"), sensor.quality + rng.randint(-8, 8))


def _drag(pixels: npt.NDArray[np.int32], reach: int) -> npt.NDArray[np.int32]:
    """Motion blur to the side."""
    total = pixels.copy()
    for k in range(1, reach + 1):
        total[:, k:] += pixels[:, :-k]
        total[:, :k] += pixels[:, :1]
    return total // (reach + 1)


def _respond(pixels: npt.NDArray[np.int32], sensor: Sensor, rng: Random) -> npt.NDArray[np.int32]:
    saturation = round(256 * sensor.saturation * rng.uniform(0.88, 1.12))
    luma = (pixels @ np.array([77, 150, 29], dtype=np.int32) >> 8)[..., None]
    pixels = np.clip(luma + ((pixels - luma) * saturation >> 8), 0, 255)
    light = 1 + rng.uniform(-sensor.exposure, sensor.exposure)
    warm = rng.gauss(0, 0.025)
    gains = [g * light * (1 + w) for g, w in zip(sensor.gains, (warm, 0.0, -warm), strict=True)]
    gamma = sensor.gamma * rng.uniform(0.93, 1.07)
    return np.stack([curve(gains, gamma, sensor, c)[pixels[..., c]] for c in range(3)], axis=-1)


def curve(gains: Sequence[float], gamma: float, sensor: Sensor, channel: int) -> npt.NDArray[np.int32]:
    """The response of a channel to 0-255, straight between 17 knots."""
    knots = []
    for k in range(0, 257, 16):
        v = min(1.0, k / 256 * gains[channel]) ** gamma
        knots.append(round(1024 * (255 * (0.5 + (v - 0.5) * sensor.contrast) + sensor.lift)))
    at = np.arange(256, dtype=np.int64)
    low, rest = np.array(knots, dtype=np.int64)[at >> 4], at & 15
    high = np.array(knots, dtype=np.int64)[(at >> 4) + 1]
    levels: npt.NDArray[np.int64] = (low * (16 - rest) + high * rest + 8192) >> 14
    return np.clip(levels, 0, 255).astype(np.int32)


def _jpeg(image: Image.Image, quality: int) -> Image.Image:
    stored = io.BytesIO()
    image.save(stored, "JPEG", quality=quality, subsampling=2)
    stored.seek(0)
    return Image.open(stored).convert("RGB")
