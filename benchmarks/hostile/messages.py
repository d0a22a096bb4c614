"""What a hostile client may send to the running server, over websockets and in requests.

python -m benchmarks.hostile.messages [CASES]: one server for all cases. After each it still answers, a new session is
shown Home without an error, and its log has no traceback through this project's files.
"""

import re
import socket
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from uuid import uuid4

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState
from websockets.exceptions import InvalidHandshake, WebSocketException

from benchmarks.hostile import campaign
from benchmarks.hostile.campaign import Attempt
from benchmarks.hostile.session import Session, healthy, serving
from benchmarks.hostile.world import lay_for_pages, people, report
from reidviz.common import settings
from reidviz.common.errors import ReidvizError

PAGES = ("", "train", "pairs", "embeddings", "data", "retrieval", "compare", "joint_maps")
RAISED = re.compile(rb'  File "([^"]+)", line \d+, in [^\n]+\n(?:    [^\n]*\n)*(?=[A-Za-z_][\w.]*(?::|\n))')
"""The last place of a traceback: where it was raised."""
SEEN: dict[str, set[str]] = {}
"""The ids of the widgets of each page that was opened."""
STARTS = ("train-start", "run-resume", "run-duplicate")
"""Widgets that start a training, which is no damage, but takes long."""
NUMBERS = (0.0, -1.0, 1e308, float("nan"), float("inf"), float("-inf"), 1e-320)
WHOLE = (0, -1, 1, 7, 2**31, 2**53, 2**63 - 1, -(2**63))
WORDS = (
    "",
    "x",
    "\x00",
    "../../secret.bin",
    "NaN",
    "x" * 10**6,
    "😀\u202e",
    "<script>",
    "folder:/etc",
    "mtdnet",
    "half:0",
)
VALUES = (
    "trigger_value", "bool_value", "double_value", "int_value", "string_value", "json_value", "bytes_value",
    "json_trigger_value", "double_array_value", "int_array_value", "string_array_value", "string_trigger_value",
    "file_uploader_state_value", "chat_input_value", "arrow_value",
)  # fmt: skip
JSONS = (
    "{}", "[]", "null", "NaN", '"x"', '{"selection": {}}', '{"selection": {"points": [{"customdata": [99999]}]}}',
    '{"selection": {"points": [{"customdata": "x", "point_index": -5}], "box": [], "lasso": []}}', "[" * 10**5,
    '{"selection": {"rows": [-1, 10000000000, "x"], "columns": [], "cells": []}}', '{"selection": {"rows": []}}',
    '{"selection": null}', '{"selection": {"points": {}}}', "{", '{"value": 1e999}',
)  # fmt: skip


@contextmanager
def on_a_server() -> Iterator[Attempt]:
    """The attempt, as long as its server runs."""
    with TemporaryDirectory(prefix="hostile-server-") as root:
        work, log = Path(root) / "work", Path(root) / "log"
        lay_for_pages(work)
        with serving(work, log) as port:
            with Session(port) as first:
                while not _charts(first.run("data=folder:people")):
                    time.sleep(0.2)  # the scores are being computed
            read = 0

            def attempt(seed: int, _: Path) -> None:
                nonlocal read
                rng = Random(seed)
                try:
                    KINDS[seed % len(KINDS)](rng, port)
                finally:
                    printed, read = log.read_bytes()[read:], log.stat().st_size
                    _still_well(port, printed)

            yield attempt


def _still_well(port: int, printed: bytes) -> None:
    for found in RAISED.finditer(printed):
        if b"site-packages" not in found[1] and str(settings.PROJECT).encode() in found[1]:
            raise AssertionError(f"raised here: {printed[: found.end() + 200][-1500:].decode(errors='replace')}")
    if not healthy(port):
        raise AssertionError("the server does not answer")
    with Session(port) as session:
        shown = session.run("data=folder:people")
        _check(shown)
        if not _charts(shown):
            raise AssertionError("Home is not shown")


def _charts(shown: list[ForwardMsg]) -> list[ForwardMsg]:
    return [message for message in shown if message.delta.new_element.WhichOneof("type") == "plotly_chart"]


