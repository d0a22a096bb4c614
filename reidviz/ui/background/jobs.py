"""Work in the background of the server: it goes on while pages change, shows how far it is, and can be cancelled."""

import logging
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import CancelledError, ThreadPoolExecutor
from contextlib import asynccontextmanager
from math import inf
from typing import Literal

import streamlit as st

from reidviz.common.cache import trim
from reidviz.common.errors import ReidvizError
from reidviz.common.progress import Progress, time_left

LOG = logging.getLogger(__name__)
STARTING = "starting …"
KEPT = 600.0
"""Seconds after which a job that has ended is forgotten, though nobody asked how it ended."""


class Job:
    """One piece of work in a lane, where it waits for its turn, runs, and is done, failed or cancelled."""

    def __init__(self, work: Callable[[Progress], None], lane: ThreadPoolExecutor) -> None:
        self.done, self.total, self.what = 0, 1, "waiting for its turn"
        self._since, self._ended = time.monotonic(), inf
        self._cancel = threading.Event()
        self.future = lane.submit(self._run, work)

    @property
    def state(self) -> Literal["waiting", "running", "done", "failed", "cancelled"]:
        """Where it is on its way."""
        if not self.future.done():
            return "running" if self.future.running() else "waiting"
        if self.future.cancelled() or isinstance(self.future.exception(), CancelledError):
            return "cancelled"
        return "failed" if self.future.exception() else "done"

    @property
    def error(self) -> ReidvizError | None:
        """Why it failed, if it did."""
        error = self.future.exception() if self.state == "failed" else None
        if error is None or isinstance(error, ReidvizError):
            return error
        if isinstance(error, MemoryError):
            return ReidvizError("The machine ran out of memory.", "Close other programs.")
        return ReidvizError(f"Something went wrong ({type(error).__name__}).", "The server's log has the details.")

    @property
    def finished(self) -> bool:
        """Whether it has ended, well or not."""
        return self.future.done()

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
        """Let it stop: at once where it waits, else at its next sign of progress."""
        self._cancel.set()
        if self.future.cancel():
            self._ended = time.monotonic()

    def _run(self, work: Callable[[Progress], None]) -> None:
        try:
            self._progress(0, 1, STARTING)
            work(self._progress)
            trim()
        except (CancelledError, ReidvizError, MemoryError):
            raise
        except BaseException:
            LOG.exception("Work in the background failed.")
            raise
        finally:
            self._ended = time.monotonic()

    def _progress(self, done: int, total: int, what: str) -> None:
        if self._cancel.is_set():
            raise CancelledError
        if what.partition(" (")[0] != self.what.partition(" (")[0]:
            self._since = time.monotonic()
        self.done, self.total, self.what = done, total, what


class JobBoard:
    """The jobs of one lane of the server by key; one runs at a time, the others wait."""

    def __init__(self) -> None:
        self._jobs: dict[str, Job] = {}
        self._guard = threading.Lock()
        self._lane = ThreadPoolExecutor(1)

    def __iter__(self) -> Iterator[tuple[str, Job]]:
        return iter(list(self._jobs.items()))

    def get(self, key: str) -> Job | None:
        """The job of that key, if it was ever started and not forgotten."""
        return self._jobs.get(key)

    def start(self, key: str, work: Callable[[Progress], None]) -> Job:
        """The running job of that key, or a new one."""
        with self._guard:
            self._jobs = {name: job for name, job in self._jobs.items() if not job.stale}
            job = self._jobs.get(key)
            if job is None or job.finished:
                job = self._jobs[key] = Job(work, self._lane)
            return job

    def forget(self, key: str) -> None:
        """Drop a job that has ended."""
        with self._guard:
            job = self._jobs.get(key)
            if job is not None and job.finished:
                del self._jobs[key]

    def close(self) -> None:
        """Cancel all jobs and wait until the last one has stopped."""
        for _, job in self:
            job.cancel()
        self._lane.shutdown()


@st.cache_resource
def board() -> JobBoard:
    """The server's lane for what may take hours: scores and features."""
    return JobBoard()


@st.cache_resource
def quick_board() -> JobBoard:
    """The server's lane for what takes seconds or minutes and must not wait behind hours: maps, reports, imports."""
    return JobBoard()


@asynccontextmanager
async def while_serving(_: object) -> AsyncIterator[None]:
    """When the server is told to stop, its work stops too, instead of being finished first."""
    yield
    for jobs in (board(), quick_board()):
        jobs.close()
