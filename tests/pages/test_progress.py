"""While scores are computed: progress, cancel, failure, and the way back."""

import threading
from concurrent.futures import wait

import pytest
from streamlit.testing.v1 import AppTest

from reidviz.common.errors import ReidvizError
from reidviz.common.progress import Progress
from reidviz.evaluation.pipeline.evaluate import evaluate
from reidviz.ui.background.jobs import Job, board
from reidviz.ui.results import scored_models
from tests.pages.conftest import rows, settled


def only_job() -> Job:
    ((_, job),) = board()
    return job


def test_scoring_shows_progress_can_be_cancelled_and_started_again(
    app: AppTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    reached, go = threading.Event(), threading.Event()

    def slow(ranker: object, dataset: object, split: object, progress: Progress, scoring: object) -> None:
        progress(2, 5, "scoring pairs")
        reached.set()
        assert go.wait()
        progress(3, 5, "scoring pairs")

    monkeypatch.setattr(scored_models, "evaluate", slow)
    app.run()
    assert reached.wait()
    app.run()
    assert not app.exception
    assert any("Computing the scores" in m.value for m in app.markdown)
    assert only_job().text.startswith("1 of 7: scoring pairs: 2 of 5")
    next(b for b in app.button if b.label == "Cancel").click().run()
    go.set()
    wait([only_job().future])
    app.run()
    assert any("cancelled" in i.value for i in app.info)

    monkeypatch.setattr(scored_models, "evaluate", evaluate)
    next(b for b in app.button if b.label == "Compute the scores").click().run()
    settled(app)
    assert len(rows(app)) == 5


def test_a_failure_is_one_sentence_and_a_way_to_try_again(app: AppTest, monkeypatch: pytest.MonkeyPatch) -> None:
    def failing(*given: object) -> None:
        raise ReidvizError("The disk is full.", "Free some space.")

    monkeypatch.setattr(scored_models, "evaluate", failing)
    settled(app)
    assert not app.exception
    assert any("The disk is full." in t.value for t in app.text)
    assert any(b.label == "Compute the scores" for b in app.button)
