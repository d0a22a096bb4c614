"""python -m reidviz report: a comparison as one HTML file that can be passed on."""

import argparse
from pathlib import Path

from reidviz.cli.asked import add_models, data_asked, results_asked
from reidviz.cli.options import add_data
from reidviz.cli.progress import ConsoleProgress
from reidviz.common.errors import ReidvizError
from reidviz.common.printable import printable

PEOPLE = ("none", "blurred", "full")


def add_options(command: argparse.ArgumentParser) -> None:
    """The options of the command."""
    command.description = (
        "Writes the whole comparison of models as one HTML file that opens without a network: verdict, results with "
        "intervals, curves, failures, examples, the data, and how it was made."
    )
    add_data(command, required=True)
    add_models(command)
    command.add_argument("--out", type=Path, required=True, metavar="FILE", help="the file to write: .html")
    command.add_argument(
        "--people",
        choices=PEOPLE,
        help="images of people: none, with blurred heads, or in full, which is for the drawn people of built-in data; "
        "default: none of real people, drawn ones in full",
    )


def run_report(options: argparse.Namespace) -> None:
    """Evaluate what is asked, or take it from the cache, and write the report whole or not at all."""
    from reidviz.common.atomic_write import write_atomically
    from reidviz.data.splits.protocols import default_protocol
    from reidviz.report.build import build
    from reidviz.report.page import html
    from reidviz.report.people import people_shown

    if options.out.suffix != ".html":
        raise ReidvizError(f"Reports are not written as {printable(options.out.name)}.", "Let its name end in .html.")
    dataset = data_asked(options)
    people = people_shown(dataset, options.people)
    split, results = results_asked(options, dataset, options.protocol or default_protocol(dataset))
    progress = ConsoleProgress()
    made = html(build(dataset, split, results, people, progress))
    progress.end()
    write_atomically(options.out, made.encode("utf-8", "replace"))
    print(f"{printable(str(options.out))}: {len(made) / 1e6:.1f} MB")
