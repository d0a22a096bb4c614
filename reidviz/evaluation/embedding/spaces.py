"""The spaces a network lays images out in: its ranking feature, or what its classifier makes of each beside a probe.

Descriptions are kept on disk; reading them needs no torch, which is imported where they are computed.
"""

import io
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np
from PIL import Image

from reidviz.common import settings
from reidviz.common.array_cache import kept_array
from reidviz.common.arrays import Float32Array, IntArray
from reidviz.common.atomic_write import write_atomically
from reidviz.common.errors import ReidvizError
from reidviz.common.progress import Progress, silent
from reidviz.data.dataset import Dataset, Split
from reidviz.data.images.pixel_cache import Pixels
from reidviz.evaluation.image_pairs import Pairs
from reidviz.evaluation.pipeline.ranker import Ranker, rankers_of
from reidviz.evaluation.scores import Scores
from reidviz.evaluation.scoring.describers import describer_of, image_describer_of
from reidviz.evaluation.scoring.embeddings import Embeddings

if TYPE_CHECKING:
    from reidviz.models.losses import JointPlace
    from reidviz.models.mtdnet import Network

Place = Literal["ranking", "fc7", "conv5"]


@dataclass(frozen=True)
class Space:
    """One space of one checkpoint.

    name   shown to people
    describes  whether its model is a network, which can be asked about any image
    place  "ranking": the ranking feature, the mean of an image's and its mirror image's, as it is tested; "fc7" and
           "conv5": the joint feature of the pair (probe, image), as the images are (models.losses.joint_feature)
    """

    name: str
    path: Path
    sha256: str
    place: Place
    describes: bool = True

    @property
    def of_pairs(self) -> bool:
        """Whether it describes images as pairs with a probe."""
        return self.place != "ranking"


def spaces_of(rankers: Iterable[Ranker]) -> tuple[Space, ...]:
    """Every space of the checkpoints behind some rankers: their ranking features first, then joint features."""
    paths = dict.fromkeys(one.path for ranker in rankers for one in (ranker.parts or (ranker,)))
    every = [ranker for path in paths for ranker in rankers_of(path)]
    ranking = [Space(r.name, r.path, r.sha256, "ranking", r.describes) for r in every if r.kind == "distance"]
    classifiers = [r for r in every if r.kind == "probability"]
    joint = [
        Space(f"{r.name}: {place} of pairs with the probe", r.path, r.sha256, place)
        for r in classifiers
        for place in ("fc7", "conv5")
    ]
    return (*ranking, *joint)


def load_cached(space: Space, dataset: Dataset, positions: IntArray, probe: int | None = None) -> Float32Array | None:
    """What describe() returned for these very arguments, if it was computed before."""
    try:
        if space.place == "ranking":
            return Embeddings(space.path, space.sha256, dataset).at(positions)
        found = kept_array(_file(space, dataset, positions, probe), np.float32)
    except (OSError, ReidvizError):
        return None
    return found if found is not None and found.ndim == 2 and len(found) == len(positions) else None


def describe(
    space: Space, dataset: Dataset, positions: IntArray, probe: int | None = None, progress: Progress = silent
) -> Float32Array:
    """Features (N, D) of the images at some positions of a data set; kept on disk.

    probe  of a space of pairs: the position of the probe that each image is seen with.
    Raises ReidvizError when an image cannot be read or the disk is full.
    """
    from reidviz.models.loaded import loaded

    if space.place == "ranking":
        return Embeddings(space.path, space.sha256, dataset).of(positions, progress)
    network, card = loaded(space.path, space.sha256, settings.device())
    pixels = Pixels(dataset, card.architecture.height, card.architecture.width)
    pixels.fill(positions if probe is None else np.append(positions, probe), progress)
    found = _joint_features(network, space.place, pixels, positions, probe, progress)
    buffer = io.BytesIO()
    np.save(buffer, found)
    write_atomically(_file(space, dataset, positions, probe), buffer.getvalue())
    return found


def describe_image(space: Space, image: Image.Image, probe: Image.Image | None = None) -> Float32Array:
    """Features (1, D) of one RGB image that is of no data set, beside a probe where the space is one of pairs.

    ReidvizError for a model of which only features are known.
    """
    describer = image_describer_of(space.path, space.sha256)
    if space.place == "ranking":
        return describer.of_sized(describer.sized(image)[None])
    from reidviz.evaluation.scoring.joint_features import features_of, joint_maps_of
    from reidviz.models.loaded import loaded
    from reidviz.models.mtdnet import MTDnet

    network, _ = loaded(space.path, space.sha256, settings.device())
    device = settings.device()
    assert isinstance(network, MTDnet), "only networks with a pair branch have joint features"
    assert probe is not None, "a joint feature is that of a pair"
    images = np.stack([describer.sized(one) for one in (probe, image)])
    maps = joint_maps_of(network, images, np.array([0]), np.array([1]), device)
    return features_of(network, maps, space.place, device)


def ranking_scores(space: Space, features: Float32Array, positions: IntArray, split: Split) -> Scores:
    """The distances of every probe and gallery image (P, G), as they are tested, from features (N, D) of images at
    ascending positions that hold all of both."""
    probes, gallery = (features[np.searchsorted(positions, part)] for part in (split.probes, split.gallery))
    out = np.empty((len(probes), len(gallery)), dtype=np.float32)
    describer_of(space.path, space.sha256).distances(probes, gallery, out)
    return Scores("distance", out)


def _joint_features(
    network: "Network", place: "JointPlace", pixels: Pixels, positions: IntArray, probe: int | None, progress: Progress
) -> Float32Array:
    from reidviz.evaluation.scoring.joint_features import features_of, joint_maps
    from reidviz.models.mtdnet import MTDnet

    device = settings.device()
    assert isinstance(network, MTDnet), "only networks with a pair branch have joint features"
    assert probe is not None, "a joint feature is that of a pair"
    pairs = Pairs(np.full(len(positions), probe), positions, np.zeros(len(positions), dtype=bool))
    return features_of(network, joint_maps(network, pixels, pairs, device, progress), place, device)


def _file(space: Space, dataset: Dataset, positions: IntArray, probe: int | None) -> Path:
    digest = sha256(np.ascontiguousarray(positions, dtype="<i8").tobytes()).hexdigest()[:16]
    beside = "" if probe is None else f"-{probe}"
    name = f"{space.sha256[:16]}-{dataset.cache_key}-{digest}-{space.place}{beside}.npy"
    return settings.cache_dir() / "features" / name
