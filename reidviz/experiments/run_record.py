"""The small record of one trained network: how it was asked for, how it went, what was measured; no weights."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

from reidviz.common import settings
from reidviz.common.errors import ReidvizError
from reidviz.common.json_files import Count, Percent, Seconds
from reidviz.common.printable import short
from reidviz.common.progress import Progress, silent
from reidviz.data.formats import load
from reidviz.data.splits.protocols import split
from reidviz.evaluation.certificate import version
from reidviz.evaluation.pipeline.report import card_metrics
from reidviz.evaluation.ranking.ranking import METRICS, RANKS
from reidviz.evaluation.ranking.uncertainty import FIGURES, Interval
from reidviz.experiments.family_results import parameters
from reidviz.models.model_card import FRESH, OF_A_RUN, Card, find_checkpoint, read_card
from reidviz.models.variants import Kind
from reidviz.training.command import train_command
from reidviz.training.events import Event
from reidviz.training.job import Also, Job
from reidviz.training.recipe import SETTINGS, recipe_from, value_of
from reidviz.training.run_folder import RunFolder

FORMAT = 1


@dataclass(frozen=True)
class Validated:
    """A point of the validation curve: rank-1 by what ranks, in percent, after so many steps."""

    step: Count
    rank1: dict[Kind, Percent]


@dataclass(frozen=True)
class RankerFigures:
    """What was measured of one ranker: figures by FIGURES, in percent, with their 95 % intervals over persons.

    weight, weight_fitted  of fused scores
    cascade  gallery images that a classifier rescored a probe; 0: all
    """

    name: str
    kind: Kind
    figures: dict[str, Percent]
    intervals: dict[str, Interval]
    weight: float | None = None
    weight_fitted: bool = False
    cascade: Count = 0

    def __post_init__(self) -> None:
        if not set(self.figures) == set(self.intervals) == set(FIGURES):
            raise ValueError("not every figure of a ranker is there with its interval")


@dataclass(frozen=True)
class RunRecord:
    """One trained network. Data sets go by their names without folders.

    recipe      every setting by its name
    init        what the weights started from; source: the data set that helped, "" where none did
    data_hash   of the manifest of the data; probes, gallery: images of the test that was measured
    seconds     of training, None where that is not known; device: "" likewise
    parameters  of the network
    sha256      of the weights; code: version of the code that wrote the record
    command     that trains it again; date: when it was trained, UTC, ISO 8601
    """

    name: str
    variant: str
    recipe: dict[str, Any]
    init: str
    seed: int
    source: str
    data: str
    data_hash: str
    protocol: str
    probes: Count
    gallery: Count
    iterations: Count
    seconds: Seconds | None
    device: str
    parameters: Count
    curve: tuple[Validated, ...]
    rankers: tuple[RankerFigures, ...]
    remarks: tuple[str, ...]
    sha256: str
    code: str
    command: str
    date: str
    kind: Literal["run"] = "run"
    format: int = FORMAT


def run_record(path: Path, name: str, progress: Progress = silent) -> RunRecord:
    """The record of a run folder's best known weights, or of a checkpoint.

    The figures are those of its card; where these have no intervals, they are measured, which needs the data where they
    lay when it was trained. ReidvizError when the checkpoint or its data cannot be read.
    """
    path = find_checkpoint(path)
    card = read_card(path)
    job, events = _job(card), _events(path, card.iterations)
    measured = _measured(path, card, job, progress)
    last = [event["seconds"] for event in events if "seconds" in event]
    return RunRecord(
        name=name,
        variant=card.variant,
        recipe={"name": job.recipe.name} | {setting: value_of(job.recipe, setting) for setting in SETTINGS},
        init=card.init,
        seed=card.seed,
        source=short(card.source) if card.source else "",
        data=short(card.data),
        data_hash=card.data_hash,
        protocol=card.protocol,
        probes=measured[0]["probes"],
        gallery=measured[0]["gallery"],
        iterations=card.iterations,
        seconds=last[-1] if last else None,
        device=next((event["device"] for event in reversed(events) if event["event"] == "started"), ""),
        parameters=parameters(card.variant, job),
        curve=tuple(_validated(event) for event in events if event["event"] == "validation"),
        rankers=tuple(_figures(one) for one in measured),
        remarks=tuple(measured[0].get("remarks", ())),
        sha256=card.sha256,
        code=version(),
        command=train_command(job),
        date=card.created,
    )


def _job(card: Card) -> Job:
    """What the training was asked to do, as far as its card tells."""
    known = {FRESH: None, settings.IMAGENET.name: settings.IMAGENET}
    init = known[card.init] if card.init in known else Path(card.init)
    recipe = recipe_from(card.recipe | {"architecture": asdict(card.architecture)})
    also = tuple(Also(one.data, one.protocol) for one in card.also)
    return Job(card.data, card.protocol, card.variant, recipe, init, card.seed, card.source or None, also)


def _events(path: Path, iterations: int) -> list[Event]:
    """What happened in the run of these weights until they were kept; nothing where they lie in no run."""
    if path.parent.name != "checkpoints" or path.stem not in OF_A_RUN:
        return []
    return [one for one in RunFolder(path.parent.parent).events() if one.get("step", 0) <= iterations]


def _measured(path: Path, card: Card, job: Job, progress: Progress) -> Sequence[dict[str, Any]]:
    """The figures of the card where they have intervals, else measured now."""
    if card.metrics and all("interval" in one for one in card.metrics):
        return card.metrics
    dataset = load(card.data)
    if dataset.manifest_hash != card.data_hash:
        raise ReidvizError(
            f"The data {short(card.data)} are not those that {card.name} was trained on.",
            "Put the same images back, then add it again.",
        )
    how = "all" if job.recipe.final_test == "none" else job.recipe.final_test
    return card_metrics(path, dataset, split(dataset, card.protocol), how, progress)


def _figures(measured: dict[str, Any]) -> RankerFigures:
    figures = {str(k): measured["cmc"][str(k)] for k in RANKS} | {name: measured[name] for name in METRICS}
    return RankerFigures(
        measured["name"],
        measured["kind"],
        figures,
        {name: Interval(*ends) for name, ends in measured["interval"].items()},
        measured.get("weight"),
        measured.get("weight_fitted", False),
        measured.get("cascade", {}).get("count", 0),
    )


def _validated(event: Event) -> Validated:
    return Validated(event["step"], {one["kind"]: one["rank1"] for one in event["readings"]})
