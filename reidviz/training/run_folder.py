"""A training on disk: what was asked (recipe.json), what happened (events.jsonl), what came out (checkpoints/)."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from reidviz.errors import ReidvizError
from reidviz.files import write_atomically
from reidviz.training.recipe import Recipe


@dataclass(frozen=True)
class Job:
    """What a training is asked to do.

    data, protocol  as on the command line; init: a checkpoint to start from, or None for fresh weights
    """

    data: str
    protocol: str
    variant: str
    recipe: Recipe
    init: Path | None
    seed: int


class RunFolder:
    """One training's folder. Raises ReidvizError when another training already lives there."""

    def __init__(self, root: Path, job: Job) -> None:
        self.root = root
        if (root / "recipe.json").exists():
            raise ReidvizError(f"{root} already holds a training.", "Give another folder with --out.")
        record = asdict(job) | {"init": None if job.init is None else str(job.init)}
        write_atomically(root / "recipe.json", (json.dumps(record, indent=1) + "\n").encode())

    @property
    def final(self) -> Path:
        """Where the finished checkpoint goes."""
        return self.root / "checkpoints" / "final.safetensors"

    def log(self, event: dict[str, Any]) -> None:
        """Append one line to events.jsonl."""
        with (self.root / "events.jsonl").open("a", encoding="utf-8") as file:
            file.write(json.dumps(event) + "\n")
