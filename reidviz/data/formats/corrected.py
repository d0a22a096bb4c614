"""A data set some of whose identities are one person, as somebody found who compared images: a JSON file that names
both. The data set's own files are not touched."""

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from reidviz.common import settings
from reidviz.common.errors import ReidvizError
from reidviz.common.json_files import read_json, write_json
from reidviz.common.printable import escape_bytes, exact_cell, printable, short
from reidviz.common.roots import existing_root, last
from reidviz.data.dataset import Dataset, Sample
from reidviz.data.formats.format import DataFormat

MOST_BYTES = 64 * 1024**2
HINT = "Such a file is written on the page Verify."


@dataclass(frozen=True)
class _Renamed:
    data: str
    identities: dict[str, str]


def read(root: str | Path) -> Dataset:
    """The data set that the file names, with the identities it lists under other names: {"data": NAME, "identities":
    {OLD: NEW, ...}}.

    It keeps the protocols of that data set. A person who by that both trains and tests by what a list says no longer
    trains. ReidvizError when the file is none, or names identities that are not there.
    """
    from reidviz.data.formats import load

    path = existing_root(root)
    told = read_json(path, _Renamed, f"The list {path.name} of identities that are one", MOST_BYTES, HINT)
    if told.data.strip().lower().startswith("corrected:"):
        raise ReidvizError(f"{last(path)} corrects another such file.", HINT)
    try:
        base = load(told.data)
    except RecursionError as error:
        raise ReidvizError(f"{last(path)} is made of itself, by way of other such files.", HINT) from error
    names, new = set(base.identities.tolist()), told.identities
    if missing := sorted({*new, *new.values()} - names):
        raise ReidvizError(
            f"{len(missing)} identities of {printable(path.name)} are not in {short(told.data)}, first "
            f"{printable(missing[0])}.",
            "The data set has changed since: write the file again.",
        )
    merged = sorted(_merged(base, new), key=lambda one: (one.identity, one.camera or "", one.id))
    name = escape_bytes(f"corrected:{path}")
    return replace(base, name=name, samples=tuple(merged), base=base.base or base.name)


def _merged(base: Dataset, new: Mapping[str, str]) -> list[Sample]:
    """The samples of a data set in their order, with identities under new names."""
    renamed = [replace(one, identity=new.get(one.identity, one.identity)) for one in base.samples]
    tested = {one.identity for one in renamed if one.split in ("probe", "gallery")} & set(new.values())
    return [replace(one, split=None) if one.split == "train" and one.identity in tested else one for one in renamed]


def write(path: Path, dataset: Dataset, names: Mapping[str, str]) -> None:
    """Write such a file: the data set with these identities under other names. ReidvizError when it cannot be written,
    and for a data set that was corrected already."""
    settings.must_be_writable()
    if dataset.name.startswith("corrected:"):
        raise ReidvizError("This data set was corrected already.", "Choose the one it was made of, and write it anew.")
    write_json(path, {"data": dataset.name, "identities": dict(names)})


def manifest(dataset: Dataset, names: Mapping[str, str]) -> bytes:
    """The same as a list that any program reads, UTF-8: path, identity, camera, split, and what the identity was."""
    out = io.StringIO()
    rows = csv.writer(out)
    rows.writerow(("path", "identity", "camera", "split", "was"))
    for before, one in zip(dataset.samples, _merged(dataset, names), strict=True):
        cells = (one.id, one.identity, one.camera or "", one.split or "", before.identity)
        rows.writerow([exact_cell(cell) for cell in cells])
    return out.getvalue().encode("utf-8", "backslashreplace")


CORRECTED = DataFormat(
    name="corrected",
    title="A data set with some identities merged",
    obtain="Verify writes the list of those that are one person.",
    layout="A JSON file that Verify wrote.",
    read=read,
)
