"""Which device a training gets, one training a device, and what fits there."""

import os
import time
from collections.abc import Callable
from pathlib import Path

import torch
from torch import Tensor

from reidviz.common import settings
from reidviz.common.errors import ReidvizError
from reidviz.common.file_lock import Lock
from reidviz.training.run_folder import RunFolder, runs_in

LARGEST_SHARE = 0.5


def candidates() -> list[torch.device]:
    """The GPUs, or else the CPU; under torchrun the one GPU of this process."""
    if not torch.cuda.is_available():
        return [torch.device("cpu")]
    if "LOCAL_RANK" in os.environ:
        return [torch.device("cuda", int(os.environ["LOCAL_RANK"]))]
    return [torch.device("cuda", i) for i in range(torch.cuda.device_count())]


def wait_for(run: RunFolder, waiting: Callable[[int], None], pause: float = 0.5) -> tuple[torch.device, Lock]:
    """The first device that is free, and its lock, once no run that waits longer is before this one.

    waiting(n) is called again and again, n runs being before this one; it may raise to give up.
    """
    while True:
        before = _before(run)
        if before == 0:
            for device in candidates():
                lock = Lock.take(_lock_file(device))
                if lock is not None:
                    return device, lock
        waiting(before)
        time.sleep(pause)


def wait_as_one(rank: int) -> tuple[torch.device, Lock | None]:
    """Under torchrun: this process's own device, without a queue; all processes of a CPU team share one lock."""
    device = candidates()[0]
    lock = Lock.take(_lock_file(device)) if device.type == "cuda" or rank == 0 else None
    if lock is None and (device.type == "cuda" or rank == 0):
        raise ReidvizError(f"Another training uses {name_of(device)}.", "Wait until it has ended, or stop it.")
    return device, lock


def name_of(device: torch.device) -> str:
    """The device in words."""
    if device.type == "cuda":
        return f"{torch.cuda.get_device_name(device)} ({device})"
    return f"CPU, {torch.get_num_threads()} threads"


def computes_bf16(device: torch.device) -> bool:
    """Whether convolutions of 16 bits are the device's own; elsewhere they take many times as long as those of 32."""
    if device.type == "cuda":
        return bool(torch.cuda.is_bf16_supported(including_emulation=False))
    return bool(torch.ops.mkldnn._is_mkldnn_bf16_supported())


def placed(pixels: Tensor, device: torch.device) -> Tensor:
    """The pixels on the device if they take no more than half of its free memory, else where they are."""
    if device.type != "cuda":
        return pixels
    free, _ = torch.cuda.mem_get_info(device)
    return pixels.to(device) if pixels.nbytes <= LARGEST_SHARE * free else pixels.pin_memory()


def largest_that_fits(size: int, tried: Callable[[int], None]) -> int:
    """The largest of size/2, size/4, ... for which tried(size) does not run out of memory; 0 if none."""
    while size > 1:
        size //= 2
        try:
            tried(size)
        except (RuntimeError, MemoryError) as error:
            if not out_of_memory(error):
                raise
            continue
        return size
    return 0


def out_of_memory(error: BaseException) -> bool:
    """Whether an error says that memory ran out, on a GPU or the CPU."""
    return isinstance(error, torch.OutOfMemoryError | MemoryError) or "can't allocate memory" in str(error)


def _before(run: RunFolder) -> int:
    """Runs beside this one that have been waiting for longer."""
    mine = run.status().since
    others = [other.status() for other in runs_in(run.root.parent) if other.root != run.root]
    return sum(s.state == "queued" and (s.since, s.pid) < (mine, os.getpid()) for s in others)


def _lock_file(device: torch.device) -> Path:
    return settings.cache_dir() / "locks" / f"{str(device).replace(':', '-')}.lock"
