"""The family of models that answers "do both tasks beat one?", as a plan of trainings with names of their own.

The control of the ranking side is mtdnet with the pair loss at weight 0, read by its ranking branch: mtdtrp with
pair_weight 0. In the same seed it has mtdnet's first weights and batches. mtdnet-rnk, a deep network, is no such
control; it is beside it as the release has it.
"""

import hashlib
import json
import re
import shlex
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from reidviz.common import settings
from reidviz.common.errors import ReidvizError
from reidviz.data.formats import load
from reidviz.data.splits.protocols import default_protocol, split
from reidviz.evaluation.pipeline.repeated_splits import collapsed
from reidviz.training.command import assignment
from reidviz.training.job import Job, check
from reidviz.training.launcher import folder_of
from reidviz.training.recipe import SETTINGS, Recipe, changed, value_of
from reidviz.training.recipes import recipe_named

RANKING_ALONE = "ranking branch alone"
TEACHER = "mtdnet on the source"
MOST_SEEDS = 100


@dataclass(frozen=True)
class Question:
    """What is compared: data, splits, recipe, how many seeds (0, 1, ...), and what helps.

    settings  other settings of the recipe by name, the same for every member; init: "imagenet", or None for fresh
    """

    data: str
    protocols: tuple[str, ...]
    recipe: str = "compact"
    seeds: int = 3
    source: str | None = None
    init: str | None = None
    settings: tuple[tuple[str, Any], ...] = ()

    @property
    def key(self) -> str:
        """What tells this question from others."""
        return _digest(asdict(self))


@dataclass(frozen=True)
class Planned:
    """One training of the family. The teacher of mtdnet-cross is trained on the source and not compared."""

    member: str
    job: Job
    compared: bool = True

    @property
    def root(self) -> Path:
        """Its folder: the same for the same job."""
        told = [re.sub(r"[^A-Za-z0-9.]+", "-", part).strip("-")[:20] for part in (self.job.data, self.job.protocol)]
        seed = f"seed {self.job.seed}"
        return folder_of(" ".join(("family", *told, self.member, seed, _digest(_record(self.job)))))


def plan(question: Question, recipe_by_name: Callable[..., Recipe] = recipe_named) -> tuple[Planned, ...]:
    """Every training, seed after seed, so that all members have their first seed early.

    ReidvizError for a question that cannot be asked.
    """
    if not 1 <= question.seeds <= MOST_SEEDS:
        raise ReidvizError(f"{question.seeds} seeds cannot be trained.", f"Give 1 to {MOST_SEEDS}.")
    dataset = load(question.data)
    for protocol in question.protocols:
        split(dataset, protocol)
    found = [
        one
        for protocol in question.protocols
        for seed in range(question.seeds)
        for one in _of_seed(question, protocol, seed, recipe_by_name)
    ]
    for one in found:
        check(one.job)
    return tuple({one.root: one for one in found}.values())


def differences(member: Job, mtdnet: Job) -> list[str]:
    """In which settings of the recipe a member differs from mtdnet, in words."""
    names = [name for name in SETTINGS if value_of(member.recipe, name) != value_of(mtdnet.recipe, name)]
    return [f"{name} {value_of(member.recipe, name)} (mtdnet {value_of(mtdnet.recipe, name)})" for name in names]


def arguments(question: Question) -> list[str]:
    """The options by which `compare` asks a question."""
    several = len(question.protocols) > 1
    found = ["--data", question.data, "--splits" if several else "--protocol", collapsed(question.protocols)]
    found += ["--recipe", question.recipe, "--seeds", str(question.seeds)]
    found += ["--source", question.source] if question.source else []
    found += ["--init", question.init] if question.init else []
    return [*found, *(word for name, value in question.settings for word in ("--set", assignment(name, value)))]


def compare_command(question: Question) -> str:
    """`python -m reidviz compare` that asks it."""
    return shlex.join(["python", "-m", "reidviz", "compare", *arguments(question)])


def _of_seed(question: Question, protocol: str, seed: int, recipe_by_name: Callable[..., Recipe]) -> list[Planned]:
    init = settings.IMAGENET if question.init == "imagenet" else None
    stem = "torchvision" if init else None

    def job(variant: str, **others: Any) -> Job:
        recipe = changed(recipe_by_name(question.recipe, variant, stem), dict(question.settings) | others)
        return Job(question.data, protocol, variant, recipe, init, seed)

    found = [
        Planned("mtdnet-rnk", job("mtdnet-rnk")),
        Planned(RANKING_ALONE, job("mtdtrp", pair_weight=0.0)),
        Planned("mtdnet-cls", job("mtdnet-cls")),
        Planned("mtdnet", job("mtdnet")),
    ]
    if question.source is None:
        return found
    parts = default_protocol(load(question.source))
    teacher = Planned(TEACHER, replace(job("mtdnet"), data=question.source, protocol=parts), compared=False)
    cross = replace(job("mtdnet-cross"), init=teacher.root.absolute(), source=question.source)
    aug = Planned("mtdnet-aug", replace(job("mtdnet-aug"), source=question.source))
    return [*found, aug, teacher, Planned("mtdnet-cross", cross)]


def _record(job: Job) -> dict[str, Any]:
    told = asdict(job) | {"init": job.init and job.init.name}
    del told["marks"]  # a family learns from none, and older ones were named without
    return told


def _digest(record: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(record, sort_keys=True).encode()).hexdigest()[:10]
