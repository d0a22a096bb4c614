"""The process that reads cuhk-03.mat: a request a line on its standard input, an answer to each on its output.

It is one of its own as the library never ends over some damaged files. A request is a JSON list: the seconds of a core
it may take, "names", "persons" or "image", the file, and what the function of that name takes. An answer is a line of
JSON: what was found, or an object that says why the file is refused; of an image its width and height, and after the
line its pixels, RGB by rows.
"""

import json
import resource
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from reidviz.common.errors import ReidvizError
from reidviz.data.formats.hdf5 import Hdf5
from reidviz.data.images.decode import MAX_PIXELS, check_size

MAX_CELLS = 4 * 1024**2
"""Bytes of the references to images or persons; those of CUHK03 take 120 KB."""
MOST_MEMORY = 4 * 1024**3
HINT = "Copy cuhk-03.mat again; it has about 7 GB."


def names(mat: Hdf5, boxes: str) -> list[str]:
    """The name of every image, as the extracted form has it."""
    return list(_names(mat, boxes))


def persons(mat: Hdf5, number: int) -> list[str]:
    """The persons of one of the test sets, counted from 1. ReidvizError where there is none of that number."""
    sets = mat.read("testsets", MAX_CELLS).ravel()
    if not 1 <= number <= len(sets):
        raise ReidvizError(f"There is no test set {number} of CUHK03.", f"Choose 1 to {len(sets)}.")
    pairs, found = mat.read(sets[number - 1], MAX_CELLS).astype(np.int64)
    return [f"{pair}_{person:03d}" for pair, person in zip(pairs.tolist(), found.tolist(), strict=True)]


def image(mat: Hdf5, boxes: str, name: str) -> npt.NDArray[np.uint8]:
    """One image by its name, (height, width, 3); arrays lie transposed: (3, width, height)."""
    pair, person, _, place = (int(part) for part in name.removesuffix(".png").split("_"))
    cell = mat.read(mat.read(boxes, MAX_CELLS).ravel()[pair - 1], MAX_CELLS)
    pixels = mat.read(cell[place - 1, person - 1], 3 * MAX_PIXELS)
    if pixels.dtype != np.uint8 or pixels.ndim != 3 or len(pixels) != 3:
        raise ValueError("an image has 3 colours of 8 bits")
    check_size(pixels.shape[1:], name)
    return np.ascontiguousarray(pixels.transpose(2, 1, 0))


def _names(mat: Hdf5, boxes: str) -> Iterator[str]:
    """Cells lie transposed: a camera pair is 10 x persons."""
    for pair, cell in enumerate(mat.read(boxes, MAX_CELLS).ravel(), 1):
        for person, row in enumerate(mat.read(cell, MAX_CELLS).T, 1):
            for place, reference in enumerate(row):
                if mat.dimensions(reference) == 3:
                    yield f"{pair}_{person:03d}_{1 if place < 5 else 2}_{place + 1:02d}.png"


TASKS: dict[str, Callable[..., Any]] = {"names": names, "persons": persons, "image": image}


def _answer(task: str, file: str, *asked: Any) -> bytes:
    try:
        with Hdf5(Path(file), "a whole cuhk-03.mat", HINT) as mat:
            found = TASKS[task](mat, *asked)
    except ReidvizError as error:
        return _line({"message": error.message, "hint": error.hint})
    if isinstance(found, np.ndarray):
        return _line(found.shape[1::-1]) + found.tobytes()
    return _line(found)


def _line(told: object) -> bytes:
    return json.dumps(told).encode() + b"\n"


def main() -> None:
    """Answer until standard input ends, or a request takes longer than it may."""
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    for line in sys.stdin:
        most_seconds, *request = json.loads(line)
        until = int(time.process_time()) + 1 + most_seconds
        resource.setrlimit(resource.RLIMIT_CPU, (until, resource.RLIM_INFINITY))
        sys.stdout.buffer.write(_answer(*request))
        sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
