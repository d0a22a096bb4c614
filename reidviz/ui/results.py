"""The results of the chosen models: at once when they are cached, else computed in the background, with progress."""

import streamlit as st

from reidviz.evaluation.evaluate import Result, evaluate, is_cached
from reidviz.progress import Progress
from reidviz.ui.jobs import board
from reidviz.ui.messages import literal, show_error
from reidviz.ui.state import Choice


def results_or_progress(choice: Choice) -> list[Result]:
    """One result a chosen reading, in that order. While some are missing, progress is shown and the page ends there.

    The page starts again by itself when the scores are ready.
    """
    if not choice.readings:
        st.info("Choose at least one model in the sidebar.", icon=":material/arrow_back:")
        st.stop()
    missing = [r for r in choice.readings if not is_cached(r, choice.dataset, choice.split)]
    if missing:
        _compute(choice)
        st.stop()
    return [_result(_key(choice, i), choice, i) for i in range(len(choice.readings))]


@st.cache_resource(max_entries=32, show_spinner=False)
def _result(key: str, _choice: Choice, position: int) -> Result:
    return evaluate(_choice.readings[position], _choice.dataset, _choice.split)


def _key(choice: Choice, position: int) -> str:
    reading = choice.readings[position]
    return f"{reading.sha256}-{reading.kind}-{reading.name}-{choice.dataset.cache_key}-{choice.split.key}"


def _compute(choice: Choice) -> None:
    key = "scores " + " ".join(_key(choice, i) for i in range(len(choice.readings)))

    def work(progress: Progress) -> None:
        for reading in choice.readings:
            evaluate(reading, choice.dataset, choice.split, progress)

    job = board().get(key) or board().start(key, work)
    if job.state == "failed" and job.error is not None:
        show_error(job.error)
    if job.state == "cancelled":
        st.info("Scoring was cancelled. Scores of models that were finished are kept.")
    if job.finished:
        st.button(
            "Compute the scores",
            icon=":material/play_arrow:",
            type="primary",
            on_click=board().forget,
            args=(key,),
        )
        return
    st.markdown(
        f"**Computing the scores** of {len(choice.readings)} models on {literal(choice.dataset.name)}: this happens "
        "once, then they are kept on disk. You may change pages meanwhile."
    )
    _watch(key)


@st.fragment(run_every=1.0)
def _watch(key: str) -> None:
    job = board().get(key)
    if job is None or job.finished:
        if job is not None and job.state == "done":
            board().forget(key)
        st.rerun(scope="app")
    else:
        st.progress(job.share, text=job.text)
        st.button("Cancel", icon=":material/close:", on_click=job.cancel)
