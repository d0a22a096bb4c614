"""The scores of a probe where a region of it, of its true match or of another gallery image is hidden, by each kind of
model."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Protocol, get_args

from PIL import Image

from reidviz.common import settings
from reidviz.common.arrays import BoolArray, Float32Array, ImageArray, IntArray
from reidviz.data.dataset import Dataset, Split
from reidviz.evaluation.explain.masking import Box, without_box
from reidviz.evaluation.pipeline.ranker import Ranker
from reidviz.evaluation.scoring.describers import image_describer_of
from reidviz.evaluation.scoring.embeddings import Embeddings

if TYPE_CHECKING:
    from reidviz.evaluation.scoring.pair_scorer import Halves

Role = Literal["probe", "match", "wrong"]
ROLES: tuple[Role, ...] = get_args(Role)
Hidden = Mapping[Role, Box]
"""What is hidden on which of the three images; of the others nothing is."""
MOST_PROBES = 64


@dataclass(frozen=True, eq=False)
class ThreeImages:
    """A probe, its true match and the wrong winner, and the places of both in the gallery."""

    probe: Image.Image
    match: Image.Image
    wrong: Image.Image
    match_place: int
    wrong_place: int


class HiddenScorer(Protocol):
    """One way to score: of the probe and the images at some places of the gallery (N,), in that order."""

    def row(self, hidden: Hidden, places: IntArray) -> Float32Array:
        """Scores (N,) with these parts hidden."""
        ...


def scorer_of(part: Ranker, dataset: Dataset, split: Split, three: ThreeImages) -> HiddenScorer:
    """That of a ranker that reads one score of one network. ReidvizError when the network cannot be read."""
    make = _ByPairs if part.kind == "probability" else _ByFeatures
    return make(part, dataset, split, three)


class _Sized:
    """The three images as a network takes them, with regions of them hidden."""

    def __init__(self, part: Ranker, three: ThreeImages) -> None:
        self.describer = image_describer_of(part.path, part.sha256)
        images: dict[Role, Image.Image] = {"probe": three.probe, "match": three.match, "wrong": three.wrong}
        self._whole = {role: self.describer.sized(image) for role, image in images.items()}
        self.gallery: dict[Role, int] = {"match": three.match_place, "wrong": three.wrong_place}

    def image(self, role: Role, box: Box | None) -> ImageArray:
        return self._whole[role] if box is None else without_box(self._whole[role], box)

    def replaced(self, hidden: Hidden, places: IntArray) -> Iterator[tuple[BoolArray, Role, Box]]:
        """Which of these places show an image with a box hidden."""
        for role, place in self.gallery.items():
            if role in hidden and (places == place).any():
                yield places == place, role, hidden[role]


class _ByFeatures:
    """Squared distances; the features of the gallery are in the store."""

    def __init__(self, part: Ranker, dataset: Dataset, split: Split, three: ThreeImages) -> None:
        self._sized = _Sized(part, three)
        self._store = Embeddings(part.path, part.sha256, dataset)
        self._gallery = self._store.of_gallery(split)
        self._known: dict[tuple[Role, Box | None], Float32Array] = {}

    def row(self, hidden: Hidden, places: IntArray) -> Float32Array:
        theirs = self._gallery[places]
        for mask, role, box in self._sized.replaced(hidden, places):
            theirs[mask] = self._feature(role, box)
        found: Float32Array = self._store.distances(self._feature("probe", hidden.get("probe"))[None], theirs)[0]
        return found

    def _feature(self, role: Role, box: Box | None) -> Float32Array:
        if (role, box) not in self._known:
            self._known[role, box] = self._sized.describer.of_sized(self._sized.image(role, box)[None])[0]
        return self._known[role, box]


class _ByPairs:
    """P(same) of the classifier; what conv3 makes of the gallery is kept where it fits (scoring.image)."""

    def __init__(self, part: Ranker, dataset: Dataset, split: Split, three: ThreeImages) -> None:
        from reidviz.evaluation.scoring.image import Gallery, PairGallery

        self._sized = _Sized(part, three)
        self._gallery = PairGallery(Gallery(part.path, part.sha256, dataset, split, settings.device()))
        self._probes: dict[Box | None, Halves] = {}

    def row(self, hidden: Hidden, places: IntArray) -> Float32Array:
        probe = self._probe(hidden.get("probe"))
        row = self._gallery.row(probe, places)
        for mask, role, box in self._sized.replaced(hidden, places):
            row[mask] = self._gallery.pair(probe, self._sized.image(role, box))
        return row

    def _probe(self, box: Box | None) -> "Halves":
        if box not in self._probes:
            if len(self._probes) > MOST_PROBES:
                self._probes.clear()
            self._probes[box] = self._gallery.of_probe(self._sized.image("probe", box))
        return self._probes[box]
