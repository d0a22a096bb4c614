"""A disk that is full, or can only be read, beneath each thing that writes: one sentence that names no path, and what
was there stays."""

import errno
import io
import os
import tempfile
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from reidviz.common import settings
from reidviz.common.errors import ReidvizError
from reidviz.data.catalogue import imported as catalogue
from reidviz.data.formats import load
from reidviz.data.formats.excluded import write as write_without
from reidviz.data.images.pixel_cache import Pixels
from reidviz.evaluation.embedding import projection
from reidviz.evaluation.scoring import cache as score_cache
from reidviz.models.checkpoint import save_checkpoint
from reidviz.models.model_card import Card
from reidviz.training import launcher
from reidviz.training.job import Job
from reidviz.training.recipes import compact_recipe
from reidviz.training.run_folder import RunFolder, Status, create
from tests.conftest import SMALL, network, people_folder

JOB = Job("synthetic:viper", "half:0", "mtdnet", compact_recipe(), None, 0)
CARD = Card("one", "mtdnet", SMALL, {}, "synthetic:viper", "abc", "half:0", "fresh", 3, 7)
CODES = (errno.ENOSPC, errno.EROFS, errno.EACCES, errno.EIO)


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("CACHE", "IMPORTS", "RUNS"):
        monkeypatch.setenv(f"REIDVIZ_{name}", str(tmp_path / name.lower()))
    people_folder(tmp_path / "people")
    create(tmp_path / "runs" / "one", JOB)
    catalogue.add("kept", "synthetic:viper")
    return tmp_path


def zipped(place: Path) -> io.BytesIO:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as made:
        for image in sorted((place / "people").rglob("*.png")):
            made.write(image, image.relative_to(place))
    return buffer


def put_ones(out: Any) -> float:
    out[:] = 1
    return 1.0


WRITERS: dict[str, Callable[[Path], object]] = {
    "scores": lambda place: score_cache.write(place / "cache" / "scores" / "a.npy", (4, 4), put_ones),
    "pixels": lambda place: Pixels(load(f"folder:{place / 'people'}"), 8, 4)[np.arange(3)],
    "map": lambda _: projection.lay_out(np.ones((8, 3), dtype=np.float32), "t-SNE"),
    "import": lambda place: catalogue.unpack(zipped(place), "mine"),
    "data set": lambda _: catalogue.add("one", "synthetic:cuhk01"),
    "removal": lambda _: catalogue.remove("synthetic:viper"),
    "list": lambda place: write_without(place / "left.json", load(f"folder:{place / 'people'}"), []),
    "run": lambda place: create(place / "runs" / "two", JOB),
    "worker": lambda place: launcher.start(RunFolder(place / "runs" / "one")),
    "deletion": lambda place: launcher.delete(RunFolder(place / "runs" / "one")),
    "stop": lambda place: RunFolder(place / "runs" / "one").ask_to_stop(),
    "event": lambda place: RunFolder(place / "runs" / "one").log({"event": "odd"}),
    "checkpoint": lambda place: save_checkpoint(place / "a.safetensors", network("mtdnet"), CARD),
}


@pytest.fixture
def failing(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    """From now on nothing can be made, written, renamed or deleted."""

    def put(code: int) -> None:
        def fail(*arguments: Any, **_: Any) -> Any:
            raise OSError(code, os.strerror(code), str(arguments[0]) if arguments else "/srv/secret")

        def only_read(real: Callable[..., Any]) -> Callable[..., Any]:
            def opened(file: Any, *arguments: Any, **named: Any) -> Any:
                how = arguments[0] if arguments else named.get("mode", "r")
                writes = how & (os.O_WRONLY | os.O_RDWR) if isinstance(how, int) else set(how) & set("wax+")
                return fail(file) if writes else real(file, *arguments, **named)

            return opened

        monkeypatch.setattr(os, "open", only_read(os.open))
        monkeypatch.setattr(io, "open", only_read(io.open))
        monkeypatch.setattr("builtins.open", only_read(open))
        monkeypatch.setattr(tempfile, "mkstemp", fail)
        for name in ("mkdir", "rename", "replace", "unlink", "rmdir", "posix_fallocate", "fsync"):
            monkeypatch.setattr(os, name, fail)

    return put


@pytest.mark.parametrize("code", CODES, ids=lambda code: errno.errorcode[code])
@pytest.mark.parametrize("name", list(WRITERS))
def test_a_disk_that_cannot_be_written_is_one_sentence(
    place: Path, failing: Callable[[int], None], monkeypatch: pytest.MonkeyPatch, name: str, code: int
) -> None:
    before = sorted(place.rglob("*"))
    failing(code)
    with pytest.raises(ReidvizError) as told:
        WRITERS[name](place)
    monkeypatch.undo()
    assert os.strerror(code) in told.value.message
    assert str(place) not in str(told.value)
    assert "/srv/secret" not in str(told.value)
    assert told.value.hint
    assert sorted(place.rglob("*")) == before


def test_a_status_that_cannot_be_written_ends_no_training(place: Path, failing: Callable[[int], None]) -> None:
    run = RunFolder(settings.runs_dir() / "one")
    failing(errno.ENOSPC)
    run.write_status(Status("running", 3, 9))
    assert run.read_status().step == 0
