"""How long the doctor takes on many images, and how much memory: the command itself, in a process of its own.

The images are JPEG of 64 x 128: of each person a tracklet of 50 frames by each of four cameras. It shows one of some
hundred drawn images, cropped, turned and tinted at random; light, place and noise change from frame to frame, so that
neighbours are nearly equal, as in MARS.
"""

import os
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from PIL import Image

from reidviz.common import settings
from reidviz.common.progress import silent
from reidviz.data.dataset import Dataset
from reidviz.data.formats import load
from reidviz.data.images.decode import load_image
from reidviz.data.images.render_missing import draw_missing

COUNTS = (10_000, 100_000)
DRAWN, FRAMES, CAMERAS = 600, 50, 4


def make(root: Path, drawn: Dataset, count: int) -> None:
    """A folder a person, of count images in all."""
    rng = np.random.default_rng(0)
    for tracklet in range(count // FRAMES):
        folder = root / f"{tracklet // CAMERAS:05d}"
        folder.mkdir(parents=True, exist_ok=True)
        first = load_image(drawn, int(rng.integers(DRAWN)))
        width, height = first.size
        box = rng.uniform(0, 0.25, 4) * (width, height, -width, -height) + (0, 0, width, height)
        seen = np.asarray(first.resize((72, 144), Image.Resampling.BILINEAR, tuple(box)), dtype=np.float64)
        seen = seen[:, :: rng.choice([-1, 1])] * rng.uniform(0.6, 1.2, 3)
        light, places = rng.normal(0, 0.02, FRAMES).cumsum(), rng.normal(0, 0.3, (FRAMES, 2)).cumsum(0)
        for frame, (x, y) in enumerate(np.clip(np.rint(4 + places), 0, 8).astype(int)):
            pixels = seen[2 * y : 2 * y + 128, x : x + 64] * (1 + light[frame]) + rng.normal(0, 4, (128, 64, 1))
            made = Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8))
            made.save(folder / f"c{tracklet % CAMERAS + 1}_{frame:03d}.jpg", quality=90)


def examined(root: Path, cache: Path) -> tuple[float, float]:
    """Seconds that `reidviz doctor` takes, and MB of resident memory at its peak."""
    command = [sys.executable, "-m", "reidviz", "doctor", "--data", f"folder:{root}"]
    started = time.perf_counter()
    process = subprocess.Popen(
        command,
        cwd=settings.PROJECT,
        env=os.environ | {"REIDVIZ_CACHE": str(cache)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    _, status, used = os.wait4(process.pid, 0)
    if status:
        raise SystemExit(f"{' '.join(command)} failed")
    return time.perf_counter() - started, used.ru_maxrss / 1024


def main() -> None:
    """Print the table for this machine, on Linux."""
    print(f"{os.cpu_count()} cores, load average before: {os.getloadavg()[0]:.1f}\n")
    print("| images | seconds | peak MB | seconds once files are known | peak MB |")
    print("|---:|---:|---:|---:|---:|")
    drawn = load("synthetic:cuhk03")
    draw_missing(drawn, range(DRAWN), silent)
    for count in COUNTS:
        with TemporaryDirectory() as folder:
            root, cache = Path(folder, "people"), Path(folder, "cache")
            make(root, drawn, count)
            (first, peak), (again, less) = examined(root, cache), examined(root, cache)
        print(f"| {count:,} | {first:.0f} | {peak:.0f} | {again:.0f} | {less:.0f} |", flush=True)


if __name__ == "__main__":
    main()
