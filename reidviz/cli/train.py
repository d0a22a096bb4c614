"""python -m reidviz train."""

import argparse
import json
import logging
from pathlib import Path
from typing import TYPE_CHECKING

from reidviz.cli.evaluate import table
from reidviz.cli.options import add_data, data_name
from reidviz.cli.progress import ConsoleProgress
from reidviz.cli.settings import settings_help
from reidviz.common import settings
from reidviz.common.errors import ReidvizError
from reidviz.common.printable import printable
from reidviz.models.model_card import find_checkpoint
from reidviz.training.recipe import changed
from reidviz.training.recipes import RECIPES, recipe_named

LOG = logging.getLogger(__name__)

if TYPE_CHECKING:
    from reidviz.data.dataset import Dataset
    from reidviz.training.job import Job, MarkedPair


def add_options(command: argparse.ArgumentParser) -> None:
    """The options of the command."""
    command.description = "Also under torchrun, on several GPUs or machines. Ctrl-C stops after the present step."
    command.epilog = settings_help()
    command.formatter_class = argparse.RawDescriptionHelpFormatter
    add_data(command, required=False)
    command.add_argument("--resume", type=Path, metavar="RUN", help="go on with the training in this folder")
    command.add_argument("--variant", help="mtdnet-rnk, mtdnet-cls, mtdnet, mtdtrp, mtdnet-cross or mtdnet-aug")
    command.add_argument("--source", metavar="DATA", help="data set that helps mtdnet-cross and mtdnet-aug")
    command.add_argument(
        "--also",
        nargs=2,
        action="append",
        default=[],
        metavar=("DATA", "PROTOCOL"),
        help="further data set to train on, with an equal share of each batch; may be repeated",
    )
    command.add_argument(
        "--marks", type=Path, metavar="FILE", help="marked pairs to learn from, CSV or JSON as Verify exports them"
    )
    command.add_argument("--recipe", choices=tuple(RECIPES), help="default: compact")
    command.add_argument(
        "--stem",
        choices=("caffenet", "torchvision"),
        help="default: torchvision; caffenet for paper from fresh weights",
    )
    command.add_argument("--init", help="checkpoint or run to start from, or 'imagenet' for conv1-2 of AlexNet")
    command.add_argument("--iterations", type=int, help="steps; default: the recipe's. With --resume, steps in all")
    command.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="another setting of the recipe, e.g. size=64, held_out=0 or architecture.dropout=0.5; may be repeated",
    )
    command.add_argument("--seed", type=int, help="default: 0")
    command.add_argument("--out", type=Path, help="folder of this run; default: a new one in runs/")


def run_train(options: argparse.Namespace) -> None:
    """Train, evaluate on the protocol's own test identities, and put the figures on the card."""
    from reidviz.common.progress import silent
    from reidviz.evaluation.pipeline.report import card_metrics
    from reidviz.evaluation.pipeline.validation import validate
    from reidviz.models.model_card import read_card
    from reidviz.training.distributed import join
    from reidviz.training.go_on import go_on_to
    from reidviz.training.run import Evaluators, train
    from reidviz.training.run_folder import RunFolder, create

    if options.resume:
        _refuse_other_settings(options)
    team = join()
    if team.size > 1 and not (options.resume or options.out):
        raise ReidvizError("Under torchrun a training needs --out or --resume.", "For example: --out runs/my-run")
    run = RunFolder(options.resume or options.out or _new_folder(options))
    if options.resume is None and team.rank == 0:
        create(run.root, _job(options))
    elif options.iterations is not None and team.rank == 0:
        go_on_to(run, options.iterations)
    team.wait()
    progress = ConsoleProgress()
    final = train(run, Evaluators(validate, card_metrics), progress if team.rank == 0 else silent)
    if team.rank:
        return
    progress.end()
    if odd := run.status().message:
        LOG.warning(odd)
    if final is None:
        print(f"Stopped at step {run.status().step}. Go on with: python -m reidviz train --resume {run.root}")
        return
    metrics = read_card(final).metrics
    print(table(metrics[0] | {"models": metrics}) if metrics else "Trained and not tested, as the recipe says.")
    print(f"\n{final}")


