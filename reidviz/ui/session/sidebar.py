"""What the user chose in the sidebar - data set, protocol, models - once, for all pages, and in the URL."""

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import streamlit as st

from reidviz.common import settings
from reidviz.common.errors import ReidvizError
from reidviz.common.printable import MARK, titles
from reidviz.data.catalogue.imported import added
from reidviz.data.dataset import Dataset, Split
from reidviz.data.formats import load
from reidviz.data.splits.protocols import default_protocol, protocols_for, split
from reidviz.evaluation.pipeline.evaluate import Reading, readings_of
from reidviz.figures.style import ModelStyle
from reidviz.models.model_card import find_checkpoint
from reidviz.models.variants import VARIANTS
from reidviz.ui.navigation import pages
from reidviz.ui.session.model_styles import AT_STEP, sign_menu, styles_of
from reidviz.ui.widgets.markup import literal
from reidviz.ui.widgets.messages import show_error

MOST_BY_DEFAULT = 6
MOST_LISTED = 50
MOST_TYPED = 100
HELPED = tuple(name for name, variant in VARIANTS.items() if variant.source)
BUILT_IN = tuple(f"synthetic:{domain}" for domain in ("cuhk03", "cuhk01", "viper", "ilids", "prid2011"))


@dataclass(frozen=True, eq=False)
class Choice:
    """A data set, one split of it and the readings to compare, each under a name of its own."""

    dataset: Dataset
    split: Split
    readings: tuple[Reading, ...]

    def style(self, reading: Reading) -> ModelStyle:
        """How a chosen reading looks."""
        return styles_of(self.readings)[reading.path, reading.kind]


_choice: ContextVar[Choice | None] = ContextVar("choice", default=None)


def choose(page: str) -> Choice:
    """Draw the sidebar and return what is chosen; where that cannot be had, say why and end the page.

    The Data page is there for data that cannot be split, too: it gets a split of no pictures and no models.
    """
    try:
        with st.sidebar:
            return _sidebar(unsplit=page == "data")
    except ReidvizError as error:
        show_error(error)
        st.stop()


def _sidebar(unsplit: bool) -> Choice:
    kept = st.session_state
    # Streamlit may drop what a widget held when st.switch_page ends a run; this copy outlives that.
    before: dict[str, Any] = kept.setdefault("chosen before", {})
    # What stands in a menu is set in every run: Streamlit drops what a run that was interrupted had not yet sent, and
    # the browser would show, and send back, the first entry instead.
    kept["data"] = kept.get("data") or before.get("data") or _from_address(st.query_params.get("data", BUILT_IN[0]))
    offered_data = _with_present(known_data(), _named("data"))
    st.selectbox(
        "Data set",
        offered_data,
        key="data",
        format_func=lambda spec: titles(offered_data).get(spec, spec),
        on_change=_start_anew,
        accept_new_options=True,
        help="Built-in data are drawn, no real person is shown. For your own pictures type NAME:FOLDER, "
        "e.g. cuhk01:/data/cuhk01 or folder:/data/mine (one folder an identity), and press Enter. "
        + ("" if settings.any_folder() else "It must lie in a folder that may be read: see the Data page."),
    )
    dataset = dataset_named(_named("data"))
    kept["protocol"] = (
        kept.get("protocol") or before.get("protocol") or st.query_params.get("protocol", default_protocol(dataset))
    )
    st.selectbox(
        "Protocol",
        _with_present(list(protocols_for(dataset)), _named("protocol")),
        key="protocol",
        accept_new_options=True,
        help="How the data are split into training, probes and gallery. half:SEED halves the identities at random, "
        "testN:SEED tests on N of them; mtdnet-486 and mtdnet-100 are the recorded splits of CUHK01; listed is "
        "what the owner of the data says, market the same by the rules of Market-1501. Ten splits at once, half:0-9, "
        "are for the command line: python -m reidviz evaluate.",
    )
    try:
        parts = split(dataset, _named("protocol"))
    except ReidvizError as error:
        if not unsplit:
            raise
        show_error(error)
        nobody = np.array([], dtype=np.int64)
        return Choice(dataset, Split(kept["protocol"], nobody, nobody, nobody), ())
    offered = known_readings()
    if "models" not in kept:
        kept["models"] = before.get("models") or st.query_params.get_all("models") or _fitting(offered, dataset)
    kept["models"] = _still_there(kept["models"], offered)
    st.multiselect(
        "Models",
        list(offered),
        key="models",
        help="Shipped models and those you trained (runs/); one whose training has not ended is called after its step. "
        "mtdtrp is a multi-task mtdnet read at its ranking branch.",
    )
    st.caption(
        f"{len(parts.probes):,} probes of {_persons(dataset, parts):,} persons against a gallery of "
        f"{len(parts.gallery):,} pictures"
    )
    _say_damaged(damaged_models())
    if parts.left_out:
        with st.expander(f"{len(parts.left_out):,} probes left out"):
            st.caption("They have no possible match in this gallery, so no model could find it.")
            for one in parts.left_out[:MOST_LISTED]:
                st.caption(f"{literal(dataset.samples[one.position].id)}: {literal(one.reason)}")
            if len(parts.left_out) > MOST_LISTED:
                st.caption(f"… and {len(parts.left_out) - MOST_LISTED:,} more")
    names = _still_there(kept["models"], offered)
    before.update({"data": kept["data"], "protocol": kept["protocol"], "models": names})
    _write_address(before)
    readings = tuple(offered[name] for name in names)
    sign_menu("models", readings)
    return Choice(dataset, parts, readings)


