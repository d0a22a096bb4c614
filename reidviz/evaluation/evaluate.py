"""From a checkpoint and a split to scores, ranking and the record of `evaluate --json`; scores are kept on disk.

Reading cached scores needs no torch: it is imported where scores are computed.
"""

import io
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np

from reidviz import settings
from reidviz.data.dataset import Dataset, Split
from reidviz.data.pixels import Pixels
from reidviz.evaluation.ranking import RANKS, Ranking, rank, same_person
from reidviz.evaluation.scores import Scores
from reidviz.files import write_atomically
from reidviz.models.card import Card, find_checkpoint, read_card
from reidviz.models.variants import Kind, variant
from reidviz.progress import Progress, silent

SCORING = "8-pass"


@dataclass(frozen=True)
class Reading:
    """One way to read one checkpoint: what stands as a row of a table and as a curve.

    name     shown to people; variant: as it is read ("mtdtrp" for the ranking branch of an mtdnet)
    path     the weights file; sha256: of it
    data, data_hash, protocol  what the checkpoint was trained on
    """

    name: str
    variant: str
    kind: Kind
    path: Path
    sha256: str
    data: str
    data_hash: str
    protocol: str


@dataclass(frozen=True, eq=False)
class Result:
    """What one reading gives on one split. seconds: time the scores took when they were computed."""

    reading: Reading
    scores: Scores
    ranking: Ranking
    seconds: float


def readings_of(path: Path) -> tuple[Reading, ...]:
    """The readings of a checkpoint file or run folder, from its card alone. Raises ReidvizError as the card does."""
    path = find_checkpoint(path)
    card = read_card(path)
    return tuple(
        Reading(_name(card, as_read), as_read, kind, path, card.sha256, card.data, card.data_hash, card.protocol)
        for as_read, kind in variant(card.variant).readings
    )


def evaluate(
    reading: Reading, dataset: Dataset, split: Split, progress: Progress = silent, use_cache: bool = True
) -> Result:
    """Score and rank every probe, from the cache when these very scores were computed before."""
    file = _cache_file(reading, dataset, split)
    kept = _read(file) if use_cache else None
    scores, seconds = kept if kept is not None else _compute(reading, dataset, split, progress)
    if kept is None:
        _write(file, scores, seconds)
    return Result(reading, scores, rank(scores, same_person(dataset, split)), seconds)


def card_metrics(path: Path, dataset: Dataset, split: Split, progress: Progress = silent) -> tuple[dict[str, Any], ...]:
    """What the card of the checkpoint at path says of one split: a record a reading, with data and protocol."""
    summary = report(
        dataset, split, [evaluate(r, dataset, split, progress, use_cache=False) for r in readings_of(path)]
    )
    context = {k: summary[k] for k in ("data", "protocol", "probes", "gallery")}
    return tuple(context | model for model in summary["models"])


def is_cached(reading: Reading, dataset: Dataset, split: Split) -> bool:
    """Whether evaluate would answer at once."""
    return _cache_file(reading, dataset, split).is_file()


def record(result: Result) -> dict[str, Any]:
    """A result as `evaluate --json` writes it; percentages 0-100."""
    ranking = result.ranking
    return {
        "name": result.reading.name,
        "variant": result.reading.variant,
        "kind": result.reading.kind,
        "cmc": {str(k): round(ranking.cmc_at(k), 2) for k in RANKS},
        "mAP": round(ranking.mean_average_precision, 2),
        "mINP": round(ranking.mean_inverse_negative_penalty, 2),
        "seconds": round(result.seconds, 2),
    }


def report(dataset: Dataset, split: Split, results: list[Result]) -> dict[str, Any]:
    """The whole JSON of one evaluation."""
    return {
        "data": dataset.name,
        "protocol": split.protocol,
        "probes": len(split.probes),
        "gallery": len(split.gallery),
        "models": [record(r) for r in results],
    }


def _name(card: Card, as_read: str) -> str:
    if as_read == card.variant:
        return card.name
    return as_read if card.name == card.variant else f"{card.name} ({as_read})"


def _compute(reading: Reading, dataset: Dataset, split: Split, progress: Progress) -> tuple[Scores, float]:
    from reidviz.evaluation.scoring import score
    from reidviz.models.checkpoint import load_checkpoint

    network, card = load_checkpoint(reading.path)
    pixels = Pixels(dataset, card.architecture.height, card.architecture.width)
    pixels.fill(np.concatenate([split.probes, split.gallery]), progress)
    started = time.perf_counter()
    scores = score(
        network,
        reading.kind,
        pixels[split.probes],
        pixels[split.gallery],
        settings.device(),
        progress,
        f"scoring pairs with {reading.name}",
    )
    return scores, time.perf_counter() - started


def _cache_file(reading: Reading, dataset: Dataset, split: Split) -> Path:
    key = f"{reading.sha256[:16]}-{dataset.cache_key}-{split.key}-{reading.kind}-{SCORING}"
    return settings.cache_dir() / "scores" / f"{key}.npz"


def _read(file: Path) -> tuple[Scores, float] | None:
    """Cached scores, or None when there are none that can be read whole."""
    try:
        with np.load(file, allow_pickle=False) as kept:
            kind: Kind = "distance" if str(kept["kind"]) == "distance" else "probability"
            return Scores(kind, kept["matrix"]), float(kept["seconds"])
    except (OSError, ValueError, KeyError, EOFError, BadZipFile):
        return None


def _write(file: Path, scores: Scores, seconds: float) -> None:
    buffer = io.BytesIO()
    np.savez(buffer, kind=np.array(scores.kind), matrix=scores.matrix, seconds=np.array(seconds))
    write_atomically(file, buffer.getvalue())
