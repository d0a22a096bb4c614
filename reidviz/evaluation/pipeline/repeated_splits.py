"""The same models on several splits: half:0-9 means half:0, half:1, ... half:9."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from reidviz.common.errors import ReidvizError
from reidviz.common.progress import Progress, silent
from reidviz.data.dataset import Dataset
from reidviz.data.splits.protocols import split
from reidviz.evaluation.coverage import restricted
from reidviz.evaluation.pipeline.evaluate import evaluate_all
from reidviz.evaluation.pipeline.ranker import Ranker
from reidviz.evaluation.pipeline.report import report
from reidviz.evaluation.ranking.ranking import METRICS, RANKS
from reidviz.evaluation.tables import Table

MOST = 100
_RANGE = re.compile(r"(.+):([0-9]{1,18})-([0-9]{1,18})(\+tracklets)?")


def expanded(protocol: str) -> tuple[str, ...]:
    """The protocols that a name with a range of seeds stands for; itself where it has none.

    ReidvizError for a range that is empty or has more than MOST seeds.
    """
    found = _RANGE.fullmatch(protocol)
    if found is None:
        return (protocol,)
    first, last = int(found[2]), int(found[3])
    if last < first or last - first >= MOST:
        raise ReidvizError(f"{protocol} is no range of 1 to {MOST} seeds.", "For example: half:0-9")
    return tuple(f"{found[1]}:{seed}{found[4] or ''}" for seed in range(first, last + 1))


def collapsed(protocols: Sequence[str]) -> str:
    """The name that expanded() makes these protocols of."""
    if len(protocols) == 1:
        return protocols[0]
    first, last = (protocols[i].partition("+") for i in (0, -1))
    return f"{first[0]}-{last[0].rpartition(':')[2]}{first[1]}{first[2]}"


def averaged(reports: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Mean and standard deviation (n - 1) over splits of each model's figures, from reports as evaluate writes them."""
    rows = []
    for models in zip(*(one["models"] for one in reports), strict=True):
        figures = {f"rank-{k}": [one["cmc"][str(k)] for one in models] for k in RANKS}
        figures |= {name: [one[name] for one in models] for name in METRICS}
        rows.append(
            {
                "name": models[0]["name"],
                "kind": models[0]["kind"],
                "mean": {name: float(np.mean(values)) for name, values in figures.items()},
                "deviation": {name: float(np.std(values, ddof=1)) for name, values in figures.items()},
            }
        )
    return rows


def table(rows: list[dict[str, Any]], splits: int) -> str:
    """The averages as text."""
    wide = max(28, *(len(row["name"]) + 2 for row in rows))
    names = list(rows[0]["mean"])
    lines = [
        f"Mean and standard deviation over {splits} splits",
        f"{'model':<{wide}}{'ranks by':<13}" + "".join(f"{name:>16}" for name in names),
    ]
    for row in rows:
        cells = (f"{row['mean'][name]:.2f} ± {row['deviation'][name]:.2f}" for name in names)
        lines.append(f"{row['name']:<{wide}}{row['kind']:<13}" + "".join(f"{cell:>16}" for cell in cells))
    return "\n".join(lines)


def averaged_over(
    rankers: Sequence[Ranker], dataset: Dataset, protocol: str, progress: Progress = silent
) -> list[dict[str, Any]]:
    """averaged() of rankers on each split that a protocol with a range of seeds stands for."""
    reports = []
    for number, one in enumerate(names := expanded(protocol), 1):
        parts = restricted(dataset, split(dataset, one), rankers)

        def of_all(done: int, total: int, what: str, number: int = number) -> None:
            progress(done, total, f"split {number} of {len(names)}: {what}")

        reports.append(report(dataset, parts, evaluate_all(rankers, dataset, parts, of_all)))
    return averaged(reports)


def splits_table(rows: Sequence[Mapping[str, Any]]) -> Table:
    """What averaged() gives as a table to take away."""
    names = list(rows[0]["mean"])
    heads = [head for name in names for head in (name, f"{name} deviation")]
    cells = [[row[what][name] for name in names for what in ("mean", "deviation")] for row in rows]
    found = zip(rows, cells, strict=True)
    return Table(("model", "ranks by", *heads), tuple((row["name"], row["kind"], *values) for row, values in found))
