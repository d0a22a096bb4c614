"""Whose marks there are, taken away and brought in; how far two annotators agree, and their conflicts as images."""

import streamlit as st

from reidviz.common import settings
from reidviz.common.errors import ReidvizError
from reidviz.common.printable import printable
from reidviz.marks.agreement import Agreement, agreement
from reidviz.marks.exchange import MOST_BYTES, as_csv, as_json, read_marks
from reidviz.marks.mark import answers, standing
from reidviz.marks.mark_file import annotators, mark_file
from reidviz.ui.marks.annotator import annotator, choose_annotator, everybody, say_mark_error
from reidviz.ui.marks.pairs import marked_pairs_html
from reidviz.ui.session.choice import Choice
from reidviz.ui.session.keys import MARK_ERROR, MARKS_FILE, MARKS_TAKEN
from reidviz.ui.widgets.markup import Markdown, literal

CONFLICTS = 48


def show_agreement(choice: Choice) -> None:
    """Draw who marked what, two of them against each other, and what brings marks in."""
    say_mark_error()
    _table(choice)
    names = list(everybody(choice.dataset))
    if len(names) > 1:
        with st.container(horizontal=True):
            one = st.selectbox("First annotator", names, key="agree-first", width=220)
            others = [name for name in names if name != one]
            other = st.selectbox("Second annotator", others, key="agree-second", width=220)
        _show(choice, one, other)
    else:
        st.info("Agreement takes two annotators: mark under another name, or bring in somebody's marks.")
    if not settings.read_only():
        _bring_in(choice)


def agreement_in_words(one: str, other: str, found: Agreement) -> Markdown:
    """How far two annotators agree."""
    names = Markdown(f"{literal(one)} and {literal(other)}")
    if not found.pairs:
        return Markdown(f"{names} have answered no pair both.")
    same = Markdown(f"{found.pairs - len(found.conflicts):,} of {found.pairs:,} pairs")
    if found.kappa is None:
        return Markdown(f"{names} agree on {same}; both gave one answer throughout, so kappa is not defined.")
    if found.interval is None:
        why = Markdown("they are too few, or one answer is too rare")
        if found.degenerate:
            why = Markdown("one of them gave one answer throughout" if found.conflicts else "they never differ")
        return Markdown(f"{names} agree on {same}: **kappa {found.kappa:.2f}**; these pairs tell no interval: {why}.")
    low, high = found.interval
    return Markdown(f"{names} agree on {same}: **kappa {found.kappa:.2f}** (95 % interval {low:.2f} to {high:.2f}).")


def _table(choice: Choice) -> None:
    """Who marked how many pairs, each with what takes them away."""
    for name, kept in annotators(choice.dataset).items():
        marks = standing(kept.marks.values()).values()
        counts = [sum(mark.answer == one for mark in marks) for one in ("same", "different", "skip")]
        with st.container(horizontal=True, vertical_alignment="center"):
            torn = Markdown(f", {kept.torn:,} torn lines passed over" if kept.torn else "")
            st.markdown(
                f"**{literal(name)}**: {counts[0]:,} same, {counts[1]:,} different, {counts[2]:,} skipped{torn}",
                width="content",
            )
            for form, data in (("csv", as_csv(name, marks)), ("json", as_json(name, choice.dataset, marks))):
                st.download_button(
                    Markdown("CSV") if form == "csv" else Markdown("JSON"),
                    data,
                    f"marks.{form}",
                    key=f"marks {form} {name}",
                    icon=":material/download:",
                    type="tertiary",
                    on_click="ignore",
                )


def _show(choice: Choice, one: str, other: str) -> None:
    every = everybody(choice.dataset)
    found = agreement(every[one], every[other])
    st.markdown(agreement_in_words(one, other, found))
    st.caption(
        "Cohen's kappa: 1 where they always agree, 0 where as often as by chance. The interval is of 2,000 bootstrap "
        "draws of pairs; pairs that either skipped do not count."
    )
    if not found.conflicts:
        return
    st.markdown(f"**Their conflicts**: {min(CONFLICTS, len(found.conflicts)):,} of {len(found.conflicts):,}")
    said = [(pair, [(every[name][pair], name) for name in (one, other)]) for pair in found.conflicts[:CONFLICTS]]
    st.html(marked_pairs_html(choice.dataset, said))


def _bring_in(choice: Choice) -> None:
    """Draw what brings in a file of marks, under the name beside it."""
    with st.expander("Bring in marks", icon=":material/upload:"):
        choose_annotator()
        st.file_uploader(
            "CSV or JSON", type=("csv", "json"), key=MARKS_FILE.name, max_upload_size=MOST_BYTES // 1024**2
        )
        st.button("Bring in", key="marks-in", on_click=_take, args=(choice,), disabled=MARKS_FILE.get() is None)
        if taken := MARKS_TAKEN.pop():
            st.success(literal(taken))


def _take(choice: Choice) -> None:
    file = MARKS_FILE.get()
    if file is None:
        return
    try:
        brought = read_marks(file.name, file.getvalue(), choice.dataset)
        if len(brought.by) > 1:
            raise ReidvizError(
                f"{printable(file.name)} holds the marks of {len(brought.by):,} annotators.",
                "Bring in a file of each, under the name beside it.",
            )
        mine = mark_file(choice.dataset, annotator())
        known = answers(mine.read().marks.values())
        marks = standing(mark for every in brought.by.values() for mark in every)
        new = [mark for pair, mark in marks.items() if known.get(pair) != mark.answer]
        if new:
            mine.add(new)
        MARKS_TAKEN.set(_taken(len(new), len(marks), brought.marked_data))
    except ReidvizError as error:
        MARK_ERROR.set(error)


def _taken(new: int, every: int, marked_data: str) -> str:
    told = f"Answers on {new:,} of {every:,} pairs were brought in; the others were there already."
    if not marked_data:
        return told
    return f"{told} The file was marked on other data, {printable(marked_data)}: these have images of the same names."
