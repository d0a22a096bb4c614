"""The family on the Compare page; no process is started."""

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from reidviz.common.json_files import write_json
from reidviz.experiments.family import Question
from reidviz.experiments.family_runs import FamilyFolder, families
from reidviz.ui.compare import family
from tests.pages.conftest import settled, view

FIGURES = dict.fromkeys(("1", "5", "10", "20", "mAP", "mINP"), 50.0)
RESULT = {
    "recipe": "compact",
    "seeds": 3,
    "source": None,
    "init": None,
    "settings": [["iterations", 40]],
    "sentences": ["Ranking: yes, mtdnet (ranking) beats ranking branch alone (ranking)."],
    "rows": [
        {
            "member": "mtdnet",
            "role": "fused",
            "figures": {
                "mean": FIGURES,
                "deviation": FIGURES,
                "interval": {name: {"low": 40.0, "high": 60.0} for name in FIGURES},
            },
            "parameters": 1_500_000,
            "steps": 40,
            "seconds": 12.0,
            "notes": ["a note"],
        }
    ],
}


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
    page = view(settled(app.switch_page("pages/compare.py")), "Train the family")
    assert not page.exception
    page.button("family-start").click()
    settled(page)
    assert asked[0][:2] == ["--data", data]
    assert "0 of 4" in str([one.proto for one in page.get("progress")]) or "0 of 12" in str(
        page.get("progress")[0].proto
    )
    folder, question = next((one, one.question()) for one in families())
    (folder.root / "worker.log").write_text("run 1 of 12\n\nreidviz: There is no room.\nFree some.\n")
    page = page.run()
    assert any("There is no room." in text.value for text in page.text)
    folder.ask_to_stop(())
    page = page.run()
    assert any("Start goes on where it was" in one.value for one in page.caption)
    write_json(folder.root / "result.json", RESULT | {"protocols": list(question.protocols), "data": data})
    page = page.run()
    assert any("beats" in one.value for one in page.main.markdown)
    assert "compare --data" in page.main.code[0].value
    assert not page.exception
