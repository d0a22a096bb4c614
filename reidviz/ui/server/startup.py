"""What a server does once, before it shows its first page: it finds out what may be read and written, and sweeps up."""

import os
from argparse import ArgumentError, ArgumentParser, Namespace
from functools import cache
from ipaddress import ip_address

from reidviz.common import settings
from reidviz.common.cache import trim
from reidviz.common.errors import ReidvizError
from reidviz.common.leftovers import sweep
from reidviz.common.roots import last
from reidviz.ui.server import login

LOOPBACK = ("127.0.0.1", "localhost", "::1")


@cache
def start(arguments: tuple[str, ...], address: str | None, hosts: tuple[str, ...] = LOOPBACK) -> None:
    """Allow the folders that `--data-root DIR` names, and no others where people elsewhere can reach the server: its
    address or a name that it answers to is not this machine's, or it has a login. Forbid every change where
    `--read-only` is given. Delete what killed processes left.

    Trainings that are started from the app inherit all that. ReidvizError for a folder that is not there.
    """
    given = _given(arguments)
    if given.read_only:
        os.environ["REIDVIZ_READ_ONLY"] = "1"
    for folder in [os.path.abspath(os.path.expanduser(folder)) for folder in given.data_root]:
        if not os.path.isdir(folder):
            raise ReidvizError(f"--data-root names {last(folder)}, which is no folder.", "Start the server anew.")
        if folder not in map(str, settings.data_roots()):
            before = os.environ.get("REIDVIZ_DATA_ROOTS")
            os.environ["REIDVIZ_DATA_ROOTS"] = os.pathsep.join([before, folder] if before else [folder])
    if not hosts or not all(map(is_loopback, (address, *hosts))) or login.required():
        os.environ["REIDVIZ_ANY_FOLDER"] = "0"
    sweep()
    trim()


def is_loopback(address: str | None) -> bool:
    """Whether a server bound to that address is reached from its own machine only; None is bound to every address."""
    if address == "localhost":
        return True
    try:
        return ip_address(address or "0.0.0.0").is_loopback
    except ValueError:
        return False


def _given(arguments: tuple[str, ...]) -> Namespace:
    parser = ArgumentParser(add_help=False, allow_abbrev=False, exit_on_error=False)
    parser.add_argument("--data-root", action="append", default=[])
    parser.add_argument("--read-only", action="store_true")
    try:
        return parser.parse_known_args(arguments)[0]
    except ArgumentError as error:
        raise ReidvizError("--data-root needs a folder.", "Write: streamlit run app.py -- --data-root DIR") from error
