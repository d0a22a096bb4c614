"""The card of a checkpoint: what it is, where it came from, what was measured. Read without torch."""

import json
from dataclasses import asdict, dataclass, field, fields
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from reidviz import __version__
from reidviz.errors import ReidvizError
from reidviz.files import write_atomically
from reidviz.models.architecture import Architecture
from reidviz.models.variants import variant

FORMAT = 1


@dataclass(frozen=True)
class Fusion:
    """How much of the classifier to mix into the ranking branch, fitted on validation persons (evaluation.fusion).

    weight      0: the ranking branch alone, 1: the classifier alone
    low, high   ends of the flat part around it, where validation mAP is less than one point below the best
    measured_on the validation persons, in words; probes, gallery: how many pictures of them
    weights, rank1, mAP  the curve it was read from: percent at each weight
    """

    weight: float
    low: float
    high: float
    measured_on: str
    probes: int
    gallery: int
    weights: tuple[float, ...]
    rank1: tuple[float, ...]
    mAP: tuple[float, ...]


@dataclass(frozen=True)
class Card:
    """What a checkpoint is, where it came from and what was measured.

    recipe     every setting of the training
    data       name of the training data; data_hash: its manifest hash; protocol: how it was split
    init       what the weights started from
    source     the data set that helped to train it, "" where none did
    metrics    one record a reading and test, as `reidviz evaluate --json` writes it, with data and protocol
    fusion     of a multi-task network that was validated: how to mix its two scores
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
    iterations: int
    metrics: tuple[dict[str, Any], ...] = ()
    fusion: Fusion | None = None
    source: str = ""
    sha256: str = ""
    code: str = __version__
    created: str = field(default_factory=lambda: datetime.now(UTC).isoformat(timespec="seconds"))
    format: int = FORMAT


def write_card(path: Path, card: Card) -> None:
    """Write the card that goes with the weights at path."""
    write_atomically(path.with_suffix(".json"), (json.dumps(asdict(card), indent=1) + "\n").encode())


def find_checkpoint(path: Path) -> Path:
    """The weights file meant by path: itself, or of a run folder the finished, else the best, else the last."""
    if path.is_dir():
        files = [path / "checkpoints" / f"{name}.safetensors" for name in ("final", "best", "last")]
        whole = [file for file in files if file.is_file()]
        if not whole:
            raise ReidvizError(
                f"{path} holds no checkpoint to read.",
                "Give a .safetensors file, or the folder of a training that has ended or was validated.",
            )
        path = whole[0]
    if not path.is_file():
        raise ReidvizError(f"There is no checkpoint at {path}.", "Check the path.")
    return path


def read_card(path: Path) -> Card:
    """The card of the checkpoint at path (NAME.safetensors). Raises ReidvizError when missing or not a card."""
    file = path.with_suffix(".json")
    hint = "A checkpoint is a .safetensors file and the .json card reidviz wrote beside it; copy both."
    if not file.is_file():
        raise ReidvizError(f"The checkpoint {path} has no card {file.name} beside it.", hint)
    try:
        values = json.loads(file.read_text("utf-8"))
        known = {f.name for f in fields(Card)}
        values = {k: v for k, v in values.items() if k in known}
        if values["format"] != FORMAT:
            raise ReidvizError(f"{file} has card format {values['format']}, not {FORMAT}.", "Update reidviz.")
        values["architecture"] = Architecture(**values["architecture"])
        values["metrics"] = tuple(values["metrics"])
        values["fusion"] = fusion_from(values.get("fusion"))
        card = Card(**values)
        variant(card.variant)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ReidvizError(f"{file} is not the card of a reidviz checkpoint.", hint) from error
    return card


def fusion_from(values: dict[str, Any] | None) -> Fusion | None:
    """A Fusion as JSON keeps it. Raises TypeError, KeyError or ValueError when it is something else."""
    if values is None:
        return None
    curve = {name: tuple(float(v) for v in values[name]) for name in ("weights", "rank1", "mAP")}
    marks = {name: float(values[name]) for name in ("weight", "low", "high")}
    if not all(0 <= mark <= 1 for mark in marks.values()) or len({len(values) for values in curve.values()}) > 1:
        raise ValueError("a weight lies between 0 and 1, and each has two figures")
    return Fusion(**(values | curve | marks))
