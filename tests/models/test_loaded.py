"""The one door to networks."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest
import torch

from reidviz.common.errors import ReidvizError
from reidviz.models.checkpoint import load_checkpoint, save_checkpoint
from reidviz.models.loaded import Loaded, Networks, bytes_of
from reidviz.models.model_card import Card
from tests.conftest import SMALL, network

CPU = torch.device("cpu")


@pytest.fixture
def files(tmp_path: Path) -> dict[str, Path]:
    """Weights files of three networks by their digests."""
    found = {}
    for seed in range(3):
        path = tmp_path / f"{seed}.safetensors"
        card = Card(f"{seed}", "mtdnet", SMALL, {}, "synthetic:viper", "abc", "half:0", "fresh", seed, 0)
        found[save_checkpoint(path, network("mtdnet", seed=seed), card).sha256] = path
    return found


@pytest.fixture
def read() -> list[Path]:
    """Files that were read so far."""
    return []


def door(read: list[Path], most_bytes: int = 2**30) -> Networks:
    def load(path: Path, sha256: str) -> Loaded:
        read.append(path)
        return load_checkpoint(path, sha256)

    return Networks(load, most_bytes)


def test_a_file_is_read_once_however_many_ask_at_once(files: dict[str, Path], read: list[Path]) -> None:
    networks, gate = door(read), Barrier(8)
    digest, path = next(iter(files.items()))

    def ask(_: int) -> int:
        gate.wait()
        return id(networks.of(path, digest, CPU)[0])

    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(ask, range(8)))) == 1
    assert read == [path]


def test_a_file_that_is_gone_is_not_asked_for_again(files: dict[str, Path], read: list[Path]) -> None:
    networks = door(read)
    digest, path = next(iter(files.items()))
    kept, card = networks.of(path, digest, CPU)
    path.unlink()
    assert networks.of(path, digest, CPU) == (kept, card)
    assert not kept.training


def test_those_asked_for_longest_ago_are_given_up(files: dict[str, Path], read: list[Path]) -> None:
    (a, first), (b, second), (c, third) = files.items()
    size = bytes_of(load_checkpoint(first)[0])
    networks = door(read, 2 * size)
    for digest, path in ((a, first), (b, second), (a, first), (c, third), (a, first), (b, second)):
        networks.of(path, digest, CPU)
    assert read == [first, second, third, second]
    assert networks.bytes == 2 * size
    networks.clear()
    assert networks.bytes == 0


def test_one_that_is_larger_than_the_bound_is_kept_alone(files: dict[str, Path], read: list[Path]) -> None:
    networks = door(read, 1)
    (a, first), (b, second), _ = files.items()
    for digest, path in ((a, first), (a, first), (b, second), (b, second)):
        networks.of(path, digest, CPU)
    assert read == [first, second]


def test_other_weights_in_its_place_are_refused(files: dict[str, Path], read: list[Path]) -> None:
    networks = door(read)
    (_, first), (b, _), _ = files.items()
    with pytest.raises(ReidvizError, match="Other weights"):
        networks.of(first, b, CPU)
    assert networks.bytes == 0
