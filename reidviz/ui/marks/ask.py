"""One pair of images after the other, those first that are most worth an answer; four keys answer."""

from collections.abc import Sequence
from typing import Final

import streamlit as st

from reidviz.common import settings
from reidviz.common.progress import Progress
from reidviz.data.dataset import Dataset, Split
from reidviz.data.doctor import Report, examine
from reidviz.data.doctor.findings import counted
from reidviz.evaluation.asking.queue import Question, doubles, kept_for_the_test, margins, questions, waiting
from reidviz.evaluation.pipeline.evaluate import Result
from reidviz.evaluation.scores import score_text
from reidviz.marks.mark import Answer, Mark
from reidviz.ui.background.jobs import quick_board
from reidviz.ui.background.newest import keep_newest
from reidviz.ui.background.progress_bar import wait_for
from reidviz.ui.marks.annotator import answer, can_take_back, choose_annotator, given, kept_marks, say_mark_error, undo
from reidviz.ui.marks.pairs import image_label, marked_pairs_html
from reidviz.ui.pairs.verification import Tested
from reidviz.ui.session.choice import Choice
from reidviz.ui.session.keys import QUESTIONS_FOR
from reidviz.ui.session.remembered import remembered
from reidviz.ui.widgets.markup import Markdown, literal, render
from reidviz.ui.widgets.messages import said
from reidviz.ui.widgets.thumbnails import thumbnail

REASONS: Final = {
    "near": Markdown("a score lies nearest its threshold"),
    "disagree": Markdown("the models disagree"),
    "label": Markdown("the names in the data are doubtful: all models, or the doctor, contradict them"),
}
KEYS: Final[tuple[tuple[Answer, Markdown, str, str], ...]] = (
    ("same", Markdown("Same person"), "A", "check"),
    ("different", Markdown("Different"), "X", "close"),
    ("skip", Markdown("Skip"), "S", "skip_next"),
)
HALF: Final = "Half of the persons"
EVERYBODY: Final = "Everybody"
REPORTS_KEPT = 8
LAST = 8


@st.cache_resource
def _reports() -> dict[str, Report]:
    """What the doctor found, by data set."""
    return {}


def show_questions(choice: Choice, found: Sequence[tuple[Result, Tested]]) -> None:
    """Draw the pair that is most worth an answer, the keys, what was answered last, and how many are left."""
    say_mark_error()
    key = f"doubles {choice.dataset.cache_key}"
    report = _reports().get(key)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        choose_annotator()
        whom = _choose_whom()
        names = st.toggle(
            "Show names", key="verify-names", persist_state="session", help="The names in the data may sway an answer."
        )
    if report is None:
        _look_for_doubles(choice, key)
        return
    kept = kept_marks(choice.dataset)
    answered = given(kept)
    asked = _questions(choice, [one for _, one in found], doubles(report, choice.dataset), whom == HALF)
    left = waiting(asked, choice.dataset, answered)
    if kept.torn:
        st.caption(f"{kept.torn:,} lines of your file of marks are not whole, as after a killed server: passed over.")
    if left:
        _ask(choice, [one for _, one in found], left[0], names)
    else:
        st.success("Nothing is left to ask with these models and thresholds.", icon=":material/check_circle:")
    if not settings.read_only():
        _keys(choice, left[0] if left else None, can_take_back(choice.dataset, kept))
    _tell(len(left), answered)
    _last(choice, list(kept.marks.values())[-LAST:][::-1], names)


def _choose_whom() -> str:
    QUESTIONS_FOR.set(QUESTIONS_FOR.get(HALF))
    return str(
        st.segmented_control(
            "Ask about",
            (HALF, EVERYBODY),
            required=True,
            key=QUESTIONS_FOR.name,
            persist_state="session",
            help="Models that marks teach are tested on persons whom no mark shows. Half of the persons are kept for "
            "that, always the same ones; to find wrong names alone, ask about everybody.",
        )
    )


def _look_for_doubles(choice: Choice, key: str) -> None:
    def work(progress: Progress) -> None:
        keep_newest(_reports(), key, examine(choice.dataset, None, progress), REPORTS_KEPT)

    about = Markdown("**Looking for images that stand under two names**: this happens once.")
    wait_for(key, work, "Look for them", quick_board(), about)


