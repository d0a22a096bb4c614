import threading
from concurrent.futures import wait
from pathlib import Path

import pytest

from reidviz.common.errors import ReidvizError
from reidviz.common.progress import Progress, time_left
from reidviz.ui.background import jobs
from reidviz.ui.background.jobs import Job, JobBoard


def ended(job: Job) -> Job:
    wait([job.future])
    assert job.finished
    return job


def test_work_reports_and_ends() -> None:
    def work(progress: Progress) -> None:
        progress(3, 4, "scoring")

    job = ended(JobBoard().start("a", work))
    assert (job.state, job.share) == ("done", 0.75)
    assert job.text.startswith("scoring: 3 of 4")


def test_work_that_cannot_be_counted_says_what_it_is() -> None:
    job = ended(JobBoard().start("a", lambda progress: progress(0, 0, "loading")))
    assert (job.share, job.text) == (0, "loading …")


def test_one_key_is_one_job_and_one_job_runs_at_a_time() -> None:
    board, gate, begun = JobBoard(), threading.Event(), threading.Event()

    def wait(progress: Progress) -> None:
        begun.set()
        assert gate.wait()

    first = board.start("a", wait)
    assert board.start("a", wait) is first
    assert begun.wait()
    second = board.start("b", lambda progress: None)
    assert second.state == "waiting"
    assert "turn" in second.text
    gate.set()
    assert ended(first).state == ended(second).state == "done"


def test_cancelling_stops_at_the_next_sign_of_progress() -> None:
    go, begun = threading.Event(), threading.Event()

    def work(progress: Progress) -> None:
        begun.set()
        assert go.wait()
        progress(1, 2, "scoring")
        pytest.fail("went on after it was cancelled")

    job = JobBoard().start("a", work)
    assert begun.wait()
    job.cancel()
    go.set()
    assert ended(job).state == "cancelled"


def test_cancelled_while_it_waits_it_never_starts() -> None:
    board, gate = JobBoard(), threading.Event()

    def wait_for_gate(progress: Progress) -> None:
        assert gate.wait()

    first = board.start("first", wait_for_gate)
    second = board.start("second", lambda progress: pytest.fail("it was started"))
    second.cancel()
    assert second.finished
    gate.set()
    assert (ended(first).state, ended(second).state) == ("done", "cancelled")


def test_a_server_that_stops_waits_for_no_work() -> None:
    board, begun = JobBoard(), threading.Event()

    def endless(progress: Progress) -> None:
        while True:
            progress(1, 2, "scoring")
            begun.set()

    running, waiting = board.start("running", endless), board.start("waiting", endless)
    assert begun.wait()
    board.close()
    assert (running.state, waiting.state) == ("cancelled", "cancelled")


def test_failures_are_kept_as_sentences() -> None:
    def plain(progress: Progress) -> None:
        raise ReidvizError("The disk is full.", "Free some space.")

    board = JobBoard()
    job = ended(board.start("a", plain))
    assert job.state == "failed"
    assert job.error is not None
    assert job.error.message == "The disk is full."
    board.forget("a")
    assert board.get("a") is None


def test_jobs_that_ended_long_ago_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    def plain(progress: Progress) -> None:
        raise ReidvizError("The disk is full.")

    board = JobBoard()
    ended(board.start("failed", plain))
    done = ended(board.start("done", lambda progress: None))
    ended(board.start("third", lambda progress: None))
    assert board.get("failed") is not None
    monkeypatch.setattr(jobs, "KEPT", -1.0)
    assert done.stale
    ended(board.start("fourth", lambda progress: None))
    assert [board.get(key) for key in ("failed", "done", "third")] == [None, None, None]
    assert board.get("fourth") is not None


def test_what_fails_tells_no_path(tmp_path: Path) -> None:
    def fail(progress: Progress) -> None:
        raise FileNotFoundError(2, "No such file", str(tmp_path))

    job = ended(JobBoard().start("a", fail))
    assert str(tmp_path) not in str(job.error)


def test_an_unforeseen_failure_is_still_a_sentence() -> None:
    job = ended(JobBoard().start("a", lambda progress: progress(1 // 0, 1, "")))
    assert job.state == "failed"
    assert job.error is not None
    assert "Traceback" not in str(job.error)


@pytest.mark.parametrize(
    ("done", "total", "elapsed", "words"),
    [
        (0, 10, 5, ""),
        (10, 10, 5, ""),
        (5, 10, 5, "about 5 s left"),
        (1, 10, 60, "about 9 min left"),
        (1, 100, 60, "about 1.6 h left"),
    ],
)
def test_time_left_in_words(done: int, total: int, elapsed: float, words: str) -> None:
    assert time_left(done, total, elapsed) == words
