"""What a data set is: where it comes from, how much there is of it, and how the chosen protocol splits it."""

from collections import Counter

import numpy as np
import streamlit as st

from reidviz.data.formats.files import unread_line
from reidviz.data.names import short
from reidviz.data.published import ORIGINS, WITHDRAWN, differences
from reidviz.figures.cameras import MOST_PERSONS, cameras_figure
from reidviz.ui.messages import literal
from reidviz.ui.state import Choice, known_data


def show_card(choice: Choice) -> None:
    """Origin, counts, what differs from the published ones, and the cameras."""
    dataset = choice.dataset
    origin = ORIGINS[dataset.layout]
    with st.container(border=True):
        st.markdown(f"**{origin.title}** · {literal(short(dataset.name))}")
        st.caption(origin.obtain + (" Some of its pictures are left out here." if dataset.base else ""))
        persons = Counter(dataset.identities.tolist())
        nobody = {name: count for name, count in persons.items() if name not in dataset.persons}
        cameras = set(dataset.cameras.tolist()) - {""}
        a, b, c, d = st.columns(4)
        a.metric("Persons", f"{len(dataset.persons):,}")
        b.metric("Cameras", f"{len(cameras):,}" if cameras else "unknown")
        c.metric("Pictures", f"{len(dataset.samples):,}")
        usual = np.median([persons[name] for name in dataset.persons] or [0])
        d.metric("Pictures a person", f"{usual:.0f}", help="The median over persons")
        if nobody:
            st.caption(
                f":material/info: {sum(nobody.values()):,} pictures of nobody ({literal(', '.join(sorted(nobody)))}), "
                "junk and distractors by the rules of Market-1501: they neither train nor are probed."
            )
        for note in (*dataset.notes, unread_line(dataset)):
            if note:
                st.caption(f":material/info: {literal(note)}")
        different = differences(dataset)
        for sentence in different:
            st.caption(f":material/info: {sentence}")
        if origin.counts is not None and not different:
            st.caption(":material/check: As many persons, cameras and pictures as published.")
    if cameras:
        st.plotly_chart(
            cameras_figure(dataset),
            key="data-cameras",
            alt="Pictures of each person by each camera",
            config={"displayModeBar": False},
        )
        shown = f" The first {MOST_PERSONS:,} of {len(persons):,} persons." if len(persons) > MOST_PERSONS else ""
        st.caption(f"Pictures of each person by each camera; a gap is a camera that never saw the person.{shown}")


def show_split(choice: Choice) -> None:
    """Who trains, who is a probe, what the gallery holds."""
    parts, names = choice.split, choice.dataset.identities
    everybody = set(choice.dataset.persons)
    st.subheader("The chosen split", anchor=False)
    lines = ["| | persons | pictures |", "|:---|---:|---:|"]
    for name, places in (("training", parts.train), ("probes", parts.probes), ("gallery", parts.gallery)):
        lines.append(f"| {name} | {len(everybody & set(names[places].tolist())):,} | {len(places):,} |")
    used = np.unique(np.concatenate([parts.train, parts.probes, parts.gallery]))
    rest = np.setdiff1d(np.arange(len(names)), used)
    lines.append(f"| not used | {len(everybody & set(names[rest].tolist())):,} | {len(rest):,} |")
    st.markdown("\n".join(lines))
    alone = ~np.isin(names[parts.gallery], names[parts.probes])
    told = f"Protocol {literal(parts.protocol)}."
    if not len(parts.probes):
        told = f"The protocol {literal(parts.protocol)} cannot split this data set; the sidebar says why. "
        told += "Choose another one."
    if alone.any():
        told += f" {int(alone.sum()):,} pictures of the gallery are no probe's match: distractors."
    if parts.across_cameras:
        told += " Gallery pictures of the probe's person by the probe's own camera are ignored."
    if parts.left_out:
        told += f" {len(parts.left_out):,} probes cannot be matched and are left out (sidebar)."
    st.caption(told)


def show_known() -> None:
    """Every layout that can be read, where it is to be had, and the one that is not offered."""
    here = {spec.partition(":")[0] for spec in known_data()}
    lines = ["| name | data set | here | how to get it |", "|:---|:---|:---|:---|"]
    lines += [
        f"| {name} | {origin.title} | {'yes' if name in here else 'no'} | {origin.obtain} |"
        for name, origin in ORIGINS.items()
    ]
    st.markdown("\n".join(lines))
    st.caption(WITHDRAWN)
