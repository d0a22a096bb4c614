"""The models that a command asks for, ranked on a split: options and results that `evaluate` and `report` share."""

import argparse
import logging
from typing import TYPE_CHECKING

from reidviz.cli.options import data_name
from reidviz.cli.progress import ConsoleProgress
from reidviz.common.errors import ReidvizError
from reidviz.models.variants import Kind

LOG = logging.getLogger(__name__)
SCORES: dict[str, Kind] = {"ranking": "distance", "classifier": "probability", "fused": "fused"}

if TYPE_CHECKING:
    from reidviz.common.progress import Progress
    from reidviz.data.dataset import Dataset, Split
    from reidviz.evaluation.pipeline.evaluate import Result
    from reidviz.evaluation.pipeline.ranker import Ranker, Refinement


def add_models(command: argparse.ArgumentParser) -> None:
    """Which models, and how they rank."""
    command.add_argument(
        "--model",
        action="append",
        required=True,
        help="name of a shipped or added model, checkpoint file, run folder, or a file that could be added; repeatable",
    )
    command.add_argument(
        "--score",
        action="append",
        choices=tuple(SCORES),
        help="only rank by this score of each model, so that the others are not computed; may be repeated",
    )
    command.add_argument(
        "--rerank",
        nargs="?",
        const="20,6,0.3",
        metavar="K1,K2,LAMBDA",
        help="also each distance re-ranked by k-reciprocal neighbours; default: 20,6,0.3",
    )
    command.add_argument(
        "--expand",
        nargs="?",
        const="5",
        metavar="K[,ALPHA]",
        help="also each distance with queries expanded by their first K images; default: 5",
    )
    command.add_argument("--fuse", action="store_true", help="also the fused scores of the first two models")
    command.add_argument("--passes", default="8-pass", help="8-pass (as the release tests), 4-pass or 1-pass")
    command.add_argument("--precision", default="fp32", help="of the classifier: fp32, or bf16, which is not exact")
    command.add_argument(
        "--cascade",
        type=int,
        default=0,
        metavar="K",
        help="let the classifier rescore only the K gallery images that the ranking branch puts first",
    )
    command.add_argument("--fresh", action="store_true", help="score again even if these scores are cached")


def data_asked(options: argparse.Namespace) -> "Dataset":
    """The data set of --data; what of it was not read is said."""
    from reidviz.data.formats import load
    from reidviz.data.formats.reading import unread_line

    dataset = load(data_name(options))
    if unread := unread_line(dataset):
        LOG.warning(unread)
    return dataset


def results_asked(options: argparse.Namespace, dataset: "Dataset", protocol: str) -> "tuple[Split, list[Result]]":
    """The split by a protocol, of what all the models know, and what each ranker gives on it; what is to be known of
    them is said."""
    from reidviz.data.splits.protocols import split
    from reidviz.evaluation.coverage import restricted
    from reidviz.evaluation.pipeline.asked_models import rankers_asked
    from reidviz.evaluation.pipeline.evaluate import evaluate_all, must_cascade
    from reidviz.evaluation.pipeline.in_words import may_know
    from reidviz.evaluation.pipeline.refine import refined
    from reidviz.evaluation.scores import scoring

    chosen = scoring(options.passes, options.precision, options.cascade)
    if options.fuse and options.cascade:
        raise ReidvizError(
            "Two models are fused by the scores of all pairs, of which a cascade leaves most out.",
            "Leave one of --fuse and --cascade out.",
        )
    refinements = refinements_asked(options.rerank, options.expand)
    parts, progress = split(dataset, protocol), ConsoleProgress()
    every = [ranker for asked in options.model for ranker in rankers_asked(asked, dataset, parts, progress)]
    rankers = asked_for(every, options.score)
    must_cascade(chosen, rankers)
    parts = restricted(dataset, parts, rankers)
    rankers = list(refined(rankers, refinements))
    if options.fuse:
        rankers = [*rankers, fused_pair(rankers, dataset, parts, progress)]
    for line in [*left_out(dataset, parts), *may_know(rankers, dataset, protocol)]:
        LOG.warning(line)
    results = evaluate_all(rankers, dataset, parts, progress, chosen, options.fresh)
    progress.end()
    return parts, results


def refinements_asked(rerank: str | None, expand: str | None) -> "list[Refinement]":
    """What --rerank and --expand say. ReidvizError for what are no such numbers."""
    from reidviz.evaluation.ranking.query_expansion import Expansion
    from reidviz.evaluation.ranking.reranking import Reranking

    found: list[Refinement] = []
    try:
        if rerank is not None:
            k1, k2, weight = rerank.split(",")
            found.append(Reranking(int(k1), int(k2), float(weight)))
        if expand is not None:
            k, _, alpha = expand.partition(",")
            found.append(Expansion(int(k), float(alpha or 0)))
    except ValueError as error:
        raise ReidvizError(
            "Those are no numbers to refine by.", "Write for example --rerank 20,6,0.3 or --expand 10,3."
        ) from error
    return found


def fused_pair(rankers: "list[Ranker]", dataset: "Dataset", parts: "Split", progress: "Progress") -> "Ranker":
    """The first score of the first model fused with the first of another one, by a fitted weight where it can be."""
    from reidviz.evaluation.pipeline.model_fusion import fit_fusion, fused_ranker

    single = [ranker for ranker in rankers if not ranker.parts]
    others = [ranker for ranker in single if ranker.sha256 != single[0].sha256] or single[1:]
    if not others:
        raise ReidvizError("There are no two scores to fuse.", "Give a second --model.")
    ranker = fused_ranker(single[0], others[0])
    return fused_ranker(single[0], others[0], fit_fusion(ranker, dataset, parts, progress))


def asked_for(rankers: "list[Ranker]", scores: list[str] | None) -> "list[Ranker]":
    """The rankers by these of SCORES, all where none is named. ReidvizError for a model that has none of them."""
    if not scores:
        return rankers
    wanted = [
        ranker for ranker in rankers if ranker.kind in {SCORES[score] for score in scores} or ranker.form == "scores"
    ]
    for path in dict.fromkeys(ranker.path for ranker in rankers):
        if not any(ranker.path == path for ranker in wanted):
            has = [name for name, kind in SCORES.items() if any(r.kind == kind for r in rankers if r.path == path)]
            name = next(ranker.name for ranker in rankers if ranker.path == path)
            raise ReidvizError(f"{name} has no such score as {' or '.join(scores)}.", f"It has: {', '.join(has)}.")
    return wanted


def left_out(dataset: "Dataset", parts: "Split") -> list[str]:
    """The probes that no score could ever match, a line each."""
    if not parts.left_out:
        return []
    head = f"{len(parts.left_out)} probes of {parts.protocol} have no possible match and are left out:"
    return [head, *(f"  {dataset.samples[one.position].id}: {one.reason}" for one in parts.left_out)]
