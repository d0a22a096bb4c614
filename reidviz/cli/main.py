"""python -m reidviz COMMAND: the work of the app in a shell."""

import argparse
import logging
import sys
import time

from reidviz.cli import (
    app,
    bench,
    cache,
    calibrate,
    compare,
    doctor,
    evaluate,
    export,
    failures,
    figure,
    gallery,
    models,
    report,
    results,
    settings,
    train,
)
from reidviz.cli.logs import add_verbose, logged
from reidviz.common.cache import trim
from reidviz.common.errors import ReidvizError

LOG = logging.getLogger(__name__)
COMMANDS = (
    ("app", app.add_options, app.run_app, "serve the app on this machine"),
    ("train", train.add_options, train.run_train, "train one variant of MTDnet, or go on with a training"),
    ("evaluate", evaluate.add_options, evaluate.run_evaluate, "CMC, mAP and mINP of trained models"),
    (
        "compare",
        compare.add_options,
        compare.run_compare,
        "do both tasks beat one? the family, trained and compared",
    ),
    (
        "calibrate",
        calibrate.add_options,
        calibrate.run_calibrate,
        "how to fuse a checkpoint's scores, and its threshold",
    ),
    ("results", results.add_options, results.run_results, "records of what was trained, and the page made of them"),
    (
        "report",
        report.add_options,
        report.run_report,
        "the whole comparison of models as one HTML file to pass on",
    ),
    ("failures", failures.add_options, failures.run_failures, "what the failures of a model have in common"),
    ("models", models.add_options, models.run_models, "models from elsewhere: add, list, rename, remove"),
    (
        "gallery",
        gallery.add_options,
        gallery.run_gallery,
        "named galleries of unlabelled images: add, search, ...",
    ),
    ("export", export.add_options, export.run_export, "features and scores of a model, for other programs"),
    ("figure", figure.add_options, figure.run_figure, "how a figure was made, and the same figure again"),
    ("doctor", doctor.add_options, doctor.run_doctor, "what is wrong with a data set, in plain words"),
    ("settings", settings.add_options, settings.run_settings, "every setting of a recipe, and what it can be"),
    ("cache", cache.add_options, cache.run_cache, "what is kept on disk to be computed once only"),
    ("bench", bench.add_options, bench.run_bench, "measure a table of docs/benchmarks.md on this machine"),
)


def main(arguments: list[str] | None = None) -> int:
    """Run one command; 0 when it went well, 1 with one sentence on standard error when not, 130 when interrupted."""
    options = parser().parse_args(arguments)
    started = time.perf_counter()
    try:
        with logged(options.verbose):
            options.run(options)
            trim()
            LOG.info("done in %.1f s", time.perf_counter() - started)
    except ReidvizError as error:
        print(f"\nreidviz: {error.message}\n{error.hint}".rstrip(), file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nreidviz: stopped.", file=sys.stderr)
        return 130
    return 0


def parser() -> argparse.ArgumentParser:
    """The command line."""
    root = argparse.ArgumentParser(prog="reidviz", description=__doc__)
    add_verbose(root, default=False)
    commands = root.add_subparsers(required=True)
    for name, add_options, run, told in COMMANDS:
        command = commands.add_parser(name, help=told)
        command.set_defaults(run=run)
        add_options(command)
        add_verbose(command)
    return root
