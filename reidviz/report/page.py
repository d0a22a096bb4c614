"""A report as one HTML file that asks nothing of any network: style and charts stand in it, and its policy says so."""

from pathlib import Path
from typing import Final

from markupsafe import Markup

from reidviz.common.templates import templates
from reidviz.evaluation.pipeline.verdict import p_in_words
from reidviz.report.contents import Chart, Report
from reidviz.report.failures import MOST_ALONE

TEMPLATES: Final = templates(Path(__file__).parent)


def html(report: Report) -> str:
    """The whole file; every text of the report is escaped."""
    return TEMPLATES.get_template("report.html").render(
        report=report, p=p_in_words, drawn=_drawn, most_alone=MOST_ALONE
    )


def _drawn(chart: Chart) -> Markup:
    """A chart's SVG, which charts.py made of a figure."""
    return Markup(chart.svg)
