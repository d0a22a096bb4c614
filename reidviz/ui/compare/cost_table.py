"""The table of what models cost, on screen and to take away."""

from collections.abc import Sequence
from dataclasses import dataclass

from reidviz.evaluation.pipeline.cost import Cost
from reidviz.evaluation.pipeline.ranker import Ranker
from reidviz.evaluation.ranking.uncertainty import Interval
from reidviz.evaluation.tables import Cell, Estimate, Table
from reidviz.figures.style import ModelStyle
from reidviz.ui.widgets.markup import Markdown, literal, model

DASH = Markdown("\N{WORD JOINER}–\N{WORD JOINER}")
"""Between the ends of what is not to be parted at the end of a line."""
SIZES = ("B", "kB", "MB", "GB")
HEADS = (
    *("model", "way", "rank-1", "time per probe (ms)", "fastest (ms)", "slowest (ms)"),
    *("pairs", "passes", "parameters", "bytes a gallery image"),
)


@dataclass(frozen=True)
class Row:
    """One way to run a ranker: "" as it was tested; rank-1 in percent with its interval; cost: None where it was not
    timed."""

    ranker: Ranker
    style: ModelStyle
    way: str
    rank1: float
    ends: Interval
    cost: Cost | None = None

    @property
    def told(self) -> str:
        """The way in words, or why there is none."""
        if self.cost is None:
            return "given" if self.ranker.form in ("features", "scores") else "not timed"
        return self.way or "as tested"


def cost_table(rows: Sequence[Row]) -> Table:
    """To take away."""
    return Table(HEADS, tuple(_cells(row) for row in rows))


def _cells(row: Row) -> tuple[Cell, ...]:
    rank1, cost = Estimate(row.rank1, row.ends.low, row.ends.high), row.cost
    if cost is None:
        return row.ranker.name, row.told, rank1, *[None] * 7
    times = [1000 * one for one in (cost.typical, min(cost.seconds), max(cost.seconds))]
    counts = cost.pairs or None, cost.passes or None, cost.parameters, cost.bytes_an_image
    return row.ranker.name, row.told, rank1, *times, *counts


def cost_markdown(rows: Sequence[Row]) -> Markdown:
    """On screen."""
    lines = [
        Markdown("| model | way | rank-1 | time per probe | pairs × passes | parameters | kept of a gallery image |"),
        Markdown("|:---|:---|---:|---:|---:|---:|---:|"),
        *(_line(row) for row in rows),
    ]
    return Markdown("\n".join(lines))


def _line(row: Row) -> Markdown:
    name, cost = model(row.ranker.name, row.style), row.cost
    rank1 = Markdown(f"{row.rank1:.1f} :small[:gray[{row.ends.low:.1f}{DASH}{row.ends.high:.1f}]]")
    if cost is None:
        return Markdown(f"| {name} | {literal(row.told)} | {rank1} | – | – | – | – |")
    cells = [
        name,
        literal(row.told),
        rank1,
        _time(cost),
        Markdown(f"{cost.pairs:,} × {cost.passes}" if cost.pairs else "–"),
        Markdown("not told" if cost.parameters is None else f"{cost.parameters / 1e6:.2f} M"),
        _bytes(cost.bytes_an_image),
    ]
    return Markdown(f"| {Markdown(' | '.join(cells))} |")


def _time(cost: Cost) -> Markdown:
    low, high = (1000 * end for end in (min(cost.seconds), max(cost.seconds)))
    return Markdown(f"{1000 * cost.typical:,.3g} ms :small[:gray[{low:,.3g}{DASH}{high:,.3g}]]")


def _bytes(count: float) -> Markdown:
    unit = 0
    while count >= 1000 and unit < len(SIZES) - 1:
        count, unit = count / 1000, unit + 1
    return Markdown(f"{count:,.3g} {literal(SIZES[unit])}")
