"""Noise that makes flat colours look like cloth, walls and leaves."""

from functools import lru_cache
from random import Random

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageFilter

Gray = npt.NDArray[np.int16]


def clouds(seed: int, size: tuple[int, int], cell: int, octaves: int = 3) -> Gray:
    """Smooth noise around 0, mostly -60 to 60; cell is the size of its largest lumps in pixels."""
    rng = np.random.Generator(np.random.PCG64(seed))
    width, height = size
    total = np.zeros((height, width), dtype=np.int16)
    for k in range(octaves):
        step = max(1, (cell >> k) // 4)
        dots = rng.integers(0, 256, (height // step + 9, width // step + 9), dtype=np.uint8)
        lumps = Image.fromarray(dots, "L").filter(ImageFilter.GaussianBlur(1.6))
        lumps = lumps.crop((4, 4, 5 + width // step, 5 + height // step))
        big = lumps.resize((width, height), Image.Resampling.BICUBIC) if step > 1 else lumps.crop((0, 0, width, height))
        total += (np.asarray(big, dtype=np.int16) - 128) * 3 >> k
    return total


@lru_cache(maxsize=1)
def _folds() -> Image.Image:
    """A large sheet of crumpled cloth, 128 neutral."""
    sheet = clouds(71, (1024, 1400), 36, 2) // 4 + clouds(72, (1024, 1400), 90, 2) // 4
    return Image.fromarray(np.clip(128 + sheet, 60, 190).astype(np.uint8), "L")


def cloth(rng: Random, size: tuple[int, int]) -> Image.Image:
    """Crumples for a figure of this size, 128 neutral."""
    x, y = rng.randrange(1024 - size[0]), rng.randrange(1400 - size[1])
    return _folds().crop((x, y, x + size[0], y + size[1]))


@lru_cache(maxsize=1)
def _grain() -> npt.NDArray[np.int8]:
    rng = np.random.Generator(np.random.PCG64(73))
    return (rng.integers(-32, 33, (700, 512, 3)) + rng.integers(-32, 33, (700, 512, 3))).astype(np.int8)


def grain(rng: Random, size: tuple[int, int]) -> npt.NDArray[np.int16]:
    """Sensor noise of about +-64, shape (height, width, 3)."""
    x, y = rng.randrange(512 - size[0]), rng.randrange(700 - size[1])
    return _grain()[y : y + size[1], x : x + size[0]].astype(np.int16)
