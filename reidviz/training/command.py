"""How a training is asked for on the command line."""

import json
import shlex
from typing import Any

from reidviz.common import settings
from reidviz.common.errors import ReidvizError
from reidviz.common.printable import short
from reidviz.training.job import Job
from reidviz.training.recipe import SETTINGS, value_of
from reidviz.training.recipes import RECIPES, recipe_named


def train_command(job: Job) -> str:
    """`python -m reidviz train` for a job: data sets and what it starts from without their folders, marks as the file
    that Verify exports, its recipe by name, and the settings that are not the recipe's own."""
    words = ["python", "-m", "reidviz", "train", "--data", short(job.data), "--protocol", job.protocol]
    words += ["--variant", job.variant, "--seed", str(job.seed)]
    if job.init is not None:
        words += ["--init", "imagenet" if job.init == settings.IMAGENET else short(f"run:{job.init}")[4:]]
    if job.source is not None:
        words += ["--source", short(job.source)]
    for one in job.also:
        words += ["--also", short(one.data), one.protocol]
    if job.marks:
        words += ["--marks", "marks.json"]
    name = job.recipe.name if job.recipe.name in RECIPES else "compact"
    words += ["--recipe", name]
    try:
        usual = recipe_named(name, job.variant, job.recipe.architecture.stem)
    except ReidvizError:
        usual = recipe_named(name, job.variant)
    words += ["--stem", job.recipe.architecture.stem]
    for setting in SETTINGS:
        value = value_of(job.recipe, setting)
        if setting not in ("name", "architecture.stem") and value != value_of(usual, setting):
            words += ["--set", assignment(setting, value)]
    return shlex.join(words)


def assignment(setting: str, value: Any) -> str:
    """NAME=VALUE as `--set` reads it."""
    return f"{setting}={value if isinstance(value, str) else json.dumps(value)}"
