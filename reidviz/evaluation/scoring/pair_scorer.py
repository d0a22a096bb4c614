"""P(same person) of many pairs, exactly, fast and in bounded memory.

The low-level maps of an image and what conv3 makes of them as first and as second of a pair (its *halves*: conv3 is
linear in the stacked maps) are computed once; a pair costs the sum of two halves and the layers after conv3. Probes
and gallery are taken in blocks whose halves fit in MEMORY. Where the gallery needs several blocks, a probe is described
once for each; beside the pairs of a block that is little.
"""

import copy
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial

import numpy as np
import torch
from torch import Tensor
from torch.nn.utils.fusion import fuse_conv_bn_eval

from reidviz.common.arrays import Float32Array, IntArray
from reidviz.common.progress import Progress, silent
from reidviz.evaluation.scores import PASSES, Scoring, not_numbers
from reidviz.evaluation.scoring.features import Images, low_level_maps, prepare_for_inference
from reidviz.models.mtdnet import DeepBranch, MTDnet

MEMORY = 1024**3
"""Bytes the halves of the present blocks may take, three quarters of them for the gallery's. Beside them scoring needs
the network, under 200 MB a thread, and the scores themselves."""

MAPS_AT_ONCE = {"cpu": 3 * 2**18, "cuda": 2**28}
"""Bytes of conv3 maps that pass conv4 and conv5 together: on a CPU they stay in a core's cache."""

HEADS_AT_ONCE = 2048


@dataclass(frozen=True, eq=False)
class Halves:
    """What conv3 makes of images as first and as second of a pair, each (views, N, h, w, conv3).

    A view is the images as they are, or mirrored. None where no pass wants them in that place.
    """

    first: Tensor | None
    second: Tensor | None


