"""Rows of a tensor by their positions, with a gradient that is the same each time."""

import torch
from torch import Tensor


def rows(x: Tensor, positions: Tensor) -> Tensor:
    """x[positions] along the first axis, (P, ...) in the memory layout of x.

    Where a row is taken several times its gradients are added in the order of positions. x[positions] adds them in
    none on a CPU with several threads, and takes ten times as long.
    """
    if x.ndim == 4 and x.is_contiguous(memory_format=torch.channels_last):
        return x.permute(0, 2, 3, 1).index_select(0, positions).permute(0, 3, 1, 2)
    return x.index_select(0, positions)
