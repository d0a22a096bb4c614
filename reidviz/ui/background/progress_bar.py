"""Waiting for work in the background: how far it is, what is left, Cancel, and what to do where it did not end well."""

from collections.abc import Callable
from functools import partial

import streamlit as st

from reidviz.common.progress import Progress
from reidviz.ui.background.jobs import Job, JobBoard
from reidviz.ui.server.boundary import fragment
from reidviz.ui.session.keys import JOB
from reidviz.ui.widgets.markup import Markdown, literal
from reidviz.ui.widgets.messages import show_error


def never() -> bool:
    """Nothing to show before the end."""
    return False


def wait_for(
    key: str,
    work: Callable[[Progress], None],
    again: Markdown,
    jobs: JobBoard,
    about: Markdown | None = None,
    more: Callable[[], bool] = never,
) -> None:
    """Start the work of that key unless it was, and draw how far it is; the page starts again when it has ended.

    again  what the button says that starts it once more after it failed or was cancelled
    about  what stands above the bar
    more   whether there is something to show that was not there when the page was drawn: it starts again then, too
    """
    job = _job_of(key, work, jobs)
    if not job.finished:
        if about:
            st.markdown(about)
        watch(key, jobs, more)
        return
    if job.state == "done":
        st.rerun()
    if job.state == "failed" and job.error is not None:
        show_error(job.error)
    else:
        st.info("This was cancelled. What was finished by then is kept.", icon=":material/cancel:")
    st.button(again, icon=":material/play_arrow:", key=f"again {key}", on_click=_once_more, args=(key,))


def _job_of(key: str, work: Callable[[Progress], None], jobs: JobBoard) -> Job:
    """The job of that key, started unless it was. One that has ended the board forgets; this session keeps what became
    of one that ended badly, until _once_more()."""
    mine = JOB.of(key)
    job = mine.get() or jobs.get(key) or jobs.start(key, work)
    mine.set(job)
    if job.finished:
        jobs.forget(key)
    if job.state == "done":
        _once_more(key)
    return job


def _once_more(key: str) -> None:
    """Forget how the work of that key ended, so that it starts again."""
    JOB.of(key).pop()


@partial(fragment, run_every=1.0)
def watch(key: str, jobs: JobBoard, more: Callable[[], bool] = never) -> None:
    """Draw how far work is that was started, and Cancel; the page starts again when it has ended or there is more."""
    job = jobs.get(key)
    if job is None or job.finished or more():
        st.rerun(scope="app")
    else:
        st.progress(job.share, text=literal(job.text))
        st.button("Cancel", icon=":material/close:", key=f"cancel {key}", on_click=job.cancel)
