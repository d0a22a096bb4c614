"""Finding a reader by name."""

from pathlib import Path

import pytest
from PIL import Image

from reidviz.common.errors import ReidvizError
from reidviz.data import formats
from reidviz.data.dataset import Dataset


@pytest.fixture
def synthetic(monkeypatch: pytest.MonkeyPatch) -> None:
    """A stand-in for the synthetic reader, which only keeps the domain it was asked for."""
    monkeypatch.setattr(
        "reidviz.data.formats.synthetic.read",
        lambda domain: Dataset(name=f"synthetic:{domain}", samples=(), revision="1"),
    )


@pytest.mark.usefixtures("synthetic")
@pytest.mark.parametrize(
    ("spec", "name"),
    [
        ("synthetic", "synthetic:cuhk03"),
        ("synthetic:", "synthetic:cuhk03"),
        (" Synthetic:viper ", "synthetic:viper"),
        ("synthetic:a:b", "synthetic:a:b"),
    ],
)
def test_synthetic_takes_the_domain_after_the_first_colon(spec: str, name: str) -> None:
    assert formats.load(spec).name == name


def test_name_is_the_normalised_spec_and_loads_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = tmp_path / "a:b"
    (root / "p1").mkdir(parents=True)
    Image.new("RGB", (8, 8)).save(root / "p1" / "c1_1.png")
    monkeypatch.chdir(tmp_path)
    dataset = formats.load("folder:./x/../a:b/")
    assert dataset.name == f"folder:{root}"
    again = formats.load(dataset.name)
    assert again.manifest_hash == dataset.manifest_hash
    assert again.samples == dataset.samples


@pytest.mark.parametrize(
    "spec", ["", "nothing", "nothing:/x", "cuhk01", "folder:", "/some/path", "\ud800:x", "no\nwhere"]
)
def test_bad_specs_say_what_to_write(spec: str) -> None:
    with pytest.raises(ReidvizError) as e:
        formats.load(spec)
    assert "folder:/path" in e.value.hint
    assert "\n" not in str(e.value)


@pytest.mark.parametrize("name", ["cuhk01", "folder"])
@pytest.mark.parametrize("root", ["missing", "x" * 5000, "nul\0"])
def test_missing_root(tmp_path: Path, name: str, root: str) -> None:
    with pytest.raises(ReidvizError, match="There is no folder or file"):
        formats.load(f"{name}:{tmp_path / root}")


@pytest.mark.parametrize("name", ["cuhk01", "folder"])
def test_empty_root(tmp_path: Path, name: str) -> None:
    with pytest.raises(ReidvizError, match="was found"):
        formats.load(f"{name}:{tmp_path}")
