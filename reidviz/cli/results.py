"""python -m reidviz results add | make: records of what was trained, and docs/results.md made of them."""

import argparse
from pathlib import Path

from reidviz.cli.progress import ConsoleProgress

FOLDER = Path("docs/results")
PAGE = Path("docs/results.md")


def add_options(command: argparse.ArgumentParser) -> None:
    """What can be done with records, each a command of its own."""
    kinds = command.add_subparsers(required=True, dest="what")
    add = kinds.add_parser("add", help="write the record of a training: settings, seed, curve and figures, no weights")
    add.add_argument("trained", type=Path, metavar="RUN", help="a run folder, or a checkpoint")
    add.add_argument("--name", help="of the record; default: that of the run")
    make = kinds.add_parser("make", help="make the page of results from all records")
    make.add_argument("--out", type=Path, default=PAGE, help=f"default: {PAGE}")
    for one in (add, make):
        one.add_argument("--folder", type=Path, default=FOLDER, help=f"of the records; default: {FOLDER}")


def run_results(options: argparse.Namespace) -> None:
    """Do it, and say what was written."""
    if options.what == "add":
        _add(options)
    else:
        _make(options)


def _add(options: argparse.Namespace) -> None:
    from reidviz.experiments.records import name_from, write_record
    from reidviz.experiments.run_record import run_record
    from reidviz.models.model_card import find_checkpoint, read_card

    progress = ConsoleProgress()
    name = options.name or name_from(read_card(find_checkpoint(options.trained)).name)
    record = run_record(options.trained, name, progress)
    progress.end()
    print(f"{write_record(options.folder, record)}\nNow: python -m reidviz results make")


def _make(options: argparse.Namespace) -> None:
    from reidviz.common.atomic_write import write_atomically
    from reidviz.experiments.records import records_in
    from reidviz.experiments.results_page import results_page

    records = records_in(options.folder)
    write_atomically(options.out, results_page(records).encode())
    print(f"{options.out}, from {len(records)} records.")
