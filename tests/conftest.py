"""A tiny world every test can use: small drawn data, a small network, caches of its own.

No test depends on how fast the machine is: they wait for what is to happen, and pytest's timeout ends one that hangs.
"""

import asyncio
import os
from collections.abc import Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

import hypothesis
import pytest
import torch

from reidviz.models.architecture import Architecture, compact
from reidviz.models.mtdnet import Network, initialise
from reidviz.models.variants import build

T = TypeVar("T")
torch.set_num_threads(1)
# Before anything is exported: the first backward pass decides whether processes that are forked later may have one, and
# an export to ONNX makes devices known that forbid it.
torch.ones(1, requires_grad=True).backward()
hypothesis.settings.register_profile(
    "calm",
    deadline=None,
    derandomize=bool(os.environ.get("CI")),
    suppress_health_check=[hypothesis.HealthCheck.too_slow],
)
hypothesis.settings.load_profile("calm")

REAL_DATA = os.environ.get("REIDVIZ_DATA")
PATIENCE = 240.0
"""Seconds where a limit must be named."""

SMALL = replace(compact(), height=64, width=32, feat=16, conv3=8, conv4=8, conv5=8, fc=16)


@pytest.fixture(scope="session", autouse=True)
def own_folders(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Nothing a test does, nor a server it starts, reaches the user's cache, runs or data sets.

    Drawn images are shared by the tests of one worker. Processes that are started compute with one thread, as the tests
    do: several with two each starve one another.
    """
    shared = tmp_path_factory.getbasetemp() / "cache"
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("REIDVIZ_CACHE", str(shared))
        patched.setenv("REIDVIZ_RUNS", str(shared / "runs"))
        patched.setenv("REIDVIZ_IMPORTS", str(shared / "imports"))
        patched.setenv("REIDVIZ_MODELS", str(shared / "models"))
        patched.setenv("REIDVIZ_GALLERIES", str(shared / "galleries"))
        patched.setenv("REIDVIZ_MARKS", str(shared / "marks"))
        patched.setenv("OMP_NUM_THREADS", "1")
        patched.delenv("REIDVIZ_DATA", raising=False)
        yield


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The folder of real images, for the tests that say they need them; they are skipped without."""
    if not REAL_DATA:
        pytest.skip("needs the real images in REIDVIZ_DATA")
    return Path(REAL_DATA)


@pytest.fixture(scope="session")
def gpu() -> torch.device:
    """A GPU, for the tests marked so; they are skipped without."""
    if not torch.cuda.is_available():
        pytest.skip("needs a GPU")
    return torch.device("cuda")


@pytest.fixture
def small() -> Architecture:
    """An architecture that runs in milliseconds."""
    return SMALL


def network(variant: str, architecture: Architecture = SMALL, seed: int = 0) -> Network:
    """An untrained network in eval mode with lively batch-norm statistics."""
    torch.manual_seed(seed)
    made = build(variant, architecture)
    initialise(made)
    for module in made.modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            assert module.running_mean is not None
            assert module.running_var is not None
            torch.nn.init.normal_(module.running_mean, std=0.1)
            torch.nn.init.uniform_(module.running_var, 0.5, 1.5)
            torch.nn.init.normal_(module.bias, std=0.1)
    return made.eval()


def people_folder(root: Path, persons: int = 6, shots: int = 2, size: tuple[int, int] = (24, 48)) -> Path:
    """A folder data set: persons told by one plain colour each, seen by cameras A and B."""
    from PIL import Image

    for person in range(persons):
        folder = root / f"p{person:02d}"
        folder.mkdir(parents=True)
        for camera in "AB":
            for shot in range(shots):
                colour = (40 * person % 256, 255 - 30 * person % 256, 90 + 60 * (camera == "B") + 5 * shot)
                Image.new("RGB", size, colour).save(folder / f"{camera}_{shot}.png")
    return root


def awaited(coroutine: Coroutine[Any, Any, T]) -> T:
    """What a coroutine returns, from a thread of its own: Playwright holds a running loop in this one."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, coroutine).result()
