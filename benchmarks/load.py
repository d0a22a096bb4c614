"""How long pages take when many people look at the app at once, and what memory the server takes.

    python -m benchmarks.load [--sessions 1 20] [--seconds 80] [--think 2.0] [--query "data=cuhk01"]

A server of its own on 127.0.0.1 shows the built-in data, or what the query names, from the cache of REIDVIZ_CACHE.
Each session is a websocket client that does what a browser does: it goes from page to page in an order of its own,
waits until nothing more comes (pages that are to run again included), looks at it for a while, and goes on.
"""

import argparse
import asyncio
import os
import random
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import ClientConnection, connect

from reidviz.common.settings import PROJECT

LONGEST = 120.0
"""Seconds that a page may take before the session counts it as an error."""
FAULT = "This did not work"
"""What a page says above any error, foreseen or not."""
ENDED = (ForwardMsg.FINISHED_SUCCESSFULLY, ForwardMsg.FINISHED_FRAGMENT_RUN_SUCCESSFULLY)
REMEMBERED = 15
"""Seconds that the server keeps a session whose browser is gone (server.disconnectedSessionTTL)."""
PERIOD = 0.2
MIB = 1 << 20


@dataclass
class Visits:
    """What one or more sessions met."""

    seconds: dict[str, list[float]] = field(default_factory=dict)
    errors: list[str] = field(default_factory=list)

    def add(self, page: str, taken: float) -> None:
        """A page was complete after so long."""
        self.seconds.setdefault(page, []).append(taken)

    @property
    def all(self) -> list[float]:
        """The times of all pages."""
        return sorted(one for times in self.seconds.values() for one in times)


class Session:
    """A browser's tab without the browser."""

    def __init__(self, socket: ClientConnection, query: str) -> None:
        self._socket = socket
        self._pages: dict[str, str] = {}
        self._query = query
        self._again: dict[str, float] = {}

    async def visit(self, page: str) -> str:
        """Open a page by its place in the address and wait until it is complete; what it told of a fault, or ""."""
        self._again.clear()
        await self._run(page, "")
        fault = await self._finished()
        while self._again and not fault:
            fragment, interval = next(iter(self._again.items()))
            await asyncio.sleep(interval)
            await self._run(page, fragment)
            fault = await self._finished()
        return fault

    @property
    def pages(self) -> list[str]:
        """All pages by their places in the address; known after the first visit."""
        return list(self._pages)

    async def _run(self, page: str, fragment: str) -> None:
        asked = BackMsg()
        asked.rerun_script.query_string = self._query
        asked.rerun_script.page_script_hash = self._pages.get(page, "")
        if page not in self._pages:
            asked.rerun_script.page_name = page
        asked.rerun_script.fragment_id = fragment
        asked.rerun_script.is_auto_rerun = bool(fragment)
        await self._socket.send(asked.SerializeToString())

    async def _finished(self) -> str:
        """Read until the script has ended and no other run follows; what a page said that did not work, or ""."""
        fault = ""
        while True:
            told = ForwardMsg.FromString(await asyncio.wait_for(self._socket.recv(), LONGEST))
            kind = told.WhichOneof("type")
            if kind == "navigation":
                self._again.clear()
                self._pages = {one.url_pathname: one.page_script_hash for one in told.navigation.app_pages}
            elif kind == "page_info_changed":
                self._query = told.page_info_changed.query_string
            elif kind == "auto_rerun":
                self._again[told.auto_rerun.fragment_id] = told.auto_rerun.interval
            elif kind == "delta" and FAULT in told.delta.new_element.markdown.body:
                fault = FAULT
            elif kind == "script_finished" and told.script_finished != ForwardMsg.FINISHED_EARLY_FOR_RERUN:
                return fault or ("" if told.script_finished in ENDED else "did not compile")


async def walk(address: str, query: str, seed: int, until: float, think: float, visits: Visits) -> None:
    """One session from its first page to the last that it opens before `until` (time.monotonic())."""
    draw = random.Random(seed)
    try:
        async with connect(address, subprotocols=["streamlit"], max_size=None) as socket:  # type: ignore[list-item]
            session = Session(socket, query)
            await _timed(session, "", visits)
            pages = draw.sample(session.pages, len(session.pages))
            while time.monotonic() < until:
                for page in pages:
                    await asyncio.sleep(draw.uniform(0.5, 1.5) * think)
                    if time.monotonic() >= until:
                        break
                    await _timed(session, page, visits)
    except Exception as error:
        visits.errors.append(f"session {seed}: {type(error).__name__}: {error}")


