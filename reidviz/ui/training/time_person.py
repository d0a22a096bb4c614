"""One person through a training: the rank of the true match of each probe at every validation, and who was in front."""

from typing import Any, Final

import numpy as np
import streamlit as st

from reidviz.common.arrays import IntArray
from reidviz.common.printable import printable
from reidviz.ui.session.keys import TIME_PERSON
from reidviz.ui.training.run_history import RankerOfRun, RunHistory
from reidviz.ui.training.time_moment import Moment
from reidviz.ui.widgets.markup import Markdown, literal, render, stylesheet
from reidviz.ui.widgets.thumbnails import thumbnail

MOST_PROBES: Final = 6


def choose_person(moment: Moment) -> int:
    """Draw the choice of a person, at first one of whom the first ranker forgot, else learnt, most; its place in
    moment.persons."""
    learnt, forgotten = _counts(moment)
    if TIME_PERSON.get() not in moment.persons:
        TIME_PERSON.set(moment.persons[int(np.lexsort((-learnt, -forgotten))[0])])
    places = {name: place for place, name in enumerate(moment.persons)}

    def label(name: str) -> str:
        counts = (learnt[places[name]], "learnt"), (forgotten[places[name]], "forgotten")
        told = ", ".join(f"{count} {word}" for count, word in counts if count)
        return printable(name) + (f" ({told})" if told else "")

    chosen = st.selectbox(
        "Person",
        moment.persons,
        key=TIME_PERSON.name,
        format_func=label,
        help="In brackets: probes that the first ranker learnt or forgot between the two steps.",
        width=320,
    )
    return places[chosen]


def _counts(moment: Moment) -> tuple[IntArray, IntArray]:
    """How many probes of each person the first ranker learnt and forgot (K,)."""
    found = moment.change(*moment.rankers[0])
    many = len(moment.persons)
    learnt, forgotten = (
        np.bincount(moment.person_of_probe, which, many).astype(np.int64) for which in (found.learnt, found.forgotten)
    )
    return learnt, forgotten


def show_person(moment: Moment, person: int) -> None:
    """A row a probe: its image, the ranks of its true match by ranker and step, and the image that each puts first."""
    name = moment.persons[person]
    st.header(f"Person {literal(name)} through the training", anchor=False)
    probes = np.flatnonzero(moment.person_of_probe == person)
    st.html(stylesheet("training/time_person.css"))
    rows = [_row(moment, int(probe)) for probe in probes[:MOST_PROBES]]
    st.html(render("training/time_person.html", rows=rows))
    cut = len(probes) > MOST_PROBES
    more = Markdown(f" The first {MOST_PROBES} of {len(probes):,} probes are shown." if cut else "")
    st.caption(
        "Each row: a probe, the rank of its nearest true match at every validation (✓: rank 1; framed: the two steps), "
        f"its true match, and the image that each ranker puts first at the second step.{more}"
    )


def _row(moment: Moment, probe: int) -> dict[str, Any]:
    last = moment.histories[0].last
    identities = moment.dataset.identities
    mine = str(identities[last.probes[probe]])
    match = next((int(one) for one in last.gallery if str(identities[one]) == mine), None)
    cards = [_card(moment, int(last.probes[probe]), "unknown", "probe", "")]
    fronts = [] if match is None else [_card(moment, match, "right", "match", "")]
    for history, ranker in moment.rankers:
        front = int(history.records[history.at(moment.second)].in_front[ranker.kind][probe])
        right = str(identities[front]) == mine
        fronts.append(_card(moment, front, "right" if right else "wrong", "1", ranker.name))
    return {
        "cards": cards,
        "fronts": fronts,
        "tables": [_ranks(moment, history, probe) for history in moment.histories],
    }


def _ranks(moment: Moment, history: RunHistory, probe: int) -> dict[str, Any]:
    framed = {history.at(step) for step in (moment.first, moment.second)}
    return {
        "steps": [{"step": f"{step:,}", "framed": step in framed} for step in history.steps],
        "rankers": [_ranker_row(moment, history, ranker, probe, framed) for ranker in history.rankers],
    }


def _ranker_row(
    moment: Moment, history: RunHistory, ranker: RankerOfRun, probe: int, framed: set[int]
) -> dict[str, Any]:
    style = moment.styles[ranker.name]
    ranks = [(step, int(one.ranks[ranker.kind][probe])) for step, one in history.records.items()]
    cells = [{"rank": rank, "framed": step in framed, "label": f"rank {rank} at step {step:,}"} for step, rank in ranks]
    return {"name": ranker.name, "sign": style.sign, "colour": style.colour, "cells": cells}


def _card(moment: Moment, position: int, kind: str, head: str, by: str) -> dict[str, Any]:
    identity = str(moment.dataset.samples[position].identity)
    what = {"probe": "probe", "match": "true match"}.get(head, f"put first by {by}")
    return {
        "kind": kind,
        "head": head,
        "label": f"{what}: person {identity}",
        "image": thumbnail(moment.dataset, position),
        "lines": (identity, by),
    }
