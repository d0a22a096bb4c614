"""A figure as a file that carries its birth certificate: SVG, PNG, PDF, CSV."""

import io
from collections.abc import Callable
from datetime import datetime
from typing import Any, Final

import plotly.graph_objects as go

from reidviz.evaluation.certificate import Certificate, as_json
from reidviz.evaluation.tables import as_csv
from reidviz.figures.print.render import LOCK, drawn
from reidviz.figures.print.series import HEADS, rows

DPI = 300


def svg(figure: go.Figure, certificate: Certificate) -> bytes:
    """SVG; the record is the description in its metadata."""
    told = {"Title": certificate.kind, "Description": as_json(certificate), "Date": certificate.date or None}
    return _saved(figure, "svg", told | {"Creator": f"reidviz {certificate.version}"})


def png(figure: go.Figure, certificate: Certificate) -> bytes:
    """PNG for print; the record is its Description."""
    told = {"Title": certificate.kind, "Description": as_json(certificate), "Software": None}
    return _saved(figure, "png", told, dpi=DPI)


def pdf(figure: go.Figure, certificate: Certificate) -> bytes:
    """PDF; the record is the Subject of the document."""
    told = {"Title": certificate.kind, "Subject": as_json(certificate), "Creator": f"reidviz {certificate.version}"}
    made = datetime.fromisoformat(certificate.date) if certificate.date else None
    return _saved(figure, "pdf", told | {"CreationDate": made})


def numbers(figure: go.Figure, certificate: Certificate) -> bytes:
    """CSV of its series."""
    return as_csv(HEADS, rows(figure), certificate).encode()


FORMATS: Final[dict[str, tuple[str, Callable[[go.Figure, Certificate], bytes]]]] = {
    "svg": ("image/svg+xml", svg),
    "png": ("image/png", png),
    "pdf": ("application/pdf", pdf),
    "csv": ("text/csv", numbers),
}


def _saved(figure: go.Figure, kind: str, metadata: dict[str, Any], **options: Any) -> bytes:
    made = io.BytesIO()
    with LOCK:
        drawn(figure).savefig(made, format=kind, metadata=metadata, **options)
    return made.getvalue()
