"""Waiting for work: progress and Cancel while it goes on, a way to start again when it ended badly."""

import threading
from collections.abc import Iterator
from concurrent.futures import wait

import pytest
from streamlit.testing.v1 import AppTest

from reidviz.common.errors import ReidvizError
from reidviz.common.progress import Progress
from reidviz.ui.background.jobs import JobBoard, board, quick_board
from tests.conftest import PATIENCE

KEY = "work"


class Work:
    """Work that goes on until it is let go, over and over."""

    def __init__(self) -> None:
        self.board, self.go, self.begun = JobBoard(), threading.Event(), threading.Event()
        self.error: ReidvizError | None = None

    def __call__(self, progress: Progress) -> None:
        progress(1, 4, "laying out")
        self.begun.set()
        assert self.go.wait()
        if self.error is not None:
            raise self.error
        progress(2, 4, "laying out")

    def ended(self) -> None:
        job = self.board.get(KEY)
        assert job is not None
        self.go.set()
        wait([job.future])
        assert job.finished


@pytest.fixture
def work() -> Iterator[Work]:
    made = Work()
    yield made
    made.go.set()


def page(work: "Work", jobs: "JobBoard") -> None:
    import streamlit as st

    from reidviz.ui.background.progress_bar import wait_for

    if "ready" not in st.session_state:
        wait_for("work", work, "Compute UMAP", jobs)


def shown(work: Work) -> AppTest:
    app = AppTest.from_function(page, kwargs={"work": work, "jobs": work.board}, default_timeout=PATIENCE).run()
    assert work.begun.wait()
    return app.run()


def labels(app: AppTest) -> list[str]:
    return [button.label for button in app.button]


def test_progress_and_cancel_then_again(work: Work) -> None:
    app = shown(work)
    assert "laying out: 1 of 4" in app.get("progress")[0].proto.text.replace("\\", "")
    assert labels(app) == ["Cancel"]
    app.button[0].click().run()
    work.ended()
    app.run()
    assert "cancelled" in app.info[0].value
    assert labels(app) == ["Compute UMAP"]
    work.go.clear()
    app.button[0].click().run()
    assert labels(app) == ["Cancel"]


def test_what_failed_is_said_in_a_sentence_and_can_be_tried_again(work: Work) -> None:
    work.error = ReidvizError("UMAP failed.", "The server's log has the details.")
    app = shown(work)
    work.ended()
    app.run()
    assert not app.exception
    assert "UMAP failed." in app.text[0].value
    assert labels(app) == ["Compute UMAP"]


@pytest.mark.parametrize("error", [None, ReidvizError("UMAP failed.")])
def test_the_board_forgets_what_ended_and_each_session_keeps_how(work: Work, error: ReidvizError | None) -> None:
    sessions = [shown(work), shown(work)]
    job = work.board.get(KEY)
    assert job is not None
    work.error = error
    if error is None:
        job.cancel()
    work.ended()
    for app in sessions:
        app.run()
        assert work.board.get(KEY) is None
    for app in sessions:
        assert labels(app.run()) == ["Compute UMAP"]
        assert "UMAP failed." in app.text[0].value if error else "cancelled" in app.info[0].value
    assert work.board.get(KEY) is None


def test_scores_do_not_wait_for_planes(work: Work) -> None:
    job = quick_board().start("a plane that takes long", work)
    assert work.begun.wait()
    scores = board().start("scores beside it", lambda progress: None)
    wait([scores.future])
    assert (scores.state, job.state) == ("done", "running")
    work.go.set()
    wait([job.future])
    assert job.state == "done"