def _refuse_other_settings(options: argparse.Namespace) -> None:
    """A training goes on as it was asked for: what else is given beside --resume is never ignored in silence."""
    fixed = (
        "data",
        "names",
        "protocol",
        "source",
        "also",
        "marks",
        "variant",
        "recipe",
        "stem",
        "init",
        "set",
        "seed",
        "out",
    )
    given = [f"--{name}" for name in fixed if getattr(options, name) not in (None, [])]
    if given:
        raise ReidvizError(
            f"--resume goes on with a training as it was asked for, without {', '.join(given)}.",
            "Only --iterations can be given beside it; for other settings start a new training.",
        )


def _job(options: argparse.Namespace) -> "Job":
    from reidviz.data.formats import load
    from reidviz.data.splits.protocols import default_protocol, split
    from reidviz.training.job import Also, Job

    if not options.data or not options.variant:
        raise ReidvizError("A new training needs --data and --variant.", "To go on with one, give --resume RUN.")
    data = data_name(options)
    dataset = load(data)
    protocol = options.protocol or default_protocol(dataset)
    split(dataset, protocol)
    init = settings.IMAGENET if options.init == "imagenet" else Path(options.init) if options.init else None
    if init is not None:
        find_checkpoint(init)
    stem = options.stem or ("torchvision" if options.init == "imagenet" else None)
    recipe = changed(recipe_named(options.recipe or "compact", options.variant, stem), settings_asked(options))
    init, seed = init and init.absolute(), options.seed or 0
    also = tuple(Also(*one) for one in options.also)
    for one in also:
        split(load(one.data), one.protocol)
    marks = _marks(options.marks, dataset) if options.marks else ()
    return Job(data, protocol, options.variant, recipe, init, seed, options.source, also, marks)


def _marks(file: Path, dataset: "Dataset") -> "tuple[MarkedPair, ...]":
    """The pairs of a file of marks that were not skipped and that neither annotators nor other marks contradict."""
    from reidviz.common.roots import open_regular
    from reidviz.marks.exchange import MOST_BYTES, read_marks
    from reidviz.marks.mark import answers, consistent, together
    from reidviz.training.job import MarkedPair

    with open_regular(file, MOST_BYTES) as opened:
        brought = read_marks(file.name, opened.read(MOST_BYTES), dataset)
    found = together(answers(marks) for marks in brought.by.values())
    kept = consistent(found.same)
    if not kept:
        why = "its marks contradict one another" if found.same or found.disputed else "every pair in it was skipped"
        raise ReidvizError(f"{printable(file.name)} teaches nothing: {why}.", "Leave --marks out to train without.")
    if ignored := len(found.disputed) + len(found.same) - len(kept):
        LOG.warning("%s pairs on which annotators or marks contradict one another count for nothing.", f"{ignored:,}")
    if brought.marked_data:
        LOG.warning("%s was marked on other data: %s.", printable(file.name), printable(brought.marked_data))
    return tuple(MarkedPair(*pair, same) for pair, same in kept.items())


def _new_folder(options: argparse.Namespace) -> Path:
    from reidviz.training.launcher import folder_of, free_name

    return folder_of(free_name(options.variant or "run", options.data or ""))


def settings_asked(options: argparse.Namespace) -> dict[str, object]:
    """--iterations and each --set NAME=VALUE; a value is JSON, or else a plain word."""
    found: dict[str, object] = {} if options.iterations is None else {"iterations": options.iterations}
    for pair in options.set:
        name, equals, value = pair.partition("=")
        if not equals:
            raise ReidvizError(f"--set wants NAME=VALUE, not {pair!r}.", "For example: --set size=64")
        try:
            found[name] = json.loads(value)
        except ValueError:
            found[name] = value
    return found
