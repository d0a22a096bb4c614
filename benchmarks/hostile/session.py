"""A session of the real server, over its websocket, as a browser would hold one but without a page."""

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.sync.client import ClientConnection, connect

from reidviz.common import settings

PATIENCE = 240.0
"""Seconds to wait for an answer: the campaigns say what is too slow."""


class Session:
    """One connection. ids: of the widgets that it was shown; told: what came of pages and errors."""

    def __init__(self, port: int, **options: Any) -> None:
        opened = connect(
            f"ws://127.0.0.1:{port}/_stcore/stream",
            origin=options.pop("origin", f"http://127.0.0.1:{port}"),
            subprotocols=options.pop("subprotocols", ["streamlit"]),
            max_size=None,
            compression=None,
            open_timeout=PATIENCE,
            close_timeout=1,
        )
        self._held = ExitStack()
        self.wire: ClientConnection = self._held.enter_context(opened)
        self.ids: set[str] = set()
        self.told: list[ForwardMsg] = []

    def run(self, query: str = "", page: str = "") -> list[ForwardMsg]:
        """Run a page; what it sent until it had ended."""
        message = BackMsg()
        message.rerun_script.query_string = query
        message.rerun_script.page_name = page
        self.wire.send(message.SerializeToString())
        return self.ended()

    def ended(self) -> list[ForwardMsg]:
        """What is sent until a page has ended."""
        found = []
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            message = ForwardMsg()
            message.ParseFromString(self.wire.recv(until - time.monotonic()))
            kind = message.WhichOneof("type")
            if kind in {"delta", "session_event", "page_not_found"}:
                found.append(message)
                self._note(message)
            if kind == "script_finished":
                break
        self.told += found
        return found

    def close(self) -> None:
        """Leave, as a closed browser does."""
        self._held.close()

    def __enter__(self) -> "Session":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _note(self, message: ForwardMsg) -> None:
        fields: list[tuple[Any, Any]] = list(message.delta.new_element.ListFields())
        for field, one in fields:
            if field.containing_oneof is not None and hasattr(one, "id"):
                self.ids.add(one.id)


@contextmanager
def serving(work: Path, log: Path) -> Iterator[int]:
    """The app over a world, on a port of this machine; what it prints goes to a file."""
    port = free_port()
    process = started(work, log, port)
    try:
        yield port
    finally:
        process.terminate()
        process.wait()


def free_port() -> int:
    """A port of this machine that nobody listens on."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def started(work: Path, log: Path, port: int) -> "subprocess.Popen[bytes]":
    """The server's process, once it answers."""
    environment = os.environ | {f"REIDVIZ_{name.upper()}": str(work / name) for name in ("cache", "runs", "imports")}
    command = [sys.executable, "-m", "streamlit", "run", "app.py", "--server.headless", "true"]
    with log.open("ab") as printed:
        command += ["--server.port", str(port)]
        process = subprocess.Popen(command, cwd=settings.PROJECT, env=environment, stdout=printed, stderr=printed)
    while not healthy(port):
        if process.poll() is not None:
            raise RuntimeError("the server did not start")
        time.sleep(0.1)
    return process


def healthy(port: int) -> bool:
    """Whether the server answers."""
    address = f"http://127.0.0.1:{port}/_stcore/health"
    with suppress(OSError), urllib.request.urlopen(address, timeout=PATIENCE) as answer:
        return bool(answer.read() == b"ok")
    return False
