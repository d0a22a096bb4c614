"""What the user chose in the sidebar - data set, protocol, models - once, for all pages, and in the URL."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from pathlib import Path

import streamlit as st

from reidviz import settings
from reidviz.data.dataset import Dataset, Split
from reidviz.data.formats import load
from reidviz.data.protocols import default_protocol, protocols_for, split
from reidviz.errors import ReidvizError
from reidviz.evaluation.evaluate import Reading, readings_of
from reidviz.models.variants import VARIANTS
from reidviz.ui.menu import pages
from reidviz.ui.messages import or_stop

MOST_BY_DEFAULT = 6
BUILT_IN = tuple(f"synthetic:{domain}" for domain in ("cuhk03", "cuhk01", "viper", "ilids", "prid2011"))


@dataclass(frozen=True, eq=False)
class Choice:
    """A data set, one split of it and the readings to compare, each under a name of its own."""

    dataset: Dataset
    split: Split
    readings: tuple[Reading, ...]


_choice: ContextVar[Choice | None] = ContextVar("choice", default=None)


def choose() -> Choice:
    """Draw the sidebar and return what is chosen; stops the page with a sentence when it cannot be had."""
    with st.sidebar:
        spec = st.selectbox(
            "Data set",
            _with_present(known_data(), "data"),
            key="data",
            bind="query-params",
            accept_new_options=True,
            help="Built-in data are drawn, no real person is shown. For your own pictures type NAME:FOLDER, "
            "e.g. cuhk01:/data/cuhk01 or folder:/data/mine (one folder an identity), and press Enter.",
        )
        dataset = or_stop(lambda: dataset_named(spec or BUILT_IN[0]))
        protocols = protocols_for(dataset)
        protocol = st.selectbox(
            "Protocol",
            _with_present(list(protocols), "protocol"),
            index=protocols.index(default_protocol(dataset)),
            key="protocol",
            bind="query-params",
            accept_new_options=True,
            help="How the data are split into training, probes and gallery. half:SEED halves the identities at random, "
            "testN:SEED tests on N of them; mtdnet-486 and mtdnet-100 are the recorded splits of CUHK01.",
        )
        parts = or_stop(lambda: split(dataset, protocol or default_protocol(dataset)))
        offered = known_readings()
        names = st.multiselect(
            "Models",
            list(offered),
            default=_fitting(offered, dataset),
            key="models",
            bind="query-params",
            help="Shipped models and those you trained (runs/). mtdtrp is a multi-task mtdnet read at its ranking "
            "branch.",
        )
        st.caption(
            f"{len(parts.probes):,} probes of {_persons(dataset, parts):,} persons against a gallery of "
            f"{len(parts.gallery):,} pictures"
        )
    return Choice(dataset, parts, tuple(offered[name] for name in names))


@contextmanager
def chosen(choice: Choice) -> Iterator[None]:
    """While the page runs, current() gives it the sidebar's choice."""
    token = _choice.set(choice)
    try:
        yield
    finally:
        _choice.reset(token)


def current() -> Choice:
    """The choice that app.py made for this page.

    Until app.py has run once in a server, Streamlit takes the pages folder for the app and starts a page that is
    linked to directly without app.py; declaring the navigation ends that, and the page starts again within the app.
    """
    choice = _choice.get()
    if choice is None:
        st.navigation(pages(), position="hidden")
        st.rerun()
    return choice


def known_data() -> list[str]:
    """The built-in data sets, then CUHK01 where REIDVIZ_DATA holds it."""
    root = os.environ.get("REIDVIZ_DATA")
    found = [f"cuhk01:{root}/cuhk01"] if root and (Path(root) / "cuhk01" / "campus").is_dir() else []
    return [*BUILT_IN, *found]


def _with_present(options: list[str], key: str) -> list[str]:
    """The options, with what the URL or the user typed among them."""
    present = st.session_state.get(key) or st.query_params.get(key)
    return options if not present or present in options else [*options, present]


@st.cache_resource(max_entries=8, ttl=600, show_spinner="Reading the data set …")
def dataset_named(spec: str) -> Dataset:
    """The data set of that name, read at most every ten minutes."""
    return load(spec)


def known_readings() -> dict[str, Reading]:
    """Every reading of the shipped checkpoints and of the finished runs, by a name that is unique."""
    files = [settings.CHECKPOINTS / f"{name}.safetensors" for name in VARIANTS]
    files = [file for file in files if file.is_file()] + sorted(
        settings.runs_dir().glob("*/checkpoints/final.safetensors")
    )
    readings: dict[str, Reading] = {}
    for file in files:
        for reading in _readings(file, _stamp(file)):
            name = reading.name
            while name in readings:
                name += "′"
            readings[name] = reading
    return readings


@st.cache_data(max_entries=256, show_spinner=False)
def _readings(file: Path, stamp: tuple[int, int]) -> tuple[Reading, ...]:
    """The readings of one file at one moment; none when it is not a whole checkpoint."""
    try:
        return readings_of(file)
    except ReidvizError:
        return ()


def _stamp(file: Path) -> tuple[int, int]:
    card = file.with_suffix(".json")
    return file.stat().st_mtime_ns, card.stat().st_mtime_ns if card.exists() else 0


def _fitting(offered: dict[str, Reading], dataset: Dataset) -> list[str]:
    """The shipped models where they were trained on this data set; else one's own that were; else the shipped ones."""
    shipped = [name for name, reading in offered.items() if reading.path.parent == settings.CHECKPOINTS]
    own = [name for name, reading in offered.items() if reading.data_hash == dataset.manifest_hash]
    return [name for name in own if name in shipped] or own[:MOST_BY_DEFAULT] or shipped


def _persons(dataset: Dataset, parts: Split) -> int:
    return len({dataset.samples[i].identity for i in parts.probes})
