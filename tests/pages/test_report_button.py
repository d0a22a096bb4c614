"""Compare hands out a report that says what is on screen."""

import re
from collections.abc import Callable
from typing import Any

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from tests.pages.conftest import rows, settled
from tests.report.conftest import Page


def test_the_report_has_the_rows_of_the_page_and_no_image_of_real_people(
    app: AppTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    offered: dict[str, Callable[[], bytes]] = {}
    real = st.download_button

    def noted(label: str, data: Any, file_name: str, *args: Any, **kwargs: Any) -> Any:
        offered[file_name] = data
        return real(label, data, file_name, *args, **kwargs)

    monkeypatch.setattr(st, "download_button", noted)
    settled(app)
    page = settled(app.switch_page("pages/compare.py"))
    assert not page.exception
    assert page.radio(key="report-people").options == ["without images", "with blurred heads"]
    made = offered["report.html"]().decode()
    assert "<img" not in made
    _, *told = Page(made).rows["results"]
    shown = rows(page)
    for (name, figures), row in zip(shown.items(), told, strict=True):
        assert row[0].endswith(name)
        assert [float(cell.split(" ")[0]) for cell in row[3 : 3 + len(figures)]] == figures
    answer = re.sub(r"\*\*|\\", "", next(m.value for m in page.main.markdown if "puts the right person" in m.value))
    assert answer in " ".join(Page(made).texts[""].split())
    page.radio(key="report-people").set_value("blurred").run()
    assert "<img" in offered["report.html"]().decode()
