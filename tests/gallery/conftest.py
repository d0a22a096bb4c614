"""Small galleries of drawn colours, described by a network that takes milliseconds."""

import zipfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from reidviz.gallery.named import gallery_named
from reidviz.models.checkpoint import save_checkpoint
from reidviz.models.model_card import Card, Threshold
from tests.conftest import SMALL, network


@pytest.fixture(autouse=True)
def own_galleries(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("REIDVIZ_GALLERIES", str(tmp_path / "galleries"))
    return tmp_path / "galleries"


@pytest.fixture
def model(tmp_path: Path) -> Path:
    """An untrained network of both tasks, with a threshold for its distances."""
    calibrated = Threshold("distance", 0.02, 0.01, 0.2, "some persons", 100, 10_000)
    card = Card("small", "mtdnet", SMALL, {}, "d", "h", "p", "fresh weights", 0, 0, thresholds=(calibrated,))
    file = tmp_path / "small.safetensors"
    save_checkpoint(file, network("mtdnet"), card)
    return file


@pytest.fixture
def second(tmp_path: Path) -> Path:
    """Another untrained network."""
    file = tmp_path / "second.safetensors"
    save_checkpoint(
        file, network("mtdnet-rnk", seed=1), Card("second", "mtdnet-rnk", SMALL, {}, "d", "h", "p", "", 0, 0)
    )
    return file


def street(root: Path, count: int = 12, first: int = 0) -> Path:
    """A folder of images of random blocks, named for camera and time, as 20240131_1200SS_c2_NN.png."""
    root.mkdir(parents=True, exist_ok=True)
    for n in range(first, first + count):
        blocks = np.random.default_rng(n).integers(0, 256, (6, 3, 3), dtype=np.uint8)
        image = Image.fromarray(blocks.repeat(10, 0).repeat(10, 1))
        image.save(root / f"20240131_1200{n:02d}_c{n % 3 + 1}_{n:02d}.png")
    return root


def stored(name: str = "street") -> dict[str, str]:
    gallery = gallery_named(name)
    return gallery.store(gallery.model()).stamps()


def zipped(folder: Path) -> str:
    """A folder packed below "in/" in a zip beside it."""
    with zipfile.ZipFile(folder.with_suffix(".zip"), "w") as packed:
        for file in sorted(folder.iterdir()):
            packed.write(file, f"in/{file.name}")
    return str(folder.with_suffix(".zip"))


FORKING = """
import os, sys
import numpy, pyarrow, torch, torch.distributed
import reidviz.evaluation.scoring.describers, reidviz.gallery.update, reidviz.models.loaded
import reidviz.training.distributed
from reidviz.cli.main import main

def child(arguments, said, **variables):
    \"\"\"A process that runs the command `gallery`, without a second to start; what it says goes to a file.\"\"\"
    pid = os.fork()
    if pid:
        return pid
    os.environ.update(variables)
    os.dup2(os.open(said, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), 1)
    code = main(["gallery", *arguments])
    sys.stdout.flush()
    os._exit(code)
"""
"""The beginning of a script that starts many processes: it has imported all they need, and computed nothing."""
