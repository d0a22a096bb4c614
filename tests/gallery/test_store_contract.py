"""What holds for every FeatureStore, whatever keeps the features."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Literal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reidviz.common.arrays import Float32Array
from reidviz.common.errors import ReidvizError
from reidviz.common.settings import PROJECT
from reidviz.gallery.exact.exact_store import ExactStore
from reidviz.gallery.milvus_store import MilvusStore
from reidviz.gallery.store import Distance, Entry, FeatureStore, Filter

D = 16
Opened = Callable[[], FeatureStore]


EXACT: dict[str, tuple[Literal["float16", "float32"], Distance]] = {
    "float16": ("float16", "cosine"),
    "float32": ("float32", "cosine"),
    "euclidean": ("float32", "euclidean"),
}


@pytest.fixture(params=[*EXACT, "milvus", "milvus euclidean"])
def opened(request: pytest.FixtureRequest, tmp_path: Path) -> Opened:
    """Opens the same store again each time it is called."""
    if request.param in EXACT:
        return lambda: ExactStore(tmp_path / "store", D, *EXACT[request.param])
    pytest.importorskip("pymilvus", reason="needs requirements-cluster.txt")
    pytest.importorskip("milvus_lite", reason="needs requirements-cluster.txt")
    distance: Distance = "euclidean" if request.param.endswith("euclidean") else "cosine"
    return lambda: MilvusStore(str(tmp_path / "gallery.db"), "street", D, distance)


@pytest.fixture(params=list(EXACT))
def exact(request: pytest.FixtureRequest, tmp_path: Path) -> ExactStore:
    """Of which more is promised: hits that depend on nothing else, in an order that is fixed."""
    return ExactStore(tmp_path / "store", D, *EXACT[request.param])


@pytest.fixture(params=["exact", "milvus"])
def euclidean(request: pytest.FixtureRequest, tmp_path: Path) -> FeatureStore:
    """Compared by Euclidean distance."""
    if request.param == "exact":
        return ExactStore(tmp_path / "store", D, *EXACT["euclidean"])
    pytest.importorskip("pymilvus", reason="needs requirements-cluster.txt")
    pytest.importorskip("milvus_lite", reason="needs requirements-cluster.txt")
    return MilvusStore(str(tmp_path / "gallery.db"), "street", D, "euclidean")


def unit(count: int, seed: int = 0, dimensions: int = D) -> Float32Array:
    """Unit vectors that 16 bits hold exactly enough for every order to be plain."""
    found = np.random.default_rng(seed).normal(size=(count, dimensions))
    return (found / np.linalg.norm(found, axis=1, keepdims=True)).astype(np.float16).astype(np.float32)


def named(count: int, prefix: str = "i") -> list[Entry]:
    return [
        Entry(f"{prefix}{n:05d}", "AB"[n % 2], None if n % 5 == 0 else float(n), (("floor", str(n % 3)),), f"s{n}")
        for n in range(count)
    ]


def oracle(features: Float32Array, probe: Float32Array, k: int, distance: Distance = "cosine") -> list[int]:
    wide, mine = features.astype(np.float64), probe.astype(np.float64)
    far = -(wide @ mine) if distance == "cosine" else ((wide - mine) ** 2).sum(1)
    return np.argsort(far, kind="stable")[:k].tolist()


def test_an_empty_store_finds_nothing(opened: Opened) -> None:
    store = opened()
    assert store.count() == 0
    assert store.search(unit(3), 5).ids.shape == (3, 0)
    assert store.facets().cameras == ()
    assert store.stamps() == {}
    store.remove(["nobody"])
    store.add([], np.empty((0, D), dtype=np.float32))
    assert opened().count() == 0


def test_hits_are_those_of_a_plain_sort_and_stay_after_a_restart(opened: Opened) -> None:
    features, entries = unit(700), named(700)
    for start in range(0, 700, 90):
        opened().add(entries[start : start + 90], features[start : start + 90])
    probes = unit(7, seed=1)
    for store in (opened(), opened()):
        hits = store.search(probes, 20)
        for row, probe in enumerate(probes):
            assert hits.ids[row].tolist() == [entries[i].id for i in oracle(features, probe, 20, store.distance)]
        nearest = ((features[None] - probes[:, None]).astype(np.float64) ** 2).sum(2).min(1)
        assert hits.distances[:, 0] == pytest.approx(nearest, abs=2e-3)
        assert (np.diff(hits.distances, axis=1) >= 0).all()


def test_a_probe_alone_finds_what_it_finds_among_others(exact: ExactStore) -> None:
    store = exact
    features = np.repeat(unit(40), 30, axis=0) + np.float32(1e-3) * unit(1200, seed=5)
    store.add(named(1200), features)
    probes = unit(9, seed=2)
    together = store.search(probes, 50)
    for row, probe in enumerate(probes):
        alone = store.search(probe[None], 50)
        assert alone.ids[0].tolist() == together.ids[row].tolist()
        assert (alone.distances[0] == together.distances[row]).all()


@pytest.mark.parametrize(("length", "offset"), [(1.0, 0.0), (1e3, 0.0), (1e-3, 0.0), (1.0, 100.0)])
def test_features_of_any_length_by_euclidean_distance(euclidean: FeatureStore, length: float, offset: float) -> None:
    """Long and short ones, and such as lie far from the origin, where products hide what tells them apart."""
    rng = np.random.default_rng(0)
    features = np.float32(length) * rng.normal(size=(500, D)).astype(np.float32) + np.float32(offset)
    euclidean.add(named(500), features)
    probes = np.float32(length) * rng.normal(size=(5, D)).astype(np.float32) + np.float32(offset)
    wanted = ((features[None].astype(np.float64) - probes[:, None]) ** 2).sum(2)
    for chosen in ([0], [0, 1, 2, 3, 4]):
        hits = euclidean.search(probes[chosen], 20)
        for row, place in enumerate(chosen):
            order = np.argsort(wanted[place], kind="stable")[:20]
            if isinstance(euclidean, ExactStore):
                assert hits.ids[row].tolist() == [f"i{n:05d}" for n in order]
            assert hits.distances[row] == pytest.approx(wanted[place][order], rel=1e-2 if offset else 1e-4)


def test_features_that_are_compared_otherwise_are_not_mixed(tmp_path: Path) -> None:
    ExactStore(tmp_path, D, "float32", "euclidean").add(named(1), unit(1))
    with pytest.raises(ReidvizError, match="compared by Euclidean distance"):
        ExactStore(tmp_path, D)


def test_who_only_reads_writes_nothing(tmp_path: Path) -> None:
    reader = ExactStore(tmp_path / "store", D)
    assert (reader.count(), reader.stamps()) == (0, {})
    reader.remove(())
    assert not (tmp_path / "store").exists()
    ExactStore(tmp_path / "store", D).add(named(3), unit(3))
    assert reader.count() == 3


def test_equal_features_come_in_the_order_in_which_they_were_added(exact: ExactStore) -> None:
    store, one = exact, unit(1)
    store.add(named(30), np.repeat(one, 30, axis=0))
    assert store.search(one, 30).ids[0].tolist() == [entry.id for entry in named(30)]
    assert store.search(one, 4).ids[0].tolist() == [entry.id for entry in named(4)]


def test_fewer_entries_than_asked_for(opened: Opened) -> None:
    store = opened()
    store.add(named(3), unit(3))
    assert store.search(unit(2, seed=3), 50).ids.shape == (2, 3)


def test_an_id_that_is_added_again_is_replaced(opened: Opened) -> None:
    store, features = opened(), unit(4)
    store.add(named(2), features[:2])
    store.add([Entry("i00000", "C", stamp="new")], features[2:3])
    assert store.count() == 2
    assert store.search(features[2:3], 1).ids.tolist() == [["i00000"]]
    assert store.search(features[:1], 2).distances[0, 0] > 0.01
    assert store.stamps() == {"i00000": "new", "i00001": "s1"}
    store.add([Entry("x"), Entry("x", "last")], features[2:4])
    assert store.count() == 3
    assert store.entries(["x"])[0].camera == "last"
    assert store.features(["x"]) == pytest.approx(features[3:4])


def test_what_is_removed_is_found_no_more(opened: Opened) -> None:
    store, features, entries = opened(), unit(60), named(60)
    store.add(entries, features)
    store.remove([entry.id for entry in entries[::2]])
    store.remove(["i00000", "never there"])
    assert store.count() == 30
    left = [entry.id for entry in entries[1::2]]
    assert sorted(store.search(features[:1], 60).ids[0].tolist()) == left
    with pytest.raises(KeyError):
        store.entries(["i00000"])
    store.add(entries[:1], features[:1])
    assert opened().count() == 31
    store.remove([entry.id for entry in entries])
    assert opened().count() == 0
    assert store.search(features[:1], 5).ids.shape == (1, 0)


@pytest.mark.parametrize(
    ("only", "passes"),
    [
        (Filter(), lambda n: True),
        (Filter(cameras=("A",)), lambda n: n % 2 == 0),
        (Filter(cameras=("A", "B")), lambda n: True),
        (Filter(cameras=()), lambda n: False),
        (Filter(cameras=("A' OR '1'='1",)), lambda n: False),
        (Filter(since=10.0), lambda n: n % 5 and n >= 10),
        (Filter(until=10.5), lambda n: n % 5 and n <= 10),
        (Filter(since=7.0, until=21.0), lambda n: n % 5 and 7 <= n <= 21),
        (Filter(equal=(("floor", "2"),)), lambda n: n % 3 == 2),
        (Filter(equal=(("no such column", "2"),)), lambda n: False),
        (Filter(("B",), 3.0, 40.0, (("floor", "1"),)), lambda n: n % 5 and n % 2 and 3 <= n <= 40 and n % 3 == 1),
    ],
)
def test_filters(opened: Opened, only: Filter, passes: Callable[[int], bool]) -> None:
    store, features = opened(), unit(50)
    store.add(named(20), features[:20])
    store.add(named(50)[20:], features[20:])
    store.remove(["i00004"])
    wanted = [n for n in range(50) if passes(n) and n != 4]
    assert store.count(only) == len(wanted)
    probe = unit(1, seed=9)
    ranked = [n for n in oracle(features, probe[0], 50, store.distance) if n in wanted]
    assert store.search(probe, 10, only).ids[0].tolist() == [f"i{n:05d}" for n in ranked[:10]]


def test_what_entries_can_be_filtered_by(opened: Opened) -> None:
    store = opened()
    store.add(named(20), unit(20))
    store.add([Entry("other", values=(("door", "<b>"),))], unit(1, seed=4))
    found = store.facets()
    assert found.cameras == ("A", "B")
    assert (found.first, found.last) == (1.0, 19.0)
    assert dict(found.values) == {"floor": ("0", "1", "2"), "door": ("<b>",)}


def test_entries_come_back_whole(opened: Opened) -> None:
    store, entries = opened(), named(9)
    entries += [Entry("façade/=1+1.png", "", None, (("note", "a\nb"), ("other", ""))), Entry("plain")]
    store.add(entries, unit(11))
    ids = [entry.id for entry in entries][::-1]
    assert opened().entries(ids) == entries[::-1]


@given(steps=st.lists(st.tuples(st.booleans(), st.lists(st.integers(0, 12), max_size=6)), max_size=8))
def test_any_order_of_adding_and_removing(
    steps: list[tuple[bool, list[int]]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    store = ExactStore(tmp_path_factory.mktemp("any"), D)
    features, model = unit(200), dict[str, int]()
    for number, (adds, which) in enumerate(steps):
        names = [f"n{one}" for one in which]
        rows = [13 * number + one for one in which]
        if adds:
            store.add([Entry(name, stamp=str(row)) for name, row in zip(names, rows, strict=True)], features[rows])
            for name, row in zip(names, rows, strict=True):
                model[name] = row
        else:
            store.remove(names)
            for name in names:
                model.pop(name, None)
        assert store.stamps() == {name: str(row) for name, row in model.items()}
    if model:
        assert store.features(list(model)) == pytest.approx(features[list(model.values())])


def test_readers_see_whole_states_while_somebody_adds(opened: Opened) -> None:
    store, features = opened(), unit(600)
    entries, seen, failed = named(600), list[int](), list[BaseException]()
    done = threading.Event()

    def read() -> None:
        reader = opened()
        try:
            while not done.is_set():
                hits = reader.search(features[:1], 1000)
                assert len(set(hits.ids[0].tolist())) == hits.ids.shape[1]
                seen.append(hits.ids.shape[1])
        except BaseException as error:
            failed.append(error)

    threads = [threading.Thread(target=read) for _ in range(2)]
    for thread in threads:
        thread.start()
    for start in range(0, 600, 20):
        store.add(entries[start : start + 20], features[start : start + 20])
    done.set()
    for thread in threads:
        thread.join()
    assert not failed
    assert all(count % 20 == 0 for count in seen)
    assert opened().count() == 600


WRITER = """
import sys, numpy as np
from pathlib import Path
from reidviz.gallery.exact.exact_store import ExactStore
from reidviz.gallery.store import Entry
store = ExactStore(Path(sys.argv[1]), 16)
print("begun", flush=True)
for n in range(int(sys.argv[2]), 100000):
    row = np.zeros((50, 16), dtype=np.float32)
    row[:, n % 16] = 1
    store.add([Entry(f"{n}-{i}", stamp=str(n)) for i in range(50)], row)
    print(n, flush=True)
"""


def test_a_writer_killed_at_any_moment_loses_and_doubles_nothing(tmp_path: Path) -> None:
    told, folder = -1, tmp_path / "store"
    for step in (1, 3, 4, 7):
        worker = subprocess.Popen(
            [sys.executable, "-c", WRITER, str(folder), str(told + 1)], stdout=subprocess.PIPE, cwd=PROJECT
        )
        assert worker.stdout is not None
        for _ in range(step):
            worker.stdout.readline()
        os.kill(worker.pid, signal.SIGKILL)
        said = worker.stdout.read().decode().split()
        worker.wait()
        store = ExactStore(folder, 16)
        found = store.stamps()
        counts = {n: list(found.values()).count(str(n)) for n in range(len(found) // 50)}
        assert set(counts.values()) <= {50}
        assert len(found) == 50 * len(counts)
        last = len(counts) - 1
        assert last >= max([int(one) for one in said if one.isdigit()], default=told)
        hits = store.search(np.eye(16, dtype=np.float32), 10**6)
        assert all(len(set(row)) == len(found) for row in hits.ids.tolist())
        told = last
