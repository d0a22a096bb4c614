"""Tables to take away: rows as CSV and as LaTeX, with the record of where they come from."""

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from reidviz.common.printable import spreadsheet_cell
from reidviz.evaluation.certificate import Certificate, as_json

MARK: Final = "reidviz certificate: "
LATEX: Final = str.maketrans(
    {c: f"\\{c}" for c in "&%$#_{}"}
    | {"~": r"\textasciitilde{}", "^": r"\textasciicircum{}", "\\": r"\textbackslash{}"}
)


@dataclass(frozen=True)
class Estimate:
    """A figure and the ends of its 95 % interval."""

    value: float
    low: float
    high: float


Cell = str | int | float | Estimate | None
"""What stands in a table; None where nothing is known."""


@dataclass(frozen=True)
class Table:
    """Rows of cells under their heads.

    digits  decimals of a column in LaTeX, 1 where none are named; CSV has numbers as they are
    brief   columns whose intervals LaTeX leaves out, so that the table fits a page
    """

    heads: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    digits: Mapping[str, int] = field(default_factory=dict)
    brief: frozenset[str] = frozenset()


def as_csv(table: Table, certificate: Certificate) -> str:
    """CSV; an interval has two columns of its own, and what a spreadsheet would take for a formula stands behind an
    apostrophe."""
    made = io.StringIO()
    made.write(lines_of(certificate, "#"))
    writer = csv.writer(made)
    wide = [any(isinstance(row[place], Estimate) for row in table.rows) for place in range(len(table.heads))]
    ends = [("", " low", " high") if one else ("",) for one in wide]
    writer.writerow([f"{head}{end}" for head, found in zip(table.heads, ends, strict=True) for end in found])
    for row in table.rows:
        writer.writerow([part for cell, one in zip(row, wide, strict=True) for part in _parts(cell, one)])
    return made.getvalue()


def as_latex(table: Table, certificate: Certificate) -> str:
    """A tabular of booktabs: texts to the left, numbers to the right, intervals small beside them."""
    columns = [[row[place] for row in table.rows] for place in range(len(table.heads))]
    sides = "".join("l" if any(isinstance(cell, str) for cell in column) else "r" for column in columns)
    lines = [rf"\begin{{tabular}}{{{sides}}}", r"\toprule", _line([latex(head) for head in table.heads]), r"\midrule"]
    for row in table.rows:
        lines.append(_line([_latex_cell(table, head, cell) for head, cell in zip(table.heads, row, strict=True)]))
    return "\n".join([lines_of(certificate, "%").rstrip(), *lines, r"\bottomrule", r"\end{tabular}", ""])


def lines_of(certificate: Certificate, sign: str) -> str:
    """The record as two lines of comment."""
    return f"{sign} {' '.join(certificate.caption.split())}\n{sign} {MARK}{as_json(certificate)}\n"


def latex(cell: Any) -> str:
    """A cell that LaTeX shows as it is."""
    return " ".join(str(cell).split()).translate(LATEX)


def _parts(cell: Cell, wide: bool) -> list[Any]:
    if isinstance(cell, Estimate):
        return [cell.value, cell.low, cell.high]
    shown = "" if cell is None else spreadsheet_cell(cell) if isinstance(cell, str) else cell
    return [shown, "", ""] if wide else [shown]


def _line(cells: list[str]) -> str:
    return " & ".join(cells) + r" \\"


def _latex_cell(table: Table, head: str, cell: Cell) -> str:
    digits = table.digits.get(head, 1)
    if isinstance(cell, Estimate):
        interval = rf" {{\scriptsize [{cell.low:.{digits}f}, {cell.high:.{digits}f}]}}"
        return f"{cell.value:.{digits}f}{'' if head in table.brief else interval}"
    if isinstance(cell, float):
        return f"{cell:.{digits}f}"
    return "--" if cell is None else latex(cell)
