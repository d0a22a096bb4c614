"""What can be done with a run: stop, resume, duplicate, use elsewhere, delete."""

from collections.abc import Callable

import streamlit as st

from reidviz.common import settings
from reidviz.common.errors import ReidvizError
from reidviz.models.model_card import find_checkpoint, read_card
from reidviz.training import launcher
from reidviz.ui.session.keys import LEAVE_TRAIN_PAGE, RUN_ERROR, RUN_TO_DELETE
from reidviz.ui.session.models import use_run
from reidviz.ui.training.runs import RunView
from reidviz.ui.training.start_form import duplicate
from reidviz.ui.widgets.markup import Markdown, literal
from reidviz.ui.widgets.messages import show_error


def run_actions(seen: RunView) -> None:
    """Its buttons, those that make sense now and change nothing where the server is read-only; an action that fails
    says why."""
    if LEAVE_TRAIN_PAGE.pop():
        st.switch_page("pages/compare.py")
    job, state, writable = seen.job, seen.status.state, not settings.read_only()
    with st.container(horizontal=True, gap="small"):
        if writable and seen.status.active:
            _button("Stop", "stop", lambda: seen.folder.ask_to_stop(), disabled=seen.stopping)
        elif writable and state != "finished" and job is not None:
            _button("Resume", "play_arrow", lambda: launcher.start(seen.folder), primary=True)
        if job is not None and seen.has_weights:
            _button("Use in other pages", "open_in_new", lambda: _use(seen), primary=state == "finished")
        if writable and job is not None:
            _button("Duplicate with changes", "content_copy", lambda: duplicate(job))
        if writable and not seen.status.active:
            _button("Delete", "delete", lambda: RUN_TO_DELETE.set(seen.name))
    if error := RUN_ERROR.pop():
        show_error(error)
    if writable and RUN_TO_DELETE.get() == seen.name:
        _ask(seen)


def _button(
    label: Markdown, icon: str, action: Callable[[], None], primary: bool = False, disabled: bool = False
) -> None:
    st.button(
        label,
        key=f"run-{label.split()[0].lower()}",
        icon=f":material/{icon}:",
        type="primary" if primary else "secondary",
        disabled=disabled,
        on_click=_try,
        args=(action,),
    )


def _try(action: Callable[[], None]) -> None:
    try:
        action()
    except ReidvizError as error:
        RUN_ERROR.set(error)


def _use(seen: RunView) -> None:
    if seen.job is not None:
        read_card(find_checkpoint(seen.folder.root))
        use_run(seen.folder.root, seen.job.data, seen.job.protocol)
        LEAVE_TRAIN_PAGE.set(True)


def _forget() -> None:
    RUN_TO_DELETE.pop()


def _delete(seen: RunView) -> None:
    _forget()
    _try(lambda: launcher.delete(seen.folder))


@st.dialog("Delete this run?", icon=":material/delete:", on_dismiss=_forget)
def _ask(seen: RunView) -> None:
    if RUN_TO_DELETE.get() is None:
        st.rerun()
    st.markdown(
        f"**{literal(seen.name)}** is removed for good: its settings, its curves and its weights. "
        "Trainings that started from it keep theirs."
    )
    with st.container(horizontal=True, horizontal_alignment="right"):
        st.button("Keep it", key="delete-no", on_click=_forget)
        st.button(
            "Delete for good",
            key="delete-yes",
            type="primary",
            icon=":material/delete:",
            on_click=_delete,
            args=(seen,),
        )
