"""python -m reidviz gallery add | update | search | list | info | remove: named galleries of unlabelled images."""

import argparse
import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from reidviz.cli.gallery_search import add_search_options, run_search
from reidviz.cli.progress import ConsoleProgress
from reidviz.common.errors import ReidvizError
from reidviz.common.printable import printable
from reidviz.common.progress import Progress, silent

if TYPE_CHECKING:
    from reidviz.gallery.named import Gallery
    from reidviz.gallery.update import Update

MOST_TOLD = 20
"""Images that could not be read, by name."""


def add_options(command: argparse.ArgumentParser) -> None:
    """What can be done with galleries, each a command of its own."""
    kinds = command.add_subparsers(required=True, dest="what")
    add = kinds.add_parser("add", help="describe images by a model; what was begun goes on")
    add.add_argument("name", help="what the gallery is called")
    add.add_argument("--images", required=True, help="a folder, a zip, a list (CSV, Parquet) or the name of a data set")
    add.add_argument("--model", required=True, help="a shipped or added model by its name, a checkpoint or a run")
    add.add_argument("--names", metavar="RULE", help="how files' names tell the camera (see evaluate --names)")
    add.add_argument(
        "--store", default="", metavar="URI", help="keep features in Milvus: a file.db or http://host:19530"
    )
    update = kinds.add_parser("update", help="describe what is new or changed, forget what is gone")
    update.add_argument("name")
    add_search_options(kinds.add_parser("search", help="the images nearest to a probe, or to each of a folder of them"))
    kinds.add_parser("list", help="all galleries")
    kinds.add_parser("info", help="what is in a gallery").add_argument("name")
    remove = kinds.add_parser("remove", help="delete a gallery; images stay where they are")
    remove.add_argument("name")
    remove.add_argument("--model", help="only what this model made of it")


def run_gallery(options: argparse.Namespace) -> None:
    """Do it, and say what was done."""
    COMMANDS[options.what](options)


def _add(options: argparse.Namespace) -> None:
    from reidviz.gallery.update import add

    uri = _uri(options.store)
    _tell(options.name, lambda told: add(options.name, options.images, options.model, options.names, uri, told))


def _uri(written: str) -> str:
    """A file by its whole path, as the next command may run elsewhere; an address as it is."""
    return written if not written or "://" in written else str(Path(written).absolute())


def _update(options: argparse.Namespace) -> None:
    from reidviz.gallery.update import update

    _tell(options.name, lambda told: update(options.name, told))


def _tell(name: str, work: "Callable[[Progress], list[Update]]") -> None:
    """Do it, and say what was done; under torchrun the first process speaks for all."""
    from reidviz.gallery.named import gallery_named

    if os.environ.get("RANK", "0") != "0":
        work(silent)
        return
    progress = ConsoleProgress()
    try:
        done = work(progress)
    finally:
        progress.end()
    print("\n".join(one.sentence for one in done))
    _tell_notes(gallery_named(name))


def _list(options: argparse.Namespace) -> None:
    from reidviz.gallery.named import galleries

    for name in galleries():
        print(f"{name:<32}{_counts(name)}")


def _counts(name: str) -> str:
    """How many images of a gallery each of its models described, or why nobody knows."""
    from reidviz.gallery.named import gallery_named

    try:
        gallery = gallery_named(name)
        return ", ".join(f"{gallery.store(one).count():,} by {printable(one.name)}" for one in gallery.models)
    except ReidvizError as error:
        return f"{error.message} {error.hint}"


def _info(options: argparse.Namespace) -> None:
    from reidviz.gallery.named import gallery_named
    from reidviz.gallery.words import facets_lines

    gallery = gallery_named(options.name)
    print(f"{gallery.name}, made {gallery.created}, of {printable(gallery.source)}")
    for model in gallery.models:
        store = gallery.store(model)
        print(f"{printable(model.name)}: {store.count():,} images, features of {model.dimensions} numbers")
        print("\n".join(f"  {line}" for line in facets_lines(store.facets())))
    _tell_notes(gallery)


def _remove(options: argparse.Namespace) -> None:
    from reidviz.gallery.remove import remove, remove_model

    if options.model:
        print(f"{printable(remove_model(options.name, options.model))} was removed from {options.name}.")
    else:
        remove(options.name)
        print(f"{options.name} was removed.")


def _tell_notes(gallery: "Gallery") -> None:
    """What is to be known of its images, and which of them could not be read."""
    for note in gallery.notes:
        print(f"  {printable(note)}")
    for one in gallery.unreadable[:MOST_TOLD]:
        print(f"  {printable(one.id)}: {printable(one.reason)}")
    more = len(gallery.unreadable[MOST_TOLD:]) + gallery.unnamed
    if more:
        print(f"  … and {more:,} more")


COMMANDS = {"add": _add, "update": _update, "search": run_search, "list": _list, "info": _info, "remove": _remove}
