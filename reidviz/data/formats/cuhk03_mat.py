"""What cuhk-03.mat holds, read by a process of its own (cuhk03_process), which is kept for the next question."""

import atexit
import json
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

from PIL import Image

from reidviz.common import settings
from reidviz.common.errors import ReidvizError
from reidviz.common.printable import printable
from reidviz.data.formats.cuhk03_process import HINT

MOST_SECONDS = 30
"""Of a core, for one question; the names in the whole file take one or two."""


def names(file: Path, boxes: str) -> list[str]:
    """The names of the "labeled" or "detected" images, as the extracted form has them.

    ReidvizError, as of all that is read here, where the file is damaged.
    """
    found: list[str] = _reader.ask(file, "names", boxes)[0]
    return found


def persons(file: Path, number: int) -> list[str]:
    """The persons of one of the recorded test sets, counted from 1."""
    found: list[str] = _reader.ask(file, "persons", number)[0]
    return found


def image(file: Path, boxes: str, name: str) -> Image.Image:
    """An image by its name."""
    size, pixels = _reader.ask(file, "image", boxes, name)
    return Image.frombytes("RGB", tuple(size), pixels)


class _Reader:
    """The process, started when it is first asked, and anew after it ended; one question at a time."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._turn = threading.Lock()

    def ask(self, file: Path, task: str, *asked: str | int) -> tuple[Any, bytes]:
        """What was found, and the pixels of an image."""
        with self._turn:
            try:
                told, pixels = self._asked([MOST_SECONDS, task, str(file), *asked])
            except (OSError, ValueError) as error:
                self.end()
                raise ReidvizError(f"{printable(file.name)} is damaged: reading it does not end well.", HINT) from error
            except BaseException:
                self.end()
                raise
        if isinstance(told, dict):
            raise ReidvizError(told["message"], told["hint"])
        return told, pixels

    def end(self) -> None:
        """Kill the process where there is one."""
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.communicate()

    def _asked(self, request: list[Any]) -> tuple[Any, bytes]:
        """OSError or ValueError where the process ends without an answer."""
        process = self._running()
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(json.dumps(request).encode() + b"\n")
        process.stdin.flush()
        told = json.loads(process.stdout.readline())
        count = 3 * told[0] * told[1] if request[1] == "image" and isinstance(told, list) else 0
        pixels = process.stdout.read(count)
        if len(pixels) < count:
            raise ValueError("cut short")
        return told, pixels

    def _running(self) -> "subprocess.Popen[bytes]":
        if self._process is None or self._process.poll() is not None:
            self.end()
            self._process = subprocess.Popen(
                [sys.executable, "-m", "reidviz.data.formats.cuhk03_process"],
                cwd=settings.PROJECT,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
            )
        return self._process


_reader = _Reader()
atexit.register(_reader.end)
