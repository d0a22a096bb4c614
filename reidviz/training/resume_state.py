"""What a training needs to go on from where it was: weights and optimiser, bit for bit, with a sha256.

A snapshot is checkpoints/step-NNNNNNN.safetensors and, written after it, step-NNNNNNN.json with its digest: a snapshot
without its JSON was never finished. Everything random in a step comes from the seed and its number, so no generator
has to be kept.
"""

import contextlib
import logging
import re
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from hashlib import sha256
from pathlib import Path

import torch
from safetensors.torch import save
from torch import Tensor

from reidviz.common.atomic_write import write_atomically
from reidviz.common.errors import ReidvizError
from reidviz.common.json_files import Count, Seconds, read_json, write_json
from reidviz.models.checkpoint import read_weights
from reidviz.training.trainer import Trainer

LOG = logging.getLogger(__name__)
KEPT = 2
MOST_BYTES = 1024**2


@dataclass(frozen=True)
class ResumeState:
    """What goes with the tensors of a snapshot.

    step       steps done; seconds: spent on them
    best       the highest validation rank-1 so far, and best_step where it was reached; None before a validation
    validated  the last step after which the network was validated
    data_hash  manifest hash of the data trained on
    """

    step: Count
    seconds: Seconds
    best: float | None
    best_step: Count | None
    validated: Count
    data_hash: str
    first_losses: tuple[float, ...]
    sha256: str = ""


def save_snapshot(folder: Path, trainer: Trainer, facts: ResumeState) -> None:
    """Write a snapshot, then drop all but the last two. Raises ReidvizError when the disk is full."""
    file = folder / f"step-{facts.step:07d}.safetensors"
    data = save({name: value.detach().cpu().contiguous() for name, value in _tensors(trainer)})
    write_atomically(file, data)
    record = asdict(facts) | {"sha256": sha256(data).hexdigest()}
    write_json(file.with_suffix(".json"), record)
    LOG.info("saved %s, %.1f MB", file, len(data) / 1e6)
    for old in _files(folder)[:-KEPT]:
        _remove(old.with_suffix(".json"))
        _remove(old)


def restore(folder: Path, trainer: Trainer) -> tuple[ResumeState | None, list[str]]:
    """Bring the trainer to the last whole snapshot: its facts, or None, and the names of damaged ones after it."""
    damaged: list[str] = []
    for file in reversed(_files(folder)):
        try:
            facts, tensors = _read(file)
            _put(trainer, tensors, facts)
        except ReidvizError:
            damaged.append(file.name)
            continue
        LOG.info("going on from %s", file)
        return facts, damaged
    return None, damaged


def tidy(folder: Path) -> None:
    """Remove what a worker killed in the middle of a save left behind. Only its successor, holding the lock, may."""
    for file in folder.glob("step-*.safetensors"):
        if not file.with_suffix(".json").is_file():
            _remove(file)
    for file in folder.glob(".*"):
        _remove(file)


def _remove(file: Path) -> None:
    """Delete a file that nobody needs, where that can be."""
    with contextlib.suppress(OSError):
        file.unlink()


def steps_kept(folder: Path) -> list[int]:
    """The steps one could resume from."""
    return _steps(_files(folder))


def _steps(files: list[Path]) -> list[int]:
    return [int(file.stem.removeprefix("step-")) for file in files]


def _files(folder: Path) -> list[Path]:
    found = [f for f in folder.glob("step-*.safetensors") if re.fullmatch(r"step-[0-9]{7,15}", f.stem)]
    return sorted((f for f in found if f.with_suffix(".json").is_file()), key=lambda f: _steps([f]))


def _tensors(trainer: Trainer) -> Iterator[tuple[str, Tensor]]:
    for name, value in trainer.trained.state_dict().items():
        yield f"network.{name}", value
    for position, state in trainer.optimiser.state_dict()["state"].items():
        for name, value in state.items():
            if isinstance(value, Tensor):
                yield f"optimiser.{position}.{name}", value


def _read(file: Path) -> tuple[ResumeState, dict[str, Tensor]]:
    tensors, digest = read_weights(file)
    facts = read_json(file.with_suffix(".json"), ResumeState, f"What lies beside {file.name}", MOST_BYTES)
    if facts.sha256 != digest:
        raise ReidvizError(f"{file.name} is damaged: its contents are not those that were written.")
    if [facts.step] != _steps([file]) or facts.validated > facts.step:
        raise ReidvizError(f"{file.name} is damaged: what lies beside it tells of another step.")
    return facts, tensors


def _put(trainer: Trainer, tensors: dict[str, Tensor], facts: ResumeState) -> None:
    """Copy into the trainer's own tensors, so that their layout in memory stays what it is without a resume."""
    parts: dict[str, dict[str, Tensor]] = {"network": {}, "optimiser": {}}
    try:
        for name, value in tensors.items():
            part, _, rest = name.partition(".")
            parts[part][rest] = value
        trainer.trained.load_state_dict(parts["network"])
        parameters = [p for group in trainer.optimiser.param_groups for p in group["params"]]
        state: dict[int, dict[str, Tensor]] = {}
        for name, value in parts["optimiser"].items():
            position, _, key = name.partition(".")
            like = parameters[int(position)]
            placed = torch.empty_like(like).copy_(value) if value.shape == like.shape else value
            state.setdefault(int(position), {})[key] = placed
        groups = trainer.optimiser.state_dict()["param_groups"]
        trainer.optimiser.load_state_dict({"state": state, "param_groups": groups})
    except (RuntimeError, KeyError, ValueError, IndexError) as error:
        raise ReidvizError(f"The snapshot of step {facts.step} does not fit this training.") from error
    trainer.done = facts.step
    trainer.first_losses = list(facts.first_losses)
