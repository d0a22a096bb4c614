"""One reader a data set, found by name."""

import logging
import time
from importlib import import_module

from reidviz.common.errors import ReidvizError
from reidviz.common.printable import MARK, printable, short
from reidviz.data.dataset import Dataset

LOG = logging.getLogger(__name__)
FORMATS = (
    "synthetic",
    "viper",
    "ilids",
    "prid2011",
    "cuhk01",
    "cuhk03",
    "cuhk03-detected",
    "cuhk03-pair",
    "market1501",
    "msmt17",
    "folder",
    "without",
)

_HINT = f"Write synthetic:cuhk03, folder:/path, or /path after one of: {', '.join(FORMATS[1:-2])}."


def load(spec: str) -> Dataset:
    """The data set that NAME[:ROOT] names, e.g. "synthetic:cuhk03", "cuhk01:/path", "folder:/path/list.csv",
    "folder:/path#names=part:2" (name_rule).

    ReidvizError when the name is unknown, the root is missing or cannot be read, or no picture is found.
    """
    name, _, root = spec.strip().partition(":")
    name = name.lower()
    if name not in FORMATS:
        raise ReidvizError(f"There is no data set format {printable(name)!r}.", _HINT)
    if name == "synthetic":
        root = root or "cuhk03"
    if not root:
        raise ReidvizError(f"The data set {name} needs the folder it lies in.", _HINT)
    if MARK in root and name != "folder":
        raise ReidvizError(f"A rule for names goes with folder:, not with {name}:.", f"Write folder:/path{MARK}RULE.")
    started = time.perf_counter()
    try:
        found = _read(name, root)
    except OSError as error:
        raise ReidvizError(f"{short(spec)} cannot be read: {error.strerror}.", "Check its permissions.") from error
    LOG.info("read %s, %d pictures, in %.1f s", short(spec), len(found.samples), time.perf_counter() - started)
    return found


def _read(name: str, root: str) -> Dataset:
    if name == "cuhk03-detected":
        from reidviz.data.formats import cuhk03

        return cuhk03.read(root, "detected")
    module = "excluded" if name == "without" else name.replace("-", "_")
    found: Dataset = import_module(f"reidviz.data.formats.{module}").read(root)
    return found
