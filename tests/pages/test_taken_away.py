"""Every chart of the pages can be printed, and its export carries the record of what is on screen."""

import json
from base64 import b64decode
from typing import Any

import numpy as np
import plotly.graph_objects as go
import pytest
from streamlit.testing.v1 import AppTest

from reidviz.evaluation.certificate import Certificate
from reidviz.figures.print.files import FORMATS
from tests.pages.conftest import settled, view


def decoded(told: Any) -> Any:
    """A chart as the page sends it, with its arrays as arrays."""
    if isinstance(told, dict):
        if "bdata" in told:
            found = np.frombuffer(b64decode(told["bdata"]), told["dtype"])
            return found.reshape([int(n) for n in str(told["shape"]).split(",")]) if "shape" in told else found
        return {name: decoded(value) for name, value in told.items()}
    return [decoded(one) for one in told] if isinstance(told, list) else told


VIEWS = [
    ("home", None),
    ("data", None),
    ("compare", "Curves"),
    ("compare", "Probe by probe"),
    ("compare", "Size of the test"),
    ("pairs", "This pair"),
    ("pairs", "Threshold"),
    ("pairs", "Mistakes"),
]


@pytest.mark.parametrize(("name", "shown"), VIEWS)
def test_every_chart_can_be_printed(name: str, shown: str | None, app: AppTest) -> None:
    settled(app)
    page = settled(app.switch_page(f"pages/{name}.py"))
    if shown is not None:
        page = view(page, shown)
    assert not page.exception
    charts = [go.Figure(decoded(json.loads(one.proto.spec))) for one in page.get("plotly_chart")]
    assert charts
    for figure in charts:
        for form in ("svg", "csv"):
            assert FORMATS[form][1](figure, Certificate("any"))
    exports = [one for one in page.get("download_button") if one.proto.label in ("SVG", "PNG", "PDF", "CSV")]
    assert len(exports) >= 4 * len(charts)
