"""How a run was asked for, as a command, and what its worker printed."""

import json
import os
import shlex
from typing import Final

import streamlit as st

from reidviz.common import settings
from reidviz.common.errors import ReidvizError
from reidviz.common.printable import printable, short
from reidviz.training.job import Job
from reidviz.training.recipe import SETTINGS, value_of
from reidviz.training.recipes import RECIPES, recipe_named
from reidviz.ui.training.runs import RunView

MOST_BYTES: Final = 40_000


def show_record(seen: RunView) -> None:
    """The command that asks for the same training, and the end of the log."""
    if seen.job is not None:
        st.caption("The command that asks for the same training; data of your own take their folder behind the colon:")
        st.code(command(seen.job), language="bash", wrap_lines=True)
    lines = _log(seen)
    st.caption("What its worker printed last:" if lines else "Its worker has printed nothing.")
    if lines:
        st.code(lines, language=None, wrap_lines=True, height=320)


def command(job: Job) -> str:
    """`python -m reidviz train` for a job: its recipe by name, and the settings that are not the recipe's own."""
    words = ["python", "-m", "reidviz", "train", "--data", short(job.data), "--protocol", job.protocol]
    words += ["--variant", job.variant, "--seed", str(job.seed)]
    if job.init is not None:
        words += ["--init", "imagenet" if job.init == settings.IMAGENET else short(f"run:{job.init}")[4:]]
    if job.source is not None:
        words += ["--source", short(job.source)]
    for one in job.also:
        words += ["--also", short(one.data), one.protocol]
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
            words += ["--set", f"{setting}={value if isinstance(value, str) else json.dumps(value)}"]
    return shlex.join(words)


def _log(seen: RunView) -> str:
    """The end of worker.log, line by line, with nothing invisible in it."""
    try:
        with open(seen.folder.root / "worker.log", "rb") as log:
            log.seek(max(0, log.seek(0, os.SEEK_END) - MOST_BYTES))
            text = log.read(MOST_BYTES).decode("utf-8", "replace")
    except OSError:
        return ""
    lines = [printable(line.rpartition("\r")[2]) for line in text.split("\n")]
    return "\n".join(lines).strip().replace(str(settings.PROJECT), "…")
