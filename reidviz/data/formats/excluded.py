"""A data set without some of its images, as the doctor leaves them out: a JSON file that names both."""

from dataclasses import dataclass, replace
from pathlib import Path

from reidviz.common import settings
from reidviz.common.errors import ReidvizError
from reidviz.common.json_files import read_json, write_json
from reidviz.common.printable import escape_bytes, printable, short
from reidviz.common.roots import existing_root, last
from reidviz.data.dataset import Dataset
from reidviz.data.formats.format import DataFormat

MOST_BYTES = 64 * 1024**2
HINT = "Such a file is written by: python -m reidviz doctor --data … --exclude … --out FILE"


@dataclass(frozen=True)
class _LeftOut:
    data: str
    excluded: list[str]


def read(root: str | Path) -> Dataset:
    """The data set that the file names, without the images it lists: {"data": NAME, "excluded": [Sample.id, ...]}.

    It keeps the protocols of that data set. ReidvizError when the file is none, or names images that are not there.
    """
    from reidviz.data.formats import load

    path = existing_root(root)
    told = _label(path)
    data, excluded = told.data, frozenset(told.excluded)
    if data.strip().lower().startswith("without:"):
        raise ReidvizError(f"{last(path)} leaves images out of another such file.", HINT)
    base = load(data)
    missing = excluded - {sample.id for sample in base.samples}
    if missing:
        raise ReidvizError(
            f"{len(missing)} of {len(excluded)} images that {printable(path.name)} leaves out are not in "
            f"{short(data)}.",
            "The data set has changed since: let the doctor write the file again.",
        )
    kept = tuple(sample for sample in base.samples if sample.id not in excluded)
    return replace(base, name=escape_bytes(f"without:{path}"), samples=kept, base=base.base or base.name)


def write(path: Path, dataset: Dataset, excluded: list[str]) -> None:
    """Write such a file: the data set without these images, those it already goes without among them.

    The data set's own files are not touched. ReidvizError when the file cannot be written.
    """
    settings.must_be_writable()
    data, before = dataset.name, list[str]()
    if data.startswith("without:"):
        label = _label(Path(data.partition(":")[2]))
        data, before = label.data, label.excluded
    write_json(path, {"data": data, "excluded": sorted({*before, *excluded})})


def _label(path: Path) -> _LeftOut:
    return read_json(path, _LeftOut, f"The list {path.name} of images to leave out", MOST_BYTES, HINT)


EXCLUDED = DataFormat(
    name="without",
    title="A data set without some of its images",
    obtain="The doctor writes the list of those that are left out.",
    layout="A JSON file that the doctor wrote.",
    read=read,
)
