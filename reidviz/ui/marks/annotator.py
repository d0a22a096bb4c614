"""Who marks, and what the session does with an answer."""

from collections.abc import Sequence

import streamlit as st

from reidviz.common import settings
from reidviz.common.errors import ReidvizError
from reidviz.data.dataset import Dataset
from reidviz.marks.mark import Answer, Mark, Pair, answers, pair_of
from reidviz.marks.mark_file import MOST_LETTERS, Kept, MarkFile, annotators, mark_file
from reidviz.ui.session.keys import ANNOTATOR, MARK_ERROR, OWN_MARKS
from reidviz.ui.widgets.messages import show_error

BY_KEY: dict[str, Answer] = {"a": "same", "x": "different", "s": "skip"}
SIGNS: dict[Answer, str] = {"same": "= same", "different": "≠ different", "skip": "skipped"}
_KEPT = "annotator kept"


def annotator() -> str:
    """Under which name this session marks."""
    kept = st.session_state.get(_KEPT)
    email = st.user.get("email") if st.user.get("is_logged_in") else None
    return kept if isinstance(kept, str) and kept.strip() else str(email or "me")[:MOST_LETTERS]


def choose_annotator() -> str:
    """Draw the name under which answers are kept; it stays while other pages are shown."""
    ANNOTATOR.set(annotator())
    return st.text_input(
        "Annotator",
        key=ANNOTATOR.name,
        max_chars=MOST_LETTERS,
        width=180,
        help="Your answers are kept under this name, a file for each data set and name. Whoever takes the same name "
        "shares it: where several people mark, each takes one of their own.",
        on_change=_keep,
    )


def _keep() -> None:
    st.session_state[_KEPT] = ANNOTATOR.get("")


def kept_marks(dataset: Dataset) -> Kept:
    """The marks of this session's annotator."""
    try:
        return mark_file(dataset, annotator()).read()
    except ReidvizError as error:
        show_error(error)
        return Kept(annotator(), {}, 0, 0)


def given(kept: Kept) -> dict[Pair, Answer]:
    """The answers that stand, the last on each pair."""
    return answers(kept.marks.values())


def everybody(dataset: Dataset) -> dict[str, dict[Pair, Answer]]:
    """The answers of everybody who marked a data set, by name."""
    return {name: given(kept) for name, kept in annotators(dataset).items()}


def keep_mark(file: MarkFile, mark: Mark) -> None:
    """Keep a mark as one of this session. ReidvizError when it cannot be written."""
    OWN_MARKS.set(OWN_MARKS.get({}) | {file.path: (*_own(file), *file.add([mark]))})


def take_back(file: MarkFile) -> None:
    """Take back the last mark that this session kept in a file: others may write under the same name. ReidvizError when
    that cannot be written."""
    file.undo(_own(file))


def can_take_back(dataset: Dataset, kept: Kept) -> bool:
    """Whether a mark of this session stands among those kept."""
    return bool(kept.marks) and not kept.marks.keys().isdisjoint(_own(mark_file(dataset, annotator())))


def _own(file: MarkFile) -> tuple[int, ...]:
    return OWN_MARKS.get({}).get(file.path, ())


def answer(dataset: Dataset, first: int, second: int, said: Answer) -> None:
    """Keep an answer about two images of a data set; to be called in a callback. What hinders it is shown later."""
    try:
        one, other = dataset.samples[first].id, dataset.samples[second].id
        keep_mark(mark_file(dataset, annotator()), Mark(one, other, said))
    except ReidvizError as error:
        MARK_ERROR.set(error)


def undo(dataset: Dataset) -> None:
    """Take the last mark of this session back; to be called in a callback."""
    try:
        take_back(mark_file(dataset, annotator()))
    except ReidvizError as error:
        MARK_ERROR.set(error)


def press(dataset: Dataset, key: str, first: int, second: int) -> None:
    """What a key does with a pair on any page: a same, x different, s skip, u takes the last mark back."""
    if settings.read_only():
        return
    if key == "u":
        undo(dataset)
    else:
        answer(dataset, first, second, BY_KEY[key])


def marked_lines(dataset: Dataset, first: int, others: Sequence[int]) -> dict[int, str]:
    """What this session's annotator said of an image with each of others, by the latter's position; nothing of the
    rest."""
    said = given(kept_marks(dataset))
    ids = {other: pair_of(dataset.samples[first].id, dataset.samples[other].id) for other in others} if said else {}
    return {other: SIGNS[said[pair]] for other, pair in ids.items() if pair in said}


def say_mark_error() -> None:
    """Draw what hindered the last mark."""
    if error := MARK_ERROR.pop():
        show_error(error)
