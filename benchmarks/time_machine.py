"""python -m benchmarks.time_machine: what it costs a training to keep records of its validations.

Each training is a whole one as the command does it, without the test at the end. What is done for the records alone,
who stands in front of every probe and the file that is written, is timed inside it: so both are of the same minute of
the same machine. The features of a record are those that the validation computes for its distances anyway.
"""

import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any
from unittest.mock import patch

import torch

from benchmarks.measure import machine, matmul_rate
from reidviz.cli.progress import ConsoleProgress
from reidviz.common import settings
from reidviz.evaluation.pipeline import validation
from reidviz.evaluation.pipeline.report import card_metrics
from reidviz.training import hooks
from reidviz.training.job import Job
from reidviz.training.recipes import compact_recipe
from reidviz.training.run import Evaluators, train
from reidviz.training.run_folder import create
from reidviz.training.validation_records import record_file, steps_recorded

DATA, PROTOCOL, STEPS = "synthetic:cuhk03", "test100:0", 100
VARIANTS = ("mtdnet-rnk", "mtdnet-cls", "mtdnet")


@contextmanager
def timed(module: Any, name: str, spent: dict[str, float]) -> Iterator[None]:
    """Add up the seconds of a function of a module, as long as the context lasts."""
    real: Callable[..., Any] = getattr(module, name)

    def measured(*arguments: Any, **named: Any) -> Any:
        began = time.perf_counter()
        try:
            return real(*arguments, **named)
        finally:
            spent[name] = spent.get(name, 0.0) + time.perf_counter() - began

    with patch.object(module, name, measured):
        yield


def main() -> None:
    """Print a row for each variant. One argument: steps of each training."""
    steps = int(sys.argv[1]) if len(sys.argv) > 1 else STEPS
    device = settings.device()
    print(machine(device, matmul_rate(device, torch.float32)), flush=True)
    print(
        "\n| variant | steps | s in all | s of them validating | records | kB each | s for records | share of the "
        "training |\n|---|---:|---:|---:|---:|---:|---:|---:|"
    )
    for variant in VARIANTS:
        print(row(variant, steps), flush=True)


def row(variant: str, steps: int) -> str:
    """A training and what it spent."""
    recipe = replace(compact_recipe(), iterations=steps, final_test="none")
    spent: dict[str, float] = {}
    with tempfile.TemporaryDirectory() as folder:
        run = create(Path(folder) / variant, Job(DATA, PROTOCOL, variant, recipe, None, 0))
        with timed(validation, "_record", spent), timed(hooks, "keep_record", spent):
            evaluators = Evaluators(validation.validate, card_metrics)
            with timed(hooks.Validate, "_validate", spent):
                train(run, evaluators, ConsoleProgress())
        kept = [record_file(run.validations, step).stat().st_size for step in steps_recorded(run.validations)]
        seconds = run.status().seconds
    ours = spent["_record"] + spent["keep_record"]
    return (
        f"| {variant} | {steps} | {seconds:.1f} | {spent['_validate']:.1f} | {len(kept)} | "
        f"{sum(kept) / len(kept) / 1000:.0f} | {ours:.3f} | {ours / seconds:.2%} |"
    )


if __name__ == "__main__":
    main()
