"""How long work tells how far it is, and is told to stop."""

from collections.abc import Callable

Progress = Callable[[int, int, str], None]
"""Called as progress(done, total, what), total 0 where nobody knows how much it is.

It may raise to cancel the work: nothing half done is kept.
"""


def silent(done: int, total: int, what: str) -> None:
    """The progress of work nobody watches."""


def time_left(done: int, total: int, elapsed: float) -> str:
    """What is left, in words, after `elapsed` seconds: "about 2 min left"; "" as long as nothing is done."""
    if done <= 0 or done >= total:
        return ""
    return f"about {duration(max(1.0, elapsed * (total - done) / done))} left"


def duration(seconds: float) -> str:
    """Seconds in words: "45 s", "12 min", "3.4 h"."""
    seconds = max(0.0, seconds)
    if seconds < 90:
        return f"{round(seconds)} s"
    return f"{round(seconds / 60)} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"
