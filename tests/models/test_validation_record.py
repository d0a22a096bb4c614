"""The record of a validation comes back as it was, and what is none is refused in a sentence."""

import os
import struct
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import save

from reidviz.common.errors import ReidvizError
from reidviz.models import validation_record
from reidviz.models.validation_record import ValidationRecord, as_bytes, read_record


def record() -> ValidationRecord:
    """Three probes, two gallery images, both scores."""
    rng = np.random.default_rng(0)
    return ValidationRecord(
        np.array([4, 7, 9], dtype=np.int32),
        np.array([2, 5], dtype=np.int32),
        {"distance": np.array([1, 2, 1], dtype=np.int32), "probability": np.array([2, 2, 1], dtype=np.int32)},
        {"distance": np.array([2, 5, 5], dtype=np.int32), "probability": np.array([5, 2, 5], dtype=np.int32)},
        rng.normal(size=(5, 8)).astype(np.float16),
    )


def arrays() -> dict[str, Any]:
    one = record()
    found: dict[str, Any] = {"probes": one.probes, "gallery": one.gallery, "features": one.features}
    found |= {f"ranks.{kind}": ranks for kind, ranks in one.ranks.items()}
    return found | {f"in_front.{kind}": front for kind, front in one.in_front.items()}


def of_pairs() -> ValidationRecord:
    """The same of a classifier alone."""
    one = record()
    ranks, in_front = one.ranks["probability"], one.in_front["probability"]
    return replace(one, ranks={"probability": ranks}, in_front={"probability": in_front}, features=None)


@pytest.mark.parametrize("one", [record(), of_pairs()], ids=["both", "pairs"])
def test_it_comes_back_bit_for_bit(tmp_path: Path, one: ValidationRecord) -> None:
    file = tmp_path / "one.safetensors"
    file.write_bytes(as_bytes(one))
    found = read_record(file)
    assert as_bytes(found) == as_bytes(one)
    assert found.ranks.keys() == found.in_front.keys() == one.ranks.keys()
    assert found.positions.tolist() == [4, 7, 9, 2, 5]


def test_it_is_as_small_as_its_arrays() -> None:
    """300 images of 256 numbers of two bytes, and some lists."""
    images = np.arange(300, dtype=np.int32)
    lists: dict[Any, np.ndarray] = {"distance": np.ones(200, dtype=np.int32)}
    large = ValidationRecord(images[:200], images[200:], lists, lists, np.zeros((300, 256), dtype=np.float16))
    assert 300 * 256 * 2 < len(as_bytes(large)) < 300 * 256 * 2 + 4 * 900 + 1000


@pytest.mark.parametrize(
    "changed",
    [
        {"probes": np.array([4, 7], dtype=np.int32)},
        {"probes": np.array([4, 7, -9], dtype=np.int32)},
        {"probes": np.array([4, 7, 9], dtype=np.int64)},
        {"gallery": np.empty(0, dtype=np.int32)},
        {"ranks.distance": np.array([1, 2, 3], dtype=np.int32)},
        {"ranks.distance": np.array([0, 2, 1], dtype=np.int32)},
        {"ranks.distance": np.array([[1, 2, 1]], dtype=np.int32)},
        {"ranks.distance": np.array([1, 2, 1], dtype=np.float32)},
        {"in_front.distance": np.array([2, 5, 6], dtype=np.int32)},
        {"in_front.distance": None},
        {"features": np.zeros((4, 8), dtype=np.float16)},
        {"features": np.zeros((5, 0), dtype=np.float16)},
        {"features": np.zeros((5, 8), dtype=np.float32)},
        {"features": np.full((5, 8), np.nan, dtype=np.float16)},
        {"ranks.distance": None, "ranks.probability": None},
        {"features": None},
        {"odd": np.zeros(3, dtype=np.int32)},
    ],
)
def test_arrays_that_do_not_fit_each_other_are_refused(tmp_path: Path, changed: dict[str, Any]) -> None:
    file = tmp_path / "one.safetensors"
    file.write_bytes(save({name: one for name, one in (arrays() | changed).items() if one is not None}))
    with pytest.raises(ReidvizError, match=r"one\.safetensors is damaged"):
        read_record(file)


def test_bytes_that_are_none_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = as_bytes(record())
    file = tmp_path / "one.safetensors"
    claims = struct.pack("<Q", 2**62) + whole[8:]
    for data in (b"", whole[:-1], whole[:20], claims, b"\x80\x04pickle", whole.replace(b"I32", b"BF16")):
        file.write_bytes(data)
        with pytest.raises(ReidvizError, match="damaged"):
            read_record(file)
    file.write_bytes(whole)
    monkeypatch.setattr(validation_record, "MOST_BYTES", len(whole) - 1)
    with pytest.raises(ReidvizError, match="larger than any"):
        read_record(file)
    file.unlink()
    with pytest.raises(ReidvizError, match="cannot be read"):
        read_record(file)
    os.mkfifo(file)
    with pytest.raises(ReidvizError, match="damaged"):
        read_record(file)


def test_equal_records_are_equal_bytes() -> None:
    assert as_bytes(record()) == as_bytes(replace(record()))
