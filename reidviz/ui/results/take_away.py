"""The table of results to take away: as CSV, as LaTeX, and as the command that prints it."""

import csv
import io
from collections.abc import Callable
from functools import partial
from typing import Any

import streamlit as st

from reidviz.common.printable import spreadsheet_cell
from reidviz.evaluation.certificate import Certificate
from reidviz.evaluation.ranking.ranking import METRICS, RANKS
from reidviz.evaluation.ranking.uncertainty import Interval
from reidviz.evaluation.tables import latex, lines_of
from reidviz.ui.widgets.markup import Markdown, literal


def offer_table(records: list[dict[str, Any]], ends: list[dict[str, Interval]], certificate: Certificate) -> None:
    """Draw what can be taken away of records as `evaluate --json` writes them, with the intervals of their figures."""
    with st.popover("Export", icon=":material/ios_share:"):
        with st.container(horizontal=True):
            for label, file, sign, make in (
                (Markdown("CSV"), "results.csv", "#", as_csv),
                (Markdown("LaTeX"), "results.tex", "%", as_latex),
            ):
                made = partial(_with_record, certificate, sign, make, records, ends)
                st.download_button(label, made, file, "text/plain", key=file, on_click="ignore")
        st.caption(literal(certificate.caption))
        st.caption("The command that prints this table; data of your own take their folder behind the colon:")
        st.code(certificate.command, language="bash", wrap_lines=True)


def _with_record(
    certificate: Certificate,
    sign: str,
    make: Callable[[list[dict[str, Any]], list[dict[str, Interval]]], str],
    records: list[dict[str, Any]],
    ends: list[dict[str, Interval]],
) -> str:
    return f"{lines_of(certificate, sign)}{make(records, ends)}"


def as_csv(records: list[dict[str, Any]], ends: list[dict[str, Interval]]) -> str:
    """A row a model: its figures, and below and above each the ends of its 95 % interval."""
    made = io.StringIO()
    writer = csv.writer(made)
    names = [*(f"rank-{k}" for k in RANKS), *METRICS]
    writer.writerow(["model", "ranks by", *(f"{name}{end}" for name in names for end in ("", " low", " high"))])
    for one, told in zip(records, ends, strict=True):
        row = []
        for key, value in _figures(one).items():
            row += [f"{value:.2f}", f"{told[key].low:.2f}", f"{told[key].high:.2f}"]
        writer.writerow([spreadsheet_cell(one["name"]), one["kind"], *row])
    return made.getvalue()


def as_latex(records: list[dict[str, Any]], ends: list[dict[str, Interval]]) -> str:
    """A tabular of booktabs with rank-1, its interval, the other ranks and mAP."""
    heads = " & ".join(["model", *(f"rank-{k}" for k in RANKS), *METRICS])
    lines = [r"\begin{tabular}{l" + "r" * (len(RANKS) + len(METRICS)) + "}", r"\toprule", heads + r" \\", r"\midrule"]
    for one, told in zip(records, ends, strict=True):
        cells = []
        for key, value in _figures(one).items():
            interval = f" {{\\scriptsize [{told[key].low:.1f}, {told[key].high:.1f}]}}" if key in ("1", "mAP") else ""
            cells.append(f"{value:.1f}{interval}")
        lines.append(" & ".join([latex(one["name"]), *cells]) + r" \\")
    return "\n".join([*lines, r"\bottomrule", r"\end{tabular}", ""])


def _figures(one: dict[str, Any]) -> dict[str, float]:
    return {**{str(k): float(one["cmc"][str(k)]) for k in RANKS}, **{name: float(one[name]) for name in METRICS}}
