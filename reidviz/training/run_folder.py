"""A training on disk, the contract between the worker that writes it and everyone who reads it.

recipe.json    what was asked
start.json     the model it starts from, as it was when the training began (training.start)
events.jsonl   what happened, one JSON object a line, appended only
status.json    where it stands now
checkpoints/   final and best with their cards, and the last two snapshots to resume from
validations/   what validations leave to look back on, a file a step, together under 20 MB
lock           held by the worker as long as it lives, however it ends
stop           exists when someone asked it to stop
worker.log     what the worker printed
"""

import contextlib
import json
import os
import re
import socket
import time
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Literal

from reidviz.common import settings
from reidviz.common.atomic_write import not_written, write_atomically
from reidviz.common.errors import ReidvizError, because
from reidviz.common.file_lock import Lock, is_held
from reidviz.common.json_files import Count, Seconds, read_json, write_json
from reidviz.common.printable import printable
from reidviz.training.events import Event, Events
from reidviz.training.job import Asked, Job, check, job_from

State = Literal["queued", "running", "stopped", "finished", "failed", "interrupted"]
STATUS_BYTES = 4096
MOST_BYTES = 64 * 1024
MOST_ASKED = 16 * 1024**2
"""Bytes of recipe.json: marked pairs are in it."""
HELD = "REIDVIZ_RUN_LOCK"
_NAME = re.compile(r"[^/\\\x00-\x1f]{1,100}")


@dataclass(frozen=True)
class Status:
    """Where a training stands.

    step, total   steps done, of how many; left: seconds it will still take, None while unknown
    what          what it is doing now
    images_a_second  distinct images trained on
    pid, host, heartbeat  of the worker; heartbeat in seconds since 1970
    since         when it was queued, in seconds since 1970; seconds: of training so far
    message, hint why it failed, or what was odd
    """

    state: State
    step: Count = 0
    total: Count = 0
    what: str = ""
    left: Seconds | None = None
    images_a_second: float | None = None
    device: str = ""
    pid: int = 0
    host: str = ""
    heartbeat: float = 0.0
    since: float = 0.0
    seconds: Seconds = 0.0
    message: str = ""
    hint: str = ""

    @property
    def active(self) -> bool:
        """Whether a worker is at it, or waits for its turn."""
        return self.state in {"queued", "running"}


