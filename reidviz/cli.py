"""python -m reidviz train | evaluate: the same work as in the app, from the shell."""

import argparse
import json
import sys
import time
from dataclasses import replace
from pathlib import Path

from reidviz import settings
from reidviz.errors import ReidvizError
from reidviz.progress import time_left


def main(arguments: list[str] | None = None) -> int:
    """Run one command; 0 when it went well, 1 with one sentence on standard error when not, 130 when interrupted."""
    options = parser().parse_args(arguments)
    try:
        options.run(options)
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

    train = commands.add_parser("train", help="train one variant of MTDnet")
    train.set_defaults(run=run_train)
    _add_data(train)
    train.add_argument("--variant", required=True, help="mtdnet-rnk, mtdnet-cls, mtdnet or mtdtrp")
    train.add_argument("--recipe", choices=("compact", "paper"), default="compact")
    train.add_argument(
        "--stem",
        choices=("caffenet", "torchvision"),
        help="default: torchvision; caffenet for paper from fresh weights",
    )
    train.add_argument("--init", help="checkpoint or run to start from, or 'imagenet' for conv1-2 of AlexNet")
    train.add_argument("--iterations", type=int, help="steps; default: the recipe's")
    train.add_argument("--seed", type=int, default=0)
    train.add_argument("--out", type=Path, required=True, help="folder of this run")

    evaluate = commands.add_parser("evaluate", help="CMC, mAP and mINP of trained models")
    evaluate.set_defaults(run=run_evaluate)
    _add_data(evaluate)
    evaluate.add_argument("--model", type=Path, action="append", required=True, help="checkpoint file or run folder")
    evaluate.add_argument("--json", type=Path, help="also write the figures to this file")
    evaluate.add_argument("--fresh", action="store_true", help="score again even if these scores are cached")
    return root


def _add_data(command: argparse.ArgumentParser) -> None:
    command.add_argument("--data", required=True, help="NAME[:ROOT], e.g. synthetic:cuhk03 or cuhk01:/data/cuhk01")
    command.add_argument("--protocol", help="e.g. mtdnet-486, half:0; default: the data set's own")


def run_train(options: argparse.Namespace) -> None:
    """Train, evaluate on the protocol's own test identities, and put the figures on the card."""
    from reidviz.data.formats import load
    from reidviz.data.protocols import default_protocol, split
    from reidviz.evaluation.evaluate import evaluate, readings_of, report
    from reidviz.models.card import read_card, write_card
    from reidviz.training.recipe import lasting, recipe_named
    from reidviz.training.run_folder import Job
    from reidviz.training.train import train

    dataset = load(options.data)
    protocol = options.protocol or default_protocol(dataset)
    init = settings.IMAGENET_STEM if options.init == "imagenet" else Path(options.init) if options.init else None
    stem = options.stem or ("torchvision" if options.init == "imagenet" else None)
    recipe = recipe_named(options.recipe, options.variant, stem)
    if options.iterations is not None:
        recipe = lasting(recipe, options.iterations)
    job = Job(options.data, protocol, options.variant, recipe, init, options.seed)
    progress = ConsoleProgress()
    final = train(job, options.out, progress)
    parts = split(dataset, protocol)
    results = [evaluate(reading, dataset, parts, progress, use_cache=False) for reading in readings_of(final)]
    progress.end()
    summary = report(dataset, parts, results)
    context = {k: summary[k] for k in ("data", "protocol", "probes", "gallery")}
    card = read_card(final)
    write_card(final, replace(card, metrics=tuple(context | model for model in summary["models"])))
    print(table(summary))
    print(f"\n{final}")


def run_evaluate(options: argparse.Namespace) -> None:
    """Print the table of all models on one split, and write it as JSON when asked."""
    from reidviz.data.formats import load
    from reidviz.data.protocols import default_protocol, split
    from reidviz.evaluation.evaluate import evaluate, readings_of, report
    from reidviz.files import write_atomically

    readings = [reading for path in options.model for reading in readings_of(path)]
    dataset = load(options.data)
    parts = split(dataset, options.protocol or default_protocol(dataset))
    progress = ConsoleProgress()
    results = [evaluate(reading, dataset, parts, progress, use_cache=not options.fresh) for reading in readings]
    progress.end()
    summary = report(dataset, parts, results)
    print(table(summary))
    if options.json:
        write_atomically(options.json, (json.dumps(summary, indent=1) + "\n").encode())


def table(summary: dict[str, object]) -> str:
    """An evaluation as text."""
    models = summary["models"]
    assert isinstance(models, list)
    lines = [
        f"{summary['data']}, {summary['protocol']}: {summary['probes']} probes, gallery of {summary['gallery']}",
        f"{'model':<28}{'ranks by':<13}"
        + "".join(f"{h:>9}" for h in ("rank-1", "rank-5", "rank-10", "rank-20"))
        + f"{'mAP':>8}{'mINP':>8}{'seconds':>9}",
    ]
    for m in models:
        cmc = "".join(f"{m['cmc'][str(k)]:>9.2f}" for k in (1, 5, 10, 20))
        lines.append(f"{m['name']:<28}{m['kind']:<13}{cmc}{m['mAP']:>8.2f}{m['mINP']:>8.2f}{m['seconds']:>9.1f}")
    return "\n".join(lines)


class ConsoleProgress:
    """One line on standard error that is written over; whole lines, now and then, where it is no terminal."""

    def __init__(self) -> None:
        self.what = ""
        self.started = self.shown = 0.0

    def __call__(self, done: int, total: int, what: str) -> None:
        now = time.monotonic()
        stage = what.split(" (")[0]
        if stage != self.what:
            self.what, self.started, self.shown = stage, now, 0.0
        terminal = sys.stderr.isatty()
        if done < total and now - self.shown < (0.2 if terminal else 15):
            return
        self.shown = now
        line = f"{what}: {done}/{total} {time_left(done, total, now - self.started)}"
        print(f"\r{line:<100}" if terminal else line, end="" if terminal else "\n", file=sys.stderr, flush=True)

    def end(self) -> None:
        """Leave the line behind."""
        if sys.stderr.isatty():
            print(file=sys.stderr)