def _named(key: str) -> str:
    """What a menu that takes any words holds. ReidvizError where a client sent something else."""
    value: object = st.session_state[key] or ""
    if not isinstance(value, str):
        raise ReidvizError("The browser sent something that is no name.", "Open the page anew.")
    return value


def _from_address(written: str) -> str:
    """The name of the data set that an address tells: those this server has met go by their titles, which hold no
    path."""
    return {title: spec for spec, title in titles([*known_data(), *_typed()]).items()}.get(written, written)


def _write_address(chosen: dict[str, Any]) -> None:
    """Tell in the address what is chosen, the data set by its title."""
    typed = _typed()
    if chosen["data"] not in known_data():
        typed[chosen["data"]] = None
        if len(typed) > MOST_TYPED:
            del typed[next(iter(typed))]
    st.query_params.update(chosen | {"data": titles([*known_data(), *typed])[chosen["data"]]})


@st.cache_resource
def _typed() -> dict[str, None]:
    """The last data sets that somebody typed and that could be read: as long as the server runs their pages may be
    loaded anew, though the address holds no path."""
    return {}


def _start_anew() -> None:
    """Another data set starts with the protocol and the models that go with it."""
    try:
        dataset = dataset_named(_named("data") or BUILT_IN[0])
    except ReidvizError:
        return
    st.session_state["protocol"] = default_protocol(dataset)
    st.session_state["models"] = _fitting(known_readings(), dataset)


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
    """The built-in data sets, CUHK01 and CUHK03's pair 1 where REIDVIZ_DATA holds them, and those that were added."""
    root = settings.shared_data_dir() or Path(os.devnull)
    found = {"cuhk01": root / "cuhk01", "cuhk03-pair": root / "cuhk03_pair1_labeled"}
    shared = [f"{name}:{folder}" for name, folder in found.items() if folder.is_dir()]
    return list(dict.fromkeys([*BUILT_IN, *shared, *added()]))


def _with_present(options: list[str], present: str) -> list[str]:
    """The options, with what the address or the user typed among them."""
    return options if present in options else [*options, present]


def dataset_named(spec: str) -> Dataset:
    """The data set of that name, read at most every ten minutes as long as its folder or list stays as it is."""
    return _dataset(spec, _stamp(os.path.expanduser(spec.partition(":")[2].partition(MARK)[0])))


@st.cache_resource(max_entries=8, ttl=600, show_spinner="Reading the data set …")
def _dataset(spec: str, stamp: tuple[int, ...]) -> Dataset:
    return load(spec)


def known_readings() -> dict[str, Reading]:
    """Every reading of the shipped checkpoints and of the runs that have weights, by a name that is unique."""
    readings: dict[str, Reading] = {}
    for found in _models():
        for reading in () if isinstance(found, str) else found:
            name = reading.name
            while name in readings:
                name += "′"
            readings[name] = replace(reading, name=name)
    return readings


