"""The data sets that can be chosen, and by which name an address tells one."""

import os
from pathlib import Path

import streamlit as st

from reidviz.common import settings
from reidviz.common.printable import MARK, titles
from reidviz.data.catalogue.imported import added
from reidviz.data.dataset import Dataset
from reidviz.data.formats import load
from reidviz.ui.session.stamp import stamp_of

BUILT_IN = tuple(f"synthetic:{domain}" for domain in ("cuhk03", "cuhk01", "viper", "ilids", "prid2011"))
MOST_TYPED = 100


def known_data() -> list[str]:
    """The built-in data sets, CUHK01 and CUHK03's pair 1 where REIDVIZ_DATA holds them, and those that were added."""
    root = settings.shared_data_dir() or Path(os.devnull)
    found = {"cuhk01": root / "cuhk01", "cuhk03-pair": root / "cuhk03_pair1_labeled"}
    shared = [f"{name}:{folder}" for name, folder in found.items() if folder.is_dir()]
    return list(dict.fromkeys([*BUILT_IN, *shared, *added()]))


def dataset_named(spec: str) -> Dataset:
    """The data set of that name, read at most every ten minutes as long as its folder or list stays as it is."""
    return _dataset(spec, stamp_of(os.path.expanduser(spec.partition(":")[2].partition(MARK)[0])))


@st.cache_resource(max_entries=8, ttl=600, show_spinner="Reading the data set …")
def _dataset(spec: str, stamp: tuple[int, ...]) -> Dataset:
    return load(spec)


def from_address(written: str) -> str:
    """The name of the data set that an address tells: those this server has met go by their titles, which hold no
    path."""
    return {title: spec for spec, title in titles([*known_data(), *_typed()]).items()}.get(written, written)


def in_address(spec: str) -> str:
    """The title of a data set that could be read, from which from_address() gives its name again."""
    typed = _typed()
    if spec not in known_data():
        typed[spec] = None
        if len(typed) > MOST_TYPED:
            del typed[next(iter(typed))]
    return titles([*known_data(), *typed])[spec]


@st.cache_resource
def _typed() -> dict[str, None]:
    """The last data sets that somebody typed and that could be read: as long as the server runs their pages may be
    loaded anew, though the address holds no path."""
    return {}
