"""The birth certificate of what a page shows."""

from dataclasses import replace

from reidviz.common.printable import short
from reidviz.evaluation.certificate import Certificate, version
from reidviz.evaluation.pipeline.certified import certificate, now
from reidviz.training.command import train_command
from reidviz.ui.session.choice import Choice
from reidviz.ui.training.runs import RunView


def certified(choice: Choice, kind: str, **asked: str | int | float | bool) -> Certificate:
    """Of a figure of that kind of what is chosen; asked: what else it was made with."""
    return certificate(choice.dataset, choice.split, choice.rankers, kind, asked)


def certified_run(seen: RunView, kind: str) -> Certificate:
    """Of a figure of a training."""
    job = seen.job
    if job is None:
        return Certificate(kind, version=version(), date=now())
    data, protocol = short(job.data), job.protocol
    made = Certificate(kind, data, seen.started.get("data_hash", ""), protocol, version=version(), date=now())
    return replace(made, seed=job.seed, asked={"variant": job.variant, "run": seen.name}, command=train_command(job))
