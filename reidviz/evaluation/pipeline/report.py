"""Results as `evaluate --json` writes them and as a model's card keeps them."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from itertools import combinations
from pathlib import Path
from typing import Any

from reidviz.common.progress import Progress, silent
from reidviz.data.dataset import Dataset, Split
from reidviz.evaluation.ground_truth import ground_truth
from reidviz.evaluation.pipeline.evaluate import Result, evaluate
from reidviz.evaluation.pipeline.ranker import rankers_of
from reidviz.evaluation.pipeline.verdict import paired_over
from reidviz.evaluation.ranking.foregone import foregone
from reidviz.evaluation.ranking.power import sizes_for
from reidviz.evaluation.ranking.ranking import METRICS, RANKS, Averaging
from reidviz.evaluation.ranking.uncertainty import FIGURES, Interval, Names, intervals
from reidviz.evaluation.scores import EXACT, Scoring
from reidviz.evaluation.tables import Cell, Estimate, Table

CASCADE = 100


def card_metrics(
    path: Path, dataset: Dataset, split: Split, how: str = "all", progress: Progress = silent
) -> tuple[dict[str, Any], ...]:
    """What the card of the checkpoint at path says of one split: a record a ranker, with data and protocol.

    how  "all" scores; "cascade": the classifier rescores the first CASCADE images of a network that also ranks;
         "ranking": distances only; "none"
    Scores are told by the sha256 of the weights: those in the cache are theirs, and are not computed again.
    """
    rankers = [
        one for one in rankers_of(path) if how in ("all", "cascade") or (how == "ranking" and one.kind == "distance")
    ]
    results = []
    for one in rankers:
        scoring = Scoring(cascade=CASCADE) if how == "cascade" and one.cascades else EXACT
        results.append(evaluate(one, dataset, split, progress, scoring))
    summary = report(dataset, split, results)
    context = {k: summary[k] for k in ("data", "protocol", "probes", "gallery", "remarks")}
    return tuple(context | model for model in summary["models"])


def record(result: Result, averaging: Averaging = "step") -> dict[str, Any]:
    """A result as `evaluate --json` writes it; percentages 0-100, rounded only where they are shown."""
    ranking, ranker, cascade = result.ranking, result.ranker, result.cascade
    made = {
        "name": ranker.name,
        **({"variant": ranker.variant} if ranker.variant else {"form": ranker.form}),
        "kind": ranker.kind,
        "cmc": {str(k): ranking.cmc_at(k) for k in RANKS},
        **{name: metric(ranking, averaging) for name, metric in METRICS.items()},
        "seconds": round(result.seconds, 2),
    }
    if ranker.refinement is not None:
        made["refinement"] = {type(ranker.refinement).__name__.lower(): asdict(ranker.refinement)}
    if ranker.weight is not None:
        made |= {"weight": ranker.weight, "weight_fitted": ranker.fusion is not None}
    if cascade is not None:
        made["cascade"] = {"count": cascade.count, "recall": cascade.recall, "rank1_change": cascade.change}
    return made


def report(dataset: Dataset, split: Split, results: list[Result], averaging: Averaging = "step") -> dict[str, Any]:
    """The whole JSON of one evaluation. averaging: how each AP is taken (Ranking.average_precision)."""
    persons = dataset.identities[split.probes]
    return {
        "data": dataset.name,
        "protocol": split.protocol,
        "probes": len(split.probes),
        "gallery": len(split.gallery),
        "left_out": [{"probe": dataset.samples[o.position].id, "reason": o.reason} for o in split.left_out],
        "averaging": averaging,
        "remarks": [*split.notes, *foregone(ground_truth(dataset, split))],
        "models": [record(r, averaging) | {"interval": _intervals(r, persons, averaging)} for r in results],
        "paired": _paired(results, persons),
    }


def results_table(records: Sequence[Mapping[str, Any]], ends: Sequence[Mapping[str, Interval]] = ()) -> Table:
    """Records as a table to take away, a row a model. ends: the intervals of each by FIGURES, where they are known."""
    names = [*(f"rank-{k}" for k in RANKS), *METRICS]
    rows: list[tuple[Cell, ...]] = []
    for number, one in enumerate(records):
        values = [float(one["cmc"][str(k)]) for k in RANKS] + [float(one[name]) for name in METRICS]
        cells: list[Cell] = list(values)
        if ends:
            known = [ends[number][name] for name in FIGURES]
            cells = [Estimate(value, found.low, found.high) for value, found in zip(values, known, strict=True)]
        rows.append((one["name"], one["kind"], *cells))
    return Table(("model", "ranks by", *names), tuple(rows), brief=frozenset(names) - {"rank-1", "mAP"})


def _intervals(result: Result, persons: Names, averaging: Averaging) -> dict[str, list[float]]:
    """The ends of the 95 % interval over persons of each figure, in percent."""
    found = intervals(result.ranking, persons, averaging)
    return {name: [one.low, one.high] for name, one in found.items()}


def _paired(results: list[Result], persons: Names) -> list[dict[str, Any]]:
    """Every two models on the same probes; p values are corrected for how many pairs there are (Holm)."""
    found = paired_over(results, persons)
    return [
        {
            "a": one.ranker.name,
            "b": other.ranker.name,
            "rank1_difference": told.points,
            "interval": [told.interval.low, told.interval.high],
            "p": told.p,
            "probes_for": sizes_for(told.spread),
        }
        for one, other in combinations(results, 2)
        for told in (found[one.key, other.key],)
    ]


def probe_records(dataset: Dataset, split: Split, result: Result, averaging: Averaging) -> list[dict[str, Any]]:
    """AP (0-1) and the ranks of all true matches of every probe."""
    ranking = result.ranking
    return [
        {"probe": dataset.samples[position].id, "AP": round(float(precision), 6), "ranks": ranks.tolist()}
        for position, precision, ranks in zip(
            split.probes, ranking.average_precision(averaging), ranking.matches, strict=True
        )
    ]
