"""Which file is shown for an entry of a gallery."""

from pathlib import Path

import pytest
from PIL import Image

from reidviz.data.formats.unlabelled import read
from reidviz.gallery.images import GalleryImages
from reidviz.gallery.named import FILES


def coloured(file: Path, colour: tuple[int, int, int]) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", (8, 16), colour).save(file)


def test_an_image_elsewhere_is_not_taken_for_one_beside_its_list(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REIDVIZ_DATA_ROOTS", str(tmp_path / "footage"))
    coloured(tmp_path / "footage" / "one.png", (255, 0, 0))
    coloured(tmp_path / "lists" / "footage" / "one.png", (0, 255, 0))
    listed = tmp_path / "lists" / "mine.csv"
    listed.write_text("path\n../footage/one.png\n")
    (sample,) = read(listed).samples
    assert GalleryImages(f"{FILES}{listed}").load(sample.id).getpixel((0, 0)) == (255, 0, 0)


def test_an_image_beside_its_list_is_found(tmp_path: Path) -> None:
    coloured(tmp_path / "deep" / "one.png", (0, 255, 0))
    listed = tmp_path / "mine.csv"
    listed.write_text("path\ndeep/one.png\n")
    (sample,) = read(listed).samples
    assert GalleryImages(f"{FILES}{listed}").load(sample.id).getpixel((0, 0)) == (0, 255, 0)
