"""python -m reidviz calibrate."""

import argparse
from pathlib import Path

from reidviz.cli.options import add_data, data_name
from reidviz.cli.progress import ConsoleProgress
from reidviz.common.errors import ReidvizError


def add_options(command: argparse.ArgumentParser) -> None:
    """The options of the command."""
    command.description = (
        "Writes a copy of a checkpoint whose card says how to fuse its scores and from which score on a pair is taken "
        "for one person, both measured on the test persons of a protocol: choose persons who are not tested later."
    )
    add_data(command, required=True)
    command.add_argument("--model", required=True, help="a shipped model by its name, a checkpoint or a run")
    command.add_argument("--false-match", type=float, default=0.01, metavar="SHARE", help="accepted; default: 0.01")
    command.add_argument(
        "--feature", type=int, metavar="N", help="keep only N principal directions of the ranking feature"
    )
    command.add_argument("--probes", type=int, default=200, metavar="N", help="at most, taken evenly; default: 200")
    command.add_argument("--caveat", action="append", default=[], help="a sentence its card is to say; may be repeated")
    command.add_argument("--out", type=Path, required=True, metavar="FILE", help="the copy, NAME.safetensors")


def run_calibrate(options: argparse.Namespace) -> None:
    """Measure, and write the copy."""
    from dataclasses import replace
    from tempfile import TemporaryDirectory

    from reidviz.common.atomic_write import write_atomically
    from reidviz.data.formats import load
    from reidviz.data.splits.protocols import default_protocol, split
    from reidviz.evaluation.pipeline.calibrate import calibrated, narrow, to_be_passed_on
    from reidviz.models.model_card import find_checkpoint, read_card, write_card
    from reidviz.models.named import model_file

    if not 0 <= options.false_match < 1:
        raise ReidvizError("The share of false matches lies from 0 to below 1.", "For example: --false-match 0.01")
    if options.probes < 1:
        raise ReidvizError("It takes a probe at least.", "For example: --probes 200")
    if options.out.suffix != ".safetensors":
        raise ReidvizError("A checkpoint is called NAME.safetensors.", "Give --out such a name.")
    dataset = load(data_name(options))
    parts = split(dataset, options.protocol or default_protocol(dataset))
    weights, progress = find_checkpoint(model_file(options.model) or Path(options.model)), ConsoleProgress()
    with TemporaryDirectory() as folder:
        draft = Path(folder) / options.out.name
        if options.feature is None:
            write_atomically(draft, weights.read_bytes())
            write_card(draft, read_card(weights))
        else:
            narrow(weights, draft, options.feature, dataset, progress)
        card, fusion, thresholds = calibrated(draft, dataset, parts, options.false_match, options.probes, progress)
        progress.end()
        write_atomically(options.out, draft.read_bytes())
    told = {"name": options.out.stem, "fusion": fusion, "thresholds": thresholds, "metrics": ()}
    caveats = tuple(options.caveat) or card.caveats
    write_card(options.out, replace(to_be_passed_on(card), caveats=caveats, **told))
    if fusion is not None:
        print(f"fusion weight {fusion.weight:.2f}, mAP within a point from {fusion.low:.2f} to {fusion.high:.2f}")
    for one in thresholds:
        costs = f"FMR {100 * one.false_match_rate:.2f} %, FNMR {100 * one.false_non_match_rate:.1f} %"
        print(f"{one.kind}: threshold {one.value:.4g}, {costs}, over {one.same + one.different:,} pairs")
    print(options.out)
