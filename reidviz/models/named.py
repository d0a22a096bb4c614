"""The file of a model that somebody names: a path, a shipped model or one that was added."""

from pathlib import Path

from reidviz.common import settings
from reidviz.models.added.store import model_named


def model_file(asked: str) -> Path | None:
    """A checkpoint, run or file at that path; else the shipped model of that name; else the one that was added. None
    where there is none of them."""
    path, shipped = Path(asked), settings.CHECKPOINTS / f"{asked}.safetensors"
    if path.exists():
        return path
    return shipped if shipped.is_file() else model_named(asked)
