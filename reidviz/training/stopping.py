"""How a training is asked to end before its last step."""

import contextlib
import signal
import threading
from collections.abc import Iterator


class StoppedError(Exception):
    """Someone asked the training to stop."""


@contextlib.contextmanager
def signals() -> Iterator[threading.Event]:
    """An event that is set when this process is asked to end; a second Ctrl-C ends it at once."""
    asked = threading.Event()
    if threading.current_thread() is not threading.main_thread():
        yield asked
        return

    def handle(number: int, frame: object) -> None:
        if asked.is_set():
            raise KeyboardInterrupt
        asked.set()

    before = {number: signal.signal(number, handle) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield asked
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
