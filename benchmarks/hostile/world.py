"""A small world that cases damage: two runs, a shipped model, added data sets, a list of what is left out, scores."""

import atexit
import json
import os
import shutil
import sys
from collections.abc import Iterable
from dataclasses import replace
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import numpy as np
import torch
from PIL import Image

from benchmarks.hostile.campaign import HEAD, Tally
from reidviz.common import settings
from reidviz.data.formats import load
from reidviz.data.formats.excluded import write as write_without
from reidviz.evaluation.scoring import cache as score_cache
from reidviz.models.architecture import Architecture, compact
from reidviz.models.checkpoint import save_checkpoint
from reidviz.models.model_card import Card, Fusion, write_card
from reidviz.models.mtdnet import initialise
from reidviz.models.variants import build
from reidviz.training.job import Job
from reidviz.training.recipes import compact_recipe
from reidviz.training.resume_state import ResumeState, save_snapshot
from reidviz.training.run_folder import RunFolder, Status, create
from reidviz.training.sampler import positives
from reidviz.training.trainer import Trainer

SMALL = replace(compact(), height=64, width=32, feat=16, conv3=8, conv4=8, conv5=8, fc=16)
FUSION = Fusion(0.5, 0.2, 0.7, "8 persons", 16, 8, (0.0, 1.0), (50.0, 75.0), (55.0, 80.0))
FIGURES: dict[str, Any] = {
    "data": "synthetic:viper",
    "protocol": "half:0",
    "probes": 4,
    "gallery": 4,
    "name": "one",
    "variant": "mtdnet",
    "kind": "probability",
    "cmc": {"1": 50.0, "5": 75.0, "10": 100.0, "20": 100.0},
    "mAP": 60.0,
    "mINP": 60.0,
    "seconds": 0.1,
}
MISTAKE = {"probe": 0, "match": 1, "other": 2, "match_score": 0.5, "other_score": 0.25, "rank": 2}
READ = {"name": "mtdtrp", "kind": "distance", "rank1": 50.0, "mAP": 60.0, "cmc": [50.0, 100.0], "mistakes": [MISTAKE]}
LOSSES = {"loss": 1.5, "triplet_loss": 1.0, "pair_loss": 0.5, "pair_accuracy": None, "images": 8, "seconds": 2.0}
HAPPENED: tuple[dict[str, Any], ...] = (
    {"event": "started", "device": "CPU", "data_hash": "abc", "trained_on": 4, "validated_on": "half:0 held out"},
    {"event": "step", "step": 10, **LOSSES},
    {"event": "validation", "step": 10, "probes": 2, "gallery": 2, "readings": [READ], "fusion": None},
    {"event": "resumed", "step": 10, "validated": 10},
    {"event": "step", "step": 20, **LOSSES},
)
SHAPE = (4, 6)
"""Of the scores that are kept."""


def folder_for_all(what: str) -> Path:
    """A folder that lasts as long as this process."""
    made = Path(mkdtemp(prefix=f"hostile-{what}-"))
    atexit.register(shutil.rmtree, made, ignore_errors=True)
    return made


def point(work: Path) -> None:
    """Let the app read this world."""
    os.environ.pop("REIDVIZ_DATA", None)
    os.environ.update({f"REIDVIZ_{n.upper()}": str(work / n) for n in ("cache", "runs", "imports")})
    settings.CHECKPOINTS = work / "checkpoints"


def lay(work: Path) -> None:
    """Put the world below a folder, and let the app read it."""
    shutil.copytree(_made(), work, dirs_exist_ok=True)
    point(work)


def lay_for_pages(work: Path) -> None:
    """The same, with images that an address may name folder:people."""
    lay(work)
    (work / "imports" / "damaged.spec").unlink()
    (work / "imports" / "people.spec").write_text(f"folder:{people()}")


