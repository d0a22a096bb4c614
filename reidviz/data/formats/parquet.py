"""A Parquet table that somebody else made, read by a process of its own."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from reidviz.common import settings
from reidviz.common.errors import ReidvizError
from reidviz.common.printable import printable
from reidviz.common.roots import MOST_LISTED, open_regular

_HINT = "Write it again, or use a CSV."


def rows(file: Path) -> Iterator[list[str]]:
    """The names of the columns, then each row as text, "" for nothing.

    ReidvizError for what is no Parquet file, is damaged or too large, or has other columns than texts and numbers.
    """
    with open_regular(file, MOST_LISTED) as opened:
        process = subprocess.Popen(
            [sys.executable, "-m", "reidviz.data.formats.parquet_process"],
            cwd=settings.PROJECT,
            stdin=opened,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
    assert process.stdout is not None
    try:
        for line in process.stdout:
            told = json.loads(line)
            if isinstance(told, dict):
                raise ReidvizError(f"{printable(file.name)} is not read: {told['message']}.", told["hint"] or _HINT)
            yield told
        if process.wait() != 0:
            raise ReidvizError(f"{printable(file.name)} cannot be read as Parquet.", _HINT)
    except ValueError as error:
        raise ReidvizError(f"{printable(file.name)} cannot be read as Parquet.", _HINT) from error
    finally:
        process.kill()
        process.stdout.close()
        process.wait()
