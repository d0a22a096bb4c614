"""The card of a checkpoint: what it is, where it came from, what was measured. Read without torch."""

from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NotRequired, TypedDict

from reidviz import __version__
from reidviz.common.errors import ReidvizError, because
from reidviz.common.json_files import Count, Percent, Seconds, converted, read_json, write_json
from reidviz.common.printable import printable
from reidviz.models.architecture import Architecture, check_sizes
from reidviz.models.variants import Kind, variant

FORMAT = 1
OF_A_RUN = ("final", "best", "last")
"""The weights of a run, those that are looked for first."""
FRESH = "fresh weights"
"""What the weights of a network started from that started from nothing."""
MOST_BYTES = 32 * 1024**2
"""Images that marks show are in it."""
HINT = "A checkpoint is a .safetensors file and the .json card reidviz wrote beside it; copy both."


@dataclass(frozen=True)
class Fusion:
    """How much of the classifier to mix into the ranking branch, fitted on validation persons (evaluation.fusion).

    weight      0: the ranking branch alone, 1: the classifier alone
    low, high   ends of the flat part around it, where validation mAP is less than one point below the best
    measured_on the validation persons, in words; probes, gallery: how many images of them
    weights, rank1, mAP  the curve it was read from: percent at each weight
    """

    weight: float
    low: float
    high: float
    measured_on: str
    probes: Count
    gallery: Count
    weights: tuple[float, ...]
    rank1: tuple[Percent, ...]
    mAP: tuple[Percent, ...]

    def __post_init__(self) -> None:
        if not all(0 <= mark <= 1 for mark in (self.weight, self.low, self.high, *self.weights)):
            raise ValueError("a weight of the fusion does not lie between 0 and 1")
        if not len(self.weights) == len(self.rank1) == len(self.mAP):
            raise ValueError("not every weight of the fusion has its two figures")


Found = TypedDict("Found", {"1": Percent, "5": Percent, "10": Percent, "20": Percent})
"""The share of probes whose match is among the first so many, in percent."""


class Measured(TypedDict):
    """What a card keeps of one ranker on one test, at least; weight and weight_fitted of a fused one."""

    data: str
    protocol: str
    probes: Count
    gallery: Count
    name: str
    variant: str
    kind: Kind
    cmc: Found
    mAP: Percent
    mINP: Percent
    seconds: Seconds
    remarks: NotRequired[list[str]]
    weight: NotRequired[float]
    weight_fitted: NotRequired[bool]


@dataclass(frozen=True)
class Threshold:
    """From which score of that kind on a pair is taken for one person, and what that cost where it was chosen.

    value             in the score's own unit; of fused scores at the card's weight
    false_match_rate, false_non_match_rate  shares, 0-1, of the pairs of different persons and of one person
    measured_on       whose pairs; same, different: how many of them
    """

    kind: Kind
    value: float
    false_match_rate: float
    false_non_match_rate: float
    measured_on: str
    same: Count
    different: Count


@dataclass(frozen=True)
class Trained:
    """What a model was trained on: a data set, its manifest hash, and a protocol of it."""

    data: str
    data_hash: str
    protocol: str


@dataclass(frozen=True)
class Taught:
    """Marked pairs that trained a model.

    same, different  how many of one person and of two, in its own training; 0 where only models before it learnt any
    images           by Sample.id, all that the marks show which taught it or the models before it
    start            the sha256 of the weights it started from, "" where these were no model's
    """

    same: Count
    different: Count
    images: tuple[str, ...]
    start: str = ""

    @property
    def has_lesson(self) -> bool:
        """Whether marks taught it what the model it started from did not know."""
        return bool(self.start) and self.same + self.different > 0


@dataclass(frozen=True)
class Card:
    """What a checkpoint is, where it came from and what was measured.

    recipe     every setting of the training
    data       name of the training data; data_hash: its manifest hash; protocol: how it was split
    init       what the weights started from
    source     the data set that helped to train it, "" where none did
    also       further data sets it was trained on in equal shares
    metrics    one record a ranker and test, as `reidviz evaluate --json` writes it, with data and protocol
    fusion     of a multi-task network that was validated: how to mix its two scores
    caveats    what whoever uses it must know, a sentence each
    thresholds  one a kind of score, where it was calibrated
    taught     by which marked pairs, where some trained it or what it started from: nobody whom they show tests it
    sha256     of the weights file
    """

    name: str
    variant: str
    architecture: Architecture
    recipe: dict[str, Any]
    data: str
    data_hash: str
    protocol: str
    init: str
    seed: int
    iterations: Count
    metrics: tuple[dict[str, Any], ...] = ()
    fusion: Fusion | None = None
    source: str = ""
    also: tuple[Trained, ...] = ()
    caveats: tuple[str, ...] = ()
    thresholds: tuple[Threshold, ...] = ()
    taught: Taught | None = None
    sha256: str = ""
    code: str = __version__
    created: str = field(default_factory=lambda: datetime.now(UTC).isoformat(timespec="seconds"))
    format: int = FORMAT


def write_card(path: Path, card: Card) -> None:
    """Write the card that goes with the weights at path."""
    write_json(path.with_suffix(".json"), asdict(card))


def title(file: Path) -> str:
    """What messages call a checkpoint or its card: no path, and with the name of the run whose weights they are."""
    run = file.parent.parent.name if file.parent.name == "checkpoints" and file.stem in OF_A_RUN else ""
    return printable(f"{file.name} of the run {run}" if run else file.name)


def checkpoints_of(run: Path) -> list[Path]:
    """The weights files of a run folder, the finished first."""
    files = (run / "checkpoints" / f"{name}.safetensors" for name in OF_A_RUN)
    return [file for file in files if file.is_file()]


def find_checkpoint(path: Path) -> Path:
    """The weights file meant by path: itself, or of a run folder the finished, else the best, else the last."""
    if path.is_dir():
        whole = checkpoints_of(path)
        if not whole:
            raise ReidvizError(
                f"{printable(path.name)} holds no checkpoint to read.",
                "Give a .safetensors file, or the folder of a training that has ended or was validated.",
            )
        path = whole[0]
    if not path.is_file():
        raise ReidvizError(f"There is no checkpoint {title(path)}.", "Check the path.")
    return path


def read_card(path: Path) -> Card:
    """The card of the checkpoint at path (NAME.safetensors). Raises ReidvizError when missing or not a card."""
    file = path.with_suffix(".json")
    if not file.is_file():
        raise ReidvizError(f"The checkpoint {title(path)} has no card {printable(file.name)} beside it.", HINT)
    what = f"The card {title(file)}"
    card = read_json(file, Card, what, MOST_BYTES, HINT)
    if card.format != FORMAT:
        raise ReidvizError(f"{what} has format {card.format}, not {FORMAT}.", "Update reidviz.")
    try:
        variant(card.variant)
        check_sizes(card.architecture)
    except ReidvizError as error:
        raise ReidvizError(f"{what} is damaged, because {because(error)}", HINT) from error
    for one in converted(card.metrics, tuple[Measured, ...], f"The list of figures in {what}", HINT):
        if one["kind"] == "fused" and not {"weight", "weight_fitted"} <= set(one):
            raise ReidvizError(f"{what} is damaged, because fused figures have no weight.", HINT)
    return card


def fusion_from(values: dict[str, Any] | None) -> Fusion | None:
    """A Fusion as JSON keeps it. Raises ReidvizError when it is something else."""
    what = "What a validation found about mixing the two scores (events.jsonl)"
    return None if values is None else converted(values, Fusion, what)
