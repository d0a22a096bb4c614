"""The family in one press: a form, the table that fills while its runs go on, and the answer."""

import streamlit as st

from reidviz.common import settings
from reidviz.common.errors import ReidvizError
from reidviz.experiments.family import Planned, Question, plan
from reidviz.experiments.family_runs import FamilyFolder, card_of, families, seconds_left, start, state_of
from reidviz.experiments.family_words import RULE, cells, meaning
from reidviz.training.recipes import RECIPES
from reidviz.ui.server.boundary import fragment
from reidviz.ui.session.choice import Choice
from reidviz.ui.session.datasets import known_data
from reidviz.ui.session.keys import FAMILY_ERROR
from reidviz.ui.training.runs import duration
from reidviz.ui.widgets.markup import Markdown, literal
from reidviz.ui.widgets.messages import said


def show_family(choice: Choice) -> None:
    """Draw all of it for the data and the split that are chosen."""
    if not settings.read_only():
        with said():
            _form(choice)
    with said():
        asked = [(folder, folder.question()) for folder in families()]
        mine = next((one for one in asked if _is_of(one[1], choice)), None)
        if mine is not None:
            fragment(_standing, 2.0 if mine[0].at_work else None)(mine[0], mine[1])


def _is_of(question: Question, choice: Choice) -> bool:
    return question.data == choice.dataset.name and choice.split.protocol in question.protocols


def _form(choice: Choice) -> None:
    a, b, c, d = st.columns(4)
    recipe = a.selectbox("Recipe", list(RECIPES), 1, key="family-recipe")
    seeds = b.number_input("Seeds", 1, 20, 3, key="family-seeds")
    steps = c.number_input("Steps", 1, 1_000_000, RECIPES[recipe]().iterations, key=f"family-steps-{recipe}")
    others = ["", *(name for name in known_data() if name != choice.dataset.name)]
    source = d.selectbox("Source", others, key="family-source", format_func=lambda name: name or "none")
    changes = (("iterations", int(steps)),)
    data, protocol = choice.dataset.name, choice.split.protocol
    question = Question(data, (protocol,), recipe, int(seeds), source or None, None, changes)
    planned = plan(question)
    left = seconds_left(planned)
    time = "not known before the first run is measured" if left is None else f"about {duration(left)}"
    st.caption(Markdown(f"{len(planned)} trainings; time left: {literal(time)}."))
    busy = FamilyFolder.of(question).at_work
    st.button("Start", key="family-start", type="primary", disabled=busy, on_click=_begin, args=(question,))
    if error := FAMILY_ERROR.pop():
        raise error


def _begin(question: Question) -> None:
    try:
        start(question, _arguments(question))
    except ReidvizError as error:
        FAMILY_ERROR.set(error)


def _arguments(question: Question) -> list[str]:
    found = ["--data", question.data, "--recipe", question.recipe, "--seeds", str(question.seeds)]
    found += ["--protocol", question.protocols[0]]
    found += ["--source", question.source] if question.source else []
    return [*found, *(word for name, value in question.settings for word in ("--set", f"{name}={value}"))]


def _standing(folder: FamilyFolder, question: Question) -> None:
    """The runs as they stand, with Stop; the answer where there is one."""
    result = folder.result()
    if result is not None:
        st.dataframe([{"variant": r["member"], "ranks by": r["role"], **cells(r)} for r in result["rows"]])
        st.caption(literal(meaning(result)))
        for sentence in result["sentences"]:
            st.markdown(literal(sentence))
        st.caption(literal(RULE))
        return
    planned = plan(question)
    st.dataframe([_row(one) for one in planned], hide_index=True)
    left = seconds_left(planned)
    if not folder.at_work:
        st.caption("Stopped. Start goes on where it was.")
    else:
        st.caption(Markdown(f"Time left: {literal(duration(left) if left is not None else 'not known yet')}."))
        st.button("Stop", key="family-stop", on_click=folder.ask_to_stop, args=(planned,), disabled=folder.stopping())


def _row(one: Planned) -> dict[str, object]:
    status = state_of(one)
    try:
        card = card_of(one)
    except ReidvizError:
        card = None
    rank1 = {f"rank-1 {m['kind']}": m["cmc"]["1"] for m in card.metrics} if card else {}
    state, step = (status.state, status.step) if status else ("not begun", 0)
    return {"variant": one.member, "seed": one.job.seed, "state": state, "step": step, **rank1}