def _questions(
    choice: Choice, every: list[Tested], suspected: list[tuple[int, int]], half: bool
) -> tuple[Question, ...]:
    """The queue of the models that know the same pairs as the first one, at their thresholds; it says who does not."""
    fits = [one.pairs.equals(every[0].pairs) for one in every]
    known = tuple(one for one, fitting in zip(every, fits, strict=True) if fitting)
    if len(known) < len(every):
        left = [one.ranker.name for one, fitting in zip(every, fits, strict=True) if not fitting]
        unlike = Markdown(", ".join(literal(name) for name in left))
        st.caption(
            f"{unlike} scored other pairs than {literal(every[0].ranker.name)}, as cascades do of "
            "other candidates: left out of the queue."
        )
    thresholds = tuple(one.threshold for one in known)
    return _queue(known, thresholds, choice.dataset, choice.split, tuple(suspected), half)


@remembered(st.cache_resource, max_entries=8, show_spinner=Markdown("Looking for the pairs most worth an answer …"))
def _queue(
    every: tuple[Tested, ...],
    thresholds: tuple[float, ...],
    dataset: Dataset,
    split: Split,
    suspected: tuple[tuple[int, int], ...],
    half: bool,
) -> tuple[Question, ...]:
    left_out = kept_for_the_test(dataset) if half else None
    images = split.probes, split.gallery
    return questions(every[0].pairs, images, margins(every, thresholds), suspected, left_out)


def _ask(choice: Choice, every: list[Tested], asked: Question, names: bool) -> None:
    """The two images, why they are asked about, and what the models say."""
    samples = [choice.dataset.samples[i] for i in (asked.first, asked.second)]
    with said():
        images = [thumbnail(choice.dataset, i) for i in (asked.first, asked.second)]
        told = [image_label(one, names) for one in samples]
        st.html(render("marks/question.html", sides=list(zip(images, told, strict=True))))
    scores = _scores(choice, every, asked)
    st.caption(Markdown(f"Asked because {REASONS[asked.reason]}.{f' {scores}' if scores else ''}"))


def _scores(choice: Choice, every: list[Tested], asked: Question) -> Markdown:
    """The score of each model and its threshold, where the pair is one of the test."""
    told = []
    for one in every:
        row = (
            (choice.split.probes[one.pairs.probes] == asked.first)
            & (choice.split.gallery[one.pairs.gallery] == asked.second)
        ).nonzero()[0]
        if len(row):
            value, kind = float(one.values[row[0]]), one.ranker.kind
            told.append(
                Markdown(
                    f"{literal(one.ranker.name)}: {literal(score_text(kind, value))}, threshold "
                    f"{literal(score_text(kind, one.threshold))}"
                )
            )
    return Markdown("; ".join(told))


def _keys(choice: Choice, asked: Question | None, undoable: bool) -> None:
    with st.container(horizontal=True, key="verify-keys"):
        for what, label, shortcut, icon in KEYS:
            st.button(
                label,
                key=f"mark-{what}",
                icon=f":material/{icon}:",
                shortcut=shortcut,
                type="primary" if what == "same" else "secondary",
                disabled=asked is None,
                on_click=answer,
                args=(choice.dataset, asked.first if asked else 0, asked.second if asked else 0, what),
            )
        st.button(
            "Undo",
            key="mark-undo",
            icon=":material/undo:",
            shortcut="U",
            type="tertiary",
            disabled=not undoable,
            on_click=undo,
            args=(choice.dataset,),
        )


def _tell(left: int, answered: dict[tuple[str, str], Answer]) -> None:
    counts = [list(answered.values()).count(one) for one in ("same", "different", "skip")]
    st.caption(
        f"You marked {literal(counted(counts[0], 'pair'))} as the same person and {counts[1]:,} as different, and "
        f"skipped {counts[2]:,}; {left:,} more are in the queue: by turns doubtful names, disagreements and scores "
        "near a threshold, three pairs of an image at most."
    )


def _last(choice: Choice, marks: Sequence[Mark], names: bool) -> None:
    """The last marks as images."""
    if not marks:
        return
    st.markdown("**Your last answers**")
    st.html(marked_pairs_html(choice.dataset, [(mark.pair, [(mark.answer, "")]) for mark in marks], names))