async def _timed(session: Session, page: str, visits: Visits) -> None:
    started = time.monotonic()
    fault = await session.visit(page)
    visits.add(page or "first", time.monotonic() - started)
    if fault:
        visits.errors.append(f"{page}: {fault}")


async def once_around(address: str, query: str) -> Visits:
    """One session that opens every page once."""
    visits = Visits()
    async with connect(address, subprotocols=["streamlit"], max_size=None) as socket:  # type: ignore[list-item]
        session = Session(socket, query)
        await _timed(session, "", visits)
        for page in filter(None, session.pages):
            await _timed(session, page, visits)
    return visits


async def crowd(address: str, query: str, sessions: int, seconds: float, think: float) -> Visits:
    """So many sessions at once, for so long."""
    visits = Visits()
    until = time.monotonic() + seconds
    await asyncio.gather(*(walk(address, query, seed, until, think, visits) for seed in range(sessions)))
    return visits


class Memory:
    """The resident memory of a process, looked at all the time."""

    def __init__(self, pid: int) -> None:
        self._pid, self.peak = pid, 0

    def now(self) -> int:
        """Bytes."""
        words = Path(f"/proc/{self._pid}/statm").read_text().split()
        return int(words[1]) * os.sysconf("SC_PAGESIZE")

    async def watch(self) -> None:
        """Until it is cancelled."""
        while True:
            self.peak = max(self.peak, self.now())
            await asyncio.sleep(PERIOD)


@contextmanager
def serving(imports: Path) -> Iterator[tuple[str, int]]:
    """The app without runs and imports of its own; where its websocket is, and its process."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = os.environ | {"REIDVIZ_RUNS": str(imports / "runs"), "REIDVIZ_IMPORTS": str(imports / "data")}
    options = ["--server.headless", "true", "--server.port", str(port)]
    options += ["--server.disconnectedSessionTTL", str(REMEMBERED)]
    command = [sys.executable, "-m", "streamlit", "run", "app.py", *options]
    process = subprocess.Popen(command, cwd=PROJECT, env=environment, stdout=subprocess.DEVNULL)
    try:
        while True:
            with suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
                break
            if process.poll() is not None:
                raise SystemExit("The app did not start.")
            time.sleep(PERIOD)
        yield f"ws://127.0.0.1:{port}/_stcore/stream", process.pid
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait()


def row(label: str, visits: Visits, before: int, peak: int, after: int) -> str:
    """A line of the table."""
    times = visits.all
    tail = statistics.quantiles(times, n=20)[-1] if len(times) > 1 else times[0]
    return (
        f"| {label} | {len(times):,} | {len(visits.errors)} | {statistics.median(times):.2f} s | {tail:.2f} s "
        f"| {before / MIB:,.0f} | {peak / MIB:,.0f} | {after / MIB:,.0f} ({100 * (after - before) / before:+.0f} %) |"
    )


async def measure(address: str, query: str, pid: int, sessions: int, seconds: float, think: float) -> str:
    """One row, and what each page took."""
    memory = Memory(pid)
    before = memory.now()
    watching = asyncio.create_task(memory.watch())
    visits = await crowd(address, query, sessions, seconds, think)
    await asyncio.sleep(REMEMBERED + 10)
    watching.cancel()
    for error in visits.errors[:10]:
        print("   ", error, file=sys.stderr)
    for page, times in sorted(visits.seconds.items()):
        print(f"    {page:12} {len(times):4} median {statistics.median(times):.2f} s", file=sys.stderr)
    return row(str(sessions), visits, before, memory.peak, memory.now())


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sessions", type=int, nargs="+", default=[1, 20])
    parser.add_argument("--seconds", type=float, default=80.0)
    parser.add_argument("--think", type=float, default=2.0, help="seconds a page is looked at, on average")
    parser.add_argument("--query", default="", help="what stands in the address when a session begins")
    asked = parser.parse_args()
    load = os.getloadavg()[0]
    with tempfile.TemporaryDirectory() as folder, serving(Path(folder)) as (address, pid):
        asyncio.run(once_around(address, asked.query))
        print(f"{os.cpu_count()} cores, load average before: {load:.1f}, {asked.think:g} s between pages\n")
        print("| sessions | pages | errors | median | 95th percentile | MiB before | peak | after they left |")
        print("|---:|---:|---:|---:|---:|---:|---:|---:|")
        for sessions in asked.sessions:
            print(asyncio.run(measure(address, asked.query, pid, sessions, asked.seconds, asked.think)), flush=True)


if __name__ == "__main__":
    main()
