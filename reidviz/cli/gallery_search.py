"""python -m reidviz gallery search: where else was this person seen?"""

import argparse
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from reidviz.cli.gallery_filter import add_filter_options, filter_of
from reidviz.cli.progress import ConsoleProgress
from reidviz.common.errors import ReidvizError
from reidviz.common.printable import printable

if TYPE_CHECKING:
    from reidviz.gallery.images import GalleryImages
    from reidviz.gallery.named import Gallery
    from reidviz.gallery.page import SearchedProbe
    from reidviz.gallery.probes import NamedProbe
    from reidviz.gallery.search import Found, Hit
    from reidviz.gallery.stages import Depth
    from reidviz.gallery.store import FeatureStore

MOST_TOLD = 10
"""Hits of a probe that are printed; --csv has all."""


def add_search_options(command: argparse.ArgumentParser) -> None:
    """The options of the command."""
    command.add_argument("name", help="the gallery")
    command.add_argument("--probe", required=True, metavar="FILE|DIR", help="an image, or a folder or list of them")
    command.add_argument("--together", action="store_true", help="all of these images show one person: one probe")
    command.add_argument("--model", default="", help="which of the gallery's models; default: the first")
    command.add_argument("--top", type=int, default=50, metavar="K", help="hits of each probe (default: 50)")
    add_filter_options(command)
    command.add_argument(
        "--rerank", type=int, default=0, metavar="K", help="hits that are re-ranked by mutual neighbours; default: none"
    )
    command.add_argument(
        "--rescore",
        type=int,
        default=0,
        metavar="K",
        help="hits that the pair classifier looks at again; default: none",
    )
    command.add_argument("--weight", type=float, metavar="W", help="of the classifier, 0-1; default: the model's own")
    command.add_argument("--csv", type=Path, metavar="OUT", help="all hits as a table")
    command.add_argument("--html", type=Path, metavar="OUT", help="probes and hits with their images, as one file")


def run_search(options: argparse.Namespace) -> None:
    """Search, print the first hits of each probe, and write the files that were asked for: where the search ends
    before all is done, of what was found by then."""
    from reidviz.common.atomic_write import write_atomically
    from reidviz.common.words import text_of
    from reidviz.data.images.encode import data_uri
    from reidviz.gallery.images import GalleryImages
    from reidviz.gallery.named import gallery_named
    from reidviz.gallery.page import PROBE_HEIGHT, SearchedProbe
    from reidviz.gallery.words import csv_of, hits_table, verdict, verdict_on_all

    gallery, searched = gallery_named(options.name), list[SearchedProbe]()
    images = GalleryImages(gallery.source)
    try:
        for probe, found in _found(options, gallery, images):
            print(f"{printable(probe.name)}: {text_of(verdict(found))}")
            print("\n".join(_line(found, hit) for hit in found.hits[:MOST_TOLD]))
            shown = tuple(data_uri(one, PROBE_HEIGHT) for one in probe.images) if options.html else ()
            searched.append(SearchedProbe(probe.name, shown, found, {}))
        if not searched:
            raise ReidvizError("None of these probes can be read.", "What was left out tells why.")
    finally:
        if len(searched) > 1:
            print(text_of(verdict_on_all([one.found for one in searched])))
        if options.csv and searched:
            write_atomically(options.csv, csv_of(hits_table(one.found, one.name) for one in searched))
        if options.html and searched:
            write_atomically(options.html, _html(options, gallery, searched, images))


def _line(found: "Found", hit: "Hit") -> str:
    from reidviz.evaluation.scores import score_text
    from reidviz.gallery.words import MATCHES, time_of

    entry = hit.entry
    second = "" if hit.score is None else score_text(found.kind, hit.score)
    scores = f"{score_text('distance', hit.distance):<10}{second:<10}{MATCHES[found.is_match(hit)]}"
    return f"{hit.rank:>5}  {printable(entry.id):<44}{printable(entry.camera):<12}{time_of(entry):<21}{scores}".rstrip()


def _depth(options: argparse.Namespace, store: "FeatureStore") -> "Depth":
    from reidviz.gallery.stages import Depth

    if options.top < 1:
        raise ReidvizError("At least one hit is looked for.", "For example: --top 20")
    if min(options.rerank, options.rescore) < 0:
        raise ReidvizError("No fewer than no hits are looked at again.", "For example: --rescore 50")
    return Depth(options.top, filter_of(options, store), options.rerank, options.rescore, options.weight)


def _found(
    options: argparse.Namespace, gallery: "Gallery", images: "GalleryImages"
) -> "Iterator[tuple[NamedProbe, Found]]":
    from reidviz.gallery.models import ranker_of
    from reidviz.gallery.stages import search_all

    model = gallery.model(options.model)
    ranker, store = ranker_of(model), gallery.store(model)
    how = _depth(options, store)
    for probes in _batches(options, _leave):
        progress = ConsoleProgress()
        try:
            found = search_all(probes, store, ranker, images, how, progress)
        finally:
            progress.end()
        yield from zip(probes, found, strict=True)


def _batches(options: argparse.Namespace, leave: "Callable[[str, str], None]") -> "Iterator[list[NamedProbe]]":
    """The probes, many at a time."""
    from reidviz.common.roots import existing_root
    from reidviz.data.formats.table import SUFFIXES
    from reidviz.gallery.probes import folder_of_probes, one_file

    path = existing_root(options.probe)
    if path.is_file() and path.suffix.lower() not in SUFFIXES:
        yield [one_file(path)]
        return
    probes = folder_of_probes(path)
    if options.together:
        yield [probes.together(path.name, leave)]
    else:
        yield from probes.batches(leave)


def _leave(name: str, why: str) -> None:
    print(f"{printable(name)} is left out: {printable(why)}", file=sys.stderr)


def _html(
    options: argparse.Namespace, gallery: "Gallery", searched: "list[SearchedProbe]", images: "GalleryImages"
) -> bytes:
    from datetime import UTC, datetime

    from reidviz.gallery.page import html_of

    return html_of(
        gallery.name, gallery.model(options.model).name, searched, images.uri_or_none, f"{datetime.now(UTC):%Y-%m-%d}"
    )
