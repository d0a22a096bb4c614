"""python -m reidviz train | evaluate | doctor | bench: the same work as in the app, from the shell."""

import argparse
import importlib
import json
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from reidviz.cli import doctor as doctor_cli
from reidviz.common import settings
from reidviz.common.errors import ReidvizError
from reidviz.common.printable import MARK
from reidviz.common.progress import time_left
from reidviz.models.model_card import find_checkpoint
from reidviz.training.recipe import RECIPES, changed, recipe_named

if TYPE_CHECKING:
    from reidviz.data.dataset import Dataset, Split
    from reidviz.evaluation.pipeline.evaluate import Reading
    from reidviz.training.run_folder import Job


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

    train = commands.add_parser(
        "train",
        help="train one variant of MTDnet, or go on with a training",
        description="Also under torchrun, on several GPUs or machines. Ctrl-C stops after the present step.",
    )
    train.set_defaults(run=run_train)
    _add_data(train, required=False)
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

    evaluate = commands.add_parser("evaluate", help="CMC, mAP and mINP of trained models")
    evaluate.set_defaults(run=run_evaluate)
    _add_data(evaluate, required=True)
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

    doctor = commands.add_parser("doctor", help="what is wrong with a data set, in plain words")
    doctor.set_defaults(run=run_doctor)
    _add_data(doctor, required=True)
    doctor_cli.add_options(doctor)

    bench = commands.add_parser("bench", help="measure a table of docs/benchmarks.md on this machine")
    tables = bench.add_subparsers(required=True, dest="what")
    for name, told in (("training", "a training step"), ("pairs", "P(same) of pairs"), ("ranking", "CMC and mAP")):
        tables.add_parser(name, help=told).set_defaults(run=run_bench)
    pairs = tables.choices["pairs"]
    pairs.add_argument("--model", type=Path, default=settings.CHECKPOINTS / "mtdnet.safetensors", help="an mtdnet")
    pairs.add_argument("--data", default="synthetic:cuhk03", help="what the model is tested on")
    pairs.add_argument("--protocol", help="default: the data set's own")
    pairs.add_argument("--cascade", type=int, default=20, metavar="K", help="gallery pictures that a cascade rescores")
    return root


def _add_data(command: argparse.ArgumentParser, required: bool) -> None:
    command.add_argument("--data", required=required, help="NAME[:ROOT], e.g. synthetic:cuhk03 or cuhk01:/data/cuhk01")
    command.add_argument(
        "--names",
        metavar="RULE",
        help="how the names of files in a folder: tell the camera: none, part:N, part:N:SEPARATOR, or a regular "
        "expression with groups (?P<camera>...) and, if need be, (?P<identity>...); default: found by pattern",
    )
    command.add_argument(
        "--protocol", help="e.g. mtdnet-486, half:0 (evaluate: half:0-9 for ten); default: the data's own"
    )


def run_train(options: argparse.Namespace) -> None:
    """Train, evaluate on the protocol's own test identities, and put the figures on the card."""
    from reidviz.common.progress import silent
    from reidviz.evaluation.pipeline.evaluate import card_metrics
    from reidviz.evaluation.pipeline.validation import validate
    from reidviz.models.model_card import read_card
    from reidviz.training.distributed import join
    from reidviz.training.go_on import go_on_to
    from reidviz.training.run import Exams, train
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
    final = train(run, Exams(validate, card_metrics), progress if team.rank == 0 else silent)
    if team.rank:
        return
    progress.end()
    if odd := run.status().message:
        print(odd, file=sys.stderr)
    if final is None:
        print(f"Stopped at step {run.status().step}. Go on with: python -m reidviz train --resume {run.root}")
        return
    metrics = read_card(final).metrics
    print(table(metrics[0] | {"models": metrics}))
    print(f"\n{final}")


def _refuse_other_settings(options: argparse.Namespace) -> None:
    """A training goes on as it was asked for: what else is given beside --resume is never passed over in silence."""
    fixed = ("data", "names", "protocol", "source", "variant", "recipe", "stem", "init", "set", "seed", "out")
    given = [f"--{name}" for name in fixed if getattr(options, name) not in (None, [])]
    if given:
        raise ReidvizError(
            f"--resume goes on with a training as it was asked for, without {', '.join(given)}.",
            "Only --iterations can be given beside it; for other settings start a new training.",
        )


def _job(options: argparse.Namespace) -> "Job":
    from reidviz.data.formats import load
    from reidviz.data.splits.protocols import default_protocol, split
    from reidviz.training.run_folder import Job

    if not options.data or not options.variant:
        raise ReidvizError("A new training needs --data and --variant.", "To go on with one, give --resume RUN.")
    data = data_name(options)
    dataset = load(data)
    protocol = options.protocol or default_protocol(dataset)
    split(dataset, protocol)
    init = settings.IMAGENET_STEM if options.init == "imagenet" else Path(options.init) if options.init else None
    if init is not None:
        find_checkpoint(init)
    stem = options.stem or ("torchvision" if options.init == "imagenet" else None)
    recipe = changed(recipe_named(options.recipe or "compact", options.variant, stem), _settings(options))
    init, seed = init and init.absolute(), options.seed or 0
    return Job(data, protocol, options.variant, recipe, init, seed, options.source)


def _new_folder(options: argparse.Namespace) -> Path:
    from reidviz.training.launcher import folder_of, free_name

    return folder_of(free_name(options.variant or "run", options.data or ""))


def data_name(options: argparse.Namespace) -> str:
    """The data set that --data and --names tell, by one name. ReidvizError for a rule with what is no folder."""
    if options.names is None:
        return str(options.data)
    if not options.data.startswith("folder:"):
        raise ReidvizError("--names goes with a folder of pictures.", "For example: --data folder:/data/mine")
    return f"{options.data}{MARK}{options.names}"