class RunFolder:
    """One training's folder. What it reads may be written at the same moment by a worker elsewhere."""

    def __init__(self, root: Path) -> None:
        self.root = root

    @property
    def name(self) -> str:
        """The name of the run: that of its folder."""
        return self.root.name

    @property
    def checkpoints(self) -> Path:
        """Where weights lie."""
        return self.root / "checkpoints"

    @property
    def validations(self) -> Path:
        """Where the records of validations lie (validation_records)."""
        return self.root / "validations"

    @property
    def final(self) -> Path:
        """The finished weights."""
        return self.checkpoints / "final.safetensors"

    @property
    def best(self) -> Path:
        """The weights with the best validation rank-1 so far."""
        return self.checkpoints / "best.safetensors"

    def job(self) -> Job:
        """What was asked. Raises ReidvizError when there is no run here, or none of this version."""
        file = self.root / "recipe.json"
        if not os.path.exists(file):
            raise ReidvizError(f"{printable(self.name)} is not the folder of a training.", "It holds no recipe.json.")
        what, hint = f"The request of the run {self.name} (recipe.json)", "Start a new one."
        asked = read_json(file, Asked, what, MOST_ASKED, hint)
        try:
            return job_from(asked)
        except ReidvizError as error:
            raise ReidvizError(f"{what} is damaged, because {because(error)}", hint) from error

    def ask(self, job: Job) -> None:
        """Write down what is asked."""
        record = asdict(job) | {"init": None if job.init is None else str(job.init)}
        write_json(self.root / "recipe.json", record)

    def status(self) -> Status:
        """Where it stands: "interrupted" when it should be at work and no worker lives, or when nobody can tell."""
        try:
            return self.read_status()
        except ReidvizError:
            return Status("interrupted")

    def read_status(self) -> Status:
        """The same. Raises ReidvizError when status.json is damaged."""
        kept = self._kept_status()
        if kept.active and not is_held(self.root / "lock"):
            kept = self._kept_status()
            return replace(kept, state="interrupted") if kept.active else kept
        return kept

    def _kept_status(self) -> Status:
        file, what = self.root / "status.json", f"The state of the run {self.name} (status.json)"
        for _ in range(2):
            if not os.path.exists(file):
                return Status("interrupted")
            with contextlib.suppress(ReidvizError):
                return read_json(file, Status, what, MOST_BYTES, "Resume it, or delete it.")
            time.sleep(0.01)  # it may just be written over in place
        return read_json(file, Status, what, MOST_BYTES, "Resume it, or delete it.")

    def write_status(self, status: Status) -> None:
        """Replace status.json; on a full disk it is written over in place, which needs no new block.

        Raises ReidvizError when the folder was deleted.
        """
        self.must_exist()
        status = replace(status, pid=os.getpid(), host=socket.gethostname(), heartbeat=time.time())
        data = (json.dumps(asdict(status)) + "\n").encode()
        data += b" " * (STATUS_BYTES - len(data))
        try:
            write_atomically(self.root / "status.json", data)
        except ReidvizError:
            with contextlib.suppress(OSError), open(self.root / "status.json", "r+b", opener=no_link) as file:
                file.write(data)

    def must_exist(self) -> None:
        """Raises ReidvizError when the folder was deleted, so that nothing makes it again."""
        if not (self.root / "recipe.json").exists():
            raise ReidvizError(f"The folder of {self.name} was deleted.", "Start a new training.")

    def queue(self) -> None:
        """Note that it waits for a worker."""
        before = self.status()
        waiting = Status("queued", before.step, self.job().recipe.iterations, "starting", since=time.time())
        self.write_status(replace(waiting, seconds=before.seconds))

    def refuse(self, error: ReidvizError) -> None:
        """Note why a worker could not even begin."""
        if (self.root / "recipe.json").exists():
            self.write_status(Status("failed", what="failed", message=error.message, hint=error.hint))

    def log(self, event: dict[str, Any]) -> None:
        """Append one line to events.jsonl, after ending a line that a killed worker left unfinished."""
        file = self.root / "events.jsonl"
        try:
            with open(file, "ab+", opener=no_link) as events:
                if events.tell():
                    events.seek(-1, os.SEEK_END)
                    if events.read(1) != b"\n":
                        events.write(b"\n")
                events.write((json.dumps(event) + "\n").encode())
        except OSError as error:
            raise not_written(
                f"{file.name} of {printable(self.name)}", error, "move the run to another folder"
            ) from error

    def events(self) -> list[Event]:
        """What happened, in order; steps that a resumed training went through again are there once."""
        return Events(self.root / "events.jsonl").read()

    def ask_to_stop(self) -> None:
        """The worker stops after its present step and keeps what it has. ReidvizError when nothing can be written."""
        settings.must_be_writable()
        write_atomically(self.root / "stop", b"")

    def asked_to_stop(self) -> bool:
        """Whether someone asked it to."""
        return (self.root / "stop").exists()

    def forget_stop(self) -> None:
        """Before going on. ReidvizError when it cannot be deleted."""
        try:
            (self.root / "stop").unlink(missing_ok=True)
        except OSError as error:
            raise not_written(printable(self.name), error) from error

    def hold(self) -> Lock:
        """The worker's lock on this folder, inherited from who started it or taken now.

        Taking it forgets an earlier wish to stop; one that comes after the start is heard.
        Raises ReidvizError when another worker has it.
        """
        inherited = os.environ.pop(HELD, None)
        if inherited is not None:
            os.set_inheritable(int(inherited), False)
            return Lock(int(inherited))
        settings.must_be_writable()
        for _ in range(20):
            lock = Lock.take(self.root / "lock")
            if lock is not None:
                self.forget_stop()
                return lock
            time.sleep(0.05)  # someone may just be looking whether it is held
        raise ReidvizError(f"{self.name} is being trained already.", "Stop it first, or wait until it has ended.")


def create(root: Path, job: Job) -> RunFolder:
    """A new run folder, waiting. Raises ReidvizError when it exists, or the job is impossible."""
    settings.must_be_writable()
    check(job)
    if not _NAME.fullmatch(root.name) or root.name.startswith("."):
        raise ReidvizError(f"A run cannot be called {root.name!r}.", "Use letters, digits, spaces and dashes.")
    if (root / "recipe.json").exists():
        raise ReidvizError(
            f"{printable(root.name)} already holds a training.", "Give another name, or resume that one."
        )
    run = RunFolder(root)
    run.ask(job)
    run.queue()
    return run


def no_link(file: str, flags: int) -> int:
    """Open what is written in place: a link may lead anywhere, and a pipe holds nobody up. OSError for both."""
    return os.open(file, flags | os.O_NOFOLLOW | os.O_NONBLOCK, 0o644)


def runs_in(folder: Path) -> list[RunFolder]:
    """Every run below a folder, by name."""
    return [RunFolder(file.parent) for file in sorted(folder.glob("[!.]*/recipe.json"))]
