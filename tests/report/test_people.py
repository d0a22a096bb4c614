"""Images of real people are left out, or have no heads; only drawn people are shown in full."""

import io
import re
from base64 import b64decode
from typing import get_args

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from reidviz.cli.report import PEOPLE
from reidviz.common.errors import ReidvizError
from reidviz.data.dataset import Dataset, Split
from reidviz.data.formats import load
from reidviz.data.images.decode import load_image
from reidviz.data.images.heads import BLOCKS, RULE, without_head
from reidviz.evaluation.pipeline.evaluate import Result
from reidviz.report.build import build
from reidviz.report.page import html
from reidviz.report.people import People, images_of, people_shown, ways_to_show


def decoded(uri: str) -> np.ndarray:
    head, _, data = uri.partition(",")
    assert head == "data:image/jpeg;base64"
    image = Image.open(io.BytesIO(b64decode(data)))
    assert not image.getexif()
    return np.asarray(image, dtype=float)


def test_real_people_are_left_out_unless_asked_for_and_never_shown_in_full(dataset: Dataset) -> None:
    assert people_shown(dataset, None) == "none"
    assert people_shown(dataset, "blurred") == "blurred"
    with pytest.raises(ReidvizError, match="Only the drawn people of the built-in data are shown in full"):
        people_shown(dataset, "full")
    assert people_shown(load("synthetic:viper"), None) == "full"
    assert "full" not in ways_to_show(dataset)


def test_the_command_offers_every_way() -> None:
    assert get_args(People) == PEOPLE


def test_without_images_there_is_none(dataset: Dataset, parts: Split, results: list[Result]) -> None:
    made = html(build(dataset, parts, results, "none"))
    assert "data:image" not in made
    assert "<img" not in made
    assert "Images of people are left out" in made


def test_with_blurred_heads_every_image_has_none_and_the_rule_is_told(
    dataset: Dataset, parts: Split, results: list[Result]
) -> None:
    made = html(build(dataset, parts, results, "blurred"))
    assert RULE in made
    shown = re.findall(r'src="([^"]+)"', made)
    assert len(shown) > 20
    for uri in shown:
        pixels = decoded(uri)
        assert pixels[:15].std(axis=(0, 1)).max() < 25  # of noise: 74 where it is left as it was
        assert pixels[20:].std(axis=(0, 1)).min() > 40


def test_below_the_head_nothing_is_changed(dataset: Dataset) -> None:
    whole = load_image(dataset, 0)
    made = without_head(whole)
    assert made.size == whole.size
    assert np.array_equal(np.asarray(made)[16:], np.asarray(whole)[16:])
    assert not np.array_equal(np.asarray(made)[:16], np.asarray(whole)[:16])


@given(st.integers(0, 2**32 - 1))
def test_nothing_of_the_head_is_left_but_the_mean_of_each_block(seed: int) -> None:
    rng = np.random.default_rng(seed)
    image = rng.integers(0, 256, (96, 32, 3), dtype=np.uint8)
    strewn, (columns, rows) = image.copy(), BLOCKS
    wide, high = 32 // columns, 24 // rows
    for y in range(0, 24, high):
        for x in range(0, 32, wide):
            block = image[y : y + high, x : x + wide].reshape(-1, 3)
            strewn[y : y + high, x : x + wide] = rng.permutation(block).reshape(high, wide, 3)
    one, other = (np.asarray(without_head(Image.fromarray(it)), dtype=int) for it in (image, strewn))
    assert abs(one - other).max() <= 2  # Pillow rounds twice


@pytest.mark.parametrize("size", [(8, 8), (9, 400), (400, 9), (64, 128)])
def test_heads_of_any_shape(size: tuple[int, int]) -> None:
    assert without_head(Image.new("RGB", size, "red")).size == size


def test_an_image_that_cannot_be_read_leaves_a_gap(dataset: Dataset) -> None:
    dataset.samples[0].path.write_bytes(b"no image")
    images = images_of(dataset, "blurred")
    assert images(0) is None
    assert images(1) is not None