def _settings(options: argparse.Namespace) -> dict[str, object]:
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


def run_evaluate(options: argparse.Namespace) -> None:
    """Print the table of all models on one split, or on each of several (half:0-9) and their mean, and write it as JSON
    when asked."""
    from reidviz.common.atomic_write import write_atomically
    from reidviz.data.formats import load
    from reidviz.data.formats.reading import unread_line
    from reidviz.data.splits.protocols import default_protocol, split
    from reidviz.evaluation.pipeline.evaluate import evaluate_all, probe_records, readings_of, report
    from reidviz.evaluation.pipeline.repeated_splits import averaged, expanded
    from reidviz.evaluation.pipeline.repeated_splits import table as average_table
    from reidviz.evaluation.scores import scoring

    chosen = scoring(options.passes, options.precision, options.cascade)
    readings = [reading for path in options.model for reading in readings_of(path)]
    dataset = load(data_name(options))
    if unread := unread_line(dataset):
        print(unread, file=sys.stderr)
    reports = []
    for protocol in expanded(options.protocol or default_protocol(dataset)):
        parts = split(dataset, protocol)
        for line in [*left_out(dataset, parts), *may_know(readings, dataset, protocol)]:
            print(line, file=sys.stderr)
        progress = ConsoleProgress()
        results = evaluate_all(readings, dataset, parts, progress, chosen, options.fresh)
        progress.end()
        summary = report(dataset, parts, results, options.averaging)
        print(table(summary))
        if options.per_probe:
            for one, result in zip(summary["models"], results, strict=True):
                one["per_probe"] = probe_records(dataset, parts, result, options.averaging)
        reports.append(summary)
    summary = reports[0]
    if len(reports) > 1:
        rows = averaged(reports)
        print(f"\n{average_table(rows, len(reports))}")
        summary = {"data": dataset.name, "protocol": options.protocol, "models": rows, "splits": reports}
    if options.json:
        write_atomically(options.json, (json.dumps(summary, indent=1) + "\n").encode())


def left_out(dataset: "Dataset", parts: "Split") -> list[str]:
    """The probes that no score could ever match, a line each."""
    if not parts.left_out:
        return []
    head = f"{len(parts.left_out)} probes of {parts.protocol} have no possible match and are left out:"
    return [head, *(f"  {dataset.samples[one.position].id}: {one.reason}" for one in parts.left_out)]


def may_know(readings: "Sequence[Reading]", dataset: "Dataset", protocol: str) -> list[str]:
    """The models that another protocol of the same data trained, a line each: they may have seen the test persons."""
    found = {r.path: r for r in readings if r.data_hash == dataset.manifest_hash and r.protocol != protocol}
    return [
        f"{r.name} was trained by {r.protocol} of the same data: persons that {protocol} tests may have trained it."
        for r in found.values()
    ]


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


def table(summary: dict[str, Any]) -> str:
    """An evaluation as text."""
    averaged = {"step": "average precision", "trapezoid": "Market-1501's trapezoids"}
    wide = max(28, *(len(m["name"]) + 2 for m in summary["models"]))
    lines = [
        f"{summary['data']}, {summary['protocol']}: {summary['probes']} probes, gallery of {summary['gallery']}; "
        f"mAP by {averaged[summary.get('averaging', 'step')]}",
        f"{'model':<{wide}}{'ranks by':<13}"
        + "".join(f"{h:>9}" for h in ("rank-1", "rank-5", "rank-10", "rank-20"))
        + f"{'mAP':>8}{'mINP':>8}{'seconds':>9}",
    ]
    for m in summary["models"]:
        cmc = "".join(f"{m['cmc'][str(k)]:>9.2f}" for k in (1, 5, 10, 20))
        lines.append(f"{m['name']:<{wide}}{m['kind']:<13}{cmc}{m['mAP']:>8.2f}{m['mINP']:>8.2f}{m['seconds']:>9.1f}")
    told = (note for m in summary["models"] for note in notes(m))
    return "\n".join([*lines, *told, *summary.get("remarks", ())])


def notes(model: dict[str, Any]) -> list[str]:
    """What is to be known of one row: the weight of a mix, what a cascade gave away."""
    found = []
    if "weight" in model:
        how = "fitted on validation persons" if model["weight_fitted"] else "not fitted: trained without validation"
        found.append(f"{model['name']}: weight {model['weight']:.2f} ({how})")
    if "cascade" in model:
        one = model["cascade"]
        change = one["rank1_change"]
        against = (
            f"at most {100 - one['recall']:.2f} points of rank-1 are lost (evaluate without --cascade to know)"
            if change is None
            else f"rank-1 changes by {change:+.2f} points against the scores of all pairs"
        )
        found.append(f"{model['name']}: cascade {one['count']}, recall {one['recall']:.2f}; {against}")
    return found


class ConsoleProgress:
    """One line on standard error that is written over; whole lines, now and then, where it is no terminal."""

    def __init__(self) -> None:
        self.what = ""
        self.first = 0
        self.started = self.shown = 0.0

    def __call__(self, done: int, total: int, what: str) -> None:
        now = time.monotonic()
        stage = what.split(" (")[0]
        if stage != self.what:
            self.what, self.first, self.started = stage, done, now
        terminal = sys.stderr.isatty()
        if now - self.shown < (0.2 if terminal else 15):
            return
        self.shown = now
        line = f"{what}: {done}/{total} {time_left(done - self.first, total - self.first, now - self.started)}"
        print(f"\r{line:<100}" if terminal else line, end="" if terminal else "\n", file=sys.stderr, flush=True)

    def end(self) -> None:
        """Leave the line behind."""
        if sys.stderr.isatty():
            print(file=sys.stderr)
