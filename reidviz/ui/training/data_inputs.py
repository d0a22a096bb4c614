"""What a training learns from: its inputs on the form."""

import streamlit as st

from reidviz.common.printable import short
from reidviz.data.dataset import Dataset
from reidviz.data.keys import key_of
from reidviz.data.splits.protocols import default_protocol, protocols_for
from reidviz.training import launcher
from reidviz.training.job import Also, Job, MarkedPair
from reidviz.ui.session.choice import Choice
from reidviz.ui.session.datasets import dataset_named, known_data
from reidviz.ui.session.keys import TRAIN_COUNT
from reidviz.ui.training.menus import menu_with_own
from reidviz.ui.training.recipe_form import group_of_inputs


def data_inputs(choice: Choice, old: Job | None, key: str) -> tuple[str, str, str]:
    """The data set, its protocol, and the name of the run, empty for one of its own."""
    a, b, c = st.columns([3, 2, 3])
    with a:
        data = menu_with_own("Data set", known_data(), old.data if old else choice.dataset.name, f"{key}-data")
    dataset = dataset_named(data)
    with b:
        protocol = _protocol(data, dataset, choice, old, f"{key}-protocol-{key_of(data)}")
    name = c.text_input(
        "Name",
        key=f"{key}-name-{TRAIN_COUNT.get(0)}",
        placeholder=launcher.free_name("VARIANT", data),
        help="The name of the run's folder. Left empty, it is made of variant, data and time.",
        persist_state="session",
    )
    return data, protocol, name


def _protocol(data: str, dataset: Dataset, choice: Choice, old: Job | None, key: str) -> str:
    present = default_protocol(dataset)
    if old is not None and old.data == data:
        present = old.protocol
    elif old is None and choice.dataset.name == data:
        present = choice.split.protocol
    return menu_with_own(
        "Protocol", list(protocols_for(dataset)), present, key, "Which persons train; the others test the finished run."
    )


def source_input(data: str, old: Job | None, key: str) -> str:
    """The data set that helps, the first other one by default."""
    present = (old.source if old else None) or next(name for name in known_data() if name != data)
    return menu_with_own(
        "Source data set",
        [name for name in known_data() if name != data],
        present,
        key,
        "A larger data set that helps this one; its training persons by its default protocol take part. mtdnet-cross "
        "starts from an mtdnet trained on it.",
    )


def also_input(data: str, old: Job | None, key: str) -> tuple[Also, ...]:
    """Further data sets that train, by their default protocols; those of a run that is repeated by its own."""
    told = {one.data: one.protocol for one in old.also} if old else {}
    with group_of_inputs("Further data"):
        chosen = st.multiselect(
            "Train also on",
            [name for name in dict.fromkeys([*told, *known_data()]) if name != data],
            [name for name in told if name != data],
            key=key,
            format_func=short,
            help="Data sets whose training persons train too, each with an equal share of every batch. Who is held out "
            "and who tests the run comes from the first one.",
            persist_state="session",
        )
    return tuple(Also(name, told.get(name) or default_protocol(dataset_named(name))) for name in chosen)


def marks_input(data: str, old: Job | None, key: str) -> tuple[MarkedPair, ...]:
    """The marked pairs that the form was opened with, unless they are taken out or other data were chosen."""
    if old is None or not old.marks or old.data != data:
        return ()
    same = sum(mark.same for mark in old.marks)
    taken = st.toggle(
        f"Learn from {len(old.marks):,} marked pairs ({same:,} same, {len(old.marks) - same:,} different)",
        True,
        key=key,
        help="Beside the training persons. Without them the same training tells what training on alone changes.",
        persist_state="session",
    )
    return old.marks if taken else ()
