from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from reidviz.common.errors import ReidvizError
from reidviz.data.formats import load
from reidviz.data.images import render_missing
from reidviz.data.images.pixel_cache import Pixels
from reidviz.data.images.render_missing import draw_missing


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("REIDVIZ_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(render_missing, "WORTH_WORKERS", 4)
    return tmp_path / "cache"


@pytest.mark.usefixtures("cache")
def test_workers_draw_what_one_process_draws() -> None:
    dataset = load("synthetic:viper")
    assert dataset.draw is not None
    seen: list[tuple[int, int, str]] = []
    draw_missing(dataset, range(6), lambda *at: seen.append(at))
    assert seen[-1] == (6, 6, "drawing images")
    for sample in dataset.samples[:6]:
        with Image.open(sample.path) as kept:
            np.testing.assert_array_equal(np.asarray(kept), np.asarray(dataset.draw(sample)))
    assert not dataset.samples[6].path.exists()


@pytest.mark.usefixtures("cache")
def test_pixels_are_the_same_however_they_were_drawn(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    positions = np.arange(5)
    drawn = Pixels(load("synthetic:viper"), 32, 16)[positions]
    monkeypatch.setenv("REIDVIZ_CACHE", str(tmp_path / "other"))
    monkeypatch.setattr(render_missing, "WORTH_WORKERS", 1000)
    np.testing.assert_array_equal(Pixels(load("synthetic:viper"), 32, 16)[positions], drawn)


@pytest.mark.usefixtures("cache")
def test_cancelling_ends_the_workers() -> None:
    class StopHereError(Exception):
        pass

    def stop(done: int, total: int, what: str) -> None:
        raise StopHereError

    dataset = load("synthetic:viper")
    with pytest.raises(StopHereError):
        draw_missing(dataset, range(200), stop)
    assert not all(s.path.exists() for s in dataset.samples[:200])


def test_a_cache_that_cannot_be_written_is_said(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    blocked = tmp_path / "a file, not a folder"
    blocked.write_text("")
    monkeypatch.setenv("REIDVIZ_CACHE", str(blocked))
    monkeypatch.setattr(render_missing, "WORTH_WORKERS", 4)
    with pytest.raises(ReidvizError, match="could not be drawn"):
        draw_missing(load("synthetic:viper"), range(6), lambda *at: None)