@cache
def people(persons: int = 6) -> Path:
    """Images of some persons, by two cameras each, for all cases."""
    root = folder_for_all("images") / "people"
    for person in range(persons):
        (root / f"p{person}").mkdir(parents=True)
        for camera in "AB":
            for shot in range(2):
                colour = (40 * person % 256, 255 - 30 * person % 256, 90 + 60 * (camera == "B") + 5 * shot)
                Image.new("RGB", (24, 48), colour).save(root / f"p{person}" / f"{camera}_{shot}.png")
    return root


@cache
def trainer() -> Trainer:
    """A training of the runs before its first step."""
    pixels = np.zeros((8, SMALL.height, SMALL.width, 3), dtype=np.uint8)
    data = positives(np.repeat(["a", "b"], 4), np.tile(["A", "A", "B", "B"], 2))
    recipe = replace(compact_recipe(), architecture=SMALL, size=2)
    made = build("mtdnet", SMALL)
    initialise(made)
    return Trainer(made, recipe, torch.from_numpy(pixels), data, seed=0)


def model(path: Path, variant: str, sizes: Architecture = SMALL) -> None:
    """An untrained checkpoint."""
    torch.manual_seed(0)
    network = build(variant, sizes)
    initialise(network)
    save_checkpoint(path, network, card(path.stem, variant, sizes))


def card(name: str, variant: str = "mtdnet", sizes: Architecture = SMALL) -> Card:
    """A card with every part that one can have."""
    fused = FIGURES | {"kind": "fused", "weight": 0.5, "weight_fitted": True}
    figures = (FIGURES, fused) if variant == "mtdnet" else ()
    fusion = FUSION if variant == "mtdnet" else None
    return Card(name, variant, sizes, {}, "synthetic:viper", "abc", "half:0", "fresh", 0, 20, figures, fusion)


def report(*tallies: Tally) -> None:
    """Print the table's rows, and each case that ended as it must not; exit with 1 if there is one."""
    print(HEAD)
    for tally in tallies:
        print(tally.line())
    wrong = [f"{tally.campaign} {case}" for tally in tallies for case in (*tally.uncaught, *tally.leaks)]
    print(*wrong, sep="\n", end="")
    sys.exit(1 if wrong else 0)


@cache
def _made() -> Path:
    work = folder_for_all("world")
    point(work)
    for name in ("damaged", "whole"):
        _run(work / "runs" / name)
        (work / "imports").mkdir(exist_ok=True)
        (work / "imports" / f"{name}.spec").write_text(f"folder:{people()}#names={name}", "utf-8")
    (work / "imports" / "whole.spec").write_text("synthetic:viper")
    model(work / "checkpoints" / "mtdnet.safetensors", "mtdnet")
    model(work / "checkpoints" / "mtdnet-rnk.safetensors", "mtdnet-rnk")
    dataset = load(f"folder:{people()}")
    write_without(work / "imports" / "without.json", dataset, [dataset.samples[0].id])
    score_cache.write(work / "cache" / "scores" / "kept.npy", SHAPE, _ones)
    return work


def _ones(out: Any) -> float:
    out[:] = 1
    return 2.5


def _run(root: Path) -> RunFolder:
    run = create(root, Job("synthetic:viper", "half:0", "mtdnet", compact_recipe(), None, 0))
    run.write_status(Status("finished", 20, 20, seconds=3.0, left=1.0))
    run.checkpoints.mkdir()
    run.final.write_bytes(b"no page reads it")
    write_card(run.final, card(root.name))
    for event in HAPPENED:
        run.log(event)
    for step in (10, 20):
        losses = (1.0, 2.0)
        trainer().done = step
        save_snapshot(run.checkpoints, trainer(), ResumeState(step, 2.0, 50.0, 10, 10, "abc", losses))
    return run


def json_of(values: Iterable[dict[str, Any]]) -> bytes:
    """Events as they are written."""
    return b"".join(json.dumps(value).encode() + b"\n" for value in values)
