"""What a command tells of its work on standard error."""

import argparse
import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from tqdm import tqdm

from reidviz.common.printable import printable


def add_verbose(command: argparse.ArgumentParser, default: object = argparse.SUPPRESS) -> None:
    """The option of the command line, and of each command that may say it again."""
    command.add_argument(
        "--verbose", action="store_true", default=default, help="tell which files are read, what is kept, and the time"
    )


@contextmanager
def logged(verbose: bool) -> Iterator[None]:
    """Let reidviz's warnings be seen while this lasts, and when verbose what it does, with time and place."""
    logger, console = logging.getLogger("reidviz"), _Console()
    level = logger.level
    logger.addHandler(console)
    if verbose:
        logger.setLevel(logging.INFO)
        console.setFormatter(logging.Formatter("%(asctime)s %(name)s: %(message)s", "%H:%M:%S"))
    try:
        yield
    finally:
        logger.setLevel(level)
        logger.removeHandler(console)


class _Console(logging.Handler):
    """Lines on standard error, above a progress bar where there is one."""

    def emit(self, record: logging.LogRecord) -> None:
        line = printable(self.format(record))
        if sys.stderr.isatty():
            tqdm.write(line, file=sys.stderr)
        else:
            print(line, file=sys.stderr, flush=True)
