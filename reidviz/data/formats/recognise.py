"""Which form of data a folder holds, where that is not said."""

from pathlib import Path

from reidviz.common.errors import ReidvizError
from reidviz.data.dataset import Dataset
from reidviz.data.formats.format import Reader
from reidviz.data.formats.owners import OWNERS


def recognise(folder: Path) -> Dataset | None:
    """The data set in a folder, or one or two levels below, that is laid out as an owner does; None without one."""
    return _first_that_reads(folder, [one.recognise for one in OWNERS if one.recognise is not None])


def read_as_its_owner(folder: Path) -> Dataset | None:
    """The data set in a folder that itself holds parts named as the owner of one names them (query, cam_a, ...).

    None where there are none, or they hold something else. ReidvizError where it is surely such a data set, and wrong.
    """
    found = [one for one in OWNERS if one.holds is not None and one.holds(folder)]
    for one in found:
        if one.certain:
            return one.read(folder)
    return _first_that_reads(folder, [one.read for one in found])


def _first_that_reads(folder: Path, readers: list[Reader]) -> Dataset | None:
    """What the first of the readers makes of it that does not refuse, nor fails as it may not look into a folder."""
    for read in readers:
        try:
            return read(folder)
        except (ReidvizError, OSError):
            continue
    return None
