"""The family on the Compare page; no process is started."""

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from reidviz.experiments.family import Question
from reidviz.experiments.family_runs import FamilyFolder
from reidviz.ui.compare import family
from tests.pages.conftest import settled


def test_start_asks_for_the_family_and_it_is_found_again(
    app: AppTest, data: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REIDVIZ_RUNS", str(tmp_path / "runs"))
    asked: list[list[str]] = []

    def start(question: Question, arguments: list[str]) -> None:
        FamilyFolder.of(question).keep(question)
        asked.append(arguments)

    monkeypatch.setattr(family, "start", start)
    settled(app)
    page = settled(app.switch_page("pages/compare.py"))
    assert not page.exception
    page.button("family-start").click()
    settled(page)
    assert asked[0][:2] == ["--data", data]
    assert any("Stopped. Start goes on" in one.value for one in page.caption)
