"""Rows as CSV and as LaTeX, with the record of where they come from."""

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Any, Final

from reidviz.common.printable import spreadsheet_cell
from reidviz.evaluation.certificate import Certificate, as_json

MARK: Final = "reidviz certificate: "
LATEX: Final = str.maketrans(
    {c: f"\\{c}" for c in "&%$#_{}"}
    | {"~": r"\textasciitilde{}", "^": r"\textasciicircum{}", "\\": r"\textbackslash{}"}
)


def as_csv(heads: Sequence[str], rows: Iterable[Sequence[Any]], certificate: Certificate) -> str:
    """CSV; what a spreadsheet would take for a formula stands behind an apostrophe."""
    made = io.StringIO()
    made.write(lines_of(certificate, "#"))
    writer = csv.writer(made)
    writer.writerow(heads)
    writer.writerows([spreadsheet_cell(cell) if isinstance(cell, str) else cell for cell in row] for row in rows)
    return made.getvalue()


def lines_of(certificate: Certificate, sign: str) -> str:
    """The record as two lines of comment."""
    return f"{sign} {' '.join(certificate.caption.split())}\n{sign} {MARK}{as_json(certificate)}\n"


def latex(cell: Any) -> str:
    """A cell that LaTeX shows as it is."""
    return " ".join(str(cell).split()).translate(LATEX)
