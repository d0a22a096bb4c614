"""python -m reidviz figure."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from reidviz.cli.progress import ConsoleProgress
from reidviz.common.atomic_write import write_atomically
from reidviz.common.errors import ReidvizError
from reidviz.common.printable import printable

if TYPE_CHECKING:
    from reidviz.evaluation.certificate import Certificate


def add_options(command: argparse.ArgumentParser) -> None:
    """The options of the command."""
    command.description = (
        "Reads the record in a figure that was taken away (SVG, PNG, PDF, CSV) and makes it again: the same data, "
        "models and settings, or one sentence that says which of them is not here."
    )
    command.add_argument("--from", dest="file", type=Path, required=True, metavar="FILE", help="SVG, PNG, PDF or CSV")
    command.add_argument("--out", type=Path, help="write it here; the ending says the form. Default: print the record")
    command.add_argument("--data", help="where the data lie, NAME:FOLDER; default: the name in the record")


def run_figure(options: argparse.Namespace) -> None:
    """Print the record, or make the figure again."""
    from reidviz.evaluation.certificate import as_json
    from reidviz.figures.print.files import FORMATS
    from reidviz.figures.print.record import certificate_in

    certificate = certificate_in(options.file)
    if options.out is None:
        print(f"{printable(certificate.caption)}\n{printable(certificate.command)}\n{as_json(certificate)}")
        return
    form = options.out.suffix.lower().lstrip(".")
    if form not in FORMATS:
        raise ReidvizError(f"Figures are not written as {form or 'nothing'}.", f"Choose one of: {', '.join(FORMATS)}.")
    progress = ConsoleProgress()
    made = _again(certificate, options.data, progress)
    progress.end()
    write_atomically(options.out, FORMATS[form][1](made, certificate))
    print(options.out)


def _again(certificate: "Certificate", data: str | None, progress: ConsoleProgress) -> object:
    from reidviz.data.formats import load
    from reidviz.data.splits.protocols import split
    from reidviz.evaluation.pipeline.evaluate import evaluate_all
    from reidviz.evaluation.pipeline.recorded_rankers import rankers_recorded
    from reidviz.figures.remade import REMADE

    if certificate.kind not in REMADE:
        raise ReidvizError(
            f"A figure of the kind {printable(certificate.kind)} is not made again by this command.",
            f"It makes: {', '.join(REMADE)}. The others are made on the page that their record's command leads to.",
        )
    dataset = load(data or certificate.data)
    if dataset.manifest_hash != certificate.data_hash:
        raise ReidvizError(
            f"The images of {printable(dataset.name)} are not those that this figure was made of.",
            "Give --data NAME:FOLDER with the same images.",
        )
    parts = split(dataset, certificate.protocol)
    if parts.key != certificate.split:
        raise ReidvizError("The split is not that of this figure.", "It was made where other images were known.")
    results = evaluate_all(rankers_recorded(certificate), dataset, parts, progress)
    return REMADE[certificate.kind](results, dataset, parts, certificate)
