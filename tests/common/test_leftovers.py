"""What killed processes leave is swept up; what living ones write stays."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from math import inf
from pathlib import Path

import pytest

from reidviz.common import settings
from reidviz.common.atomic_write import write_atomically
from reidviz.common.file_lock import Lock
from reidviz.common.leftovers import sweep, temporary_folder

IMPORT = """
import io, sys, zipfile
from reidviz.common import settings
from reidviz.data.catalogue.zip_import import import_zip
buffer = io.BytesIO()
with zipfile.ZipFile(buffer, "w") as made:
    for i in range(4):
        made.writestr(f"p/{i}.png", b"x")
def progress(done, total, what):
    if done == 2:
        print(flush=True)
        sys.stdin.read()
import_zip(buffer, "mine", settings.data_dir(), progress)
"""


@pytest.fixture(autouse=True)
def own_folders_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("CACHE", "IMPORTS", "RUNS"):
        monkeypatch.setenv(f"REIDVIZ_{name}", str(tmp_path / name.lower()))


@pytest.fixture
def begun() -> Iterator[Callable[[str], subprocess.Popen[bytes]]]:
    """Starts a program that works until its standard input closes, and waits until it is in the midst of it."""
    started = []

    def begin(program: str) -> subprocess.Popen[bytes]:
        process = subprocess.Popen(
            [sys.executable, "-c", program], cwd=settings.PROJECT, stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        started.append(process)
        assert process.stdout is not None
        assert process.stdout.readline() == b"\n"
        return process

    yield begin
    for process in started:
        process.kill()
        process.communicate()


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_what_a_killed_process_left_is_swept_and_what_a_living_one_writes_is_not(
    begun: Callable[[str], subprocess.Popen[bytes]],
) -> None:
    program, folder, kept = IMPORT, settings.data_dir, ["mine"]
    process = begun(program)
    assert len(names(folder())) == 1
    assert sweep(inf) == 0
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert len(names(folder())) == 1
    assert sweep(inf) == 1
    assert names(folder()) == []
    living = begun(program)
    assert sweep(inf) == 0
    living.communicate()
    assert living.returncode == 0
    assert names(folder()) == kept
    assert sweep(inf) == 0


def test_only_hidden_files_of_known_forms_are_swept(tmp_path: Path) -> None:
    mine = [
        "cache/keep.npy", "cache/.keep", "cache/pixels/.DS_Store", "imports/.git/config", "imports/.config.settings",
        f"imports/people/.{'0' * 32}", f"imports/.{'0' * 31}", f"runs/one/deeper/still/.{'a' * 32}", "runs/one/lock",
    ]  # fmt: skip
    left = [
        f"cache/.{'0' * 32}/pixels.npy", f"cache/synthetic/a/.{'f' * 32}.tmp", "cache/scores/.a.npy.abcd_123",
        "imports/.people.spec.abcd1234", f"imports/.{'0' * 32}/a.png", "runs/.one.deleted/recipe.json",
        "runs/one/.status.json.abcd1234", "runs/one/checkpoints/.final.safetensors.abcd1234",
    ]  # fmt: skip
    for name in (*mine, *left):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    (tmp_path / "imports" / f".{'1' * 32}").symlink_to(tmp_path / "imports" / "people")
    assert sweep(time.time() - 3600) == 0
    assert sweep(inf) == len(left)
    assert all((tmp_path / name).exists() for name in mine)
    assert not any((tmp_path / name).exists() for name in left)
    assert (tmp_path / "imports" / f".{'1' * 32}").is_symlink()


def test_two_servers_do_not_sweep_at_once(tmp_path: Path) -> None:
    (tmp_path / "cache" / f".{'0' * 32}").mkdir(parents=True)
    lock = Lock.take(tmp_path / "cache" / ".sweep")
    assert lock is not None
    with lock:
        assert sweep(inf) == 0
    assert sweep(inf) == 1


def test_where_nothing_can_be_written_nothing_is_swept(tmp_path: Path) -> None:
    (tmp_path / "cache").touch()
    assert sweep(inf) == 0


def test_a_temporary_folder_is_gone_whatever_happens(tmp_path: Path) -> None:
    def fail() -> None:
        with temporary_folder(tmp_path / "imports") as folder:
            (folder / "a").touch()
            raise RecursionError

    with pytest.raises(RecursionError):
        fail()
    assert names(tmp_path / "imports") == []


def test_a_small_file_is_held_while_it_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    swept = []
    real = os.fsync
    monkeypatch.setattr(os, "fsync", lambda handle: (swept.append(sweep(inf)), real(handle)))
    write_atomically(tmp_path / "cache" / "a.json", b"{}")
    assert swept == [0, 0]
    assert (tmp_path / "cache" / "a.json").read_bytes() == b"{}"


@pytest.mark.parametrize("hours", [-1, 0, 1])
def test_a_clock_that_is_set_makes_nobody_sweep_what_is_new(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, hours: int
) -> None:
    """The hours by which the clock was put on since this server began."""
    began = time.time()
    monkeypatch.setattr("reidviz.common.leftovers.STARTED", time.monotonic() - 600)
    monkeypatch.setattr("time.time", lambda: began + 3600 * hours)
    (tmp_path / "cache").mkdir()
    ages = {"new": -60, "old": -900, "before it was put back": 3600 * 3}
    for number, seconds in enumerate(ages.values()):
        file = tmp_path / "cache" / f".{number}{'0' * 31}"
        file.touch()
        os.utime(file, 2 * (time.time() + seconds,))
    assert sweep() == 2
    assert names(tmp_path / "cache") == [f".0{'0' * 31}", ".sweep"]