def _check(shown: list[ForwardMsg]) -> None:
    for message in shown:
        if message.delta.new_element.WhichOneof("type") == "exception" or message.session_event.ByteSize():
            raise AssertionError(f"an exception is shown: {str(message)[:500]}")
        data = message.SerializeToString()
        if any(str(path).encode() in data for path in (settings.PROJECT, people().parent)):
            raise AssertionError(f"a path is shown: {str(message)[:500]}")


def _noise(rng: Random, port: int) -> None:
    """Bytes that are no message, or a message with some changed."""
    with Session(port) as session:
        whole = BackMsg()
        whole.rerun_script.query_string = "data=folder:people"
        data = bytearray(whole.SerializeToString())
        for _ in range(rng.randrange(1, 5)):
            data[rng.randrange(len(data))] = rng.randrange(256)
        session.wire.send(rng.choice((bytes(data), rng.randbytes(rng.choice((0, 1, 10, 10**4, 10**6))), b"")))
        _answered(session)


def _text(rng: Random, port: int) -> None:
    """A frame of text, or a ping or pong of any content."""
    with Session(port) as session:
        rng.choice((lambda: session.wire.send(rng.choice(WORDS)), session.wire.ping, session.wire.pong))()
        _answered(session)


def _widgets(rng: Random, port: int) -> None:
    """Widgets of a page with values of other types, out of every range, and widgets that no page has."""
    with Session(port) as session:
        page = rng.choice(PAGES)
        if page not in SEEN or rng.random() < 0.3:
            session.run("data=folder:people", page)
            SEEN[page] = {one for one in session.ids if not any(start in one for start in STARTS)}
        known = sorted(SEEN[page])
        message = BackMsg()
        message.rerun_script.query_string = "data=folder:people"
        message.rerun_script.page_name = page
        for one in rng.sample(known, min(len(known), rng.choice((1, 1, 3, 50)))):
            message.rerun_script.widget_states.widgets.append(_state(rng, one))
        if rng.random() < 0.3:
            odd = rng.choice(("", "odd", "$$ID-0-None", "$$ID-x-data", "x" * 10**5))
            message.rerun_script.widget_states.widgets.append(_state(rng, odd))
        session.wire.send(message.SerializeToString())
        _answered(session, runs=True)


def _requests(rng: Random, port: int) -> None:
    """Other messages, and what goes with one that runs a page."""
    with Session(port) as session:
        session.run("data=folder:people")
        message = BackMsg()
        kind = rng.randrange(9)
        if kind == 0:
            message.clear_cache = True
        elif kind == 1:
            message.debug_shutdown_runtime = True
        elif kind == 2:
            message.debug_disconnect_websocket = True
        elif kind == 3:
            message.load_git_info = True
        elif kind == 4:
            message.stop_script = True
        elif kind == 5:
            message.file_urls_request.request_id = rng.choice(WORDS)
            message.file_urls_request.file_names.extend(rng.choices(WORDS, k=rng.choice((1, 100))))
        else:
            state = message.rerun_script
            queries = ("data=" + "x" * 10**6, "&&&==;%ff%00", "data=folder:people&" * 5000, "a[]=1")
            state.query_string = rng.choice(queries)
            state.page_script_hash = rng.choice(WORDS)
            state.page_name = rng.choice((*WORDS[:-3], "../app", "train/../../x"))
            state.fragment_id = rng.choice(("", "odd"))
            state.is_auto_rerun = rng.random() < 0.5
            state.cached_message_hashes.extend(rng.choices(WORDS, k=3))
            state.context_info.timezone = rng.choice((*WORDS, "Europe/Berlin", "../../etc/passwd"))
            state.context_info.timezone_offset = rng.choice((0, -(2**31), 2**31 - 1))
            state.context_info.url = rng.choice(WORDS)
        session.wire.send(message.SerializeToString())
        _answered(session, runs=message.WhichOneof("type") == "rerun_script")


def _handshakes(rng: Random, port: int) -> None:
    """Connections under another name or from another page, with odd headers, or none that is ended."""
    longer = f"http://127.0.0.1.evil.example:{port}"
    origin = rng.choice(("http://evil.example", "null", "", longer, "file://", "x" * 5000))
    protocols = ["streamlit", rng.choice(("x", "x" * 5000, "a.b")), rng.choice((str(uuid4()), "y"))]
    with suppress(InvalidHandshake):
        own = rng.random() < 0.5
        options = {} if own else {"origin": origin}
        with Session(port, subprotocols=protocols, **options) as session:
            if not own and origin:
                raise AssertionError(f"a page of {origin[:50]!r} is let in")
            _check(session.run("data=folder:people"))


