"""What a data set is: where it comes from, how much there is of it, and how the chosen protocol splits it."""

from collections import Counter

import numpy as np
import streamlit as st

from reidviz.common.printable import short
from reidviz.data.catalogue.published import WITHDRAWN, differences
from reidviz.data.formats import FORMATS, format_of
from reidviz.data.formats.reading import unread_line
from reidviz.figures.cameras import MOST_PERSONS, cameras_figure, sightings
from reidviz.figures.text import plain
from reidviz.ui.session.choice import Choice
from reidviz.ui.session.datasets import known_data
from reidviz.ui.widgets.markup import Markdown, literal


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
        a, b, c, d = st.columns(4)
        a.metric("Persons", f"{len(dataset.persons):,}")
        b.metric("Cameras", f"{len(cameras):,}" if cameras else "unknown")
        c.metric("Images", f"{len(dataset.samples):,}")
        usual = np.median([persons[name] for name in dataset.persons] or [0])
        d.metric("Images a person", f"{usual:.0f}", help="The median over persons")
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
    if cameras:
        counts, seen_by, seen = sightings(dataset)
        st.plotly_chart(
            cameras_figure(counts, [plain(name) for name in seen_by], [plain(name) for name in seen]),
            key="data-cameras",
            alt="Images of each person by each camera",
            config={"displayModeBar": False},
        )
        st.caption(
            "Images of each person by each camera; a gap is a camera that never saw the person."
            + (f" The first {MOST_PERSONS:,} of {len(persons):,} persons." if len(persons) > MOST_PERSONS else "")
        )


def show_split(choice: Choice) -> None:
    """Who trains, who is a probe, what the gallery holds."""
    parts, names = choice.split, choice.dataset.identities
    everybody = set(choice.dataset.persons)
    st.header("The chosen split", anchor=False)
    used = np.unique(np.concatenate([parts.train, parts.probes, parts.gallery]))
    rest = np.setdiff1d(np.arange(len(names)), used)
    lines = [Markdown("| | persons | images |\n|:---|---:|---:|")]
    for name, places in (
        (Markdown("training"), parts.train),
        (Markdown("probes"), parts.probes),
        (Markdown("gallery"), parts.gallery),
        (Markdown("not used"), rest),
    ):
        persons = len(everybody & set(names[places].tolist()))
        lines.append(Markdown(f"| {name} | {persons:,} | {len(places):,} |"))
    st.markdown("\n".join(lines))
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
