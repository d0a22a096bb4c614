"""How fast the synthetic pedestrians are drawn, filled into a fresh cache as at first start: images a second."""

import os
import tempfile
import time

import numpy as np

from reidviz.data.formats import load
from reidviz.data.formats.synthetic import DOMAINS
from reidviz.data.images.pixel_cache import Pixels

PICTURES = 300


def main() -> None:
    """Print one line a domain."""
    for domain in DOMAINS:
        with tempfile.TemporaryDirectory() as cache:
            os.environ["REIDVIZ_CACHE"] = cache
            dataset = load(f"synthetic:{domain}")
            started = time.perf_counter()
            Pixels(dataset, 128, 64).fill(np.arange(PICTURES))
            print(f"{dataset.name}: {PICTURES / (time.perf_counter() - started):.0f} pictures/s, drawn and kept")


if __name__ == "__main__":
    main()
