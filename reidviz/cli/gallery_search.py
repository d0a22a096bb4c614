"""python -m reidviz gallery search: where else was this person seen?"""

import argparse
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from reidviz.cli.progress import ConsoleProgress
from reidviz.common.errors import ReidvizError
from reidviz.common.printable import printable

if TYPE_CHECKING:
    from PIL import Image

    from reidviz.common.arrays import Float32Array
    from reidviz.evaluation.pipeline.ranker import Ranker
    from reidviz.gallery.named import Gallery
    from reidviz.gallery.search import Found, Hit
    from reidviz.gallery.store import Filter

PROBES_AT_ONCE = 256
MOST_TOLD = 10
"""Hits of a probe that are printed; --csv has all."""

Probe = tuple[str, "Sequence[Image.Image]"]
"""Its name, and one or several images of one person."""


def add_search_options(command: argparse.ArgumentParser) -> None:
    """The options of the command."""
    command.add_argument("name", help="the gallery")
    command.add_argument("--probe", required=True, metavar="FILE|DIR", help="an image, or a folder of probes")
    command.add_argument("--together", action="store_true", help="the images of the folder show one person: one probe")
    command.add_argument("--model", default="", help="which of the gallery's models; default: the first")
    command.add_argument("--top", type=int, default=50, metavar="K", help="hits of each probe (default: 50)")
    command.add_argument("--camera", action="append", metavar="NAME", help="by this camera only; may be repeated")
    command.add_argument("--since", metavar="TIME", help="not before, as 2024-01-31T08:00 (UTC) or seconds since 1970")
    command.add_argument("--until", metavar="TIME", help="not after")
    command.add_argument("--where", action="append", metavar="COLUMN=VALUE", help="a column's value; may be repeated")
    command.add_argument(
        "--rescore",
        type=int,
        default=0,
        metavar="K",
        help="hits that the pair classifier looks at again; default: none",
    )
    command.add_argument("--weight", type=float, metavar="W", help="of the classifier, 0-1; default: the model's own")
    command.add_argument("--csv", type=Path, metavar="OUT", help="all hits as a table")


def run_search(options: argparse.Namespace) -> None:
    """Search, print the first hits of each probe, and write the table that was asked for."""
    from reidviz.common.atomic_write import write_atomically
    from reidviz.common.words import text_of
    from reidviz.gallery.named import gallery_named
    from reidviz.gallery.words import csv_of, hits_table, verdict

    if options.top < 1:
        raise ReidvizError("At least one hit is looked for.", "For example: --top 20")
    gallery, only, tables = gallery_named(options.name), filter_of(options), []
    for probe, found in _found(options, gallery, only):
        print(f"{printable(probe)}: {text_of(verdict(found))}")
        print("\n".join(_line(found, hit) for hit in found.hits[:MOST_TOLD]))
        tables.append(hits_table(found, probe))
    if options.csv:
        write_atomically(options.csv, csv_of(tables))


def _line(found: "Found", hit: "Hit") -> str:
    from reidviz.evaluation.scores import score_text
    from reidviz.gallery.words import MATCHES, time_of

    entry = hit.entry
    second = "" if hit.score is None else score_text(found.kind, hit.score)
    scores = f"{score_text('distance', hit.distance):<10}{second:<10}{MATCHES[found.is_match(hit)]}"
    return f"{hit.rank:>5}  {printable(entry.id):<44}{printable(entry.camera):<12}{time_of(entry):<21}{scores}".rstrip()


def filter_of(options: argparse.Namespace) -> "Filter":
    """What --camera, --since, --until and --where let through. ReidvizError where one says nothing."""
    from reidviz.data.formats.unlabelled import moment_of
    from reidviz.gallery.store import Filter

    times = []
    for written in (options.since, options.until):
        times.append(None if written is None else moment_of(written))
        if written is not None and times[-1] is None:
            raise ReidvizError(f"{printable(written)!r} is no time.", "Write for example 2024-01-31T08:00.")
    equal = []
    for one in options.where or ():
        column, sign, value = one.partition("=")
        if not sign:
            raise ReidvizError(f"{printable(one)!r} names no value.", "Write for example --where door=north.")
        equal.append((column.strip().lower(), value))
    return Filter(tuple(options.camera) if options.camera else None, times[0], times[1], tuple(equal))


def _found(options: argparse.Namespace, gallery: "Gallery", only: "Filter") -> "Iterator[tuple[str, Found]]":
    from reidviz.gallery.search import feature_of, search
    from reidviz.gallery.update import ranker_of

    model = gallery.model(options.model)
    ranker, store = ranker_of(model), gallery.store(model)
    second = _second_stage(options, ranker)
    for names, images in _batches(options):
        features = _stacked([feature_of(ranker, some) for some in images])
        found = search(store, ranker, features, options.top, only)
        if second is not None:
            found = [_again(options, gallery, second, one, some) for one, some in zip(found, images, strict=True)]
        yield from zip(names, found, strict=True)


def _stacked(features: "list[Float32Array]") -> "Float32Array":
    import numpy as np

    return np.stack(features)


def _second_stage(options: argparse.Namespace, ranker: "Ranker") -> "Ranker | None":
    from dataclasses import replace

    from reidviz.gallery.second_stage import second_stage_of

    if not options.rescore:
        return None
    found = second_stage_of(ranker)
    if found is None:
        raise ReidvizError(f"{ranker.name} has no pair classifier.", "Search without --rescore, or by an mtdnet.")
    if options.weight is None:
        return found
    if not 0 <= options.weight <= 1:
        raise ReidvizError("A fusion weight lies from 0 to 1.", "For example: --weight 0.5")
    return replace(found, weight=options.weight)


def _again(
    options: argparse.Namespace, gallery: "Gallery", ranker: "Ranker", found: "Found", images: "Sequence[Image.Image]"
) -> "Found":
    from reidviz.gallery.images import GalleryImages
    from reidviz.gallery.second_stage import rescored

    progress = ConsoleProgress()
    try:
        return rescored(found, images, GalleryImages(gallery.source), ranker, options.rescore, progress)
    finally:
        progress.end()


def _batches(options: argparse.Namespace) -> "Iterator[tuple[list[str], list[Sequence[Image.Image]]]]":
    """The probes, many at a time."""
    from reidviz.common.roots import existing_root
    from reidviz.data.formats import unlabelled
    from reidviz.data.images.decode import decode, load_image

    path = existing_root(options.probe)
    if path.is_file():
        yield [path.name], [[decode(path)]]
        return
    dataset = unlabelled.read(path)
    places = sorted(range(len(dataset.samples)), key=lambda i: dataset.samples[i].id)
    if options.together:
        yield [path.name], [[load_image(dataset, i) for i in places]]
        return
    for start in range(0, len(places), PROBES_AT_ONCE):
        part = places[start : start + PROBES_AT_ONCE]
        yield [dataset.samples[i].id for i in part], [[load_image(dataset, i)] for i in part]
