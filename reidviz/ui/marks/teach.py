"""From marks to a training: what they would teach which model, and on whom that would be tested."""

from pathlib import Path

import numpy as np
import streamlit as st

from reidviz.common import settings
from reidviz.common.errors import ReidvizError
from reidviz.data.dataset import Split
from reidviz.data.doctor.findings import counted
from reidviz.data.splits.untouched import untouched
from reidviz.marks.mark import Pair, consistent
from reidviz.models.model_card import read_card
from reidviz.training.job import Job, MarkedPair
from reidviz.training.recipes import teaching_recipe
from reidviz.ui.marks.correct import choose_marks
from reidviz.ui.session.choice import Choice
from reidviz.ui.session.keys import PAGE_WANTED
from reidviz.ui.training.start_form import duplicate
from reidviz.ui.widgets.markup import Markdown, literal
from reidviz.ui.widgets.messages import show_error


def show_teach(choice: Choice) -> None:
    """Draw whom the marks show, whom that leaves for the test, and what opens the form of a short fine-tune."""
    found = choose_marks(choice)
    marked = consistent(found.same)
    models = {
        ranker.path: ranker.name for ranker in reversed(choice.rankers) if _can_learn(ranker.form, ranker.variant)
    }
    if not models:
        st.info("Choose a network of reidviz in the sidebar, of one task or of both: others cannot be trained here.")
        return
    path = st.selectbox(
        "Model to teach", list(models), key="teach-model", format_func=lambda one: models[one], width=320
    )
    if len(marked) < len(found.same):
        st.caption(
            f"{literal(counted(len(found.same) - len(marked), 'pair'))} that other marks contradict, through further "
            "pairs, count for nothing."
        )
    if not marked:
        why = "All of these marks contradict one another" if found.same or found.disputed else "All pairs were skipped"
        st.info(f"{literal(why)}: there is nothing to teach.")
        return
    try:
        parts = untouched(choice.dataset, choice.split, {image for pair in marked for image in pair})
    except ReidvizError as error:
        show_error(error)
        return
    st.markdown(_in_words(choice, marked, parts))
    if settings.read_only():
        return
    st.button(
        "Open the training",
        key="teach-open",
        type="primary",
        icon=":material/school:",
        help="Opens the form on Train with these marks; you may change its settings before you start it.",
        on_click=_open,
        args=(choice, path, marked),
    )
    st.caption(
        "A short fine-tune from the chosen model, by its own recipe at a tenth of its learning rate. Each step takes "
        "the training persons of the protocol and beside them marked pairs: same ones as positives, different ones as "
        "hard negatives. On Compare both models are then tested on the persons whom no mark shows. What training on "
        "alone changes, without the marks, a second training tells: Duplicate with changes, and take the marks out."
    )


def _can_learn(form: str, variant: str | None) -> bool:
    return form == "network" and variant not in (None, "mtdnet-cross")


def _in_words(choice: Choice, marked: dict[Pair, bool], parts: Split) -> Markdown:
    same = sum(marked.values())
    different = len(marked) - same
    persons = [len(np.unique(choice.dataset.identities[one.probes])) for one in (choice.split, parts)]
    return Markdown(
        f"**{same + different:,} marks** ({same:,} same, {different:,} different) would teach it. They show "
        f"{persons[0] - persons[1]:,} of the {persons[0]:,} persons that are tested, which leaves **{persons[1]:,} "
        f"persons** with {len(parts.probes):,} probes to test what they taught."
    )


def _open(choice: Choice, path: Path, marked: dict[Pair, bool]) -> None:
    card = read_card(path)
    run = path.parent.parent
    start = run if path.parent.name == "checkpoints" and (run / "recipe.json").is_file() else path
    marks = tuple(MarkedPair(*pair, same) for pair, same in marked.items())
    recipe = teaching_recipe(card)
    job = Job(choice.dataset.name, choice.split.protocol, card.variant, recipe, start, 0, None, (), marks)
    duplicate(job)
    PAGE_WANTED.set("pages/train.py")
