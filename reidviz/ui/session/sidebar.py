"""What the user chose in the sidebar - data set, protocol, models - once, for all pages, and in the URL."""

import numpy as np
import streamlit as st

from reidviz.common import settings
from reidviz.common.errors import ReidvizError
from reidviz.common.printable import titles
from reidviz.data.dataset import Dataset, Split
from reidviz.data.splits.protocols import default_protocol, protocols_for, split
from reidviz.evaluation.coverage import restricted
from reidviz.evaluation.pipeline.ranker import Ranker
from reidviz.ui.session.address import tell_choice
from reidviz.ui.session.choice import Choice
from reidviz.ui.session.datasets import BUILT_IN, dataset_named, from_address, in_address, known_data
from reidviz.ui.session.fusions import offer_fusion, with_fusions
from reidviz.ui.session.keys import CHOSEN_BEFORE, DATA, MODELS, PROTOCOL, Key
from reidviz.ui.session.model_styles import sign_menu
from reidviz.ui.session.models import damaged_models, fitting, known_rankers, still_there
from reidviz.ui.session.refinements import with_refinements
from reidviz.ui.widgets.markup import literal
from reidviz.ui.widgets.messages import show_error

MOST_LISTED = 50


def choose(page: str) -> Choice:
    """Draw the sidebar and return what is chosen; where that cannot be had, say why and end the page.

    The Data page is there for data that cannot be split, too: it gets a split of no images and no models.
    """
    try:
        with st.sidebar:
            return _sidebar(unsplit=page == "data")
    except ReidvizError as error:
        show_error(error)
        st.stop()


def _sidebar(unsplit: bool) -> Choice:
    # Streamlit may drop what a widget held when st.switch_page ends a run; this copy outlives that.
    before = CHOSEN_BEFORE.get({})
    # What stands in a menu is set in every run: Streamlit drops what a run that was interrupted had not yet sent, and
    # the browser would show, and send back, the first entry instead.
    DATA.set(DATA.get() or before.get("data") or from_address(st.query_params.get("data", BUILT_IN[0])))
    dataset = _dataset_menu()
    linked = st.query_params.get("protocol", default_protocol(dataset))
    PROTOCOL.set(PROTOCOL.get() or before.get("protocol") or linked)
    protocol = _protocol_menu(dataset)
    try:
        parts = split(dataset, protocol)
    except ReidvizError as error:
        if not unsplit:
            raise
        show_error(error)
        nobody = np.array([], dtype=np.int64)
        return Choice(dataset, Split(protocol, nobody, nobody, nobody), ())
    offered = with_fusions(known_rankers(), dataset, parts)
    if MODELS.get() is None:
        MODELS.set(before.get("models") or st.query_params.get_all("models") or fitting(offered, dataset))
    MODELS.set(still_there(MODELS.get([]), offered))
    st.multiselect(
        "Models",
        list(offered),
        key=MODELS.name,
        help="Shipped models, those you trained (runs/) and those you added; one whose training has not ended is "
        "called after its step. mtdtrp is a multi-task mtdnet read at its ranking branch.",
    )
    with st.container(horizontal=True):
        st.page_link("pages/models.py", label="Add a model", icon=":material/add:")
        offer_fusion(offered)
    names = still_there(MODELS.get([]), offered)
    rankers = _usable(dataset, parts, [offered[name] for name in names])
    parts = restricted(dataset, parts, rankers)
    for sentence in parts.notes:
        st.warning(literal(sentence), icon=":material/filter_alt:")
    st.caption(
        f"{len(parts.probes):,} probes of {_persons(dataset, parts):,} persons against a gallery of "
        f"{len(parts.gallery):,} images"
    )
    _say_damaged(damaged_models())
    _say_left_out(dataset, parts)
    now = {"data": _text(DATA), "protocol": protocol}
    CHOSEN_BEFORE.set(now | {"models": names})
    another = bool(before) and any(before[name] != value for name, value in now.items())
    tell_choice(in_address(_text(DATA)), protocol, names, another)
    sign_menu(MODELS.name, rankers)
    return Choice(dataset, parts, with_refinements(rankers))


