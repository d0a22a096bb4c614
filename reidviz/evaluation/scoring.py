"""Every probe against every gallery picture: squared distance of the ranking branch, or P(same) of the classifier.

Both are averaged over mirror images, and P(same) over both orders, as in the release (Testing): 4 distances, 8 passes.
"""

import copy
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor
from torch.nn.utils.fusion import fuse_conv_bn_eval

from reidviz.evaluation.scores import FloatArray, Scores
from reidviz.models.mtdnet import DeepBranch, MTDnet, Network, to_input
from reidviz.models.variants import Kind
from reidviz.progress import Progress, silent

IMAGES_AT_ONCE = 64
PAIRS_AT_ONCE = 256


class Describer:
    """One network and what it makes of pictures before they meet: maps of each picture and of its mirror image."""

    def __init__(self, network: Network, device: torch.device) -> None:
        self.network = network.eval().to(device, memory_format=torch.channels_last)  # type: ignore[call-overload]
        self.device = device

    def maps(self, pixels: npt.NDArray[np.uint8], progress: Progress) -> Tensor:
        """uint8 pictures (N, H, W, 3) to low-level maps (2, N, C, h, w): as they are, and mirrored."""
        views: tuple[list[Tensor], list[Tensor]] = ([], [])
        with torch.inference_mode():
            for done, chunk in enumerate(torch.split(torch.from_numpy(pixels), IMAGES_AT_ONCE)):
                progress(done * IMAGES_AT_ONCE, len(pixels), "describing pictures")
                x = to_input(chunk.to(self.device))
                for view, images in zip(views, (x, x.flip(3)), strict=True):
                    view.append(self.network.maps(images.contiguous(memory_format=torch.channels_last)))
        return torch.stack([torch.cat(view) for view in views])

    def distances(self, probes: Tensor, gallery: Tensor) -> Scores:
        """Squared distances from maps (2, P, ...) and (2, G, ...), averaged over the four mirror combinations.

        On unit vectors |f-g|^2 = 2 - 2 f.g is linear in both, so the mean distance comes from the mean features.
        """
        with torch.inference_mode():
            f, g = (self._features(maps).mean(0) for maps in (probes, gallery))
            return Scores("distance", (2 - 2 * f @ g.T).clamp_min(0).cpu().numpy())

    def _features(self, maps: Tensor) -> Tensor:
        return torch.stack(
            [torch.cat([self.network.embed(c) for c in torch.split(view, IMAGES_AT_ONCE)]) for view in maps]
        )


class PairScorer:
    """P(same) of probes against one gallery, from low-level maps (2, G, C, h, w) of it and of its mirror images.

    What conv3 makes of each gallery picture, as first and as second of a pair, is computed once.
    """

    def __init__(self, network: MTDnet, gallery: Tensor) -> None:
        self.pair = folded(network.pair)
        with torch.inference_mode():
            halves = [self._halves(view) for view in gallery]
        self.as_first = torch.cat([first for first, _ in halves])
        self.as_second = torch.cat([second for _, second in halves])

    def row(self, probe: Tensor) -> FloatArray:
        """P(same) (G,) of one probe with maps (2, 1, C, h, w): the mean of 8 passes, both orders times four mirrors."""
        with torch.inference_mode():
            passes = []
            for view in probe:
                first, second = self._halves(view)
                for mine, theirs in ((first, self.as_second), (second, self.as_first)):
                    logits = [self.pair.head(self.pair.joint(mine + t)) for t in torch.split(theirs, PAIRS_AT_ONCE)]
                    passes.append(torch.cat(logits).softmax(1)[:, 1].view(2, -1))
            row: FloatArray = torch.cat(passes).mean(0).cpu().numpy()
        return row

    def rows(self, probes: Tensor, progress: Progress, what: str) -> Scores:
        """Scores of probes with maps (2, P, C, h, w).

        On a CPU each core takes probes of its own: small layers gain more from that than from sharing each among cores.
        """
        count = probes.shape[1]
        workers = torch.get_num_threads() if probes.device.type == "cpu" else 1
        pool = ThreadPoolExecutor(workers, initializer=torch.set_num_threads, initargs=(1,)) if workers > 1 else None
        matrix: list[FloatArray] = []
        progress(0, count, what)
        try:
            found = (pool.map if pool else map)(lambda i: self.row(probes[:, i : i + 1]), range(count))
            for row in found:
                matrix.append(row)
                progress(len(matrix), count, what)
        finally:
            if pool:
                pool.shutdown(cancel_futures=True)
                torch.set_num_threads(workers)
        return Scores("probability", np.stack(matrix))

    def _halves(self, maps: Tensor) -> tuple[Tensor, Tensor]:
        chunks = torch.split(maps, IMAGES_AT_ONCE)
        return torch.cat([self.pair.as_first(c) for c in chunks]), torch.cat([self.pair.as_second(c) for c in chunks])


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


def score(
    network: Network,
    kind: Kind,
    probes: npt.NDArray[np.uint8],
    gallery: npt.NDArray[np.uint8],
    device: torch.device,
    progress: Progress = silent,
    what: str = "scoring pairs",
) -> Scores:
    """Scores of one kind for uint8 probes (P, H, W, 3) against the gallery (G, H, W, 3)."""
    describer = Describer(network, device)
    maps = describer.maps(np.concatenate([probes, gallery]), progress)
    probe_maps, gallery_maps = maps[:, : len(probes)], maps[:, len(probes) :]
    if kind == "distance":
        return describer.distances(probe_maps, gallery_maps)
    assert isinstance(network, MTDnet), "only networks with a pair branch give probabilities"
    return PairScorer(network, gallery_maps).rows(probe_maps, progress, what)
