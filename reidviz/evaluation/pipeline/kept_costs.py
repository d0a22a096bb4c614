"""Measured costs on disk, so that a server that starts anew shows them: a small JSON file each in the cache."""

import os
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Final

import msgspec

from reidviz.common import settings
from reidviz.common.errors import ReidvizError
from reidviz.common.json_files import read_json, write_json
from reidviz.data.dataset import Dataset, Split
from reidviz.data.keys import key_of
from reidviz.evaluation.pipeline.cost import Cost, machine
from reidviz.evaluation.pipeline.ranker import Ranker
from reidviz.evaluation.scores import Scoring

VERSION: Final = 1
"""Of how costs are measured: those of another one are measured anew."""
MOST_BYTES = 4096


@dataclass(frozen=True)
class Measurement:
    """A cost, and where and when it was measured. date: UTC, ISO 8601."""

    cost: Cost
    machine: Annotated[str, msgspec.Meta(max_length=300)]
    date: Annotated[str, msgspec.Meta(max_length=40)]


@dataclass(frozen=True)
class KeptCosts:
    """The costs of rankers on one split, as this machine has them."""

    dataset: Dataset
    split: Split

    def get(self, ranker: Ranker, scoring: Scoring) -> Measurement | None:
        """What was measured here, by the same weights on the same device; None where nothing was, or it is damaged."""
        file = self._file(ranker, scoring)
        if not file.is_file():
            return None
        try:
            found = read_json(file, Measurement, "A kept cost", MOST_BYTES)
        except ReidvizError:
            return None
        with suppress(OSError):
            os.utime(file)
        return found

    def put(self, ranker: Ranker, scoring: Scoring, cost: Cost) -> None:
        """Keep what was measured now. ReidvizError of a disk that is full or can only be read."""
        found = Measurement(cost, machine(), datetime.now(UTC).isoformat(timespec="seconds"))
        write_json(self._file(ranker, scoring), asdict(found))

    def forget(self, ranker: Ranker, scorings: Iterable[Scoring]) -> None:
        """Measure these anew next time."""
        for scoring in scorings:
            with suppress(OSError):
                self._file(ranker, scoring).unlink()

    def _file(self, ranker: Ranker, scoring: Scoring) -> Path:
        key = key_of(VERSION, machine(), _weights(ranker), self.dataset, self.split, scoring)
        return settings.cache_dir() / "costs" / f"{key}.json"


def _weights(ranker: Ranker) -> tuple[object, ...]:
    """What is timed, wherever its files lie and whatever its dial says."""
    return ranker.sha256, ranker.kind, tuple(_weights(part) for part in ranker.parts)
