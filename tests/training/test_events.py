"""events.jsonl read as it grows: each line once, damaged ones counted, whatever lies in the file."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from reidviz.training import events
from reidviz.training.events import Events
from tests.training.conftest import step_event, validation_event


def line(event: object) -> bytes:
    return (json.dumps(event) + "\n").encode()


def add(file: Path, data: bytes) -> None:
    with file.open("ab") as opened:
        opened.write(data)


def steps(reader: Events) -> list[int]:
    return [event["step"] for event in reader.read()]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "events.jsonl"


def test_only_what_was_added_is_read(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    taken: list[bytes] = []
    real = events._event
    monkeypatch.setattr(events, "_event", lambda one: (taken.append(one), real(one))[1])
    reader = Events(file)
    assert reader.read() == []
    add(file, b"".join(line(step_event(step)) for step in range(1000)))
    assert steps(reader) == list(range(1000))
    add(file, line(step_event(1000)))
    assert steps(reader) == list(range(1001))
    assert reader.read() is reader.read()
    assert len(taken) == 1001


def test_a_line_without_an_end_is_left_for_the_next_time(file: Path) -> None:
    reader, whole = Events(file), line(step_event(7))
    add(file, whole[:30])
    assert (steps(reader), reader.damaged) == ([], 0)
    add(file, whole[30:])
    assert (steps(reader), reader.damaged) == ([7], 0)


@pytest.mark.parametrize(
    "odd",
    [
        b"not JSON\n",
        b"[]\n",
        b"3\n",
        b"\xff\xfe\n",
        b"[" * 100_000 + b"\n",
        b'{"event": "step", "step": NaN}\n',
        line({"step": 3}),
        line({"event": ["step"]}),
        line({"event": "step", "step": 3}),
        line(step_event(3) | {"step": "3"}),
        line(step_event(3) | {"step": -3}),
        line(step_event(3) | {"step": 10**30}),
        line(step_event(3) | {"loss": None}),
        line(validation_event(3) | {"readings": []}),
        line(validation_event(3) | {"readings": [{"name": "a"}]}),
        line(validation_event(3) | {"fusion": {"weight": 0.5}}),
        line({"event": "resumed", "step": 3}),
        line({"event": "finished", "step": "3"}),
        line({"event": "started", "device": 3}),
        line({"event": "odd", "seconds": "long"}),
        line({"event": "odd", "more": 2 * events.LONGEST_LINE * "x"}),
    ],
    ids=lambda one: repr(one)[:60],
)
def test_a_damaged_line_is_left_out_and_counted(file: Path, odd: bytes) -> None:
    reader = Events(file)
    add(file, line(step_event(1)) + odd + line(step_event(2)))
    assert (steps(reader), reader.damaged) == ([1, 2], 1)


def test_what_a_newer_version_writes_is_kept(file: Path) -> None:
    add(file, line({"event": "moon", "phase": 3}) + line(step_event(1) | {"more": [1]}))
    assert Events(file).read() == [{"event": "moon", "phase": 3}, step_event(1) | {"more": [1]}]


@pytest.mark.parametrize("kept", [b"", line(step_event(5)), line(step_event(5)) + 40 * line(step_event(6))])
def test_a_file_that_was_written_anew_is_read_anew(file: Path, kept: bytes) -> None:
    reader = Events(file)
    add(file, b"".join(line(step_event(step)) for step in range(10)) + b"odd\n")
    assert (len(reader.read()), reader.damaged) == (10, 1)
    file.write_bytes(kept)
    assert (reader.read(), reader.damaged) == (Events(file).read(), 0)
    file.unlink()
    assert reader.read() == []


def test_what_is_no_file_holds_nothing_and_nobody_up(file: Path) -> None:
    reader = Events(file)
    for put in (os.mkfifo, os.mkdir, lambda file: file.symlink_to(file), lambda file: file.symlink_to("/dev/zero")):
        put(file)
        assert (reader.read(), reader.problem) == ([], "cannot be read")
        file.rmdir() if file.is_dir() else file.unlink()
        assert (reader.read(), reader.problem) == ([], "")


def test_resuming_very_often_takes_no_time(file: Path) -> None:
    """50,000 steps that were each gone through again: anything quadratic would not end."""
    piece: list[dict[str, Any]] = [step_event(2), {"event": "resumed", "step": 1, "validated": 0}]
    add(file, b"".join(map(line, piece)) * 50_000)
    seen = Events(file).read()
    assert len(seen) == 50_000
    assert {event["event"] for event in seen} == {"resumed"}


@pytest.mark.parametrize("limit", ["MOST_BYTES", "MOST_EVENTS"])
def test_a_file_longer_than_any_training_writes_is_read_so_far_and_that_is_said(
    file: Path, monkeypatch: pytest.MonkeyPatch, limit: str
) -> None:
    reader = Events(file)
    monkeypatch.setattr(events, limit, {"MOST_BYTES": 2 * events._PIECE, "MOST_EVENTS": 5}[limit])
    add(file, b"".join(line(step_event(step)) for step in range(3)))
    assert (steps(reader), reader.problem) == ([0, 1, 2], "")
    while file.stat().st_size < 3 * events._PIECE:
        add(file, 1000 * line(step_event(7)))
    read = len(steps(reader))
    assert reader.problem.startswith("is longer")
    assert len(steps(reader)) == read < 20_000
    file.write_bytes(line(step_event(1)))
    assert (steps(reader), reader.problem) == ([1], "")
