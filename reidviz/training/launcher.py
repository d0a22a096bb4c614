"""Trainings as processes of their own: they go on when the browser closes and when the app is started anew."""

import os
import re
import shutil
import subprocess
import sys
from datetime import datetime
from pathlib import Path

from reidviz.common import settings
from reidviz.common.errors import ReidvizError
from reidviz.common.printable import printable
from reidviz.training.run_folder import HELD, RunFolder, no_link


def start(run: RunFolder) -> None:
    """Start, or go on with, a training in a session of its own.

    Raises ReidvizError when it is at work already. The lock on its folder is taken here and handed down, so that there
    is no moment at which the run looks dead.
    """
    lock = run.hold()
    try:
        run.queue()
        with open(run.root / "worker.log", "ab", opener=no_link) as log:
            subprocess.Popen(
                [sys.executable, "-m", "reidviz", "train", "--resume", str(run.root)],
                cwd=settings.PROJECT,
                env=os.environ | {HELD: str(lock.handle)},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                pass_fds=(lock.handle,),
                start_new_session=True,
            )
    except OSError as error:
        raise ReidvizError(f"The training could not be started: {error.strerror}.", "Free memory or disk.") from error
    finally:
        lock.release()


def delete(run: RunFolder) -> None:
    """Remove a run and its weights for good. Raises ReidvizError while it is at work."""
    settings.must_be_writable()
    away = run.root.with_name(f".{run.name}.deleted")
    shutil.rmtree(away, ignore_errors=True)
    try:
        with run.hold():
            run.root.rename(away)
        shutil.rmtree(away)
    except OSError as error:
        raise ReidvizError(
            f"{printable(run.name)} could not be deleted: {error.strerror}.", "Delete the folder yourself."
        ) from error


def free_name(variant: str, data: str, now: datetime | None = None) -> str:
    """A name for a new run that no folder of runs_dir() has: variant, data and the time."""
    told = re.sub(r"[^A-Za-z0-9]+", "-", data.partition("/")[0]).strip("-")
    moment = (now or datetime.now()).strftime("%m%d-%H%M%S")
    return free(f"{variant} {told} {moment}")


def free(name: str) -> str:
    """The name, with a number behind it where it is taken."""
    taken, count = name, 1
    while (settings.runs_dir() / taken).exists():
        count += 1
        taken = f"{name} {count}"
    return taken


def folder_of(name: str) -> Path:
    """Where the run of that name lies, or will. Raises ReidvizError for what is no plain name."""
    if Path(name).name != name or name == "..":
        raise ReidvizError(f"A run cannot be called {name!r}.", "Use letters, digits, spaces and dashes.")
    return settings.runs_dir() / name