class PairScorer:
    """The pair branch of a network, ready to score pairs as a Scoring says (its cascade aside)."""

    def __init__(self, network: MTDnet, scoring: Scoring, device: torch.device) -> None:
        self.passes = PASSES[scoring.passes]
        self.device = device
        self.dtype = precision(scoring)
        self.bytes_a_image = bytes_a_image(network, scoring)
        prepare_for_inference(network, device)
        self.network = network
        self.halving = folded(network.pair)
        self.branch = copy.deepcopy(self.halving).to(self.dtype)

    def of_probes(self, images: Images, part: range) -> Halves:
        """The halves of some of the probes that the passes want."""
        return self._halves(images, part, first=True, second=self.passes.orders == 2)

    def of_gallery(self, images: Images, part: range) -> Halves:
        """The halves of some of the gallery images that the passes want."""
        return self._halves(images, part, first=self.passes.orders == 2, second=True)

    def row(self, probes: Halves, gallery: Halves, probe: int, among: IntArray | None = None) -> Float32Array:
        """P(same) of one probe and all gallery images (G,), or those at some positions: the mean of all passes."""
        if among is not None and not len(among):
            return np.empty(0, dtype=np.float32)
        positions = None if among is None else torch.from_numpy(among).to(self.device)
        with torch.inference_mode():
            means = [
                self._mean(mine[:, probe], theirs if positions is None else theirs.index_select(1, positions))
                for mine, theirs in ((probes.first, gallery.second), (probes.second, gallery.first))
                if mine is not None and theirs is not None
            ]
            row: Float32Array = torch.stack(means).mean(0).cpu().numpy()
        return row

    def _mean(self, mine: Tensor, theirs: Tensor) -> Tensor:
        """P(same) (G,), the mean over the views of both, from halves (views, h, w, C) and (views, G, h, w, C)."""
        size = max(1, MAPS_AT_ONCE[self.device.type] // (mine[0].numel() * self.dtype.itemsize))
        logits = [
            self.branch.classify(torch.cat([self._pooled(view + maps) for maps in torch.split(chunk, size)]))
            for view in mine
            for chunk in torch.split(theirs.flatten(0, 1), HEADS_AT_ONCE)
        ]
        return torch.cat(logits).float().softmax(1)[:, 1].view(-1, theirs.shape[1]).mean(0)

    def _pooled(self, conv3: Tensor) -> Tensor:
        joint = self.branch.joint(conv3.permute(0, 3, 1, 2))
        pooled: Tensor = self.branch.pool(joint).flatten(1)
        return pooled

    def _halves(self, images: Images, part: range, first: bool, second: bool) -> Halves:
        stem, channels = self.network.stem, self.halving.conv3.out_channels
        shape = (2 if self.passes.mirrors else 1, len(part), stem.height, stem.width, channels)
        makers = [self.halving.as_first if first else None, self.halving.as_second if second else None]
        made = [make and torch.empty(shape, dtype=self.dtype, device=self.device) for make in makers]
        with torch.inference_mode():
            for rows, views in low_level_maps(self.network, images, part, self.passes.mirrors, self.device):
                for make, half in zip(makers, made, strict=True):
                    for view, maps in enumerate(views):
                        if make is not None and half is not None:
                            half[view, rows] = make(maps).permute(0, 2, 3, 1)
        return Halves(*made)


def bytes_a_image(network: MTDnet, scoring: Scoring) -> int:
    """Memory the halves of one image take."""
    passes = PASSES[scoring.passes]
    values = network.pair.conv3.out_channels * network.stem.height * network.stem.width
    return values * (2 if passes.mirrors else 1) * passes.orders * precision(scoring).itemsize


def precision(scoring: Scoring) -> torch.dtype:
    """The type of the halves, and of what is computed from them."""
    return torch.bfloat16 if scoring.precision == "bf16" else torch.float32


def pair_scores(
    scorer: PairScorer,
    probes: Images,
    gallery: Images,
    out: Float32Array,
    candidates: IntArray | None,
    progress: Progress = silent,
    what: str = "scoring pairs",
) -> None:
    """Write P(same) of every probe and gallery image to out (P, G), which may be memory-mapped, where it is not a
    number yet: what is there is passed over, a row of a block of columns at a time.

    With candidates, gallery positions (P, K), only those pairs are scored; the others stay not a number.
    """
    total = out.size if candidates is None else candidates.size
    done = 0
    progress(0, total, what)
    with _spread(scorer.device) as spread:
        for columns in blocks(len(gallery), 3 * MEMORY // 4 // scorer.bytes_a_image):
            theirs = scorer.of_gallery(gallery, columns)
            for rows in blocks(len(probes), MEMORY // 4 // scorer.bytes_a_image):
                among = [None if candidates is None else _within(candidates[i], columns) for i in rows]
                missing = [k for k, i in enumerate(rows) if _is_missing(out[i, columns.start : columns.stop], among[k])]
                done += sum(len(columns if one is None else one) for k, one in enumerate(among) if k not in missing)
                if not missing:
                    continue
                mine = scorer.of_probes(probes, rows)
                scored = spread(partial(scorer.row, mine, theirs), missing, [among[k] for k in missing])
                for k, row in zip(missing, scored, strict=True):
                    if np.isnan(row).any():
                        raise not_numbers()
                    positions = among[k]
                    out[rows[k], columns.start + (np.arange(len(row)) if positions is None else positions)] = row
                    done += len(row)
                    progress(done, total, what)


def _is_missing(row: Float32Array, positions: IntArray | None) -> bool:
    """Whether one of the wanted scores of a row is not a number yet."""
    return bool(np.isnan(row if positions is None else row[positions]).any())


def blocks(count: int, size: int) -> list[range]:
    """0 ... count - 1 in ranges of at most `size`, but at least 1."""
    size = max(1, size)
    return [range(start, min(start + size, count)) for start in range(0, count, size)]


def folded(branch: DeepBranch) -> DeepBranch:
    """A copy of the branch, ready to be read, with batch norm folded into the convolutions before it."""
    copied = copy.deepcopy(branch).eval()
    for layer in ("3", "4", "5"):
        norm = getattr(copied, f"norm{layer}")
        if isinstance(norm, torch.nn.BatchNorm2d):
            setattr(copied, f"conv{layer}", fuse_conv_bn_eval(getattr(copied, f"conv{layer}"), norm))
            setattr(copied, f"norm{layer}", torch.nn.Identity())
    folded_branch: DeepBranch = copied.to(memory_format=torch.channels_last)
    return folded_branch


def _within(positions: IntArray, block: range) -> IntArray:
    """Those of the positions that lie in the block, counted from its start."""
    return positions[(positions >= block.start) & (positions < block.stop)] - block.start


@contextmanager
def _spread(device: torch.device) -> Iterator[Callable[..., Iterable[Float32Array]]]:
    """map() over probes. On a CPU each core takes probes of its own: small layers gain more from that than from being
    shared among cores."""
    workers = torch.get_num_threads() if device.type == "cpu" else 1
    if workers == 1:
        yield map
        return
    pool = ThreadPoolExecutor(workers, initializer=torch.set_num_threads, initargs=(1,))
    try:
        yield pool.map
    finally:
        pool.shutdown(cancel_futures=True)
        torch.set_num_threads(workers)
