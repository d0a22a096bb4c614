"""The data set with identities merged that marks found to be one person; its files are not touched."""

import streamlit as st

from reidviz.common import settings
from reidviz.common.errors import ReidvizError
from reidviz.data.catalogue.imported import add_list
from reidviz.data.doctor.findings import counted
from reidviz.data.formats import corrected
from reidviz.marks.correction import Correction, correction
from reidviz.marks.mark import Answer, Pair, Together, together
from reidviz.ui.marks.annotator import everybody, say_mark_error
from reidviz.ui.marks.pairs import marked_pairs_html
from reidviz.ui.session.choice import Choice
from reidviz.ui.session.keys import CORRECTED_NAME, DATA_ADDED, MARK_ERROR, MARKS_OF
from reidviz.ui.widgets.markup import Markdown, literal

SHOWN = 24
MOST_QUOTED = 20


def choose_marks(choice: Choice) -> Together:
    """Draw whose marks count; what they say together. The page ends where nobody marked anything, or nobody's marks are
    chosen."""
    every = everybody(choice.dataset)
    if not every:
        st.info("Nobody has marked this data set yet: see Mark.", icon=":material/rule:")
        st.stop()
    key = MARKS_OF.of(choice.dataset.manifest_hash)
    chosen = key.get()
    key.set([name for name in (list(every) if chosen is None else chosen) if name in every])
    st.multiselect("Marks of", list(every), key=key.name, help="Pairs on which they differ count for nothing.")
    if not key.get([]):
        st.info("Choose whose marks count.", icon=":material/rule:")
        st.stop()
    found = together(every[name] for name in key.get([]))
    if found.disputed:
        disputed = literal(counted(len(found.disputed), "pair"))
        st.caption(f"{disputed} on which they differ count for nothing: see Agreement.")
    return found


def show_correction(choice: Choice) -> None:
    """Draw which identities are one person, what stands against it, and what writes the corrected data set."""
    say_mark_error()
    marked = choose_marks(choice)
    found = correction(choice.dataset, marked.same)
    st.markdown(_in_words(found))
    for group in found.merged[:MOST_QUOTED]:
        st.caption(literal(" = ".join(group)))
    names = {sample.id: sample.identity for sample in choice.dataset.samples}
    pairs = [
        pair for pair, same in marked.same.items() if same and len({names[one] for one in pair if one in names}) > 1
    ]
    _images(choice, "Marked as one person under two names", pairs, "same")
    _images(choice, "Marked as two persons under one name", list(found.doubted), "different")
    if not found.merged:
        return
    st.download_button(
        "List as CSV",
        lambda: corrected.manifest(choice.dataset, found.names),
        "corrected.csv",
        "text/csv",
        icon=":material/download:",
        help="Every image with its identity after the merge, its camera and split, and what its identity was",
        on_click="ignore",
    )
    if not settings.read_only():
        _offer(choice, found)


def _in_words(found: Correction) -> Markdown:
    names = sum(map(len, found.merged))
    told = [
        Markdown(f"**{names:,} names are {literal(counted(len(found.merged), 'person'))}**, by these marks.")
        if found.merged
        else Markdown("These marks merge no identities.")
    ]
    if found.contradicted:
        groups = literal(counted(len(found.contradicted), "group"))
        told.append(Markdown(f"{groups} stay apart: another mark contradicts."))
    if found.doubted:
        told.append(
            Markdown(
                f"{literal(counted(len(found.doubted), 'pair'))} under one name show two persons: that is told and not "
                "corrected, for a mark does not say which of their other images belong to whom."
            )
        )
    return Markdown(" ".join(told))


def _images(choice: Choice, title: Markdown, pairs: list[Pair], answer: Answer) -> None:
    if not pairs:
        return
    st.markdown(f"**{title}**: {min(SHOWN, len(pairs)):,} of {len(pairs):,}")
    st.html(marked_pairs_html(choice.dataset, [(pair, [(answer, "")]) for pair in pairs[:SHOWN]]))


def _offer(choice: Choice, found: Correction) -> None:
    with st.form("correct", border=True):
        st.markdown("**The same data set with these merged.** Its files are not touched: a list is written beside.")
        st.text_input("Name", f"{choice.dataset.layout} corrected", key=CORRECTED_NAME.name, max_chars=60)
        st.form_submit_button("Write and choose it", icon=":material/merge:", on_click=_write, args=(choice, found))


def _write(choice: Choice, found: Correction) -> None:
    name = (CORRECTED_NAME.get() or "").strip()
    try:
        DATA_ADDED.set(add_list(name, "corrected", lambda file: corrected.write(file, choice.dataset, found.names)))
    except ReidvizError as error:
        MARK_ERROR.set(error)
