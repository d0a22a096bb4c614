"""What is measured on images, against numbers worked by hand."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from reidviz.data.formats import load
from reidviz.evaluation.failures import image_measures as module
from reidviz.evaluation.failures.colours import difference, dominant, lab
from reidviz.evaluation.failures.image_measures import BORDER, HEIGHT, MIDDLE, WIDTH, image_measures, measured
from tests.conftest import people_folder

AREA, BRIGHTNESS, CONTRAST, SHARPNESS, TOP, BOTTOM = range(6)


def plain(level: int = 0) -> np.ndarray:
    """One image of one grey."""
    return np.full((1, HEIGHT, WIDTH, 3), level, dtype=np.uint8)


def one(image: np.ndarray, area: float = 1.0) -> np.ndarray:
    """Its measures."""
    return measured(image, np.array([area], dtype=np.float32))[0]


def test_brightness_and_contrast_of_two_halves() -> None:
    image = plain(50)
    image[:, HEIGHT // 2 :] = 150
    found = one(image, 640)
    assert found[AREA] == 640
    assert found[BRIGHTNESS] == pytest.approx(100, abs=1e-3)
    assert found[CONTRAST] == pytest.approx(50, abs=1e-3)


def test_a_checkerboard_is_sharp_and_a_plain_image_is_not() -> None:
    """Each pixel differs from its four neighbours by 10: the Laplacian is 40 or -40, its variance 1,600."""
    board = plain(100)
    board[:, (np.indices((HEIGHT, WIDTH)).sum(axis=0) % 2).astype(bool)] = 110
    assert one(board)[SHARPNESS] == pytest.approx(1600, rel=1e-3)
    assert one(plain(100))[SHARPNESS] == pytest.approx(0, abs=1e-3)


def test_a_person_who_goes_on_below_the_image_has_edges_there() -> None:
    """Stripes in the lower half of the rows: twice the usual at the lower border, none at the upper one."""
    image = plain(100)
    image[:, HEIGHT // 2 :, MIDDLE.start : MIDDLE.stop : 2] = 200
    found = one(image)
    assert found[BOTTOM] == pytest.approx(2, rel=1e-4)
    assert found[TOP] == 0
    image[:, -BORDER:] = 100
    assert one(image)[BOTTOM] == 0


@pytest.mark.parametrize(
    ("colour", "expected"),
    [
        ((255, 255, 255), (100, 0, 0)),
        ((0, 0, 0), (0, 0, 0)),
        ((255, 0, 0), (53.24, 80.09, 67.20)),
        ((0, 0, 255), (32.30, 79.19, -107.86)),
    ],
)
def test_colours_are_those_of_the_tables(colour: tuple[int, int, int], expected: tuple[float, ...]) -> None:
    assert lab(np.array(colour, dtype=np.uint8)).tolist() == pytest.approx(expected, abs=0.02)


def test_the_dominant_colour_is_that_of_most_pixels_and_not_the_mean() -> None:
    image = np.zeros((1, 10, 10, 3), dtype=np.uint8)
    image[:, :6] = (255, 0, 0)
    image[:, 6:] = (0, 0, 255)
    assert dominant(image)[0].tolist() == pytest.approx(lab(np.array([255, 0, 0], dtype=np.uint8)).tolist(), abs=1e-3)
    black, white = lab(np.array([[0, 0, 0], [255, 255, 255]], dtype=np.uint8))
    assert difference(black, white) == pytest.approx(100, abs=0.01)


def test_an_image_is_read_once_and_found_by_its_position(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    dataset = load(f"folder:{people_folder(tmp_path / 'people')}")
    first = image_measures(dataset, np.array([3, 0, 3]))
    grey = np.asarray(Image.open(dataset.samples[3].path).resize((WIDTH, HEIGHT))) @ module.LUMA
    assert first.brightness[0] == first.brightness[2] == pytest.approx(float(grey.mean()), abs=0.01)
    assert first.area.tolist() == [24 * 48] * 3
    monkeypatch.setattr(module, "load_image", None)
    again = image_measures(dataset, np.array([0, 3]))
    assert again.upper.tolist() == first.upper[[1, 0]].tolist()
