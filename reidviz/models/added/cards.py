"""The cards of models that were made elsewhere: a network in ONNX, given features, given scores. Read without torch."""

import hashlib
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Literal, get_args

import msgspec

from reidviz import __version__
from reidviz.common.errors import ReidvizError
from reidviz.common.json_files import Count, Percent, read_json, write_json
from reidviz.models.model_card import FORMAT, MOST_BYTES, Card, read_card, title

Colour = Literal["RGB", "BGR"]
Scale = Literal["ImageNet", "0-1", "-1..1", "0-255", "0-255 minus mean"]
Resizing = Literal["bilinear", "bicubic", "bilinear, not smoothed"]
Aspect = Literal["stretch", "pad"]
Distance = Literal["cosine", "euclidean"]
Pooling = Literal["none", "mean", "max"]
Layout = Literal["NCHW", "NHWC"]
Nearer = Literal["smaller", "larger"]
Form = Literal["network", "onnx", "features", "scores", "fused"]
COLOURS, SCALES, RESIZINGS, ASPECTS = (get_args(one) for one in (Colour, Scale, Resizing, Aspect))
DISTANCES, POOLINGS = get_args(Distance), get_args(Pooling)
MOST_SIDE = 2048
HINT = "Remove the model and add its file again."
Side = Annotated[int, msgspec.Meta(ge=8, le=MOST_SIDE)]


@dataclass(frozen=True)
class Preprocessing:
    """What is done to an image before a network sees it.

    height, width  pixels
    scale   of the values: "ImageNet": 0-1 less ImageNet's mean, by its deviation; "0-255 minus mean" as Caffe's
    resize  the filter; "bilinear, not smoothed" looks at four pixels however large the image is, as OpenCV does
    aspect  "stretch" to the size, or keep the aspect and "pad" with black
    """

    height: Side
    width: Side
    colour: Colour = "RGB"
    scale: Scale = "ImageNet"
    resize: Resizing = "bilinear"
    aspect: Aspect = "stretch"


@dataclass(frozen=True)
class OnnxInput:
    """The image input of a network: its name, layout, type, and the images it takes at once, 0 for any number."""

    name: str
    layout: Layout
    dtype: Literal["float32", "float16", "uint8"]
    batch: Count


@dataclass(frozen=True)
class OnnxReading:
    """How a network in ONNX is read: what goes in, which output is the feature, and how two features compare.

    pooling   of an output (N, C, h, w); "none" takes all its values
    mirror    whether a feature is the mean of those of an image and of its mirror image
    """

    input: OnnxInput
    preprocessing: Preprocessing
    output: str
    pooling: Pooling = "none"
    distance: Distance = "cosine"
    mirror: bool = False


@dataclass(frozen=True)
class Trial:
    """Rank-1 and mAP with one preprocessing, in percent; error: one standard error, over the probes, of how far that
    mAP is below the best trial's (0 of the best one)."""

    preprocessing: Preprocessing
    rank1: Percent
    mAP: Percent
    error: float


@dataclass(frozen=True)
class Search:
    """On which images the preprocessing was looked for, and what each kind gave; the best first."""

    data: str
    protocol: str
    probes: Count
    gallery: Count
    trials: tuple[Trial, ...]


@dataclass(frozen=True)
class _Added:
    """What every model from elsewhere says of itself.

    name     its user's name for it; origin: the name of the file it came from; sha256: of that file
    notes    what was understood of the file that is not plain to see, a sentence each
    """

    name: str
    origin: str
    sha256: str
    notes: tuple[str, ...] = ()
    code: str = __version__
    created: str = field(default_factory=lambda: datetime.now(UTC).isoformat(timespec="seconds"))
    format: int = FORMAT


@dataclass(frozen=True, kw_only=True)
class OnnxCard(_Added):
    """A network in ONNX. dimensions: of its feature; search: how its preprocessing was found, where it was."""

    reading: OnnxReading
    dimensions: Count
    search: Search | None = None
    kind: Literal["onnx"] = "onnx"

    @property
    def digest(self) -> str:
        """What tells its features from those of another network, or of the same one read otherwise."""
        return _digest(self.sha256, self.reading)


@dataclass(frozen=True, kw_only=True)
class FeaturesCard(_Added):
    """Features of images, by the names of these (NAME.npz: ids, features). contents: what tells the arrays from
    others."""

    distance: Distance
    dimensions: Count
    count: Count
    contents: str = ""
    kind: Literal["features"] = "features"

    @property
    def digest(self) -> str:
        """What tells its features from others."""
        return _digest(self.contents, self.distance)


@dataclass(frozen=True, kw_only=True)
class ScoresCard(_Added):
    """A matrix of probes against a gallery, by the names of the images (NAME.npz: scores, probe_ids, gallery_ids)."""

    nearer: Nearer
    probes: Count
    gallery: Count
    contents: str = ""
    kind: Literal["scores"] = "scores"

    @property
    def digest(self) -> str:
        """What tells its scores from others."""
        return _digest(self.contents, self.nearer)


AddedCard = OnnxCard | FeaturesCard | ScoresCard
CARDS: dict[str, type[OnnxCard] | type[FeaturesCard] | type[ScoresCard]] = {
    "onnx": OnnxCard,
    "features": FeaturesCard,
    "scores": ScoresCard,
}


@dataclass(frozen=True)
class _Kind:
    kind: str = "network"


def card_of(path: Path) -> Card | AddedCard:
    """The card beside the weights, features or scores at path, whatever kind of model it is of.

    ReidvizError when it is missing, or no card.
    """
    file = path.with_suffix(".json")
    if not file.is_file():
        return read_card(path)
    what = f"The card {title(file)}"
    kind = read_json(file, _Kind, what, MOST_BYTES, HINT).kind
    if kind not in CARDS:
        return read_card(path)
    card: AddedCard = read_json(file, CARDS[kind], what, MOST_BYTES, HINT)
    if card.format != FORMAT:
        raise ReidvizError(f"{what} has format {card.format}, not {FORMAT}.", "Update reidviz.")
    return card


def write_added_card(path: Path, card: AddedCard) -> None:
    """Write the card that goes with the file at path."""
    write_json(path.with_suffix(".json"), asdict(card))


def _digest(*parts: object) -> str:
    return hashlib.sha256(msgspec.json.encode(parts)).hexdigest()
