"""What trains, imports or deletes refuses where the server is read-only, below all widgets."""

import os
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pytest

from reidviz.common import settings
from reidviz.common.errors import ReidvizError
from reidviz.common.leftovers import STARTED, sweep
from reidviz.data.catalogue import imported as catalogue
from reidviz.data.formats import excluded, load
from reidviz.training import launcher
from reidviz.training.go_on import go_on_to
from reidviz.training.job import Job
from reidviz.training.recipes import compact_recipe
from reidviz.training.run import Evaluators, train
from reidviz.training.run_folder import RunFolder, Status, create
from reidviz.ui.server.startup import start
from tests.conftest import people_folder


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A stopped run, an added data set, a folder that was unpacked and not added; then the server is read-only."""
    monkeypatch.setenv("REIDVIZ_RUNS", str(tmp_path / "runs"))
    monkeypatch.setenv("REIDVIZ_IMPORTS", str(tmp_path / "data"))
    data = f"folder:{people_folder(tmp_path / 'data' / 'people')}"
    (people_folder(tmp_path / "data" / "other") / ".unpacked").touch()
    catalogue.add("people", data)
    run = create(tmp_path / "runs" / "one", job(tmp_path))
    run.write_status(Status("stopped"))
    monkeypatch.setenv("REIDVIZ_READ_ONLY", "1")
    return tmp_path


def job(world: Path) -> Job:
    return Job(f"folder:{world / 'data' / 'people'}", "half:0", "mtdnet", compact_recipe(), None, 0)


def one(world: Path) -> RunFolder:
    return RunFolder(world / "runs" / "one")


def nothing(*_: object) -> None:
    raise AssertionError


DOORS: dict[str, Callable[[Path], object]] = {
    "create": lambda world: create(world / "runs" / "two", job(world)),
    "start": lambda world: launcher.start(one(world)),
    "stop": lambda world: one(world).ask_to_stop(),
    "delete": lambda world: launcher.delete(one(world)),
    "go on": lambda world: go_on_to(one(world), 5),
    "train": lambda world: train(one(world), Evaluators(nothing, nothing)),  # type: ignore[arg-type]
    "add": lambda world: catalogue.add("more", "synthetic:viper"),
    "remove": lambda world: catalogue.remove(job(world).data),
    "unpack": lambda world: catalogue.unpack(BytesIO(b""), "mine"),
    "discard": lambda world: catalogue.discard(world / "data" / "other"),
    "leave out": lambda world: excluded.write(world / "data" / "clean.json", load(job(world).data), []),
}


def tree(root: Path) -> dict[str, bytes | None]:
    """Every file and folder below, with what it holds."""
    return {str(p.relative_to(root)): p.read_bytes() if p.is_file() else None for p in sorted(root.rglob("*"))}


@pytest.mark.parametrize("door", DOORS)
def test_nothing_is_written_or_deleted(world: Path, door: str) -> None:
    before = tree(world)
    with pytest.raises(ReidvizError, match="This server is read-only"):
        DOORS[door](world)
    assert tree(world) == before


def test_what_others_left_is_not_swept_up_but_in_the_cache(world: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REIDVIZ_CACHE", str(world / "cache"))
    left = [world / "data" / f".{'0' * 32}", world / "runs" / ".one.deleted", world / "cache" / f".{'0' * 32}"]
    for folder in left:
        folder.mkdir(parents=True)
        os.utime(folder, (STARTED - 60, STARTED - 60))
    assert sweep() == 1
    assert [folder.exists() for folder in left] == [True, True, False]


@pytest.mark.parametrize(("value", "expected"), [("", False), ("0", False), ("1", True), ("yes", True), ("off", True)])
def test_any_word_but_0_makes_it_read_only(value: str, expected: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REIDVIZ_READ_ONLY", value)
    assert settings.read_only() is expected


def test_the_server_can_be_started_so(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("REIDVIZ_READ_ONLY", "REIDVIZ_ANY_FOLDER"):
        monkeypatch.setenv(name, "")
    start.cache_clear()
    start((), "127.0.0.1")
    assert not settings.read_only()
    start(("--read-only",), "127.0.0.1")
    assert settings.read_only()
