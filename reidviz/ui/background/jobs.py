"""Work in the background of the server: it goes on while pages change, shows how far it is, and can be cancelled."""

import threading
import time
from collections.abc import Callable
from math import inf

import streamlit as st

from reidviz.common.cache import trim
from reidviz.common.errors import ReidvizError
from reidviz.common.progress import Progress, time_left

STARTING = "starting …"
KEPT = 600.0
"""Seconds after which a job that has ended is forgotten, though nobody asked how it ended."""


class _CancelledError(Exception):
    """Raised inside the work when its user cancelled it."""


class Job:
    """One piece of work in its own thread. State moves waiting -> running -> done, failed or cancelled."""

    def __init__(self, work: Callable[[Progress], None], turn: threading.Lock) -> None:
        self.state = "waiting"
        self.done, self.total, self.what = 0, 1, "waiting for its turn"
        self.error: ReidvizError | None = None
        self._since, self._ended = time.monotonic(), inf
        self._cancel = threading.Event()
        self._thread = threading.Thread(target=self._run, args=(work, turn), daemon=True)
        self._thread.start()

    @property
    def finished(self) -> bool:
        """Whether it has ended, well or not."""
        return self.state in {"done", "failed", "cancelled"}

    @property
    def share(self) -> float:
        """How much of the present stage is done, 0-1."""
        return min(1.0, self.done / max(1, self.total))

    @property
    def text(self) -> str:
        """What it is doing, how far it is, and what is left."""
        if self._cancel.is_set():
            return "cancelling …"
        if self.state == "waiting" or self.what == STARTING:
            return self.what
        if self.total == 0:
            return f"{self.what} …"
        left = time_left(self.done, self.total, time.monotonic() - self._since)
        return f"{self.what}: {self.done:,} of {self.total:,}" + (f", {left}" if left else "")

    @property
    def stale(self) -> bool:
        """Whether it ended so long ago that nobody will ask for it."""
        return self.finished and time.monotonic() - self._ended > KEPT

    def cancel(self) -> None:
        """Ask it to stop; it does at its next sign of progress."""
        self._cancel.set()

    def _run(self, work: Callable[[Progress], None], turn: threading.Lock) -> None:
        with turn:
            self.state = "running"
            try:
                self._progress(0, 1, STARTING)
                work(self._progress)
                trim()
                self.state = "done"
            except _CancelledError:
                self.state = "cancelled"
            except ReidvizError as error:
                self.error, self.state = error, "failed"
            except MemoryError:
                self.error = ReidvizError("The machine ran out of memory.", "Close other programs.")
                self.state = "failed"
            except BaseException as error:
                self.error = ReidvizError(
                    f"Something went wrong ({type(error).__name__}).", "The server's log has the details."
                )
                self.state = "failed"
                raise
            finally:
                self._ended = time.monotonic()

    def _progress(self, done: int, total: int, what: str) -> None:
        if self._cancel.is_set():
            raise _CancelledError
        if what != self.what:
            self._since = time.monotonic()
        self.done, self.total, self.what = done, total, what


class JobBoard:
    """All jobs of the server by key; one runs at a time, the others wait."""

    def __init__(self) -> None:
        self._jobs: dict[str, Job] = {}
        self._guard = threading.Lock()
        self._turn = threading.Lock()

    def get(self, key: str) -> Job | None:
        """The job of that key, if it was ever started and not forgotten."""
        return self._jobs.get(key)

    def start(self, key: str, work: Callable[[Progress], None]) -> Job:
        """The running job of that key, or a new one."""
        with self._guard:
            self._jobs = {name: job for name, job in self._jobs.items() if not job.stale}
            job = self._jobs.get(key)
            if job is None or job.finished:
                job = self._jobs[key] = Job(work, self._turn)
            return job

    def forget(self, key: str) -> None:
        """Drop a job that has ended."""
        with self._guard:
            job = self._jobs.get(key)
            if job is not None and job.finished:
                del self._jobs[key]


@st.cache_resource
def board() -> JobBoard:
    """The server's one board."""
    return JobBoard()
