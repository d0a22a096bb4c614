"""The command that prints the figures of what is chosen."""

import shlex
from pathlib import Path

from reidviz.common import settings
from reidviz.common.printable import short
from reidviz.evaluation.pipeline.ranker import Ranker
from reidviz.evaluation.ranking.query_expansion import Expansion
from reidviz.evaluation.ranking.reranking import Reranking
from reidviz.ui.session.choice import Choice


def command(choice: Choice) -> str:
    """`python -m reidviz evaluate` with what is chosen; a data set by its name: where it lies is nobody's business."""
    words = ["python", "-m", "reidviz", "evaluate", "--data", short(choice.dataset.name)]
    words += ["--protocol", choice.split.protocol]
    single = [part for ranker in choice.rankers for part in (ranker.parts or (ranker,))]
    for model in dict.fromkeys(_model(ranker) for ranker in single):
        words += ["--model", model]
    refinements = {ranker.refinement for ranker in choice.rankers if ranker.refinement is not None}
    for one in refinements:
        if isinstance(one, Reranking):
            words += ["--rerank", f"{one.k1},{one.k2},{one.weight:g}"]
        elif isinstance(one, Expansion):
            words += ["--expand", f"{one.k},{one.alpha:g}"]
    if any(ranker.form == "fused" for ranker in choice.rankers):
        words.append("--fuse")
    return shlex.join(words)


def _model(ranker: Ranker) -> str:
    """What the command calls a model: its name, its run, or its file."""
    if ranker.form != "network":
        return ranker.path.stem
    if ranker.path.parent.name == "checkpoints" and ranker.path.parent != settings.CHECKPOINTS:
        return str(Path("runs") / ranker.path.parent.parent.name)
    return str(Path("checkpoints") / ranker.path.name)
