"""How far work is, on the console."""

import sys
from collections.abc import Callable
from typing import TextIO

from tqdm import tqdm


class _Bar(tqdm):  # type: ignore[misc]
    """tqdm's bar; whole lines, now and then, where it is no terminal."""

    @staticmethod
    def status_printer(file: TextIO) -> Callable[[str], None]:
        return tqdm.status_printer(file) if file.isatty() else lambda line: print(line, file=file, flush=True)


class ConsoleProgress:
    """A bar on standard error, a new one in its place for each stage of the work."""

    def __init__(self) -> None:
        self._stage = ""
        self._bar: _Bar | None = None

    def __call__(self, done: int, total: int, what: str) -> None:
        """As Progress says: so many of a total are done of what."""
        stage = what.split(" (")[0]
        if self._bar is None or stage != self._stage:
            self.end()
            terminal = sys.stderr.isatty()
            pace = {"mininterval": 0.2 if terminal else 15, "delay": 0.2 if terminal else 15, "miniters": 1}
            self._stage, self._bar = stage, _Bar(initial=done, leave=not terminal, dynamic_ncols=True, **pace)
        self._bar.total = total or None
        self._bar.set_description_str(what, refresh=False)
        self._bar.update(done - self._bar.n)

    def end(self) -> None:
        """Take the bar away; where it is lines, the last one stays."""
        if self._bar is not None:
            self._bar.close()
