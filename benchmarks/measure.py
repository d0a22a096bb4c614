"""What the benchmarks share: time, memory and the arithmetic floor of this machine."""

import multiprocessing
import os
import statistics
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any, TypeVar

import torch
from torch.nn.functional import conv2d

from reidviz.data.dataset import Dataset
from reidviz.training.devices import name_of

T = TypeVar("T")


def seconds(work: Callable[[], Any], device: torch.device) -> float:
    """How long it takes, what it leaves to a GPU included."""
    started = time.perf_counter()
    work()
    if device.type == "cuda":
        torch.cuda.synchronize(device)
    return time.perf_counter() - started


def by_turns(forms: Mapping[str, Callable[[], Any]], rounds: int, device: torch.device) -> dict[str, float]:
    """The median seconds of each form, all run after another in each round."""
    times: dict[str, list[float]] = {name: [] for name in forms}
    for _ in range(rounds):
        for name, work in forms.items():
            times[name].append(seconds(work, device))
    return {name: statistics.median(taken) for name, taken in times.items()}


def matmul_rate(device: torch.device, dtype: torch.dtype) -> float:
    """Floating-point operations a second of a large matrix product, the best of ten; of a large convolution, which is
    one too, where that is faster (on AMD's CPUs, which MKL serves badly)."""
    side, images = (8192, 256) if device.type == "cuda" else (2048, 32)
    a, b = (torch.rand(side, side, device=device, dtype=dtype) for _ in range(2))
    maps = torch.rand(images, 256, 16, 16, device=device, dtype=dtype).to(memory_format=torch.channels_last)
    weight = torch.rand(256, 256, 3, 3, device=device, dtype=dtype).to(memory_format=torch.channels_last)
    product = 2 * side**3 / min(seconds(lambda: a @ b, device) for _ in range(10))
    convolution = 2 * 256 * 9 * maps.numel()
    return max(product, convolution / min(seconds(lambda: conv2d(maps, weight, padding=1), device) for _ in range(10)))


def machine(device: torch.device, rate: float) -> str:
    """Where a table was measured."""
    return (
        f"{name_of(device)}, torch {torch.__version__}, fp32 products of {rate / 1e9:,.0f} GFLOP/s, "
        f"load average before: {os.getloadavg()[0]:.1f}"
    )


def called(dataset: Dataset) -> str:
    """A data set by its name, without where it lies on this machine."""
    layout, _, root = dataset.name.partition(":")
    return f"{layout}:{Path(root).name}"


def peak_memory(work: Callable[[], Any]) -> float:
    """MB that work needs at most beyond what this process holds before, on Linux; elsewhere not a number.

    To be called in a process of its own (alone), where nothing was freed that could be taken again.
    """
    status = Path("/proc/self/status")
    if not status.exists():
        work()
        return float("nan")
    Path("/proc/self/clear_refs").write_text("5")  # the peak starts anew from what is held now
    before = _status(status)["VmRSS"]
    work()
    return (_status(status)["VmHWM"] - before) / 1000


def alone(work: Callable[..., T], *arguments: str) -> T:
    """What work, a function of a module, returns when a process of its own runs it."""
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
        return pool.submit(work, *arguments).result()


def _status(file: Path) -> dict[str, int]:
    """Fields of /proc/self/status in kB."""
    lines = [line.split() for line in file.read_text().splitlines()]
    return {fields[0].rstrip(":"): int(fields[1]) for fields in lines if fields[-1] == "kB"}
