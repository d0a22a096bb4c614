"""The models that can be chosen: the shipped ones, those trained here and those that were added."""

from collections.abc import Iterable
from pathlib import Path

import streamlit as st

from reidviz.common import settings
from reidviz.common.errors import ReidvizError
from reidviz.data.dataset import Dataset
from reidviz.data.splits.protocols import split
from reidviz.evaluation.pipeline.ranker import Ranker, apart, rankers_of
from reidviz.models.added.store import added_models
from reidviz.models.model_card import find_checkpoint
from reidviz.models.variants import VARIANTS
from reidviz.ui.session.datasets import dataset_named
from reidviz.ui.session.keys import CHOSEN_BEFORE, DATA, MODELS, PROTOCOL
from reidviz.ui.session.model_styles import AT_STEP
from reidviz.ui.session.stamp import stamp_of

MOST_BY_DEFAULT = 6
PHOTOS = "mtdnet-photos"
"""The shipped model for photographs."""
HELPED = tuple(name for name, variant in VARIANTS.items() if variant.source)


def known_rankers() -> dict[str, Ranker]:
    """Every ranker of the shipped checkpoints, of the runs that have weights and of the models that were added, by a
    name that is unique."""
    rankers = [ranker for found in _models() if not isinstance(found, str) for ranker in found]
    return {one.name: one for one in apart(rankers)}


def damaged_models() -> tuple[str, ...]:
    """Of the same checkpoints those that cannot be offered: why, a sentence each."""
    return tuple(found for found in _models() if isinstance(found, str))


def _models() -> list[tuple[Ranker, ...] | str]:
    """The rankers of each checkpoint, or why it has none."""
    shipped = [settings.CHECKPOINTS / f"{name}.safetensors" for name in (*VARIANTS, PHOTOS)]
    runs = [_weights_of(file.parent) for file in sorted(settings.runs_dir().glob("[!.]*/checkpoints"))]
    files = [file for file in [*shipped, *runs, *added_models()] if file is not None and file.is_file()]
    return [_rankers(file, stamp_of(file, file.with_suffix(".json"))) for file in files]


@st.cache_data(max_entries=256, show_spinner=False)
def _rankers(file: Path, stamp: tuple[int, ...]) -> tuple[Ranker, ...] | str:
    """The same of one file at one moment."""
    try:
        return rankers_of(file)
    except ReidvizError as error:
        return error.message


def _weights_of(run: Path) -> Path | None:
    """The finished weights of a run, else its best or last ones, if there are any."""
    try:
        return find_checkpoint(run)
    except ReidvizError:
        return None


def still_there(names: Iterable[object], offered: dict[str, Ranker]) -> list[str]:
    """The chosen models that are still offered, whatever a browser sent; a run that has moved on goes by the name of
    its new step."""
    by_run = {AT_STEP.sub("", name): name for name in offered}
    found = [name if name in offered else by_run.get(AT_STEP.sub("", name)) for name in names if isinstance(name, str)]
    return [name for name in dict.fromkeys(found) if name is not None]


def use_run(run: Path, data: str, protocol: str) -> None:
    """Add the rankers of a run to the chosen models, with those of the model that marks taught it from, and choose its
    data and protocol; to be called in a callback.

    Raises ReidvizError when the run has no weights, or its data cannot be read.
    """
    split(dataset_named(data), protocol)
    weights = find_checkpoint(run)
    known = known_rankers()
    taught = [ranker.taught for ranker in known.values() if ranker.path == weights and ranker.taught]
    starts = {one.start for one in taught if one.has_lesson}
    names = [name for name, ranker in known.items() if ranker.path == weights or ranker.sha256 in starts]
    models = MODELS.get(CHOSEN_BEFORE.get({}).get("models", []))
    DATA.set(data)
    PROTOCOL.set(protocol)
    MODELS.set(list(dict.fromkeys([*models, *names])))


def fitting(offered: dict[str, Ranker], dataset: Dataset) -> list[str]:
    """The shipped models where they were trained on this data set; else one's own that were; else those shipped for
    drawn people or for photographs, as the data are.

    Of the shipped ones that a source helped, each comes with the multi-task network it started from, and nowhere else.
    """
    own = [name for name, ranker in offered.items() if ranker.trained_by(dataset)]
    shipped = {name: r.variant or "" for name, r in offered.items() if r.path.parent == settings.CHECKPOINTS}
    drawn = dataset.layout == "synthetic"
    kind = [name for name in shipped if (offered[name].path.stem == PHOTOS) != drawn]
    alone = [name for name in kind or shipped if not shipped[name].startswith(HELPED)]
    found = [name for name in own if name in shipped]
    if found and not set(found) & set(alone):
        found = [name for name in alone if shipped[name] in dict(VARIANTS["mtdnet"].rankers)] + found
    return found or own[:MOST_BY_DEFAULT] or alone