def _wires(rng: Random, port: int) -> None:
    """Half a request, a frame that never ends, or nothing at all; some at once, some left in the midst."""
    head = (
        f"GET /_stcore/stream HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nOrigin: http://127.0.0.1:{port}\r\n"
        "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
    ).encode()
    wires = [socket.create_connection(("127.0.0.1", port), timeout=5) for _ in range(rng.choice((1, 3, 20)))]
    for wire in wires:
        with suppress(OSError):
            wire.sendall(rng.choice((head, head[: rng.randrange(len(head))], rng.randbytes(300), b"")))
            wire.sendall(
                rng.choice((b"", b"\x82\xff" + b"\x7f" * 8, b"\x82\x7e\x00", b"\xff" * 10, rng.randbytes(100)))
            )
    for wire in wires:
        wire.close()


def _crowd(rng: Random, port: int) -> None:
    """Many connections in turn, each left in the midst of a page; or a message that is too large."""
    if rng.random() < 0.2:
        with Session(port) as session, suppress(WebSocketException):
            message = BackMsg()
            message.rerun_script.widget_states.widgets.append(WidgetState(id="x", bytes_value=bytes(10**8)))
            session.wire.send(message.SerializeToString())
            _answered(session)
        return
    whole = BackMsg()
    whole.rerun_script.query_string = "data=folder:people"
    for _ in range(rng.choice((2, 3))):
        session = Session(port)
        for _ in range(rng.choice((0, 1, 10))):
            session.wire.send(whole.SerializeToString())
        session.wire.socket.close() if rng.random() < 0.5 else session.close()


KINDS: tuple[Callable[[Random, int], None], ...] = (
    _widgets, _noise, _widgets, _requests, _widgets, _handshakes, _widgets, _wires, _requests, _crowd, _text,
)  # fmt: skip


def _answered(session: Session, runs: bool = False) -> None:
    """What follows upon a message: a page without an exception, or a closed connection. runs: whether the message
    itself runs a page."""
    with suppress(WebSocketException, TimeoutError):
        if not runs:
            session.run("data=folder:people&then=1")
        else:
            session.ended()
        _check(session.told)
        return
    _check(session.told)
    raise ReidvizError("The connection was closed.")


def _state(rng: Random, one: str) -> WidgetState:
    state, kind = WidgetState(id=one), rng.choice(VALUES)
    if kind in {"trigger_value", "bool_value"}:
        setattr(state, kind, True)
    elif kind == "double_value":
        state.double_value = rng.choice(NUMBERS)
    elif kind == "int_value":
        state.int_value = rng.choice(WHOLE)
    elif kind == "string_value":
        state.string_value = rng.choice((*WORDS, *JSONS))
    elif kind in {"json_value", "json_trigger_value"}:
        setattr(state, kind, rng.choice(JSONS))
    elif kind == "bytes_value":
        state.bytes_value = rng.randbytes(rng.choice((0, 10, 10**5)))
    elif kind == "double_array_value":
        state.double_array_value.data.extend(rng.choices(NUMBERS, k=rng.choice((0, 1, 2, 1000))))
    elif kind == "int_array_value":
        state.int_array_value.data.extend(rng.choices(WHOLE, k=rng.choice((0, 1, 2, 1000))))
    elif kind == "string_array_value":
        state.string_array_value.data.extend(rng.choices(WORDS, k=rng.choice((0, 1, 3))))
    elif kind == "string_trigger_value":
        state.string_trigger_value.data = rng.choice(WORDS)
    elif kind == "file_uploader_state_value":
        info = state.file_uploader_state_value.uploaded_file_info.add()
        info.file_id, info.name, info.size = rng.choice(WORDS), rng.choice(WORDS), abs(rng.choice(WHOLE))
    elif kind == "chat_input_value":
        state.chat_input_value.data = rng.choice(WORDS)
    else:
        state.arrow_value.data = rng.randbytes(100)
    return state


if __name__ == "__main__":
    with on_a_server() as attempt:
        tally = campaign.run("messages", int(sys.argv[1]) if len(sys.argv) > 1 else 400, attempt)
    report(tally)
