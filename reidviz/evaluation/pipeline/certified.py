"""The birth certificate of what is made of a split and of models on it, and the command that computes the same."""

import shlex
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from reidviz.common import settings
from reidviz.common.printable import short
from reidviz.data.dataset import Dataset, Split
from reidviz.evaluation.certificate import Certificate, ModelMark, version
from reidviz.evaluation.pipeline.evaluate import Result
from reidviz.evaluation.pipeline.ranker import Ranker
from reidviz.evaluation.ranking.query_expansion import Expansion
from reidviz.evaluation.ranking.reranking import Reranking
from reidviz.evaluation.scores import EXACT

SEED: Final = 0
"""Of every draw behind a figure: intervals over persons, pairs, halves of persons, examples."""


def certificate(
    dataset: Dataset,
    split: Split,
    kind: str,
    marks: Iterable[ModelMark],
    asked: Mapping[str, str | int | float | bool | None],
) -> Certificate:
    """Of a figure, table or report of that kind, without its commands. marks: its models, in the order shown; asked:
    what else it was made with."""
    marks = tuple(marks)
    return Certificate(
        kind=kind,
        data=short(dataset.name),
        data_hash=dataset.manifest_hash,
        protocol=split.protocol,
        split=split.key,
        models=marks,
        seed=SEED if marks else None,
        asked=asked,
        version=version(),
        date=now(),
    )


def now() -> str:
    """This second, UTC, ISO 8601."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def command(
    dataset: Dataset, split: Split, rankers: Iterable[Ranker], name: str = "evaluate", options: Iterable[str] = ()
) -> str:
    """`python -m reidviz NAME` with these and further options; a data set by its name: where it lies is nobody's
    business."""
    rankers = tuple(rankers)
    words = ["python", "-m", "reidviz", name, "--data", short(dataset.name), "--protocol", split.protocol]
    single = [part for ranker in rankers for part in (ranker.parts or (ranker,))]
    for model in dict.fromkeys(_model(ranker) for ranker in single):
        words += ["--model", model]
    refinements = {ranker.refinement for ranker in rankers if ranker.refinement is not None}
    for one in refinements:
        if isinstance(one, Reranking):
            words += ["--rerank", f"{one.k1},{one.k2},{one.weight:g}"]
        elif isinstance(one, Expansion):
            words += ["--expand", f"{one.k},{one.alpha:g}"]
    if any(ranker.form == "fused" for ranker in rankers):
        words.append("--fuse")
    return shlex.join([*words, *options])


def scoring_options(results: Iterable[Result]) -> list[str]:
    """How the scores of results were computed, as options of the command, where that is not the usual way."""
    found = {
        f"--{name}": str(value)
        for one in results
        for name in ("passes", "precision", "cascade")
        if (value := getattr(one.scoring, name)) != getattr(EXACT, name)
    }
    return [word for told in found.items() for word in told]


def _model(ranker: Ranker) -> str:
    """What the command calls a model: its name, its run, or its file."""
    if ranker.form != "network":
        return ranker.path.stem
    folder = ranker.path.absolute().parent
    if folder.name == "checkpoints" and folder != settings.CHECKPOINTS:
        return str(Path("runs") / folder.parent.name)
    return str(Path("checkpoints") / ranker.path.name)
