"""The file of a model that somebody names: a path, a shipped model or one that was added."""

from pathlib import Path

from reidviz.common import settings
from reidviz.models.added.store import model_named
from reidviz.models.model_card import checkpoints_of


def model_file(asked: str) -> Path | None:
    """A checkpoint, run or file at that path; else the shipped model of that name; else the one that was added. None
    where there is none of them. A folder that holds no checkpoint hides no model of its name."""
    try:
        shipped = settings.CHECKPOINTS / f"{asked}.safetensors"
        named = shipped if shipped.is_file() else model_named(asked)
        path = Path(asked) if asked and Path(asked).exists() else None
    except OSError:  # a name that is longer than names can be
        return None
    hides = path is not None and not (path.is_dir() and not checkpoints_of(path))
    return path if hides else named or path
