"""How a run was asked for, as a command, and what its worker printed."""

import os
from typing import Final

import streamlit as st

from reidviz.common import settings
from reidviz.common.printable import printable
from reidviz.training.command import train_command
from reidviz.ui.training.runs import RunView

MOST_BYTES: Final = 40_000


def show_record(seen: RunView) -> None:
    """The command that asks for the same training, and the end of the log."""
    if seen.job is not None:
        st.caption("The command that asks for the same training; data of your own take their folder behind the colon:")
        st.code(train_command(seen.job), language="bash", wrap_lines=True)
    lines = _log(seen)
    st.caption("What its worker printed last:" if lines else "Its worker has printed nothing.")
    if lines:
        st.code(lines, language=None, wrap_lines=True, height=320)


def _log(seen: RunView) -> str:
    """The end of worker.log, line by line, with nothing invisible in it."""
    try:
        with open(seen.folder.root / "worker.log", "rb") as log:
            log.seek(max(0, log.seek(0, os.SEEK_END) - MOST_BYTES))
            text = log.read(MOST_BYTES).decode("utf-8", "replace")
    except OSError:
        return ""
    lines = [printable(line.rpartition("\r")[2]) for line in text.split("\n")]
    return "\n".join(lines).strip().replace(str(settings.PROJECT), "…")
