"""What a data set is: where it comes from, how much there is of it, and how the chosen protocol splits it."""

from collections import Counter
from typing import Final

import numpy as np
import streamlit as st

from reidviz.common.printable import short
from reidviz.data.catalogue.published import WITHDRAWN, differences
from reidviz.data.formats import FORMATS, format_of
from reidviz.data.formats.reading import unread_line
from reidviz.figures.remade.of_data import (
    images_of_persons,
    shows_each_person,
    sightings_of,
    split_parts,
    split_table,
)
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


def data_in_words(choice: Choice) -> Markdown:
    """What there is, and what of it is tested."""
    dataset, parts = choice.dataset, choice.split
    cameras = len(set(dataset.cameras.tolist()) - {""})
    seen = Markdown(f" by {cameras:,} cameras" if cameras else ", cameras unknown")
    usual = np.median(
        np.unique(dataset.identities[np.isin(dataset.identities, dataset.persons)], return_counts=True)[1]
    )
    told = Markdown(
        f"**{len(dataset.persons):,} persons**{seen} in {len(dataset.samples):,} images ({usual:.0f} a person)"
    )
    if not len(parts.probes):
        return Markdown(f"{told}.")
    probed = len(set(dataset.identities[parts.probes].tolist()))
    trained = len(set(dataset.identities[parts.train].tolist()))
    return Markdown(
        f"{told}: {trained:,} persons train, {len(parts.probes):,} probes of {probed:,} others are looked for among "
        f"{len(parts.gallery):,} gallery images."
    )


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
        persons = Counter(dataset.identities.tolist())
        nobody = {name: count for name, count in persons.items() if name not in dataset.persons}
        cameras = set(dataset.cameras.tolist()) - {""}
        if nobody:
            st.caption(
                f":material/info: {sum(nobody.values()):,} images of nobody ({literal(', '.join(sorted(nobody)))}), "
                "junk and distractors by the rules of Market-1501: they neither train nor are probed."
            )
        for note in (*dataset.notes, unread_line(dataset)):
            if note:
                st.caption(f":material/info: {literal(note)}")
        different = differences(dataset)
        for sentence in different:
            st.caption(f":material/info: {literal(sentence)}")
        if origin.counts is not None and not different:
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
    if cameras:
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
    parts, names = choice.split, choice.dataset.identities
    st.header("The chosen split", anchor=False)
    lines = [Markdown("| | persons | images |\n|:---|---:|---:|")]
    for part, persons, images in split_parts(choice.dataset, parts):
        lines.append(Markdown(f"| {literal(part)} | {persons:,} | {images:,} |"))
    table = split_table(choice.dataset, parts)
    show_table(Markdown("\n".join(lines)), table, certified(choice, "split"), "data-split")
    alone = ~np.isin(names[parts.gallery], names[parts.probes])
    told = [Markdown(f"Protocol {literal(parts.protocol)}.")]
    if not len(parts.probes):
        told = [
            Markdown(f"The protocol {literal(parts.protocol)} cannot split this data set; the sidebar says why."),
            Markdown("Choose another one."),
        ]
    if alone.any():
        told.append(Markdown(f"{int(alone.sum()):,} images of the gallery are no probe's match: distractors."))
    if parts.across_cameras:
        told.append(Markdown("Gallery images of the probe's person by the probe's own camera are ignored."))
    if parts.left_out:
        told.append(Markdown(f"{len(parts.left_out):,} probes cannot be matched and are left out (sidebar)."))
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
