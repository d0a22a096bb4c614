"""The records of a run's validations: one file each, together under 20 MB, thinned evenly over the steps.

A training that is killed and goes on has each of them once: a file is called after its step, and which ones stay
depends on how far the training is, not on how it came there.
"""

import contextlib
import re
from collections.abc import Sequence
from pathlib import Path

from reidviz.common.atomic_write import write_atomically
from reidviz.models.validation_record import MOST_BYTES, ValidationRecord, as_bytes

_NAME = re.compile(r"step-([0-9]{7,15})\.safetensors")


def keep_record(folder: Path, step: int, every: int, record: ValidationRecord) -> None:
    """Write the record of the validation at a step and drop those for which there is no longer room.

    every: steps from one validation to the next. One that alone would pass the bound is not kept. ReidvizError when the
    disk is full.
    """
    data = as_bytes(record)
    if len(data) > MOST_BYTES:
        return
    write_atomically(record_file(folder, step), data)
    steps = steps_recorded(folder)
    for other in set(steps) - set(thinned(steps, step, every, MOST_BYTES // len(data))):
        with contextlib.suppress(OSError):
            record_file(folder, other).unlink()


def thinned(steps: Sequence[int], last: int, every: int, most: int) -> list[int]:
    """Which of some steps stay when the validation at step `last` is done and `most` records have room.

    All that are not after it; where these are too many, the last one and of the others every second, fourth, eighth ...
    of the validations.
    """
    done = [step for step in steps if step <= last]
    apart = every
    while last // apart + 1 > most and apart <= last:
        apart *= 2
    if apart == every and len(done) <= most:
        return done
    return [step for step in done if step == last or (step % apart == 0 and most > 1)]


def record_file(folder: Path, step: int) -> Path:
    """Where the record of a step lies."""
    return folder / f"step-{step:07d}.safetensors"


def steps_recorded(folder: Path) -> list[int]:
    """The steps of which there are records, ascending."""
    found = (_NAME.fullmatch(file.name) for file in folder.glob("step-*.safetensors"))
    return sorted(int(one[1]) for one in found if one)


def tidy(folder: Path) -> None:
    """Remove what a worker killed in the middle of a write left behind. Only its successor, holding the lock, may."""
    for file in folder.glob(".*"):
        with contextlib.suppress(OSError):
            file.unlink()
