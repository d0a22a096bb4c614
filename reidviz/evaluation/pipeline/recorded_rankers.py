"""The rankers that the record of a figure names, found again by what their weights hash to."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from reidviz.common import settings
from reidviz.common.errors import ReidvizError
from reidviz.common.printable import printable
from reidviz.evaluation.certificate import Certificate
from reidviz.evaluation.pipeline.ranker import Ranker, rankers_of
from reidviz.models.added.store import added_models
from reidviz.models.model_card import find_checkpoint

WEIGHT = "weight of "
"""What stands before the name of a fused ranker where a record tells its weight."""


def rankers_recorded(certificate: Certificate) -> list[Ranker]:
    """The rankers of a record under the names that it gives them, fused ones at its weights.

    ReidvizError for one whose weights are not among the shipped models, the runs and the models added here.
    """
    known: dict[tuple[str, str], Ranker] = {(one.sha256, one.kind): one for file in _files() for one in _of(file)}
    found = []
    for mark in certificate.models:
        ranker = known.get((mark.sha256, mark.kind))
        if ranker is None:
            raise ReidvizError(
                f"The model {printable(mark.name)} ({mark.sha256[:12]}, by {printable(mark.kind)}) is not known here.",
                "Add it, or put its run into the folder of runs. Re-ranked and fused pairs of models are made on the "
                "page.",
            )
        weight = certificate.asked.get(f"{WEIGHT}{mark.name}", ranker.weight)
        moved = float(weight) if isinstance(weight, int | float) and 0 <= weight <= 1 else ranker.weight
        found.append(replace(ranker, name=mark.name, weight=moved))
    return found


def _files() -> Iterator[Path]:
    yield from sorted(settings.CHECKPOINTS.glob("mtdnet*.safetensors"))
    for folder in sorted(settings.runs_dir().glob("[!.]*/checkpoints")):
        try:
            yield find_checkpoint(folder.parent)
        except ReidvizError:
            continue
    yield from added_models()


def _of(file: Path) -> tuple[Ranker, ...]:
    try:
        return rankers_of(file)
    except ReidvizError:
        return ()
