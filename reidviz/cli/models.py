"""python -m reidviz models add | list | rename | remove: models from elsewhere beside ours."""

import argparse
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from reidviz.cli.options import add_data
from reidviz.cli.progress import ConsoleProgress
from reidviz.common.errors import ReidvizError
from reidviz.common.printable import printable
from reidviz.models.added.cards import (
    ASPECTS,
    COLOURS,
    DISTANCES,
    POOLINGS,
    RESIZINGS,
    SCALES,
    OnnxReading,
    Preprocessing,
    Search,
    card_of,
)

if TYPE_CHECKING:
    from reidviz.data.dataset import Dataset, Split
    from reidviz.models.added.onnx_worker import Worker

DATA = "synthetic:cuhk03"
"""On whose training persons preprocessings are tried where no data are named."""
OF_IMAGE = {"colour": COLOURS, "scale": SCALES, "resize": RESIZINGS, "aspect": ASPECTS}


def add_options(command: argparse.ArgumentParser) -> None:
    """What can be done with models, each a command of its own."""
    kinds = command.add_subparsers(required=True, dest="what")
    add = kinds.add_parser("add", help="a network in ONNX, features (.npz, .npy, .parquet, .mat, .safetensors), scores")
    add.add_argument("file", type=Path)
    add.add_argument("--name", required=True, help="what it is called here")
    add.add_argument("--yes", action="store_true", help="take what is found without asking")
    add.add_argument("--as", dest="kind", choices=("features", "scores"), help="what it holds, if it does not say")
    add.add_argument("--images", type=Path, metavar="FILE", help="features without names: a text file, an image a line")
    add.add_argument("--nearer", choices=("smaller", "larger"), help="scores: which are nearer")
    add.add_argument("--distance", choices=DISTANCES, help="features and networks: how two are compared")
    add.add_argument("--mirror", action="store_true", help="networks: the mean of an image's and its mirror image's")
    add.add_argument("--output", help="networks: which output is the feature")
    add.add_argument("--pooling", choices=POOLINGS, help="networks: of an output with height and width")
    add.add_argument("--size", metavar="HxW", help="networks that take any size, for example 256x128")
    for name, values in OF_IMAGE.items():
        add.add_argument(f"--{name}", choices=values, help="networks: instead of what is found")
    add_data(add, required=False)
    kinds.add_parser("list", help="the models that were added")
    rename = kinds.add_parser("rename", help="give an added model another name")
    rename.add_argument("name")
    rename.add_argument("new")
    kinds.add_parser("remove", help="delete an added model").add_argument("name")


def run_models(options: argparse.Namespace) -> None:
    """Do it, and say what was done."""
    from reidviz.models.added import store

    if options.what == "add":
        _add(options)
    elif options.what == "list":
        cards = [card_of(file) for file in store.added_models()]
        print("\n".join(f"{card.name:<32}{card.kind:<10}{card.sha256[:12]}  {card.origin}" for card in cards))  # type: ignore[union-attr]
    elif options.what == "rename":
        store.rename(options.name, options.new)
        print(f"{options.name} is called {options.new} now.")
    else:
        store.remove(options.name)
        print(f"{options.name} was removed.")


def _add(options: argparse.Namespace) -> None:
    from reidviz.common import settings
    from reidviz.common.roots import existing_root
    from reidviz.evaluation.pipeline import adding
    from reidviz.models.added import store

    settings.must_be_writable()
    file = existing_root(options.file)
    adding.must_be_known(file)
    store.check_name(options.name)
    kept = _network(options, file) if file.suffix.lower() == ".onnx" else _given(options, file)
    print("\n".join([f"{options.name} was added.", *(f"  {note}" for note in card_of(kept).notes)]))  # type: ignore[union-attr]


def _given(options: argparse.Namespace, file: Path) -> Path:
    from reidviz.evaluation.pipeline.adding import keep_features, keep_scores, matched, named, named_scores
    from reidviz.models.added.given import GivenScores
    from reidviz.models.added.given_file import read_given

    found = read_given(file, options.kind or "", options.images)
    if isinstance(found, GivenScores):
        if found.probe_ids is None or found.gallery_ids is None:
            found = named_scores(found, *_data(options, "The matrix names no images."))
        if options.nearer:
            found = replace(found, larger_is_nearer=options.nearer == "larger")
        if found.larger_is_nearer is None:
            raise ReidvizError("The file does not say which scores are nearer.", "Add --nearer smaller or larger.")
        return keep_scores(file, found, options.name)
    if found.ids is None:
        found = named(found, *_data(options, "The file names no images."))
    if options.data:
        dataset, _ = _data(options, "")
        print(matched(found, dataset).sentence(dataset))
    return keep_features(file, found, options.name, options.distance or "cosine")


