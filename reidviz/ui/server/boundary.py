"""The last boundary: what nobody foresaw is one sentence with a number on the page, and a log entry with the traceback.

Streamlit's own signals (stop, rerun) are no Exceptions and pass.
"""

import logging
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Any, ParamSpec, TypeVar

import streamlit as st
from streamlit.errors import FragmentHandledException

from reidviz.common.errors import ReidvizError
from reidviz.ui.widgets.messages import show_error

P = ParamSpec("P")
T = TypeVar("T")
LOG = logging.getLogger(__name__)


@contextmanager
def boundary() -> Iterator[None]:
    """Show what is raised inside instead of raising it: a ReidvizError as it is, anything else as an incident."""
    try:
        yield
    except FragmentHandledException:
        raise
    except ReidvizError as error:
        LOG.warning("A page did not say this itself: %s", error)
        show_error(error)
    except Exception as error:
        show_error(incident(error))


def incident(error: Exception) -> ReidvizError:
    """Log an error with its traceback under a number; what to tell the user of it."""
    number = f"{secrets.randbelow(10**8):08d}"
    LOG.error("Incident %s", number, exc_info=error)
    what = "The machine ran out of memory" if isinstance(error, MemoryError) else "Something went wrong"
    return ReidvizError(
        f"{what} (incident {number}).",
        "Reload the page, or choose other data or models. The server's log has the details under that number.",
    )


def fragment(function: Callable[P, T], run_every: float | None = None) -> Callable[P, T | None]:
    """st.fragment with a boundary of its own: when it runs again, the page around it does not."""

    @wraps(function)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> T | None:
        with boundary():
            return function(*args, **kwargs)
        return None

    made: Any = st.fragment(guarded, run_every=run_every)
    return made  # type: ignore[no-any-return]


def show_uncaught(error: Exception) -> bool:
    """What is raised outside every boundary, in callbacks, shown in the same way (App's on_script_error)."""
    show_error(error if isinstance(error, ReidvizError) else incident(error))
    return True
