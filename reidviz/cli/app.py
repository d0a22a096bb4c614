"""python -m reidviz app."""

import argparse
import os
import sys

from reidviz.common import settings


def add_options(command: argparse.ArgumentParser) -> None:
    """What is handed on to Streamlit."""
    command.description = "Serves the app on this machine; it opens in the browser. Ctrl-C ends it."
    command.add_argument(
        "streamlit",
        nargs="*",
        metavar="-- OPTIONS",
        help="options of `streamlit run` behind --, e.g. -- --server.port 8600; behind a further -- those of the app",
    )


def run_app(options: argparse.Namespace) -> None:
    """Become `streamlit run app.py`, in this process: signals reach it."""
    command = [sys.executable, "-m", "streamlit", "run", str(settings.APP / "app.py"), *options.streamlit]
    os.execv(sys.executable, command)
