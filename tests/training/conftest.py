"""Trainings small enough to run many times."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from reidviz.evaluation.evaluate import card_metrics
from reidviz.evaluation.validation import validate
from reidviz.training.recipe import Recipe, compact_recipe
from reidviz.training.run_folder import Job, RunFolder, create
from reidviz.training.train import Exams
from tests.conftest import SMALL, people_folder

EXAMS = Exams(validate, card_metrics)
RECIPE = replace(compact_recipe(), architecture=SMALL, size=4, iterations=24, held_out=0.25, erase=0.3)


@pytest.fixture
def people(tmp_path: Path) -> Path:
    """Sixteen persons, half of whom train, a quarter of those held out."""
    return people_folder(tmp_path / "people", persons=16)


def new_run(people: Path, root: Path, variant: str = "mtdnet", recipe: Recipe = RECIPE, **changes: Any) -> RunFolder:
    """A run folder, waiting."""
    job = Job(f"folder:{people}", "half:0", variant, recipe, None, 0)
    return create(root, replace(job, **changes))


def told(run: RunFolder) -> list[dict[str, Any]]:
    """What happened in the training itself, without times."""
    events = [e for e in run.events() if e["event"] in {"step", "validation"}]
    return [{k: v for k, v in e.items() if k != "seconds"} for e in events]
