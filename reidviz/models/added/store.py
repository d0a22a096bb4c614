"""The models that were added here: each is a file and its card in the folder of models, by its user's name."""

import hashlib
import os
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from reidviz.common import settings
from reidviz.common.atomic_write import not_written
from reidviz.common.errors import ReidvizError
from reidviz.common.leftovers import temporary_folder
from reidviz.common.printable import printable
from reidviz.models.added.cards import AddedCard, FeaturesCard, OnnxCard, ScoresCard, card_of, write_added_card
from reidviz.models.added.given import GivenFeatures, GivenScores
from reidviz.models.variants import TRAINED_ON

SUFFIXES = {"onnx": ".onnx", "features": ".npz", "scores": ".npz"}
_NAME = re.compile(r"[\w][\w .+\-]{0,59}")
_CHUNK = 1024**2


def added_models() -> list[Path]:
    """The file of every added model, by name."""
    folder = settings.models_dir()
    if not folder.is_dir():
        return []
    cards = sorted(path for path in folder.glob("*.json") if not path.name.startswith("."))
    return [file for card in cards if (file := _file_of(card)) is not None]


def model_named(name: str) -> Path | None:
    """The file of the added model of that name."""
    return next((file for file in added_models() if file.stem == name), None)


def check_name(name: str) -> None:
    """ReidvizError where a model cannot be called that, or another one is."""
    if not _NAME.fullmatch(name) or name.endswith((" ", ".")):
        raise ReidvizError(
            f"{printable(name)[:80]!r} is no name for a model.",
            "Use letters, digits, blanks, dots, plus signs, hyphens and underscores, 60 at most.",
        )
    if model_named(name) is not None or name in TRAINED_ON:
        raise ReidvizError(f"There is a model called {name} already.", "Choose another name.")


def digest_of(file: Path) -> str:
    """The sha256 of a file. ReidvizError when it cannot be read."""
    found = hashlib.sha256()
    try:
        with open(file, "rb") as opened:
            while chunk := opened.read(_CHUNK):
                found.update(chunk)
    except OSError as error:
        name = printable(file.name)
        raise ReidvizError(f"{name} cannot be read: {error.strerror}.", "Check its permissions.") from error
    return found.hexdigest()


def add_network(save: Callable[[Path], object], card: OnnxCard, folder: Path | None = None) -> Path:
    """Keep a network in ONNX, which save() writes as one file, and its card.

    ReidvizError when the name is taken, or the disk is full.
    """
    return _put(save, card, folder)


def add_features(found: GivenFeatures, card: FeaturesCard, folder: Path | None = None) -> Path:
    """Keep features by the names of their images."""
    assert found.ids is not None
    return _put_arrays({"ids": found.ids, "features": found.features}, card, folder)


def add_scores(found: GivenScores, card: ScoresCard, folder: Path | None = None) -> Path:
    """Keep a matrix of scores by the names of its probes and gallery images."""
    assert found.probe_ids is not None
    assert found.gallery_ids is not None
    arrays = {"scores": found.scores, "probe_ids": found.probe_ids, "gallery_ids": found.gallery_ids}
    return _put_arrays(arrays, card, folder)


def rename(old: str, new: str) -> None:
    """Give an added model another name. What was computed with it stays. ReidvizError as check_name raises it."""
    settings.must_be_writable()
    file = _existing(old)
    check_name(new)
    card = card_of(file)
    target = file.with_name(new + file.suffix)
    try:
        os.link(file, target)
        write_added_card(target, replace(card, name=new))  # type: ignore[arg-type]
        _delete(file)
    except OSError as error:
        raise not_written(f"The model {new}", error) from error


def remove(name: str) -> None:
    """Delete an added model."""
    settings.must_be_writable()
    try:
        _delete(_existing(name))
    except OSError as error:
        raise ReidvizError(f"{name} could not be removed: {error.strerror}.", "Check the permissions.") from error


def _existing(name: str) -> Path:
    file = model_named(name)
    if file is None:
        raise ReidvizError(f"No model called {printable(name)} was added here.", "See `python -m reidviz models list`.")
    return file


def _file_of(card: Path) -> Path | None:
    files = [card.with_suffix(suffix) for suffix in dict.fromkeys(SUFFIXES.values())]
    return next((file for file in files if file.is_file()), None)


def _put_arrays(arrays: dict[str, Any], card: FeaturesCard | ScoresCard, folder: Path | None) -> Path:
    digest = hashlib.sha256()
    for name, array in arrays.items():
        digest.update(f"{name} {array.dtype.str} {array.shape}".encode() + np.ascontiguousarray(array).tobytes())
    card = replace(card, contents=digest.hexdigest())
    return _put(lambda place: np.savez(place, **arrays), card, folder)


def _put(write: Callable[[Path], object], card: AddedCard, folder: Path | None) -> Path:
    """The file, then its card, so that nobody ever finds a card without a file."""
    if folder is None:
        settings.must_be_writable()
        check_name(card.name)
        folder = settings.models_dir()
    target = folder / (card.name + SUFFIXES[card.kind])
    try:
        with temporary_folder(folder) as made:
            place = made / target.name
            write(place)
            os.replace(place, target)
    except OSError as error:
        raise not_written(f"The model {card.name}", error, "set REIDVIZ_MODELS to a folder with room") from error
    write_added_card(target, card)
    return target


def _delete(file: Path) -> None:
    """The card goes first: what is left of a model that was half deleted is none."""
    file.with_suffix(".json").unlink()
    file.unlink()
