"""What a data set is: where it comes from, how much there is of it, and how the chosen protocol splits it."""

from typing import Final

import streamlit as st

from reidviz.common.printable import short
from reidviz.data.catalogue.in_words import card_notes, is_as_published, parts_of, split_notes
from reidviz.data.catalogue.published import WITHDRAWN
from reidviz.data.formats import FORMATS, format_of
from reidviz.figures.remade.of_data import images_of_persons, shows_each_person, sightings_of, split_table
from reidviz.ui.results.certificates import certified
from reidviz.ui.session.choice import Choice
from reidviz.ui.session.datasets import known_data
from reidviz.ui.widgets.chart import chart
from reidviz.ui.widgets.markup import Markdown, literal
from reidviz.ui.widgets.table import show_table

EXAMPLES: Final = {
    Markdown("A folder a person"): "mine/0001/front.jpg\nmine/0001/door.jpg\nmine/0002/front.jpg",
    Markdown("Market-1501's names"): "mine/0001_c1s1_000151_01.jpg\nmine/0001_c3s1_000551_02.jpg",
    Markdown("A list (CSV or Parquet)"): "path,identity,camera,split\na/1.jpg,0001,1,train\na/2.jpg,0002,2,query\n"
    "a/3.jpg,0002,1,gallery",
}
"""What lies in a folder that can be read, by example."""


def show_examples() -> None:
    """Layouts and columns that can be read, by example."""
    for column, (title, lines) in zip(st.columns(len(EXAMPLES)), EXAMPLES.items(), strict=True):
        column.markdown(f"**{title}**")
        column.code(lines, language=None)


def show_card(choice: Choice) -> None:
    """Origin, counts, what differs from the published ones, and the cameras."""
    dataset = choice.dataset
    origin = format_of(dataset)
    with st.container(border=True):
        st.markdown(f"**{literal(origin.title)}** · {literal(short(dataset.name))}")
        st.caption(literal(origin.obtain) + (" Some of its images are left out here." if dataset.base else ""))
        for note in card_notes(dataset):
            st.caption(f":material/info: {literal(note)}")
        if is_as_published(dataset):
            st.caption(":material/check: As many persons, cameras and images as published.")
    left, right = st.columns(2, gap="medium")
    with left:
        chart(
            images_of_persons(dataset),
            certified(choice, "images"),
            key="data-images",
            alt="How many persons have how many images",
            config={"displayModeBar": False},
        )
    if set(dataset.cameras.tolist()) - {""}:
        with right:
            _show_cameras(choice)


def _show_cameras(choice: Choice) -> None:
    """Who was seen by which camera."""
    told = Markdown("Images of each person by each camera; a gap is a camera that never saw the person.")
    if not shows_each_person(choice.dataset):
        told = Markdown("Persons that both cameras saw; on the diagonal, all that a camera saw.")
    chart(
        sightings_of(choice.dataset),
        certified(choice, "sightings"),
        key="data-cameras",
        alt="Persons by the cameras that saw them",
        config={"displayModeBar": False},
    )
    st.caption(told)


def show_split(choice: Choice) -> None:
    """Who trains, who is a probe, what the gallery holds."""
    parts = choice.split
    st.header("The chosen split", anchor=False)
    lines = [Markdown("| | persons | images |\n|:---|---:|---:|")]
    for part in parts_of(choice.dataset, parts):
        lines.append(Markdown(f"| {literal(part.name)} | {part.persons:,} | {part.images:,} |"))
    table = split_table(choice.dataset, parts)
    show_table(Markdown("\n".join(lines)), table, certified(choice, "split"), "data-split")
    told = [Markdown(f"Protocol {literal(parts.protocol)}.")]
    if not len(parts.probes):
        told = [
            Markdown(f"The protocol {literal(parts.protocol)} cannot split this data set; the sidebar says why."),
            Markdown("Choose another one."),
        ]
    told += [literal(note) for note in split_notes(choice.dataset, parts)]
    if parts.left_out:
        told.append(Markdown("The sidebar lists them."))
    st.caption(" ".join(told))


def show_known() -> None:
    """Every layout that can be read, where it is to be had, and the one that is not offered."""
    here = {spec.partition(":")[0] for spec in known_data()}
    lines = [
        Markdown("| name | data set | here | what lies in its folder | how to get it |\n|:---|:---|:---|:---|:---|")
    ]
    for one in FORMATS:
        there = Markdown("yes" if one.name in here else "no")
        words = [literal(text) for text in (one.layout, one.obtain)]
        lines.append(Markdown(f"| {literal(one.name)} | {literal(one.title)} | {there} | {' | '.join(words)} |"))
    st.markdown("\n".join(lines))
    st.caption(literal(WITHDRAWN))
