"""Every pass of one network on one pair of images."""

from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from reidviz.common import settings
from reidviz.common.arrays import Float32Array
from reidviz.data.images.decode import resize


@dataclass(frozen=True, eq=False)
class PassScores:
    """P(same) (8,) and squared distances (4,) of a pair, None where the network lacks the branch."""

    probability: Float32Array | None
    distance: Float32Array | None


def passes_of_pair(path: Path, sha256: str, first: Image.Image, second: Image.Image) -> PassScores:
    """All passes of the network of a checkpoint on two RGB images of any size. ReidvizError as loaded()."""
    from reidviz.evaluation.scoring.single_passes import probabilities, squared_distances
    from reidviz.models.loaded import loaded
    from reidviz.models.mtdnet import MTDnet

    network, card = loaded(path, sha256, settings.device())
    size = card.architecture.height, card.architecture.width
    images = resize(first, *size), resize(second, *size)
    device = settings.device()
    ranks = not isinstance(network, MTDnet) or network.feature is not None
    return PassScores(
        probabilities(network, *images, device).ravel() if isinstance(network, MTDnet) else None,
        squared_distances(network, *images, device).ravel() if ranks else None,
    )
