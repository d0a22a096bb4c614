"""What a server does once, before it shows its first page: it finds out which folders may be read, and sweeps up."""

import os
from argparse import ArgumentError, ArgumentParser
from functools import cache
from ipaddress import ip_address

from reidviz import settings
from reidviz.data.roots import last
from reidviz.errors import ReidvizError
from reidviz.leftovers import sweep


@cache
def start(arguments: tuple[str, ...], address: str | None) -> None:
    """Allow the folders that `--data-root DIR` names, and no others where the server's address is not this machine's;
    delete what killed processes left.

    Trainings that are started from the app inherit both. ReidvizError for a folder that is not there.
    """
    for folder in _data_roots(arguments):
        if not os.path.isdir(folder):
            raise ReidvizError(f"--data-root names {last(folder)}, which is no folder.", "Start the server anew.")
        if folder not in map(str, settings.data_roots()):
            before = os.environ.get("REIDVIZ_DATA_ROOTS")
            os.environ["REIDVIZ_DATA_ROOTS"] = os.pathsep.join([before, folder] if before else [folder])
    if not is_loopback(address):
        os.environ["REIDVIZ_ANY_FOLDER"] = "0"
    sweep()


def is_loopback(address: str | None) -> bool:
    """Whether a server bound to that address is reached from its own machine only; None is bound to every address."""
    if address == "localhost":
        return True
    try:
        return ip_address(address or "0.0.0.0").is_loopback
    except ValueError:
        return False


def _data_roots(arguments: tuple[str, ...]) -> list[str]:
    parser = ArgumentParser(add_help=False, allow_abbrev=False, exit_on_error=False)
    parser.add_argument("--data-root", action="append", default=[])
    try:
        named: list[str] = parser.parse_known_args(arguments)[0].data_root
    except ArgumentError as error:
        raise ReidvizError("--data-root needs a folder.", "Write: streamlit run app.py -- --data-root DIR") from error
    return [os.path.abspath(os.path.expanduser(folder)) for folder in named]
