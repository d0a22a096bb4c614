"""Several processes that train one network as if they were one: each works on its share of every batch.

Started by torchrun, which tells each process its rank; the collectives are gloo on CPUs and NCCL on GPUs.
"""

import os
from dataclasses import dataclass
from typing import Any

import torch
import torch.distributed as dist
import torch.nn.functional as F
from torch import Tensor, nn

from reidviz.models.mtdnet import Network


@dataclass(frozen=True)
class Team:
    """This process's rank among `size` processes. One process alone needs none of torch.distributed."""

    rank: int = 0
    size: int = 1

    def shard(self, count: int) -> slice:
        """This process's part of `count` things, contiguous; the parts differ by one at most."""
        return slice(self.rank * count // self.size, (self.rank + 1) * count // self.size)

    def all_gather(self, part: Tensor, count: int) -> Tensor:
        """The parts of all processes as one tensor (count, ...); gradients flow back to where each came from."""
        if self.size == 1:
            return part
        mine = self.shard(count)
        padded = F.pad(part.flatten(1), (0, 0, mine.start, count - mine.stop))
        return summed(padded).view(count, *part.shape[1:])

    def all_reduce(self, value: Tensor) -> Tensor:
        """The sum of a tensor over all processes, without gradients."""
        if self.size > 1:
            dist.all_reduce(value)
        return value

    def broadcast(self, wish: bool) -> bool:
        """What the first process wishes, told to all."""
        if self.size == 1:
            return wish
        told = torch.tensor([int(wish)])
        if dist.get_backend() == "nccl":
            told = told.cuda()
        dist.broadcast(told, 0)
        return bool(told.item())

    def wait(self) -> None:
        """Until all processes are here."""
        if self.size > 1:
            dist.barrier()


def join() -> Team:
    """The team torchrun started this process in, or a process alone."""
    size = int(os.environ.get("WORLD_SIZE", "1"))
    if size == 1:
        return Team()
    if not dist.is_initialized():
        dist.init_process_group("nccl" if torch.cuda.is_available() else "gloo")
    return Team(dist.get_rank(), size)


def leave() -> None:
    """End the team's connections."""
    if dist.is_initialized():
        dist.destroy_process_group()


class _Sum(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, x: Tensor) -> Tensor:
        total = x.clone()
        dist.all_reduce(total)
        return total

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> Tensor:
        total = gradient.contiguous().clone()
        dist.all_reduce(total)
        return total


def summed(x: Tensor) -> Tensor:
    """The sum of a tensor over all processes; its gradient is the sum of theirs."""
    total: Tensor = _Sum.apply(x)
    return total


class TeamBatchNorm(nn.BatchNorm2d):
    """Batch norm over the images of all processes; torch's own SyncBatchNorm works on GPUs only."""

    def forward(self, x: Tensor) -> Tensor:
        """As nn.BatchNorm2d, of maps (B, C, H, W); in training with the statistics of all processes."""
        if not self.training:
            return super().forward(x)
        wide = x.float()
        n = summed(wide.new_tensor([x.numel() / x.shape[1]]))
        mean = summed(wide.sum((0, 2, 3))) / n
        centred = wide - mean[:, None, None]
        variance = summed(centred.square().sum((0, 2, 3))) / n
        assert self.running_mean is not None
        assert self.running_var is not None
        assert self.num_batches_tracked is not None
        with torch.no_grad():
            self.num_batches_tracked += 1
            self.running_mean.lerp_(mean, self.momentum or 0.0)
            self.running_var.lerp_(variance * n / (n - 1), self.momentum or 0.0)
        scale = self.weight * torch.rsqrt(variance + self.eps)
        return (centred * scale[:, None, None] + self.bias[:, None, None]).to(x.dtype)


def synchronised(network: Network) -> None:
    """Let every batch norm of the network take its statistics over all processes."""
    for module in list(network.modules()):
        for name, child in module.named_children():
            if type(child) is nn.BatchNorm2d:
                shared = TeamBatchNorm(child.num_features).to(child.weight.device)
                shared.load_state_dict(child.state_dict())
                setattr(module, name, shared)
