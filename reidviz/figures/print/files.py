"""A figure, a table or a grid of images as a file that carries its birth certificate."""

import io
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final, TypeAlias

import plotly.graph_objects as go

from reidviz.evaluation.certificate import Certificate, as_json
from reidviz.evaluation.tables import Table, as_csv, as_latex
from reidviz.figures.print.grid import ImageGrid, dots_an_inch, drawn_grid
from reidviz.figures.print.render import LOCK, drawn
from reidviz.figures.print.series import HEADS, rows

DPI = 300
Made: TypeAlias = go.Figure | Table | ImageGrid
"""What can be taken away."""
Formats = Mapping[str, tuple[str, Callable[[Any, Certificate], bytes]]]
"""By how a file's name ends: its media type, and what writes it."""


def svg(figure: go.Figure | ImageGrid, certificate: Certificate) -> bytes:
    """SVG; the record is the description in its metadata."""
    told = {"Title": certificate.kind, "Description": as_json(certificate), "Date": certificate.date or None}
    return _saved(figure, "svg", told | {"Creator": f"reidviz {certificate.version}"})


def png(figure: go.Figure | ImageGrid, certificate: Certificate) -> bytes:
    """PNG for print; the record is its Description."""
    told = {"Title": certificate.kind, "Description": as_json(certificate), "Software": None}
    return _saved(figure, "png", told)


def pdf(figure: go.Figure | ImageGrid, certificate: Certificate) -> bytes:
    """PDF; the record is the Subject of the document."""
    told = {"Title": certificate.kind, "Subject": as_json(certificate), "Creator": f"reidviz {certificate.version}"}
    made = datetime.fromisoformat(certificate.date) if certificate.date else None
    return _saved(figure, "pdf", told | {"CreationDate": made})


def numbers(figure: go.Figure, certificate: Certificate) -> bytes:
    """CSV of its series."""
    return as_csv(Table(HEADS, tuple(rows(figure))), certificate).encode()


IMAGES: Final[Formats] = {
    "svg": ("image/svg+xml", svg),
    "png": ("image/png", png),
    "pdf": ("application/pdf", pdf),
}
FORMATS: Final[Formats] = {**IMAGES, "csv": ("text/csv", numbers)}
TABLES: Final[Formats] = {
    "csv": ("text/csv", lambda table, certificate: as_csv(table, certificate).encode()),
    "tex": ("text/x-tex", lambda table, certificate: as_latex(table, certificate).encode()),
}

GRIDS: Final[Formats] = {
    **IMAGES,
    "csv": ("text/csv", lambda grid, certificate: as_csv(grid.table, certificate).encode()),
}


def formats_of(made: Made) -> Formats:
    """The forms in which it is taken away."""
    if isinstance(made, Table):
        return TABLES
    return GRIDS if isinstance(made, ImageGrid) else FORMATS


def _saved(figure: go.Figure | ImageGrid, kind: str, metadata: dict[str, Any]) -> bytes:
    written = io.BytesIO()
    with LOCK:
        made = drawn_grid(figure) if isinstance(figure, ImageGrid) else drawn(figure)
        finely = dots_an_inch(made, DPI) if kind == "png" else "figure"
        made.savefig(written, format=kind, metadata=metadata, dpi=finely)
    return written.getvalue()
