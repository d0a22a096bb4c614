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
    seconds = max(0.0, elapsed) * (total - done) / done
    if seconds < 90:
        return f"about {max(1, round(seconds))} s left"
    return f"about {round(seconds / 60)} min left" if seconds < 5400 else f"about {seconds / 3600:.1f} h left"
