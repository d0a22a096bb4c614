"""The one door to networks."""

from pathlib import Path

import pytest
import torch

from reidviz.common.errors import ReidvizError
from reidviz.models.checkpoint import save_checkpoint
from reidviz.models.loaded import NETWORKS, loaded
from reidviz.models.model_card import Card
from tests.conftest import SMALL, network

CPU = torch.device("cpu")


def saved(path: Path, seed: int) -> str:
    """The digest of a new weights file."""
    card = Card(path.stem, "mtdnet", SMALL, {}, "synthetic:viper", "abc", "half:0", "fresh", seed, 0)
    return save_checkpoint(path, network("mtdnet", seed=seed), card).sha256


def test_a_file_is_read_once(tmp_path: Path) -> None:
    file = tmp_path / "one.safetensors"
    digest = saved(file, seed=0)
    found, card = loaded(file, digest, CPU)
    assert (found.training, card.sha256) == (False, digest)
    file.unlink()
    assert loaded(file, digest, CPU) == (found, card)


def test_a_network_is_counted_by_its_weights(tmp_path: Path) -> None:
    NETWORKS.clear()
    found, _ = loaded(tmp_path / "one.safetensors", saved(tmp_path / "one.safetensors", seed=0), CPU)
    assert NETWORKS.bytes >= 4 * sum(weight.numel() for weight in found.parameters())


def test_other_weights_in_its_place_are_refused_and_not_kept(tmp_path: Path) -> None:
    NETWORKS.clear()
    digest = saved(tmp_path / "one.safetensors", seed=0)
    saved(tmp_path / "one.safetensors", seed=1)
    with pytest.raises(ReidvizError, match="Other weights"):
        loaded(tmp_path / "one.safetensors", digest, CPU)
    assert NETWORKS.bytes == 0