def _network(options: argparse.Namespace, file: Path) -> Path:
    from reidviz.evaluation.pipeline.adding import keep_network
    from reidviz.models.added.onnx_defaults import default_reading, is_told, output_names
    from reidviz.models.added.onnx_worker import Worker

    worker = Worker(file, file.name, tuple(one.name for one in file.parent.iterdir() if one != file))
    try:
        outputs = output_names(worker.file)
        if options.output and options.output not in outputs:
            told = ", ".join(map(printable, outputs))
            raise ReidvizError(f"The network has no output called {printable(options.output)}.", f"It has: {told}.")
        reading = _asked(default_reading(worker.file, file.name), options)
        given = [name for name in OF_IMAGE if getattr(options, name)]
        search = None
        if not is_told(worker.file) and len(given) < 2:
            reading, search = _search(options, worker, reading)
        print(_read_as(reading))
        _confirm(options)
        return keep_network(file, worker, reading, options.name, search)
    finally:
        worker.close()


def _search(options: argparse.Namespace, worker: "Worker", start: OnnxReading) -> tuple[OnnxReading, Search]:
    from reidviz.evaluation.pipeline.adding import found_preprocessing

    dataset, parts = _data(options, "")
    progress = ConsoleProgress()
    found = found_preprocessing(worker, start, dataset, parts, progress)
    progress.end()
    print(trials_table(found.search))
    return _asked(found.reading, options), found.search


def _asked(reading: OnnxReading, options: argparse.Namespace) -> OnnxReading:
    """The reading with what the command says of it."""
    how: dict[str, Any] = {name: getattr(options, name) for name in OF_IMAGE if getattr(options, name)}
    if options.size:
        height, _, width = options.size.partition("x")
        if not (height.isdecimal() and width.isdecimal() and 8 <= int(height) <= 2048 and 8 <= int(width) <= 2048):
            raise ReidvizError(f"{options.size!r} is no size.", "Write for example --size 256x128.")
        how |= {"height": int(height), "width": int(width)}
    changes: dict[str, Any] = {
        name: getattr(options, name) for name in ("output", "pooling", "distance") if getattr(options, name)
    }
    if options.mirror:
        changes["mirror"] = True
    return replace(reading, preprocessing=replace(reading.preprocessing, **how), **changes)


def _data(options: argparse.Namespace, why: str) -> "tuple[Dataset, Split]":
    """The data and the split that are named, where a file needs none the built-in ones."""
    from reidviz.cli.options import data_name
    from reidviz.data.formats import load
    from reidviz.data.splits.protocols import default_protocol, split

    if not options.data and why:
        raise ReidvizError(why, "Say for which data and protocol it was made: --data NAME --protocol NAME.")
    dataset = load(data_name(options) if options.data else DATA)
    return dataset, split(dataset, options.protocol or default_protocol(dataset))


def _confirm(options: argparse.Namespace) -> None:
    """Ask, unless --yes. ReidvizError for anything but yes, and where nobody can be asked."""
    if options.yes:
        return
    if not sys.stdin.isatty():
        raise ReidvizError("Nobody is there to be asked whether that is right.", "Add --yes to take it as it is.")
    if input("Is that right? [y/N] ").strip().lower() not in ("y", "yes"):
        raise ReidvizError("Nothing was added.", "Say how images are prepared: --colour, --scale, --resize, --aspect.")


def trials_table(search: Search) -> str:
    """What each preprocessing gave, the best first."""
    lines = [
        f"Tried on {search.data}, {search.protocol}: {search.probes} probes, gallery of {search.gallery}",
        f"{'colour':<8}{'values':<18}{'resized':<24}{'aspect':<9}{'rank-1':>7}{'mAP':>7}  below the best",
    ]
    for trial in search.trials:
        how, below = trial.preprocessing, search.trials[0].mAP - trial.mAP
        cells = f"{how.colour:<8}{how.scale:<18}{how.resize:<24}{how.aspect:<9}"
        lines.append(f"{cells}{trial.rank1:>7.1f}{trial.mAP:>7.1f}{below:>10.1f} ± {trial.error:<4.1f}")
    return "\n".join(lines)


def _read_as(reading: OnnxReading) -> str:
    how: Preprocessing = reading.preprocessing
    pooled = "" if reading.pooling == "none" else f", pooled by {reading.pooling}"
    return (
        f"Read as: {how.height} x {how.width}, {how.colour}, {how.scale}, {how.resize}, {how.aspect}; output "
        f"{reading.output}{pooled}; {reading.distance} distance{'; mean over mirror images' if reading.mirror else ''}"
    )
