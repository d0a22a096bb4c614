"""python -m reidviz bench."""

import argparse
import importlib
import sys
from pathlib import Path

from reidviz.common import settings


def add_options(command: argparse.ArgumentParser) -> None:
    """The tables that can be measured, each a command of its own."""
    tables = command.add_subparsers(required=True, dest="what")
    for name, told in (
        ("training", "a training step"),
        ("pairs", "P(same) of pairs"),
        ("ranking", "CMC and mAP"),
        ("models", "networks in ONNX"),
        ("search", "the nearest of a gallery"),
    ):
        tables.add_parser(name, help=told)
    tables.choices["search"].add_argument("--large", action="store_true", help="a gallery of 1,000,000 too (2 GB)")
    models = tables.choices["models"]
    models.add_argument("--model", type=Path, help="a network in ONNX; default: a small one with fresh weights")
    models.add_argument("--data", default="synthetic:cuhk03", help="whose images it describes")
    pairs = tables.choices["pairs"]
    pairs.add_argument("--model", type=Path, default=settings.CHECKPOINTS / "mtdnet.safetensors", help="an mtdnet")
    pairs.add_argument("--data", default="synthetic:cuhk03", help="what the model is tested on")
    pairs.add_argument("--protocol", help="default: the data set's own")
    pairs.add_argument("--cascade", type=int, default=20, metavar="K", help="gallery images that a cascade rescores")


def run_bench(options: argparse.Namespace) -> None:
    """Run a module of benchmarks/, which stands beside the package."""
    sys.path.insert(0, str(settings.APP))
    chosen = {
        name: getattr(options, name) for name in ("model", "data", "protocol", "cascade", "large") if name in options
    }
    importlib.import_module(f"benchmarks.{options.what}").main(**chosen)
