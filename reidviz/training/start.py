"""The model that a training starts from: which weights these were, and whom the marks show that taught it."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from reidviz.common import settings
from reidviz.common.errors import ReidvizError
from reidviz.common.json_files import read_json, write_json
from reidviz.models.model_card import Taught, find_checkpoint, read_card
from reidviz.training.distributed import Team
from reidviz.training.job import Job
from reidviz.training.run_folder import RunFolder

MOST_BYTES = 16 * 1024**2
"""Of all marked images that taught a model, as JSON; a card holds them and more."""


@dataclass(frozen=True)
class Start:
    """A model as it was when the training from it began.

    sha256  of its weights, "" where they are no model's
    images  by Sample.id, all that marks show which taught it or the models before it
    """

    sha256: str = ""
    images: tuple[str, ...] = ()


def start_of(init: Path | None) -> Start:
    """What a start is at this moment. Weights without a card are no model's. ReidvizError where it is not there, or its
    card is damaged."""
    if init is None or init == settings.IMAGENET:
        return Start()
    weights = find_checkpoint(init)
    if not weights.with_suffix(".json").is_file():
        return Start()
    card = read_card(weights)
    return Start(card.sha256, card.taught.images if card.taught else ())


def start_kept(run: RunFolder, job: Job, team: Team) -> Start:
    """What its start was when the training first asked, whatever has become of it since: start.json keeps it."""
    if job.init is None or job.init == settings.IMAGENET:
        return Start()
    file = run.root / "start.json"
    if team.rank == 0 and not file.exists():
        write_json(file, asdict(start_of(job.init)))
    team.wait()
    what = f"What the run {run.name} started from (start.json)"
    return read_json(file, Start, what, 2 * MOST_BYTES, "Start a new training.")


def taught_by(job: Job, start: Start) -> Taught | None:
    """What its card says of the marks that it and the models before it learnt from; None where there were none.

    ReidvizError where these show more images than a card can name.
    """
    images = tuple(sorted({*start.images, *job.marked}))
    if not images:
        return None
    if len(json.dumps(images)) > MOST_BYTES:
        raise ReidvizError(
            "The marks of this training and of the models before it show more images than a card can name.",
            "Leave some marks out, or start from a model that fewer marks taught.",
        )
    same = sum(mark.same for mark in job.marks)
    return Taught(same, len(job.marks) - same, images, start.sha256)
