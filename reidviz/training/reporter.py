"""What a training tells of itself: status.json, events.jsonl, and the progress of whoever started it."""

import contextlib
import threading
import time
from dataclasses import replace
from typing import Any

from reidviz.common.errors import ReidvizError
from reidviz.common.progress import Progress, time_left
from reidviz.training.distributed import Team
from reidviz.training.run_folder import RunFolder, Status
from reidviz.training.stopping import StoppedError

STATUS_EVERY = 1.0


class Reporter:
    """The reports of one process of a training; only those of the first process are written."""

    def __init__(
        self, run: RunFolder, iterations: int, team: Team, progress: Progress, signalled: threading.Event
    ) -> None:
        self.run = run
        self.team = team
        self._progress = progress
        self._signalled = signalled
        before = run.status()
        since = before.since if before.state == "queued" else time.time()
        self.status = Status("queued", before.step, iterations, "reading the data", since=since, seconds=before.seconds)
        self._told = 0.0
        self._what, self._since = "", 0.0
        self.tell(True)

    def tell(self, at_once: bool = False, **changes: Any) -> None:
        """Change the status; it reaches the disk at once, or at most every second."""
        self.status = replace(self.status, **changes)
        if self.team.rank == 0 and (at_once or time.monotonic() - self._told >= STATUS_EVERY):
            self._told = time.monotonic()
            self.run.write_status(self.status)

    def log(self, event: str, **what: Any) -> None:
        """Append an event."""
        if self.team.rank == 0:
            self.run.log({"event": event, **what})

    def progress(self, done: int, total: int, what: str) -> None:
        """Tell how far the training is."""
        self._progress(done, total, what)

    def work(self, done: int, total: int, what: str) -> None:
        """Progress of what is not training; it stops where the user wishes so."""
        if self.team.size == 1 and self.wanted_to_stop():
            raise StoppedError
        if what != self._what:
            self._what, self._since = what, time.monotonic()
        left = time_left(done, total, time.monotonic() - self._since)
        counted = f"{what}: {done:,} of {total:,}" if total > 1 else what
        self.tell(what=f"{counted}, {left}" if left else counted)
        self.progress(done, total, what)

    def waiting(self, before: int) -> None:
        """Tell that so many other runs come first."""
        what = f"waiting for {before} other runs" if before > 1 else "waiting for another run to end"
        self.work(0, 1, what)

    def wanted_to_stop(self) -> bool:
        """Whether a signal or a file asks this training to stop."""
        return self._signalled.is_set() or (self.team.rank == 0 and self.run.asked_to_stop())

    def fail(self, error: ReidvizError) -> None:
        """The status and the event of a training that cannot go on."""
        with contextlib.suppress(ReidvizError):
            self.tell(True, state="failed", what="failed", left=None, message=error.message, hint=error.hint)
            self.log("failed", step=self.status.step, message=error.message, hint=error.hint)
