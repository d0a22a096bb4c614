"""What the cache keeps, and its limit."""

import os
import re
import time
from pathlib import Path

import numpy as np
import pytest

from reidviz.cli.main import main
from reidviz.common import settings
from reidviz.common.array_cache import kept_array
from reidviz.common.cache import IN_USE, KINDS, clear, entries, trim
from reidviz.common.errors import ReidvizError

MB = 10**6


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("REIDVIZ_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


def put(path: Path, age: float, size: int = MB) -> Path:
    """A file that was last used so many seconds ago."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(bytes(size))
    os.utime(path, times=(time.time() - age,) * 2)
    os.utime(path.parent, times=(time.time() - age,) * 2)
    return path


def names() -> set[str]:
    return {f"{entry.kind}/{path.name}" for entry in entries() for path in entry.paths}


def test_what_belongs_together_is_one_entry(cache: Path) -> None:
    put(cache / "scores" / "a.npy", 50)
    put(cache / "scores" / "a.json", 900, size=4096)
    put(cache / "pixels" / "x" / "pixels.npy", 900)
    put(cache / "pixels" / "x" / "done.npy", 70)
    put(cache / "scores" / ".half.tmp", 0)
    found = {entry.kind: entry for entry in entries()}
    assert {path.name for path in found["scores"].paths} == {"a.npy", "a.json"}
    assert MB <= found["scores"].bytes < 1.1 * MB
    assert [path.name for path in found["pixels"].paths] == ["x"]
    assert 2 * MB <= found["pixels"].bytes < 2.1 * MB
    assert [round(time.time() - found[kind].used, -1) for kind in ("scores", "pixels")] == [50, 70]


def test_what_was_used_longest_ago_goes_first(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REIDVIZ_CACHE_LIMIT", "2.5M")
    for number, name in enumerate(("scores/a.npy", "pixels/b/pixels.npy", "scores/c.npy", "doctor/d.npz")):
        put(cache / name, 9000 - 1000 * number)
    assert trim() >= 2 * MB
    assert names() == {"scores/c.npy", "doctor/d.npz"}
    assert not [path for kind in cache.iterdir() for path in kind.iterdir() if path.name.startswith(".")]
    assert trim() == 0


def test_what_is_read_counts_as_used(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REIDVIZ_CACHE_LIMIT", "0M")
    for name in ("a", "b"):
        file = put(cache / "scores" / f"{name}.npy", 0)
        np.save(file, np.zeros(10, dtype=np.float32))
        os.utime(file, times=(time.time() - 2 * IN_USE,) * 2)
    read = kept_array(cache / "scores" / "b.npy", np.float32)
    trim()
    assert names() == {"scores/b.npy"}
    assert read is not None
    assert read.sum() == 0


def test_a_kind_is_cleared_from_the_shell(cache: Path, capsys: pytest.CaptureFixture[str]) -> None:
    put(cache / "scores" / "a.npy", 50)
    put(cache / "pixels" / "x" / "pixels.npy", 900)
    assert main(["cache", "--clear", "scores"]) == 0
    assert names() == {"pixels/x"}
    told = capsys.readouterr().out
    assert "1.0 MB were freed." in told
    assert "of 20.00 GB" in told
    assert main(["cache", "--clear", "all"]) == 0
    assert names() == set()
    assert clear("scores") == 0


@pytest.mark.parametrize(
    ("written", "size"), [("", 20 * 10**9), ("500M", 500 * MB), ("2.5 gb", 2_500 * MB), ("1T", 10**12)]
)
def test_the_limit_is_a_size(monkeypatch: pytest.MonkeyPatch, written: str, size: int) -> None:
    monkeypatch.setenv("REIDVIZ_CACHE_LIMIT", written)
    assert settings.cache_limit() == size


@pytest.mark.parametrize("written", ["lots", "20", "-1G", "1e9", "20 G of it"])
def test_another_limit_is_refused(monkeypatch: pytest.MonkeyPatch, written: str) -> None:
    monkeypatch.setenv("REIDVIZ_CACHE_LIMIT", written)
    with pytest.raises(ReidvizError, match="which is no size"):
        trim()


def test_every_folder_of_the_cache_is_counted() -> None:
    named = {
        kind
        for file in (settings.PROJECT / "reidviz").rglob("*.py")
        for kind in re.findall(r'cache_dir\(\) / "(\w+)"', file.read_text(encoding="utf-8"))
    }
    assert named == {*KINDS, "locks"}  # locks are empty files
