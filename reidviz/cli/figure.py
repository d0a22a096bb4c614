"""python -m reidviz figure."""

import argparse
from pathlib import Path

from reidviz.cli.progress import ConsoleProgress
from reidviz.common.atomic_write import write_atomically
from reidviz.common.errors import ReidvizError
from reidviz.common.printable import printable


def add_options(command: argparse.ArgumentParser) -> None:
    """The options of the command."""
    command.description = (
        "Reads the record in a figure, table or grid of images that was taken away (SVG, PNG, PDF, CSV, LaTeX) and "
        "makes it again: the same data, models and settings, or one sentence that says which of them is not here."
    )
    command.add_argument(
        "--from", dest="file", type=Path, required=True, metavar="FILE", help="SVG, PNG, PDF, CSV or LaTeX"
    )
    command.add_argument("--out", type=Path, help="write it here; the ending says the form. Default: print the record")
    command.add_argument("--data", help="where the data lie, NAME:FOLDER; default: the name in the record")


def run_figure(options: argparse.Namespace) -> None:
    """Print the record, or make the figure again."""
    from reidviz.evaluation.certificate import as_json
    from reidviz.figures.print.files import formats_of
    from reidviz.figures.print.record import certificate_in
    from reidviz.figures.remade.again import made_again

    certificate = certificate_in(options.file)
    if options.out is None:
        told = [certificate.caption, certificate.command, certificate.numbers]
        print(*(printable(line) for line in told if line), as_json(certificate), sep="\n")
        return
    form = options.out.suffix.lower().lstrip(".")
    progress = ConsoleProgress()
    made = made_again(certificate, options.data, progress)
    progress.end()
    forms = formats_of(made)
    if form not in forms:
        raise ReidvizError(f"This is not written as {form or 'nothing'}.", f"Choose one of: {', '.join(forms)}.")
    write_atomically(options.out, forms[form][1](made, certificate))
    print(options.out)
