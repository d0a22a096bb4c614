"""python -m reidviz evaluate."""

import argparse
import logging
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from reidviz.cli.options import add_data, data_name
from reidviz.cli.progress import ConsoleProgress
from reidviz.common.errors import ReidvizError
from reidviz.models.variants import Kind

LOG = logging.getLogger(__name__)
SCORES: dict[str, Kind] = {"ranking": "distance", "classifier": "probability", "fused": "fused"}

if TYPE_CHECKING:
    from reidviz.common.progress import Progress
    from reidviz.data.dataset import Dataset, Split
    from reidviz.evaluation.pipeline.ranker import Ranker, Refinement


def add_options(command: argparse.ArgumentParser) -> None:
    """The options of the command."""
    add_data(command, required=True)
    command.add_argument(
        "--model",
        action="append",
        required=True,
        help="checkpoint file, run folder, the name of an added model, or a file that could be added; may be repeated",
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
    command.add_argument(
        "--averaging",
        choices=("step", "trapezoid"),
        default="step",
        help="mAP from average precision (step), or as Market-1501's own code takes it (trapezoid)",
    )
    command.add_argument("--json", type=Path, help="also write the figures to this file")
    command.add_argument("--per-probe", action="store_true", help="with --json: AP and ranks of each probe too")
    command.add_argument("--fresh", action="store_true", help="score again even if these scores are cached")


def run_evaluate(options: argparse.Namespace) -> None:
    """Print the table of all models on one split, or on each of several (half:0-9) and their mean, and write it as JSON
    when asked."""
    from reidviz.common.json_files import write_json
    from reidviz.data.formats import load
    from reidviz.data.formats.reading import unread_line
    from reidviz.data.splits.protocols import default_protocol, split
    from reidviz.evaluation.coverage import restricted
    from reidviz.evaluation.pipeline.asked_models import rankers_asked
    from reidviz.evaluation.pipeline.evaluate import evaluate_all
    from reidviz.evaluation.pipeline.refine import refined
    from reidviz.evaluation.pipeline.repeated_splits import averaged, expanded
    from reidviz.evaluation.pipeline.repeated_splits import table as average_table
    from reidviz.evaluation.pipeline.report import probe_records, report
    from reidviz.evaluation.scores import scoring

    refinements = refinements_asked(options.rerank, options.expand)
    chosen = scoring(options.passes, options.precision, options.cascade)
    dataset = load(data_name(options))
    if unread := unread_line(dataset):
        LOG.warning(unread)
    reports = []
    for protocol in expanded(options.protocol or default_protocol(dataset)):
        parts, progress = split(dataset, protocol), ConsoleProgress()
        every = [ranker for asked in options.model for ranker in rankers_asked(asked, dataset, parts, progress)]
        rankers = asked_for(every, options.score)
        parts = restricted(dataset, parts, rankers)
        rankers = list(refined(rankers, refinements))
        if options.fuse:
            rankers = [*rankers, fused_pair(rankers, dataset, parts, progress)]
        for line in [*left_out(dataset, parts), *may_know(rankers, dataset, protocol)]:
            LOG.warning(line)
        results = evaluate_all(rankers, dataset, parts, progress, chosen, options.fresh)
        progress.end()
        summary = report(dataset, parts, results, options.averaging)
        print(table(summary))
        if options.per_probe:
            for one, result in zip(summary["models"], results, strict=True):
                one["per_probe"] = probe_records(dataset, parts, result, options.averaging)
        reports.append(summary)
    summary = reports[0]
    if len(reports) > 1:
        rows = averaged(reports)
        print(f"\n{average_table(rows, len(reports))}")
        summary = {"data": dataset.name, "protocol": options.protocol, "models": rows, "splits": reports}
    if options.json:
        write_json(options.json, summary)


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


def may_know(rankers: "Sequence[Ranker]", dataset: "Dataset", protocol: str) -> list[str]:
    """The models that another protocol of the same data trained, a line each: they may have seen the test persons."""
    found = {r.path: (r.name, trained) for r in rankers if (trained := r.trained_by(dataset)) is not None}
    return [
        f"{name} was trained by {trained.protocol} of the same data: persons that {protocol} tests may have trained it."
        for name, trained in found.values()
        if trained.protocol != protocol
    ]


def table(summary: dict[str, Any]) -> str:
    """An evaluation as text."""
    from reidviz.evaluation.ranking.ranking import METRICS

    averaged = {"step": "average precision", "trapezoid": "Market-1501's trapezoids"}
    wide = max(28, *(len(m["name"]) + 2 for m in summary["models"]))
    lines = [
        f"{summary['data']}, {summary['protocol']}: {summary['probes']} probes, gallery of {summary['gallery']}; "
        f"mAP by {averaged[summary.get('averaging', 'step')]}",
        f"{'model':<{wide}}{'ranks by':<13}"
        + "".join(f"{h:>9}" for h in ("rank-1", "rank-5", "rank-10", "rank-20"))
        + "".join(f"{name:>8}" for name in METRICS)
        + f"{'seconds':>9}",
    ]
    for m in summary["models"]:
        cmc = "".join(f"{m['cmc'][str(k)]:>9.2f}" for k in (1, 5, 10, 20))
        others = "".join(f"{m[name]:>8.2f}" if name in m else f"{'-':>8}" for name in METRICS)
        lines.append(f"{m['name']:<{wide}}{m['kind']:<13}{cmc}{others}{m['seconds']:>9.1f}")
    told = (note for m in summary["models"] for note in notes(m))
    return "\n".join([*lines, *told, *against_the_best(summary), *summary.get("remarks", ())])


def against_the_best(summary: dict[str, Any]) -> list[str]:
    """How the model with the best rank-1 stands to each other one, a line each."""
    from reidviz.evaluation.ranking.power import sizes_in_words

    if not summary.get("paired"):
        return []
    best = max(summary["models"], key=lambda one: one["cmc"]["1"])["name"]
    found = []
    for one in summary["paired"]:
        if best in (one["a"], one["b"]):
            sign = 1 if one["a"] == best else -1
            other = one["b"] if sign == 1 else one["a"]
            low, high = sorted(sign * end for end in one["interval"])
            apart = one["p"] < 0.05 and (low > 0 or high < 0)
            sure = f"95 % interval {low:+.2f} to {high:+.2f}, p = {one['p']:.4f}"
            points = f"{sign * one['rank1_difference']:+.2f} points of rank-1"
            found.append(f"{best} against {other}: {points}, {sure}" + ("" if apart else "; not told apart"))
            if not apart and (needed := sizes_in_words(one.get("probes_for", {}), summary["probes"])):
                found.append(f"  {needed}")
    return found


def notes(model: dict[str, Any]) -> list[str]:
    """What is to be known of one row: the weight of a mix, what a cascade gave away."""
    found = []
    if "weight" in model:
        how = "fitted on validation persons" if model["weight_fitted"] else "not fitted: no validation persons"
        found.append(f"{model['name']}: weight {model['weight']:.2f} ({how})")
    if "cascade" in model:
        one = model["cascade"]
        change = one["rank1_change"]
        against = (
            f"at most {100 - one['recall']:.2f} points of rank-1 are lost (evaluate without --cascade to know)"
            if change is None
            else f"rank-1 changes by {change:+.2f} points against the scores of all pairs"
        )
        found.append(f"{model['name']}: cascade {one['count']}, recall {one['recall']:.2f}; {against}")
    return found
