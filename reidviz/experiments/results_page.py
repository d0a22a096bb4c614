"""docs/results.md out of records: the same records make the same page, byte by byte."""

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from reidviz.common.printable import printable
from reidviz.evaluation.published import FIGURES as PUBLISHED
from reidviz.evaluation.published import Published, Test
from reidviz.experiments.family_record import FamilyRecord
from reidviz.experiments.family_results import ROLES
from reidviz.experiments.family_words import COLUMNS, RULE, cells, figure, meaning
from reidviz.experiments.records import Record
from reidviz.experiments.run_record import RankerFigures, RunRecord

MARKS = re.compile(r"([\\`*_\[\]<>|&~$])")
"""What a backslash keeps from being Markdown or HTML within a line."""


class Markdown(str):
    """Text of ours, which stands as it is."""


@dataclass(frozen=True)
class TestTable:
    """Everything measured on one test: the rows of its table, and the runs they come from."""

    data: str
    data_hash: str
    protocol: str
    probes: int
    gallery: int
    rows: tuple[dict[str, Any], ...]
    runs: tuple[RunRecord, ...]

    @property
    def remarks(self) -> list[str]:
        """What is to be known of the figures, each once."""
        return list(dict.fromkeys(remark for run in self.runs for remark in run.remarks))


def results_page(records: Iterable[Record]) -> str:
    """The page in Markdown. What records and papers are called is escaped."""
    ordered = sorted(records, key=lambda one: one.name)
    runs = [one for one in ordered if isinstance(one, RunRecord)]
    families = [one for one in ordered if isinstance(one, FamilyRecord)]
    return TEMPLATE.render(
        heads=Markdown(" | ".join(COLUMNS)),
        numbers=Markdown("---:|" * len(COLUMNS) + "---:|---:|---:|"),
        tests=_tests(runs),
        families=[_family(one) for one in families],
        rule=RULE if families else "",
    )


def _tests(runs: Sequence[RunRecord]) -> list[TestTable]:
    found: dict[tuple[Any, ...], list[RunRecord]] = defaultdict(list)
    for one in runs:
        found[one.data, one.protocol, one.data_hash, one.probes, one.gallery].append(one)
    return [
        TestTable(data, data_hash, protocol, probes, gallery, tuple(_rows(mine)), tuple(mine))
        for (data, protocol, data_hash, probes, gallery), mine in sorted(found.items())
    ]


def _rows(runs: Sequence[RunRecord]) -> list[dict[str, Any]]:
    """The runs of each recipe one after the other, with their mean where they are several seeds; published figures
    last."""
    recipes: dict[str, list[RunRecord]] = defaultdict(list)
    for one in runs:
        recipes[repr((one.variant, sorted(one.recipe.items()), one.init, one.source))].append(one)
    rows = []
    for mine in recipes.values():
        rows += [_row(run, ranker) for run in mine for ranker in run.rankers]
        if len({run.seed for run in mine}) > 1:
            rows += _means(mine)
    first = runs[0]
    layout = first.data.partition(":")[0]
    published = PUBLISHED.get(Test(layout, first.protocol, first.probes, first.gallery), ())
    return [*rows, *(_published(one) for one in published)]


def _row(run: RunRecord, ranker: RankerFigures) -> dict[str, Any]:
    shown = {
        column: figure(ranker.figures[name], None, asdict(ranker.intervals[name]) if name in ("1", "mAP") else None)
        for column, name in COLUMNS.items()
    }
    return _about(run) | {
        "model": run.name,
        "ranks_by": _role(ranker),
        "seed": run.seed,
        "cells": [Markdown(shown[column]) for column in COLUMNS],
    }


def _means(runs: Sequence[RunRecord]) -> list[dict[str, Any]]:
    """A row a ranker: mean and standard deviation (n - 1) over runs that differ in their seed alone."""
    by_kind: dict[str, list[RankerFigures]] = defaultdict(list)
    for run in runs:
        for ranker in run.rankers:
            by_kind[ranker.kind].append(ranker)
    rows = []
    for kind, mine in by_kind.items():
        values = {column: [one.figures[name] for one in mine] for column, name in COLUMNS.items()}
        made = [figure(float(np.mean(v)), float(np.std(v, ddof=1)) if len(v) > 1 else None) for v in values.values()]
        rows.append(
            _about(runs[0])
            | {"model": f"{runs[0].variant}, mean of {len(mine)}", "ranks_by": ROLES[kind], "seed": "all"}
            | {"minutes": _minutes([run.seconds for run in runs]), "cells": [Markdown(cell) for cell in made]}
        )
    return rows


def _about(run: RunRecord) -> dict[str, Any]:
    return {
        "steps": f"{run.iterations:,}",
        "parameters": f"{run.parameters / 1e6:.2f} M",
        "minutes": _minutes([run.seconds]),
    }


def _published(one: Published) -> dict[str, Any]:
    told = "; ".join(part for part in (one.source, one.note) if part)
    figures = {str(rank): f"{percent:.2f}" for rank, percent in one.cmc.items()}
    return {
        "model": Markdown(f"*published:* {escape(f'{one.method} ({told})')}"),
        "cells": [figures.get(name, "") for name in COLUMNS.values()],
        **dict.fromkeys(("ranks_by", "seed", "steps", "parameters", "minutes"), ""),
    }


def _role(ranker: RankerFigures) -> str:
    role = ROLES.get(ranker.kind, ranker.kind)
    if ranker.weight is not None:
        role += f", weight {ranker.weight:.2f} ({'fitted' if ranker.weight_fitted else 'not fitted'})"
    return role + (f", cascade of {ranker.cascade}" if ranker.cascade else "")


def _minutes(seconds: Sequence[float | None]) -> str:
    known = [one for one in seconds if one is not None]
    return f"{sum(known) / len(known) / 60:.1f}" if known else "not kept"


def _family(record: FamilyRecord) -> dict[str, Any]:
    result = asdict(record)
    rows = [
        row
        | {"cells": [Markdown(cell) for cell in cells(row).values()], "minutes": _minutes([row["seconds"]])}
        | {"parameters": f"{row['parameters'] / 1e6:.2f} M", "steps": f"{row['steps']:,}"}
        | {"by_seed": [f"{value:.2f}" for value in row["figures"]["by_seed"]["1"]]}
        for row in result["rows"]
    ]
    notes = sorted({f"{row['member']}: {note}" for row in rows for note in row["notes"]})
    return result | {"rows": rows, "notes": notes, "meaning": Markdown(meaning(result))}


def escape(text: str) -> str:
    """Text that a line of Markdown shows as it is."""
    return MARKS.sub(r"\\\1", printable(" ".join(text.split())))


def line(text: str) -> Markdown:
    """Text as one line of a block of code."""
    return Markdown(printable(" ".join(text.split())))


def _shown(value: object) -> object:
    return escape(value) if type(value) is str else value


_ENVIRONMENT: Final = Environment(
    loader=FileSystemLoader(Path(__file__).parent),
    finalize=_shown,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    keep_trailing_newline=True,
)
_ENVIRONMENT.filters["line"] = line
TEMPLATE: Final = _ENVIRONMENT.get_template("results_page.md.jinja")
