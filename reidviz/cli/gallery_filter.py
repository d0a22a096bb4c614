"""Which images of a gallery are searched, as the command line says it."""

import argparse
from typing import TYPE_CHECKING

from reidviz.common.errors import ReidvizError
from reidviz.common.printable import printable

if TYPE_CHECKING:
    from reidviz.gallery.store import FeatureStore, Filter


def add_filter_options(command: argparse.ArgumentParser) -> None:
    """The options that say it."""
    command.add_argument("--camera", action="append", metavar="NAME", help="by this camera only; may be repeated")
    command.add_argument("--since", metavar="TIME", help="not before, as 2024-01-31T08:00 (UTC) or seconds since 1970")
    command.add_argument("--until", metavar="TIME", help="not after")
    command.add_argument("--where", action="append", metavar="COLUMN=VALUE", help="a column's value; may be repeated")


def filter_of(options: argparse.Namespace, store: "FeatureStore") -> "Filter":
    """What --camera, --since, --until and --where let through. ReidvizError where one says nothing, or the gallery has
    no such column."""
    from reidviz.gallery.store import Filter

    since, until = (None if written is None else _moment(written) for written in (options.since, options.until))
    equal = tuple(_column(written, store) for written in options.where or ())
    return Filter(tuple(options.camera) if options.camera else None, since, until, equal)


def _moment(written: str) -> float:
    from reidviz.data.formats.unlabelled import moment_of

    found = moment_of(written)
    if found is None:
        raise ReidvizError(f"{printable(written)!r} is no time.", "Write for example 2024-01-31T08:00.")
    return found


def _column(written: str, store: "FeatureStore") -> tuple[str, str]:
    """The column and the value that are meant, of those the gallery has: a column may have = in its name, and a value
    be written with the blanks or the ".0" of a table."""
    from reidviz.data.identities import label
    from reidviz.gallery.store import Filter

    parts = written.split("=")
    if len(parts) == 1:
        raise ReidvizError(f"{printable(written)!r} names no value.", "Write for example --where door=north.")
    split = [("=".join(parts[:end]).strip().lower(), "=".join(parts[end:])) for end in range(1, len(parts))]
    meant = [(name, one) for name, value in split for one in dict.fromkeys((value, label(value) or ""))]
    for one in meant:
        if store.count(Filter(equal=(one,))):
            return one
    columns = [name for name, _ in store.facets().values]
    known = next((one for one in meant if one[0] in columns), None)
    if known is None:
        told = f"It has {', '.join(map(printable, columns))}." if columns else "Nothing but cameras and times is known."
        raise ReidvizError(f"This gallery has no column {printable(meant[0][0])}.", told)
    return known
