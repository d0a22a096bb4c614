"""A network in ONNX from the side of who wants features: it runs in a process of its own (onnx_process)."""

import contextlib
import json
import subprocess
import sys
import threading
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, Any

import numpy as np

from reidviz.common import settings
from reidviz.common.arrays import Float32Array, ImageArray
from reidviz.common.errors import ReidvizError
from reidviz.common.extras import require_extra
from reidviz.common.memory_cache import MemoryCache
from reidviz.common.printable import printable
from reidviz.models.added.cards import OnnxReading, Pooling

SECONDS_TO_OPEN = 60.0
SECONDS_A_BATCH = 60.0
MOST_WORKERS = 3
"""Networks that stay open."""


@dataclass(frozen=True)
class Tensor:
    """An input or output: its sides, None where any size goes."""

    name: str
    shape: tuple[int | None, ...]
    dtype: str


@dataclass(frozen=True)
class OnnxFile:
    """What a network takes and gives, and the texts that its file holds about it."""

    inputs: tuple[Tensor, ...]
    outputs: tuple[Tensor, ...]
    metadata: dict[str, str]


class Worker:
    """The process of one network. Threads take turns; one that died or was stopped is no longer `alive`."""

    def __init__(self, file: Path, name: str, external: tuple[str, ...] = ()) -> None:
        """name: what errors call the network; external: names of files beside it that hold its weights.

        ReidvizError when it cannot be read or run, takes longer than SECONDS_TO_OPEN, or what runs it is not installed.
        """
        require_extra("onnx")
        self.name = name
        self._turn = threading.Lock()
        self._process = subprocess.Popen(
            [sys.executable, "-m", "reidviz.models.added.onnx_process"],
            cwd=settings.PROJECT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        try:
            asked = {"task": "open", "file": str(file.absolute()), "external": external}
            told, _ = self._ask(asked, b"", SECONDS_TO_OPEN, 0)
        except BaseException:
            self.close()
            raise
        inputs, outputs = (tuple(_tensor(one) for one in told[side]) for side in ("inputs", "outputs"))
        self.file = OnnxFile(inputs, outputs, told["metadata"])

    @property
    def alive(self) -> bool:
        """Whether it can be asked again."""
        return self._process.poll() is None

    def outputs(
        self, images: ImageArray, reading: OnnxReading, outputs: list[tuple[str, Pooling]]
    ) -> list[Float32Array]:
        """Some outputs (N, D) of uint8 images (N, H, W, 3) of the network's size, pooled.

        ReidvizError when it fails, gives what are no numbers, or takes longer than SECONDS_A_BATCH.
        """
        asked = {"task": "run", "shape": images.shape, "reading": asdict(reading), "outputs": outputs}
        _, found = self._ask(asked, np.ascontiguousarray(images).tobytes(), SECONDS_A_BATCH, len(outputs))
        if not all(np.isfinite(one).all() for one in found):
            raise ReidvizError(
                f"{printable(self.name)} gives features that are not numbers.",
                "Its preprocessing may be wrong, or half precision too coarse for it.",
            )
        return found

    def save(self, place: Path) -> None:
        """Write the network with all its weights as one file. ReidvizError where it cannot be written."""
        self._ask({"task": "save", "to": str(place.absolute())}, b"", SECONDS_TO_OPEN, 0)

    def close(self) -> None:
        """Stop the process."""
        self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            assert pipe is not None
            with contextlib.suppress(BrokenPipeError):
                pipe.close()

    def _ask(self, asked: dict[str, Any], data: bytes, seconds: float, arrays: int) -> tuple[Any, list[Float32Array]]:
        with self._turn:
            late = threading.Timer(seconds, self._process.kill)
            late.start()
            try:
                return self._exchange(asked, data, arrays)
            except (OSError, ValueError, KeyError) as error:
                took_long = not late.is_alive()
                self.close()
                why = f"takes longer than {seconds:.0f} s" if took_long else "ended the process that ran it"
                hint = "Is it the right network?" if took_long else "There may not be enough memory for it."
                raise ReidvizError(f"{printable(self.name)} {why}.", hint) from error
            finally:
                late.cancel()

    def _exchange(self, asked: dict[str, Any], data: bytes, arrays: int) -> tuple[Any, list[Float32Array]]:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(asked).encode() + b"\n" + data)
        self._process.stdin.flush()
        told = json.loads(self._process.stdout.readline())
        if "message" in told:
            raise ReidvizError(f"{printable(self.name)} is not read: {told['message']}.", told["hint"])
        return told, [_array(self._process.stdout, shape) for shape in told.get("shapes", ())[:arrays]]


def worker_of(file: Path, sha256: str, name: str) -> Worker:
    """The process of the network with that digest, started where there is none."""
    worker = WORKERS.get(sha256, lambda: Worker(file, name))
    if not worker.alive:
        WORKERS.forget(sha256)
        worker = WORKERS.get(sha256, lambda: Worker(file, name))
    return worker


def _array(pipe: IO[bytes], shape: list[int]) -> Float32Array:
    wanted = 4 * int(np.prod(shape))
    data = pipe.read(wanted)
    if len(data) < wanted:
        raise ValueError("the answer was cut short")
    return np.frombuffer(data, dtype=np.float32).reshape(shape)


def _tensor(told: dict[str, Any]) -> Tensor:
    return Tensor(told["name"], tuple(told["shape"]), told["dtype"])


WORKERS: MemoryCache[Worker] = MemoryCache(MOST_WORKERS, lambda _: 1)
