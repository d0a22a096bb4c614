"""Which records of validations a run keeps: evenly apart, within the bound, whatever way the training came there."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reidviz.models.validation_record import ValidationRecord, as_bytes
from reidviz.training import validation_records
from reidviz.training.validation_records import keep_record, record_file, steps_recorded, thinned, tidy


def record(step: int) -> ValidationRecord:
    """One whose features tell its step."""
    images = np.arange(4, dtype=np.int32)
    lists: dict[Any, np.ndarray] = {"distance": np.ones(2, dtype=np.int32)}
    fronts: dict[Any, np.ndarray] = {"distance": images[2:]}
    return ValidationRecord(images[:2], images[2:], lists, fronts, np.full((4, 64), step / 100, dtype=np.float16))


SIZE = len(as_bytes(record(1)))


def test_by_hand() -> None:
    """Validations every 10 steps, room for four."""
    kept: list[int] = []
    told = []
    for step in range(10, 100, 10):
        kept = thinned([*kept, step], step, 10, 4)
        told.append(kept)
    assert told == [
        [10],
        [10, 20],
        [10, 20, 30],
        [20, 40],
        [20, 40, 50],
        [20, 40, 60],
        [20, 40, 60, 70],
        [40, 80],
        [40, 80, 90],
    ]


@given(every=st.integers(1, 50), count=st.integers(1, 60), more=st.integers(0, 49), most=st.integers(1, 12))
def test_never_too_many_evenly_apart_and_with_the_last(every: int, count: int, more: int, most: int) -> None:
    steps = [every * number for number in range(1, count + 1)]
    if more % every:
        steps.append(steps[-1] + more % every)
    kept: list[int] = []
    for step in steps:
        kept = thinned([*kept, step], step, every, most)
        assert len(kept) <= most
        assert kept[-1] == step
        assert kept == thinned([one for one in steps if one <= step], step, every, most)
    assert len(set(np.diff([0, *kept[:-1]]).tolist())) <= 1


def test_what_was_kept_after_the_step_that_a_training_fell_back_to_goes() -> None:
    assert thinned([10, 20, 30, 40], 20, 10, 9) == [10, 20]


def test_a_training_asked_for_more_steps_keeps_what_it_has_where_there_is_room() -> None:
    assert thinned([30, 60, 90, 135], 135, 45, 9) == [30, 60, 90, 135]


def test_the_files_of_a_run_stay_below_the_bound(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(validation_records, "MOST_BYTES", 5 * SIZE + 10)
    for step in range(10, 130, 10):
        keep_record(tmp_path, step, 10, record(step))
        assert sum(file.stat().st_size for file in tmp_path.iterdir()) <= 5 * SIZE + 10
    assert steps_recorded(tmp_path) == [40, 80, 120]
    monkeypatch.setattr(validation_records, "MOST_BYTES", SIZE - 1)
    keep_record(tmp_path, 130, 10, record(130))
    assert steps_recorded(tmp_path) == [40, 80, 120]


def test_a_record_that_is_made_again_is_there_once(tmp_path: Path) -> None:
    for step in (10, 20, 20, 20):
        keep_record(tmp_path, step, 10, record(step))
    assert steps_recorded(tmp_path) == [10, 20]
    assert record_file(tmp_path, 20).read_bytes() == as_bytes(record(20))


def test_strange_files_are_no_records_and_leftovers_go(tmp_path: Path) -> None:
    keep_record(tmp_path, 10, 10, record(10))
    for name in ("step-1.safetensors", "step-x.safetensors", "other", ".step-0000010.safetensors.half"):
        (tmp_path / name).touch()
    tidy(tmp_path)
    assert steps_recorded(tmp_path) == [10]
    assert not list(tmp_path.glob(".*"))
    tidy(tmp_path / "nowhere")
