"""The family in one press: a form, the table that fills while its runs go on, and the answer."""

import json
from typing import TYPE_CHECKING, Any, Final

import streamlit as st

from reidviz.common import settings
from reidviz.common.errors import ReidvizError
from reidviz.common.progress import duration
from reidviz.experiments.family import Planned, Question, arguments, compare_command, plan
from reidviz.experiments.family_runs import FamilyFolder, card_of, families, seconds_left, start, state_of
from reidviz.experiments.family_words import RULE, cells, meaning, taken_table
from reidviz.figures.print.files import TABLES
from reidviz.training.recipes import RECIPES
from reidviz.ui.results.certificates import certified_family
from reidviz.ui.server.boundary import fragment
from reidviz.ui.session.choice import Choice
from reidviz.ui.session.datasets import known_data
from reidviz.ui.session.keys import FAMILY_ERROR
from reidviz.ui.widgets.export import offer_export
from reidviz.ui.widgets.markup import Markdown, literal
from reidviz.ui.widgets.messages import said, show_error

if TYPE_CHECKING:
    from streamlit.delta_generator import DeltaGenerator

ROW: Final = 35


def show_family(choice: Choice, answer: "DeltaGenerator") -> None:
    """Draw all of it for the data and the split that are chosen; the answer, where there is one, goes to its place."""
    with said():
        asked = [(folder, folder.question()) for folder in families()]
        mine = next((one for one in asked if _is_of(one[1], choice)), None)
        result = None if mine is None or mine[0].at_work else mine[0].result()
        if result is None:
            answer.markdown(
                "Train all forms on equal budgets, with several seeds: do both tasks beat one, by more than chance "
                "between trainings and between persons?"
            )
        else:
            for sentence in result["sentences"]:
                answer.markdown(literal(sentence))
    if not settings.read_only():
        with said():
            _form(choice)
    if mine is not None:
        every = 2.0 if mine[0].is_awaited else None
        fragment(_standing, every)(mine[0], mine[1], mine[0].is_awaited)


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
        start(question, arguments(question))
    except ReidvizError as error:
        FAMILY_ERROR.set(error)


def _standing(folder: FamilyFolder, question: Question, was_awaited: bool) -> None:
    """The runs as they stand, with Stop; the table of the answer where there is one."""
    if was_awaited and not folder.is_awaited:
        st.rerun(scope="app")
    result = None if folder.at_work else folder.result()
    if result is not None:
        _show_result(result)
        return
    planned = plan(question)
    st.dataframe([_row(one) for one in planned], hide_index=True, height=ROW * (len(planned) + 1) + 2)
    finished = sum(state is not None and state.state == "finished" for state in map(state_of, planned))
    counted = Markdown(f"{finished} of {len(planned)} trainings are finished")
    if folder.is_awaited:
        left = seconds_left(planned)
        told = literal(f"about {duration(left)} left" if left is not None else "time left not known yet")
        st.progress(finished / len(planned), text=f"{counted}, {told}. You may close the browser meanwhile.")
        st.button("Stop", key="family-stop", on_click=folder.ask_to_stop, args=(planned,), disabled=folder.stopping())
        return
    if not folder.stopping() and (trouble := folder.trouble()):
        show_error(ReidvizError(trouble, "Start goes on where it was."))
    else:
        st.caption(f"Stopped: {counted}. Start goes on where it was.")


def _show_result(result: dict[str, Any]) -> None:
    st.dataframe(
        [
            {
                "variant": row["member"],
                "ranks by": row["role"],
                **cells(row),
                "parameters": f"{row['parameters'] / 1e6:.2f} M",
                "steps": f"{row['steps']:,}",
                "training": duration(row["seconds"]),
            }
            for row in result["rows"]
        ],
        hide_index=True,
        height=ROW * (len(result["rows"]) + 1) + 2,
    )
    notes = sorted({f"{row['member']}: {note}" for row in result["rows"] for note in row["notes"]})
    for sentence in (meaning(result), RULE, *notes):
        st.caption(literal(sentence))
    certificate = certified_family(result, compare_command(_question(result)))
    offer_export(lambda: taken_table(result), TABLES, certificate, "family")
    st.download_button(
        "JSON",
        data=lambda: json.dumps(result, indent=1),
        file_name="family.json",
        mime="application/json",
        icon=":material/download:",
        key="family-json",
        help="All of it as JSON, as the command writes it",
        on_click="ignore",
    )


def _question(result: dict[str, Any]) -> Question:
    names = ("data", "recipe", "seeds", "source", "init")
    settings_of = tuple((name, value) for name, value in result["settings"])
    return Question(
        protocols=tuple(result["protocols"]), settings=settings_of, **{name: result[name] for name in names}
    )


def _row(one: Planned) -> dict[str, object]:
    status = state_of(one)
    try:
        card = card_of(one)
    except ReidvizError:
        card = None
    rank1 = {f"rank-1 {m['kind']}": m["cmc"]["1"] for m in card.metrics} if card else {}
    state, step = (status.state, status.step) if status else ("not begun", 0)
    return {"variant": one.member, "seed": one.job.seed, "state": state, "step": step, **rank1}
