"""The birth certificate of what a page shows."""

from dataclasses import replace
from datetime import UTC, datetime

from reidviz.common.printable import short
from reidviz.evaluation.certificate import Certificate, ModelMark, version
from reidviz.evaluation.pipeline.recorded_rankers import WEIGHT
from reidviz.training.command import train_command
from reidviz.ui.results.take_away import command
from reidviz.ui.session.choice import Choice
from reidviz.ui.training.runs import RunView


def certified(choice: Choice, kind: str, **asked: str | int | float | bool) -> Certificate:
    """Of a figure of that kind of what is chosen; asked: what else it was made with."""
    return Certificate(
        kind=kind,
        data=short(choice.dataset.name),
        data_hash=choice.dataset.manifest_hash,
        protocol=choice.split.protocol,
        split=choice.split.key,
        models=tuple(ModelMark(one.name, one.sha256, one.kind) for one in choice.rankers),
        asked=asked | {f"{WEIGHT}{one.name}": one.weight for one in choice.rankers if one.weight is not None},
        version=version(),
        date=_now(),
        command=command(choice) if choice.rankers else "",
    )


def certified_run(seen: RunView, kind: str) -> Certificate:
    """Of a figure of a training."""
    job = seen.job
    if job is None:
        return Certificate(kind, version=version(), date=_now())
    data, protocol = short(job.data), job.protocol
    made = Certificate(kind, data, seen.started.get("data_hash", ""), protocol, version=version(), date=_now())
    return replace(made, seed=job.seed, asked={"variant": job.variant, "run": seen.name}, command=train_command(job))


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