def _usable(dataset: Dataset, parts: Split, rankers: list[Ranker]) -> tuple[Ranker, ...]:
    """The rankers that know something of the test; of the others it is said that they are left out."""
    usable = []
    for ranker in rankers:
        try:
            restricted(dataset, parts, [ranker])
        except ReidvizError as error:
            st.warning(f"{literal(error.message)} It is left out.", icon=":material/filter_alt_off:")
        else:
            usable.append(ranker)
    return tuple(usable)


def _dataset_menu() -> Dataset:
    offered = _with_present(known_data(), _text(DATA))
    st.selectbox(
        "Data set",
        offered,
        key=DATA.name,
        format_func=lambda spec: titles(offered).get(spec, spec),
        on_change=_start_anew,
        accept_new_options=True,
        help="Built-in data are drawn, no real person is shown. For your own images type NAME:FOLDER, "
        "e.g. cuhk01:/data/cuhk01 or folder:/data/mine (one folder an identity), and press Enter. "
        + ("" if settings.any_folder() else "It must lie in a folder that may be read: see the Data page."),
    )
    return dataset_named(_text(DATA))


def _protocol_menu(dataset: Dataset) -> str:
    st.selectbox(
        "Protocol",
        _with_present(list(protocols_for(dataset)), _text(PROTOCOL)),
        key=PROTOCOL.name,
        accept_new_options=True,
        help="How the data are split into training, probes and gallery. half:SEED halves the identities at random, "
        "testN:SEED tests on N of them; half-multi and testN-multi make every image of them a probe and part of the "
        "gallery, by the rules of Market-1501; mtdnet-486 and mtdnet-100 are the recorded splits of CUHK01; listed is "
        "what the owner of the data says, market the same by the rules of Market-1501. Ten splits at once, half:0-9, "
        "are for the command line: python -m reidviz evaluate.",
    )
    return _text(PROTOCOL)


def _with_present(options: list[str], present: str) -> list[str]:
    """The options, with what the address or the user typed among them."""
    return options if present in options else [*options, present]


def _text(key: Key[str]) -> str:
    """What a menu that takes any words holds. ReidvizError where a client sent something else."""
    value: object = key.get("") or ""
    if not isinstance(value, str):
        raise ReidvizError("The browser sent something that is no name.", "Open the page anew.")
    return value


def _start_anew() -> None:
    """Another data set starts with the protocol and the models that go with it."""
    try:
        dataset = dataset_named(_text(DATA) or BUILT_IN[0])
    except ReidvizError:
        return
    PROTOCOL.set(default_protocol(dataset))
    MODELS.set(fitting(known_rankers(), dataset))


def _say_damaged(sentences: tuple[str, ...]) -> None:
    if not sentences:
        return
    with st.expander(f"{len(sentences)} damaged model{'s' if len(sentences) > 1 else ''}", icon=":material/warning:"):
        for sentence in sentences[:MOST_LISTED]:
            st.caption(literal(sentence))
        if len(sentences) > MOST_LISTED:
            st.caption(f"… and {len(sentences) - MOST_LISTED:,} more")


def _say_left_out(dataset: Dataset, parts: Split) -> None:
    if not parts.left_out:
        return
    with st.expander(f"{len(parts.left_out):,} probes left out"):
        st.caption("They have no possible match in this gallery, so no model could find it.")
        for one in parts.left_out[:MOST_LISTED]:
            st.caption(f"{literal(dataset.samples[one.position].id)}: {literal(one.reason)}")
        if len(parts.left_out) > MOST_LISTED:
            st.caption(f"… and {len(parts.left_out) - MOST_LISTED:,} more")


def _persons(dataset: Dataset, parts: Split) -> int:
    return len({dataset.samples[i].identity for i in parts.probes})
