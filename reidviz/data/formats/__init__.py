"""The forms of data that can be read, and the data set that a name means."""

import logging
import time

from reidviz.common.errors import ReidvizError
from reidviz.common.printable import MARK, printable, short
from reidviz.data.dataset import Dataset
from reidviz.data.formats.corrected import CORRECTED
from reidviz.data.formats.excluded import EXCLUDED
from reidviz.data.formats.folder import FOLDER
from reidviz.data.formats.format import DataFormat
from reidviz.data.formats.owners import OWNERS
from reidviz.data.formats.synthetic import SYNTHETIC

LOG = logging.getLogger(__name__)
FORMATS = (SYNTHETIC, *OWNERS, FOLDER, EXCLUDED, CORRECTED)
_BY_NAME = {one.name: one for one in FORMATS}
_HINT = f"Write synthetic:cuhk03, folder:/path, or /path after one of: {', '.join(one.name for one in OWNERS)}."


def format_of(dataset: Dataset) -> DataFormat:
    """The form of a data set; folder for one that was not read by any."""
    return _BY_NAME.get(dataset.layout, FOLDER)


def load(spec: str) -> Dataset:
    """The data set that NAME[:ROOT] names, e.g. "synthetic:cuhk03", "cuhk01:/path", "folder:/path/list.csv",
    "folder:/path#names=part:2" (name_rule).

    ReidvizError when the name is unknown, the root is missing or cannot be read, or no image is found.
    """
    name, _, root = spec.strip().partition(":")
    name = name.lower()
    if name not in _BY_NAME:
        raise ReidvizError(f"There is no data set format {printable(name)!r}.", _HINT)
    if name == SYNTHETIC.name:
        root = root or "cuhk03"
    if not root:
        raise ReidvizError(f"The data set {name} needs the folder it lies in.", _HINT)
    if MARK in root and name != FOLDER.name:
        raise ReidvizError(f"A rule for names goes with folder:, not with {name}:.", f"Write folder:/path{MARK}RULE.")
    started = time.perf_counter()
    try:
        found = _BY_NAME[name].read(root)
    except OSError as error:
        raise ReidvizError(f"{short(spec)} cannot be read: {error.strerror}.", "Check its permissions.") from error
    LOG.info("read %s, %d images, in %.1f s", short(spec), len(found.samples), time.perf_counter() - started)
    return found
