"""A small data set to mark, and a folder of its own for the marks."""

from pathlib import Path

import pytest

from reidviz.data.dataset import Dataset
from reidviz.data.formats import load
from tests.conftest import people_folder


@pytest.fixture(autouse=True)
def own_marks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("REIDVIZ_MARKS", str(tmp_path / "marks"))
    return tmp_path / "marks"


@pytest.fixture
def dataset(tmp_path: Path) -> Dataset:
    """Six persons p00 to p05, cameras A and B, two images each: p00/A_0.png, ..."""
    return load(f"folder:{people_folder(tmp_path / 'people')}")
