"""python -m reidviz compare."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from reidviz.cli.options import add_data, data_name
from reidviz.cli.progress import ConsoleProgress
from reidviz.cli.train import settings_asked
from reidviz.common.json_files import write_json
from reidviz.training.recipes import RECIPES, recipe_named

if TYPE_CHECKING:
    from reidviz.experiments.family import Question


def add_options(command: argparse.ArgumentParser) -> None:
    """The options of the command."""
    command.description = (
        "Do both tasks beat one? Trains the family of models on equal budgets with several seeds, or loads what is "
        "trained, and compares. Ctrl-C stops after the present step; the same command goes on where it was."
    )
    add_data(command, required=True)
    command.add_argument("--recipe", choices=tuple(RECIPES), default="compact", help="default: compact")
    command.add_argument("--seeds", type=int, default=3, help="trainings of each variant; default: 3")
    command.add_argument("--splits", metavar="RANGE", help="several splits instead of --protocol, e.g. half:0-4")
    command.add_argument("--source", metavar="DATA", help="a data set that helps: mtdnet-aug and mtdnet-cross too")
    command.add_argument("--init", choices=("imagenet",), help="start from conv1-2 of AlexNet; default: fresh weights")
    command.add_argument("--iterations", type=int, help="steps of every training; default: the recipe's")
    command.add_argument(
        "--set", action="append", default=[], metavar="NAME=VALUE", help="another setting of the recipe, for all"
    )
    command.add_argument("--json", type=Path, help="also write all of it to this file")
    command.add_argument("--record", type=Path, metavar="FILE", help="also keep it as a record, e.g. in docs/results/")


def run_compare(options: argparse.Namespace) -> None:
    """Train or load the family, print the comparison, and write it as JSON when asked."""
    from reidviz.evaluation.pipeline.report import card_metrics
    from reidviz.evaluation.pipeline.validation import validate
    from reidviz.experiments.family import plan
    from reidviz.experiments.family_record import family_record
    from reidviz.experiments.family_results import result_of
    from reidviz.experiments.family_runs import FamilyFolder, train_family
    from reidviz.experiments.family_words import table
    from reidviz.experiments.records import write_record
    from reidviz.training.run import Evaluators

    question = asked(options)
    planned = plan(question, recipe_named)
    folder, progress = FamilyFolder.of(question), ConsoleProgress()
    folder.root.mkdir(parents=True, exist_ok=True)
    with folder.hold():
        folder.keep(question)
        try:
            loaded, finished = train_family(planned, folder, Evaluators(validate, card_metrics), progress)
            if not finished:
                raise KeyboardInterrupt
            result = result_of(question, planned, progress)
        except KeyboardInterrupt:
            progress.end()
            print("Stopped. What is trained is kept: the same command goes on where it was.")
            raise
        progress.end()
        write_json(folder.root / "result.json", result)
    print(f"{len(planned)} trainings, {loaded} of them loaded.\n\n{table(result)}")
    if options.json:
        write_json(options.json, result)
    if options.record:
        write_record(options.record.parent, family_record(options.record.stem, question, planned, result))


def asked(options: argparse.Namespace) -> "Question":
    """The question that the options ask. ReidvizError when it cannot be asked."""
    from reidviz.common.errors import ReidvizError
    from reidviz.data.formats import load
    from reidviz.data.splits.protocols import default_protocol
    from reidviz.evaluation.pipeline.repeated_splits import expanded
    from reidviz.experiments.family import Question

    if options.splits and options.protocol:
        raise ReidvizError("--splits stands instead of --protocol.", "Give one of them.")
    data = data_name(options)
    protocols = expanded(options.splits or options.protocol or default_protocol(load(data)))
    settings = tuple(sorted(settings_asked(options).items()))
    return Question(data, protocols, options.recipe, options.seeds, options.source, options.init, settings)
