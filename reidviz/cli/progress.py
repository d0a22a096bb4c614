"""How far work is, on the console."""

import sys
import time

from reidviz.common.progress import time_left


class ConsoleProgress:
    """One line on standard error that is written over; whole lines, now and then, where it is no terminal."""

    def __init__(self) -> None:
        self.what = ""
        self.first = 0
        self.started = self.shown = 0.0

    def __call__(self, done: int, total: int, what: str) -> None:
        now = time.monotonic()
        stage = what.split(" (")[0]
        if stage != self.what:
            self.what, self.first, self.started = stage, done, now
        terminal = sys.stderr.isatty()
        if now - self.shown < (0.2 if terminal else 15):
            return
        self.shown = now
        line = f"{what}: {done}/{total} {time_left(done - self.first, total - self.first, now - self.started)}"
        print(f"\r{line:<100}" if terminal else line, end="" if terminal else "\n", file=sys.stderr, flush=True)

    def end(self) -> None:
        """Leave the line behind."""
        if sys.stderr.isatty():
            print(file=sys.stderr)
