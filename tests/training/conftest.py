"""Trainings small enough to run many times."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from reidviz.evaluation.pipeline.report import card_metrics
from reidviz.evaluation.pipeline.validation import validate
from reidviz.training.job import Job
from reidviz.training.recipe import Recipe
from reidviz.training.recipes import compact_recipe
from reidviz.training.run import Evaluators
from reidviz.training.run_folder import RunFolder, create
from tests.conftest import SMALL, people_folder

EVALUATORS = Evaluators(validate, card_metrics)
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


def step_event(step: int) -> dict[str, Any]:
    """A step as it is logged."""
    return {
        "event": "step",
        "step": step,
        "loss": 1.5,
        "triplet_loss": 1.0,
        "pair_loss": 0.5,
        "pair_accuracy": None,
        "images": 8,
        "seconds": 2.0,
    }


def validation_event(step: int) -> dict[str, Any]:
    """A validation as it is logged."""
    mistake = {"probe": 0, "match": 1, "other": 2, "match_score": 0.5, "other_score": 0.25, "rank": 2}
    ranker = {"name": "mtdtrp", "kind": "distance", "rank1": 50.0, "mAP": 60.0, "cmc": [50.0, 100.0]}
    return {
        "event": "validation",
        "step": step,
        "seconds": 2.0,
        "probes": 2,
        "gallery": 2,
        "readings": [ranker | {"mistakes": [mistake]}],
        "fusion": None,
    }
