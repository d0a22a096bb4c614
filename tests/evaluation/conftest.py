"""Small images and networks whose scores lie well apart, and a checkpoint of such a network."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from reidviz.models.architecture import Architecture
from reidviz.models.checkpoint import save_checkpoint
from reidviz.models.model_card import Card, Fusion
from reidviz.models.mtdnet import MTDnet, Network
from tests.conftest import SMALL, network, people_folder

CPU = torch.device("cpu")
CARD = Card("both", "mtdnet", SMALL, {}, "folder:x", "hash", "half:0", "fresh weights", 0, 0)
FUSION = Fusion(0.36, 0.2, 0.5, "8 persons", 16, 8, (0.0, 0.36, 1.0), (50.0, 75.0, 60.0), (55.0, 80.0, 65.0))


def noise(count: int, seed: int, a: Architecture = SMALL) -> np.ndarray:
    """Images of nothing."""
    return np.random.default_rng(seed).integers(0, 256, size=(count, a.height, a.width, 3), dtype=np.uint8)


def lively(variant: str, architecture: Architecture = SMALL, seed: int = 0) -> Network:
    """An untrained network that is not indifferent: its weights keep the variance of what passes through."""
    made = network(variant, architecture, seed)
    for module in made.modules():
        if isinstance(module, torch.nn.Conv2d | torch.nn.Linear):
            torch.nn.init.kaiming_normal_(module.weight, nonlinearity="relu")
            torch.nn.init.normal_(module.bias, std=0.1)  # type: ignore[arg-type]
    return made


def lively_pairs(variant: str = "mtdnet", architecture: Architecture = SMALL, seed: int = 0) -> MTDnet:
    """One with a pair branch."""
    made = lively(variant, architecture, seed)
    assert isinstance(made, MTDnet)
    return made


def checkpoint(path: Path, variant: str = "mtdnet", fusion: Fusion | None = None, seed: int = 0) -> Path:
    """A checkpoint of such a network."""
    save_checkpoint(path, lively(variant, seed=seed), replace(CARD, name=path.stem, variant=variant, fusion=fusion))
    return path


@pytest.fixture
def people(tmp_path: Path) -> str:
    """Eight persons, four of whom are tested: four images each, two by either camera."""
    return f"folder:{people_folder(tmp_path / 'people', persons=8)}"


@pytest.fixture
def model(tmp_path: Path) -> Path:
    return checkpoint(tmp_path / "both.safetensors")


@pytest.fixture
def two_threads() -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(2)
    yield
    torch.set_num_threads(before)
