"""python -m reidviz train | evaluate | doctor | settings | cache | bench: the work of the app, from the shell."""

import argparse
import importlib
import sys
from pathlib import Path
from typing import TypeAlias

from reidviz.cli import doctor as doctor_cli
from reidviz.cli.cache import add_options as add_cache_options
from reidviz.cli.cache import run_cache
from reidviz.cli.evaluate import run_evaluate
from reidviz.cli.options import add_data, data_name
from reidviz.cli.progress import ConsoleProgress
from reidviz.cli.settings import run_settings, settings_help
from reidviz.cli.train import run_train
from reidviz.common import settings
from reidviz.common.cache import trim
from reidviz.common.errors import ReidvizError
from reidviz.training.recipes import RECIPES

Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"


def main(arguments: list[str] | None = None) -> int:
    """Run one command; 0 when it went well, 1 with one sentence on standard error when not, 130 when interrupted."""
    options = parser().parse_args(arguments)
    try:
        options.run(options)
        trim()
    except ReidvizError as error:
        print(f"\nreidviz: {error.message}\n{error.hint}".rstrip(), file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nreidviz: stopped.", file=sys.stderr)
        return 130
    return 0


def parser() -> argparse.ArgumentParser:
    """The command line."""
    root = argparse.ArgumentParser(prog="python -m reidviz", description=__doc__)
    commands = root.add_subparsers(required=True)
    _add_train(commands)
    _add_evaluate(commands)
    doctor = commands.add_parser("doctor", help="what is wrong with a data set, in plain words")
    doctor.set_defaults(run=run_doctor)
    add_data(doctor, required=True)
    doctor_cli.add_options(doctor)
    settings = commands.add_parser("settings", help="every setting of a recipe: what it is, and what it can be")
    settings.set_defaults(run=run_settings)
    cache = commands.add_parser("cache", help="what is kept on disk to be computed once only")
    cache.set_defaults(run=run_cache)
    add_cache_options(cache)
    _add_bench(commands)
    return root


def _add_train(commands: Commands) -> None:
    train = commands.add_parser(
        "train",
        help="train one variant of MTDnet, or go on with a training",
        description="Also under torchrun, on several GPUs or machines. Ctrl-C stops after the present step.",
        epilog=settings_help(),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    train.set_defaults(run=run_train)
    add_data(train, required=False)
    train.add_argument("--resume", type=Path, metavar="RUN", help="go on with the training in this folder")
    train.add_argument("--variant", help="mtdnet-rnk, mtdnet-cls, mtdnet, mtdtrp, mtdnet-cross or mtdnet-aug")
    train.add_argument("--source", metavar="DATA", help="data set that helps mtdnet-cross and mtdnet-aug")
    train.add_argument("--recipe", choices=tuple(RECIPES), help="default: compact")
    train.add_argument(
        "--stem",
        choices=("caffenet", "torchvision"),
        help="default: torchvision; caffenet for paper from fresh weights",
    )
    train.add_argument("--init", help="checkpoint or run to start from, or 'imagenet' for conv1-2 of AlexNet")
    train.add_argument("--iterations", type=int, help="steps; default: the recipe's. With --resume, steps in all")
    train.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="another setting of the recipe, e.g. size=64, held_out=0 or architecture.dropout=0.5; may be repeated",
    )
    train.add_argument("--seed", type=int, help="default: 0")
    train.add_argument("--out", type=Path, help="folder of this run; default: a new one in runs/")


def _add_evaluate(commands: Commands) -> None:
    evaluate = commands.add_parser("evaluate", help="CMC, mAP and mINP of trained models")
    evaluate.set_defaults(run=run_evaluate)
    add_data(evaluate, required=True)
    evaluate.add_argument("--model", type=Path, action="append", required=True, help="checkpoint file or run folder")
    evaluate.add_argument("--passes", default="8-pass", help="8-pass (as the release tests), 4-pass or 1-pass")
    evaluate.add_argument("--precision", default="fp32", help="of the classifier: fp32, or bf16, which is not exact")
    evaluate.add_argument(
        "--cascade",
        type=int,
        default=0,
        metavar="K",
        help="let the classifier rescore only the K gallery pictures that the ranking branch puts first",
    )
    evaluate.add_argument(
        "--averaging",
        choices=("step", "trapezoid"),
        default="step",
        help="mAP from average precision (step), or as Market-1501's own code takes it (trapezoid)",
    )
    evaluate.add_argument("--json", type=Path, help="also write the figures to this file")
    evaluate.add_argument("--per-probe", action="store_true", help="with --json: AP and ranks of each probe too")
    evaluate.add_argument("--fresh", action="store_true", help="score again even if these scores are cached")


def _add_bench(commands: Commands) -> None:
    bench = commands.add_parser("bench", help="measure a table of docs/benchmarks.md on this machine")
    tables = bench.add_subparsers(required=True, dest="what")
    for name, told in (("training", "a training step"), ("pairs", "P(same) of pairs"), ("ranking", "CMC and mAP")):
        tables.add_parser(name, help=told).set_defaults(run=run_bench)
    pairs = tables.choices["pairs"]
    pairs.add_argument("--model", type=Path, default=settings.CHECKPOINTS / "mtdnet.safetensors", help="an mtdnet")
    pairs.add_argument("--data", default="synthetic:cuhk03", help="what the model is tested on")
    pairs.add_argument("--protocol", help="default: the data set's own")
    pairs.add_argument("--cascade", type=int, default=20, metavar="K", help="gallery pictures that a cascade rescores")


def run_doctor(options: argparse.Namespace) -> None:
    """Examine a data set (reidviz.cli.doctor)."""
    options.data = data_name(options)
    progress = ConsoleProgress()
    doctor_cli.run(options, progress, progress.end)


def run_bench(options: argparse.Namespace) -> None:
    """Run a module of benchmarks/, which stands beside the package."""
    sys.path.insert(0, str(settings.PROJECT))
    chosen = {k: v for k, v in vars(options).items() if k not in {"what", "run"}}
    importlib.import_module(f"benchmarks.{options.what}").main(**chosen)
