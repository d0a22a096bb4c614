"""Which layout a folder has, where that is not said."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

from reidviz.common.errors import ReidvizError
from reidviz.data.dataset import Dataset
from reidviz.data.formats import cuhk01, cuhk03, cuhk03_pair, ilids, market1501, msmt17, prid2011, viper
from reidviz.data.formats.locate import holding
from reidviz.data.formats.reading import unreadable, walk

Reader = Callable[[Path], Dataset]


def read_as_its_owner(folder: Path) -> Dataset | None:
    """The data set in a folder that holds parts named as the owner of one names them (query, cam_a, ...).

    None where there are none, or they hold something else. ReidvizError where it is surely such a data set, and wrong.
    """
    if market1501.holds(folder):
        return market1501.read(folder)
    if holding(*msmt17.LISTS)(folder):
        return msmt17.read(folder)
    if (folder / cuhk03.MAT).is_file() or any((folder / f"images_{boxes}").is_dir() for boxes in cuhk03.BOXES):
        return first_that_reads(folder, cuhk03.read, partial(cuhk03.read, boxes="detected"))
    if holding(*viper.PARTS)(folder):
        return first_that_reads(folder, viper.read, prid2011.read)
    if holding(*cuhk03_pair.PARTS)(folder):
        return first_that_reads(folder, cuhk03_pair.read)
    return None


def layouts(folder: Path) -> Dataset | None:
    """The data set in a folder, or one or two levels below, that is laid out as an owner does; None without one."""
    detected = partial(cuhk03.read, boxes="detected")
    others = (viper.read, prid2011.read, cuhk01.read, cuhk03_pair.read, market1501.read, msmt17.read)
    found = first_that_reads(folder, cuhk03.read, detected, *others)
    return found or first_that_reads(folder, _whole_ilids)


def first_that_reads(folder: Path, *readers: Reader) -> Dataset | None:
    """What the first of the readers makes of it that does not refuse, nor fails as it may not look into a folder."""
    for read in readers:
        try:
            return read(folder)
        except (ReidvizError, OSError):
            continue
    return None


def _whole_ilids(folder: Path) -> Dataset:
    """iLIDS has no folder of a name of its own: it is believed where nearly all pictures are in it."""
    found = ilids.read(folder)
    pictures = sum(not unreadable(entry) for entry in walk(folder))
    if len(found.samples) < 0.9 * pictures:
        raise ReidvizError("Most pictures are named otherwise.")
    return found
