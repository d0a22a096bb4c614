"""Every probe against every gallery picture: squared distance of the ranking branch, or P(same) of the classifier.

Both are averaged over mirror images, and P(same) over both orders, as in the release (Testing): 4 distances, 8 passes.
"""

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from reidviz.evaluation.scores import Scores
from reidviz.models.mtdnet import MTDnet, Network, to_input
from reidviz.models.variants import Kind
from reidviz.progress import Progress, silent

IMAGES_AT_ONCE = 64
PAIRS_AT_ONCE = 256


class Describer:
    """One network and what it makes of pictures before they meet: maps of each picture and of its mirror image."""

    def __init__(self, network: Network, device: torch.device) -> None:
        self.network = network.eval().to(device, memory_format=torch.channels_last)  # type: ignore[call-overload]
        self.device = device

    def maps(self, pixels: npt.NDArray[np.uint8]) -> Tensor:
        """uint8 pictures (N, H, W, 3) to low-level maps (2, N, C, h, w): as they are, and mirrored."""
        views: tuple[list[Tensor], list[Tensor]] = ([], [])
        with torch.inference_mode():
            for chunk in torch.split(torch.from_numpy(pixels), IMAGES_AT_ONCE):
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

    def probabilities(self, probes: Tensor, gallery: Tensor, progress: Progress, what: str) -> Scores:
        """P(same) from maps (2, P, ...) and (2, G, ...): the mean of 8 passes, both orders times four mirrors."""
        matrix = np.empty((probes.shape[1], gallery.shape[1]), dtype=np.float32)
        with torch.inference_mode():
            halves = [self._halves(view) for view in gallery]
            for row in range(len(matrix)):
                progress(row, len(matrix), what)
                own = [self._halves(view[row : row + 1]) for view in probes]
                matrix[row] = self._row(own, halves).cpu().numpy()
        progress(len(matrix), len(matrix), what)
        return Scores("probability", matrix)

    def _features(self, maps: Tensor) -> Tensor:
        return torch.stack(
            [torch.cat([self.network.embed(c) for c in torch.split(view, IMAGES_AT_ONCE)]) for view in maps]
        )

    def _halves(self, maps: Tensor) -> tuple[Tensor, Tensor]:
        assert isinstance(self.network, MTDnet)
        parts = [self.network.pair.halves(chunk) for chunk in torch.split(maps, IMAGES_AT_ONCE)]
        return torch.cat([p[0] for p in parts]), torch.cat([p[1] for p in parts])

    def _row(self, probe: list[tuple[Tensor, Tensor]], gallery: list[tuple[Tensor, Tensor]]) -> Tensor:
        assert isinstance(self.network, MTDnet)
        pair = self.network.pair
        total = torch.zeros(len(gallery[0][0]), device=self.device)
        for probe_first, probe_second in probe:
            for gallery_first, gallery_second in gallery:
                for mine, theirs in ((probe_first, gallery_second), (probe_second, gallery_first)):
                    logits = [pair.head(pair.joint(mine + chunk)) for chunk in torch.split(theirs, PAIRS_AT_ONCE)]
                    total += torch.cat(logits).softmax(1)[:, 1]
        return total / 8


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
    probe_maps, gallery_maps = describer.maps(probes), describer.maps(gallery)
    if kind == "distance":
        return describer.distances(probe_maps, gallery_maps)
    return describer.probabilities(probe_maps, gallery_maps, progress, what)
