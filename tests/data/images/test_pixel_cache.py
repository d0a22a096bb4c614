"""The cache of small images."""

import os
import pickle
import shutil
import subprocess
import sys
import textwrap
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from PIL import Image

from reidviz.common.errors import ReidvizError
from reidviz.common.settings import PROJECT
from reidviz.data.dataset import Dataset, Sample
from reidviz.data.formats import folder
from reidviz.data.images import decode as images
from reidviz.data.images import pixel_cache
from reidviz.data.images.decode import decode, resize
from reidviz.data.images.pixel_cache import Pixels

COUNT = 100


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("REIDVIZ_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.fixture
def data(tmp_path: Path) -> Dataset:
    """COUNT images, each of its own grey."""
    root = tmp_path / "people"
    for i in range(COUNT):
        person = root / f"p{i // 4:02d}"
        person.mkdir(parents=True, exist_ok=True)
        Image.new("RGB", (10, 20), (2 * i, i, 3)).save(person / f"c{i % 4}_1.png")
    return folder.read(root)


@pytest.fixture
def decoded(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names decoded so far."""
    names: list[str] = []

    def counted(source: Path | bytes, name: str | None = None) -> Image.Image:
        names.append(str(name))
        return decode(source, name)

    monkeypatch.setattr(images, "decode", counted)
    return names


def every(dataset: Dataset) -> np.ndarray:
    return np.arange(len(dataset.samples))


def expected(dataset: Dataset, indices: np.ndarray, height: int = 16, width: int = 8) -> np.ndarray:
    return np.stack([resize(decode(dataset.samples[i].path), height, width) for i in indices])


def test_reads_in_the_order_asked(data: Dataset) -> None:
    wanted = np.array([5, 0, 99, 5, 40])
    got = Pixels(data, 16, 8)[wanted]
    assert (got.dtype, got.shape, type(got)) == (np.uint8, (5, 16, 8, 3), np.ndarray)
    assert np.array_equal(got, expected(data, wanted))
    got[:] = 0
    assert Pixels(data, 16, 8)[wanted].any()


def test_decodes_each_image_once(data: Dataset, decoded: list[str]) -> None:
    cached = Pixels(data, 16, 8)
    cached.fill(np.arange(50))
    cached.fill(np.arange(30, 80))
    assert cached[np.array([79, 80])].shape == (2, 16, 8, 3)
    Pixels(data, 16, 8).fill(np.arange(81))
    assert sorted(decoded) == sorted(s.id for s in data.samples[:81])


def test_files_may_go_once_they_are_filled(data: Dataset, tmp_path: Path) -> None:
    want = expected(data, every(data))
    Pixels(data, 16, 8).fill(every(data))
    shutil.rmtree(tmp_path / "people")
    assert np.array_equal(Pixels(data, 16, 8)[every(data)], want)


def test_sizes_and_revisions_are_kept_apart(data: Dataset) -> None:
    first = Pixels(data, 16, 8)
    first.fill(np.arange(2))
    assert Pixels(data, 8, 16)[np.arange(2)].shape == (2, 8, 16, 3)
    Image.new("RGB", (30, 30), "white").save(data.samples[0].path)
    changed = folder.read(data.samples[0].path.parents[1])
    assert Pixels(changed, 16, 8)[np.array([0])].min() == 255
    assert first[np.array([0])].max() < 255


def test_nothing_asked(data: Dataset) -> None:
    cached = Pixels(data, 16, 8)
    calls: list[int] = []
    cached.fill(np.array([], dtype=np.int64), lambda done, total, what: calls.append(done))
    assert cached[np.array([], dtype=np.int64)].shape == (0, 16, 8, 3)
    assert calls == []


@pytest.mark.parametrize("index", [-1, COUNT])
def test_positions_outside(data: Dataset, index: int) -> None:
    with pytest.raises(IndexError):
        Pixels(data, 16, 8).fill(np.array([index]))


def test_progress_counts_what_is_missing(data: Dataset, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = iter(np.arange(0.0, 1e6, 0.05))
    monkeypatch.setattr(pixel_cache, "time", SimpleNamespace(monotonic=lambda: float(next(clock))))
    cached = Pixels(data, 16, 8)
    cached.fill(np.arange(20))
    calls: list[tuple[int, int, str]] = []
    cached.fill(every(data), lambda *call: calls.append(call))
    assert calls[0] == (0, 80, "reading images")
    assert calls[-1] == (80, 80, "reading images")
    assert [c[0] for c in calls] == sorted({c[0] for c in calls})
    assert 20 < len(calls) <= 45


class Cancelled(OSError):
    """Even a cancellation that looks like a disk error comes through as it is."""


def test_cancelling_keeps_what_is_done(data: Dataset, decoded: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    clock = iter(range(10**6))
    monkeypatch.setattr(pixel_cache, "time", SimpleNamespace(monotonic=lambda: float(next(clock))))

    def cancel(done: int, total: int, what: str) -> None:
        if done == 70:
            raise Cancelled

    cached = Pixels(data, 16, 8)
    with pytest.raises(Cancelled):
        cached.fill(every(data), cancel)
    before = len(decoded)
    assert before < COUNT
    assert np.array_equal(cached[every(data)], expected(data, every(data)))
    assert len(decoded) - before == COUNT - 64


FILL = """
    import os, sys, time
    import numpy as np
    from pathlib import Path
    from reidviz.data.images import pixel_cache
    from reidviz.data.formats import folder

    def die(done, total, what):
        if done >= int(sys.argv[2]):
            os._exit(9)

    pixel_cache._seldom = lambda progress: progress
    dataset = folder.read(sys.argv[1])
    pixel_cache.Pixels(dataset, 16, 8).fill(np.arange(len(dataset.samples)), die)
"""


def start_filling(dataset: Dataset, until: int) -> subprocess.Popen[bytes]:
    root = dataset.samples[0].path.parents[1]
    project = PROJECT
    return subprocess.Popen([sys.executable, "-c", textwrap.dedent(FILL), str(root), str(until)], cwd=project)


def test_a_killed_process_loses_its_last_rows_only(data: Dataset, decoded: list[str]) -> None:
    assert start_filling(data, 40).wait() == 9
    assert np.array_equal(Pixels(data, 16, 8)[every(data)], expected(data, every(data)))
    assert len(decoded) == COUNT - 32


def test_processes_fill_one_cache_at_once(data: Dataset, cache: Path) -> None:
    others = [start_filling(data, COUNT + 1) for _ in range(2)]
    cached = Pixels(data, 16, 8)
    cached.fill(every(data)[::-1])
    assert [other.wait() for other in others] == [0, 0]
    assert np.array_equal(cached[every(data)], expected(data, every(data)))
    assert len(os.listdir(cache / "pixels")) == 1


def test_threads_fill_one_cache_at_once(data: Dataset) -> None:
    cached = Pixels(data, 16, 8)
    gate = threading.Barrier(4)

    def read(shift: int) -> np.ndarray:
        gate.wait()
        return cached[np.roll(every(data), shift)]

    with ThreadPoolExecutor(4) as pool:
        for shift, got in enumerate(pool.map(read, range(4))):
            assert np.array_equal(got, expected(data, np.roll(every(data), shift)))


def test_the_cache_may_be_deleted_and_the_object_sent_elsewhere(data: Dataset, cache: Path) -> None:
    cached = Pixels(data, 16, 8)
    cached.fill(every(data))
    shutil.rmtree(cache)
    sent = pickle.loads(pickle.dumps(cached))
    assert np.array_equal(sent[every(data)], expected(data, every(data)))


def test_a_bad_image_is_named_and_the_others_stay(data: Dataset) -> None:
    data.samples[50].path.write_bytes(b"not an image")
    cached = Pixels(data, 16, 8)
    with pytest.raises(ReidvizError, match=data.samples[50].id):
        cached.fill(every(data))
    assert len(cached[np.arange(32)]) == 32
    with pytest.raises(ReidvizError, match=data.samples[50].id):
        cached[np.array([50])]


@pytest.mark.parametrize("name", ["pixels.npy", "done.npy"])
@pytest.mark.parametrize(
    "content", [None, b"", b"nonsense", b"\x93NUMPY\1\0", b"PK\3\4", np.zeros(3), np.zeros((64, 16, 8, 3))]
)
def test_a_damaged_cache_or_one_of_another_version_is_made_anew(
    data: Dataset, name: str, content: bytes | np.ndarray | None
) -> None:
    cached = Pixels(data, 16, 8)
    whole = cached[np.arange(3)]
    (cached.folder / name).unlink()
    if isinstance(content, bytes):
        (cached.folder / name).write_bytes(content)
    elif content is not None:
        np.save(cached.folder / name, content)
    assert (Pixels(data, 16, 8)[np.arange(3)] == whole).all()
    assert not [left for left in cached.folder.parent.iterdir() if left.name.startswith(".")]


def test_a_full_disk(data: Dataset, monkeypatch: pytest.MonkeyPatch) -> None:
    cached = Pixels(data, 16, 8)

    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        with pytest.raises(ReidvizError, match="No space left on device"):
            cached.fill(every(data))
    assert np.array_equal(cached[every(data)], expected(data, every(data)))


def test_a_cache_that_cannot_be_made(data: Dataset, cache: Path) -> None:
    cache.write_bytes(b"in the way")
    with pytest.raises(ReidvizError, match="cannot be used"):
        Pixels(data, 16, 8).fill(np.arange(2))


def test_draws_on_demand(tmp_path: Path) -> None:
    drawn: list[str] = []

    def draw(sample: Sample) -> Image.Image:
        drawn.append(sample.id)
        return Image.new("RGB", (10, 20), (int(sample.id), 0, 0))

    samples = tuple(Sample(f"{i}", tmp_path / "s" / f"{i}.png", f"{i}", "A", "synthetic") for i in range(40))
    dataset = Dataset("synthetic:x", samples, "1", draw)
    labels: list[str] = []
    Pixels(dataset, 16, 8).fill(np.arange(10), lambda done, total, what: labels.append(what))
    assert set(labels) == {"drawing images"}
    assert sorted(os.listdir(tmp_path / "s")) == sorted(f"{i}.png" for i in range(10))
    labels.clear()
    got = Pixels(dataset, 20, 10)
    got.fill(np.arange(10), lambda done, total, what: labels.append(what))
    assert set(labels) == {"reading images"}
    assert got[np.arange(12)][:, 0, 0, 0].tolist() == list(range(12))
    assert sorted(map(int, drawn)) == list(range(12))