def damaged_models() -> tuple[str, ...]:
    """Of the same checkpoints those that cannot be offered: why, a sentence each."""
    return tuple(found for found in _models() if isinstance(found, str))


def _models() -> list[tuple[Reading, ...] | str]:
    """The readings of each checkpoint, or why it has none."""
    shipped = [settings.CHECKPOINTS / f"{name}.safetensors" for name in VARIANTS]
    runs = [_weights_of(file.parent) for file in sorted(settings.runs_dir().glob("[!.]*/checkpoints"))]
    files = [file for file in [*shipped, *runs] if file is not None and file.is_file()]
    return [_readings(file, _stamp(file, file.with_suffix(".json"))) for file in files]


@st.cache_data(max_entries=256, show_spinner=False)
def _readings(file: Path, stamp: tuple[int, ...]) -> tuple[Reading, ...] | str:
    """The same of one file at one moment."""
    try:
        return readings_of(file)
    except ReidvizError as error:
        return error.message


def _say_damaged(sentences: tuple[str, ...]) -> None:
    if not sentences:
        return
    with st.expander(f"{len(sentences)} damaged model{'s' if len(sentences) > 1 else ''}", icon=":material/warning:"):
        for sentence in sentences[:MOST_LISTED]:
            st.caption(literal(sentence))
        if len(sentences) > MOST_LISTED:
            st.caption(f"… and {len(sentences) - MOST_LISTED:,} more")


def _weights_of(run: Path) -> Path | None:
    """The finished weights of a run, else its best or last ones, if there are any."""
    try:
        return find_checkpoint(run)
    except ReidvizError:
        return None


def _still_there(names: Iterable[object], offered: dict[str, Reading]) -> list[str]:
    """The chosen models that are still offered, whatever a browser sent; a run that has moved on goes by the name of
    its new step."""
    by_run = {AT_STEP.sub("", name): name for name in offered}
    found = [name if name in offered else by_run.get(AT_STEP.sub("", name)) for name in names if isinstance(name, str)]
    return [name for name in dict.fromkeys(found) if name is not None]


def use_run(run: Path, data: str, protocol: str) -> None:
    """Add the readings of a run to the chosen models, and choose its data and protocol; to be called in a callback.

    Raises ReidvizError when the run has no weights, or its data cannot be read.
    """
    split(dataset_named(data), protocol)
    weights = find_checkpoint(run)
    names = [name for name, reading in known_readings().items() if reading.path == weights]
    kept = st.session_state
    before = kept.setdefault("chosen before", {})
    models = [*kept.get("models", before.get("models", [])), *names]
    kept.update({"data": data, "protocol": protocol, "models": list(dict.fromkeys(models))})


def _stamp(*files: Path | str) -> tuple[int, ...]:
    """Which files these are and when they were written; 0 where one cannot be seen."""
    found = []
    for file in files:
        try:
            seen = os.stat(file)
        except (OSError, ValueError):
            found += [0, 0]
        else:
            found += [seen.st_ino, seen.st_mtime_ns]
    return tuple(found)


def _fitting(offered: dict[str, Reading], dataset: Dataset) -> list[str]:
    """The shipped models where they were trained on this data set; else one's own that were; else the shipped ones.

    Of the shipped ones that a source helped, each comes with the multi-task network it started from, and nowhere else.
    """
    own = [name for name, reading in offered.items() if reading.data_hash == dataset.manifest_hash]
    shipped = {name: r.variant for name, r in offered.items() if r.path.parent == settings.CHECKPOINTS}
    alone = [name for name, read_as in shipped.items() if not read_as.startswith(HELPED)]
    found = [name for name in own if name in shipped]
    if found and not set(found) & set(alone):
        found = [name for name in alone if shipped[name] in dict(VARIANTS["mtdnet"].readings)] + found
    return found or own[:MOST_BY_DEFAULT] or alone


def _persons(dataset: Dataset, parts: Split) -> int:
    return len({dataset.samples[i].identity for i in parts.probes})
