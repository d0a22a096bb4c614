"""The same steps give the same weights at two threads, bit for bit, and take nothing that a GPU could not repeat."""

import copy
from collections import Counter
from dataclasses import replace
from hashlib import sha256
from typing import Any

import numpy as np
import pytest
import torch
from torch.utils._python_dispatch import TorchDispatchMode

from reidviz.models.mtdnet import MTDnet, initialise
from reidviz.models.variants import build
from reidviz.training.deterministic import deterministic
from reidviz.training.devices import computes_bf16
from reidviz.training.recipe import Recipe
from reidviz.training.recipes import compact_recipe, modern_recipe, paper_recipe, ranking_alone
from reidviz.training.sampler import positives
from reidviz.training.trainer import Pooled, Source, Trainer
from tests.training.two_threads import result

CPU = torch.device("cpu")
PERSONS, RUNS, STEPS = 20, 3, 2
THREADED = 32_768
"""Elements from which torch shares one operation among threads (at::internal::GRAIN_SIZE)."""

COMPACT = replace(compact_recipe(), size=12, erase=0.3)
MODERN = replace(
    modern_recipe(),
    size=8,
    precision="bf16" if computes_bf16(CPU) else "fp32",
    architecture=replace(modern_recipe().architecture, conv3=96, conv4=64, conv5=64, fc=128),
)
RELEASE = replace(
    paper_recipe(), size=32, architecture=replace(paper_recipe().architecture, height=131, width=99, fc=64)
)
TRIPLETS: dict[str, Any] = {"batch": "triplets", "hardest": 0, "random": 8, "size": 48}
CASES: dict[str, tuple[str, Recipe]] = {
    "compact": ("mtdnet", COMPACT),
    "pairs": ("mtdnet-cls", COMPACT),
    "ranking": ("mtdnet-rnk", ranking_alone(COMPACT)),
    "modern": ("mtdnet", MODERN),
    "triplets": ("mtdnet", replace(COMPACT, **TRIPLETS)),
    "four shots": ("mtdnet", replace(COMPACT, shots=4, size=8)),
    "alternating": ("mtdnet", replace(COMPACT, tasks="alternating")),
    "channels first": ("mtdnet", replace(COMPACT, channels_last=False)),
    "release": ("mtdnet", RELEASE),
    "caffenet bf16": ("mtdnet", replace(compact_recipe("caffenet"), size=12, precision="bf16")),
    "pooled": ("mtdnet-aug", COMPACT),
    "cross fc7": ("mtdnet-cross", COMPACT),
    "cross conv5": ("mtdnet-cross", replace(COMPACT, joint="conv5", joint_weight=1e-3)),
    "cross trained": ("mtdnet-cross", replace(COMPACT, source_copy="trained")),
}
# What torch.use_deterministic_algorithms refuses on a GPU (torch 2.15), and adding without an order of its own.
REFUSED = (
    *("avg_pool3d_backward", "adaptive_avg_pool", "adaptive_max_pool", "fractional_max_pool", "max_unpool"),
    *("upsample_linear", "upsample_bilinear", "upsample_bicubic", "upsample_trilinear", "reflection_pad"),
    *("grid_sampler", "nll_loss2d", "ctc_loss", "embedding_bag", "histc", "bincount", "median", "kthvalue"),
    *("put_", "scatter_reduce", "index_reduce", "index_put", "_index_put_impl"),
)


def trainer(variant: str, recipe: Recipe, device: torch.device = CPU) -> Trainer:
    """Noise, of as many persons of a source where there is one."""
    ids, cams = np.repeat([f"p{i:02d}" for i in range(PERSONS)], 4), np.tile(["A", "A", "B", "B"], PERSONS)
    a = recipe.architecture
    pixels = np.random.default_rng(0).integers(0, 256, size=(2 * len(ids), a.height, a.width, 3), dtype=np.uint8)
    torch.manual_seed(0)
    network = build(variant, a)
    initialise(network)
    data, source = positives(ids, cams), None
    pooled = [Pooled(data, len(ids))] if variant == "mtdnet-aug" else []
    if variant == "mtdnet-cross":
        assert isinstance(network, MTDnet)
        source = Source(data, len(ids), copy.deepcopy(network))
    return Trainer(network, recipe, torch.from_numpy(pixels).to(device), data, 0, source=source, pooled=pooled)


def digests(variant: str, recipe: Recipe, device: torch.device = CPU) -> tuple[list[str], int]:
    """Of the weights of each of some equal trainings, and the number of threads."""
    found = []
    for _ in range(RUNS):
        made = trainer(variant, recipe, device)
        for _ in range(STEPS):
            made.step()
        state = sorted(made.trained.state_dict().items())
        found.append(sha256(b"".join(value.cpu().numpy().tobytes() for _, value in state)).hexdigest())
    return found, torch.get_num_threads()


class Called(TorchDispatchMode):
    """The operations that are called, and the most elements that each has added to rows of a tensor."""

    def __init__(self) -> None:
        super().__init__()
        self.names: Counter[str] = Counter()
        self.added = 0

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        name = func._schema.name.removeprefix("aten::")
        self.names[name] += 1
        if name.startswith("index_add"):
            self.added = max(self.added, args[3].numel())
        return func(*args, **(kwargs or {}))


@pytest.mark.slow
@pytest.mark.parametrize("case", CASES)
def test_two_threads_give_the_same_weights_each_time(case: str) -> None:
    found, threads = result(digests, *CASES[case])
    assert threads == 2
    assert len(found) == RUNS
    assert len(set(found)) == 1


@pytest.mark.parametrize("case", CASES)
def test_a_step_takes_nothing_that_is_refused_on_a_gpu(case: str) -> None:
    """And it is of a size that two threads would share."""
    made = trainer(*CASES[case])
    with Called() as called:
        for _ in range(STEPS):
            made.step()
    assert called.names["convolution_backward"]
    assert not [name for name in called.names if name.startswith(REFUSED)]
    assert called.added > THREADED


@pytest.mark.gpu
@pytest.mark.parametrize("case", CASES)
def test_a_gpu_gives_the_same_weights_each_time(case: str, gpu: torch.device) -> None:
    found, _ = digests(*CASES[case], gpu)
    assert len(set(found)) == 1


def test_deterministic_algorithms_are_asked_for_in_a_step_and_nowhere_else(monkeypatch: pytest.MonkeyPatch) -> None:
    made = trainer("mtdnet", COMPACT)
    seen = []
    images = Trainer._images

    def noting(self: Trainer, batch: Any) -> torch.Tensor:
        seen.append(torch.are_deterministic_algorithms_enabled())
        return images(self, batch)

    monkeypatch.setattr(Trainer, "_images", noting)
    made.step()
    made.try_size(4)
    assert seen == [True, True]
    assert not torch.are_deterministic_algorithms_enabled()
    assert torch.utils.deterministic.fill_uninitialized_memory  # type: ignore[attr-defined]


def test_what_held_before_comes_back_after_an_error() -> None:
    torch.use_deterministic_algorithms(True, warn_only=True)
    try:
        with pytest.raises(ZeroDivisionError):
            _raise_in_a_step()
        assert torch.is_deterministic_algorithms_warn_only_enabled()
    finally:
        torch.use_deterministic_algorithms(False)
    assert torch.utils.deterministic.fill_uninitialized_memory  # type: ignore[attr-defined]


@deterministic()
def _raise_in_a_step() -> None:
    assert torch.are_deterministic_algorithms_enabled()
    assert not torch.is_deterministic_algorithms_warn_only_enabled()
    raise ZeroDivisionError
