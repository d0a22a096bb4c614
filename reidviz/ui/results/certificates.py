"""The birth certificate of what a page shows."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from reidviz.common.printable import short
from reidviz.evaluation.certificate import Certificate, ModelMark, version
from reidviz.evaluation.pipeline.certified import certificate, command, now, scoring_options
from reidviz.evaluation.pipeline.evaluate import Result
from reidviz.evaluation.pipeline.ranker import Ranker
from reidviz.evaluation.pipeline.recorded_rankers import mark_of, mark_of_result
from reidviz.figures.remade.again import REMADE, command_of
from reidviz.figures.remade.of_runs import LAST_STEP, RUN, TOTAL
from reidviz.figures.style import ModelStyle
from reidviz.training.command import train_command
from reidviz.ui.session.choice import Choice
from reidviz.ui.training.runs import RunView

Value = str | int | float | bool


def certified(choice: Choice, kind: str, results: Sequence[Result] = (), /, **asked: Value) -> Certificate:
    """Of a figure of that kind of the chosen data and split, and of results where it shows any; asked: what else it was
    made with."""
    marks = [mark_of_result(one, choice.style(one.ranker).place) for one in results]
    return _certified(choice, kind, marks, [one.ranker for one in results], asked, scoring_options(results))


def certified_rankers(choice: Choice, kind: str, rankers: Sequence[Ranker], /, **asked: Value) -> Certificate:
    """The same of what models say beside their results."""
    marks = [mark_of(one, choice.style(one).place) for one in rankers]
    return _certified(choice, kind, marks, rankers, asked)


def certified_features(choice: Choice, kind: str, marks: Sequence[ModelMark], /, **asked: Value) -> Certificate:
    """The same of features of models, which no ranking stands for."""
    return _certified(choice, kind, marks, (), asked)


def certified_runs(
    seen: Sequence[RunView], kind: str, styles: Mapping[str, ModelStyle] | None = None, /, **chosen: Value
) -> Certificate:
    """Of a figure of one training, and of others beside it; styles: how the models in it look, by name, where it shows
    any; chosen: what else it was made with."""
    job = seen[0].job
    asked: dict[str, Value] = {TOTAL: max(one.status.total for one in seen)} | chosen
    for number, one in enumerate(seen, 1):
        last = max((int(e.get("step", 0)) for e in one.events), default=0)
        asked |= {f"{RUN} {number}": one.name, f"{LAST_STEP} {number}": last}
    looks = tuple(ModelMark(name, "", "", style.place) for name, style in (styles or {}).items())
    made = replace(certified_here(kind), models=looks, asked=asked, command=command_of(kind) if kind in REMADE else "")
    if job is None:
        return made
    return replace(
        made,
        data=short(job.data),
        data_hash=seen[0].started.get("data_hash", ""),
        protocol=job.protocol,
        seed=job.seed,
        numbers=train_command(job),
    )


def certified_here(kind: str) -> Certificate:
    """Of a table of what this server has."""
    return Certificate(kind, version=version(), date=now())


def certified_family(result: Mapping[str, Any], numbers: str) -> Certificate:
    """Of the table of a family that was trained, by its result as `compare --json` writes it."""
    asked = {"recipe": result["recipe"], "seeds": result["seeds"], "source": short(result["source"] or "")}
    protocol = ", ".join(result["protocols"])
    made = replace(certified_here("family"), data=short(result["data"]), protocol=protocol)
    return replace(made, asked=asked, numbers=numbers)


def _certified(
    choice: Choice,
    kind: str,
    marks: Sequence[ModelMark],
    rankers: Sequence[Ranker],
    asked: Mapping[str, Value],
    options: Sequence[str] = (),
) -> Certificate:
    return replace(
        certificate(choice.dataset, choice.split, kind, marks, asked),
        command=command_of(kind) if kind in REMADE else "",
        numbers=command(choice.dataset, choice.split, rankers, options=options) if rankers else "",
    )
