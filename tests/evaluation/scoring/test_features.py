from pathlib import Path

import numpy as np
import torch

from reidviz.data.formats import load
from reidviz.data.images.pixel_cache import Pixels
from reidviz.evaluation.scoring.distances import unit_distances
from reidviz.evaluation.scoring.features import ImageSubset, features, low_level_maps, prepare_for_inference
from reidviz.models.mtdnet import to_input
from tests.conftest import people_folder
from tests.evaluation.conftest import CPU, lively, noise


class Album:
    """Images that remember how many of them were asked for at once."""

    def __init__(self, images: np.ndarray) -> None:
        self.images = images
        self.asked: list[int] = []

    def __len__(self) -> int:
        return len(self.images)

    def __getitem__(self, part: slice) -> np.ndarray:
        self.asked.append(len(self.images[part]))
        return self.images[part]


def test_features_are_described_a_slice_at_a_time() -> None:
    made = lively("mtdnet")
    album = Album(noise(70, 0))
    told: list[tuple[int, int]] = []
    found = features(made, album, True, CPU, lambda done, total, what: told.append((done, total)))
    assert album.asked == [64, 6]
    assert told == [(0, 70), (64, 70)]
    for part in (slice(0, 5), slice(62, 70)):
        alone = features(made, album.images[part], True, CPU, lambda *a: None)
        np.testing.assert_allclose(found[part], alone, atol=1e-6)


def test_maps_of_a_part_are_those_of_its_images_and_their_mirror_images() -> None:
    made = lively("mtdnet")
    images = noise(5, 1)
    prepare_for_inference(made, CPU)
    (where, views), *rest = low_level_maps(made, images, range(2, 5), True, CPU)
    assert (where, rest) == (slice(0, 3), [])
    with torch.inference_mode():
        for view, expected in zip(views, (images[2:], images[2:, :, ::-1].copy()), strict=True):
            torch.testing.assert_close(view, made.maps(to_input(torch.from_numpy(expected))), atol=1e-5, rtol=1e-5)


def test_a_network_is_read_in_eval_mode() -> None:
    made = lively("mtdnet").train()
    prepare_for_inference(made, CPU)
    assert not made.training


def test_distances_of_unit_vectors() -> None:
    """Equal, at a right angle, opposite."""
    out = np.empty((1, 3), dtype=np.float32)
    unit_distances(np.array([[1, 0]], np.float32), np.array([[1, 0], [0, 1], [-1, 0]], np.float32), out)
    assert out.tolist() == [[0, 2, 4]]


def test_rounding_never_gives_a_negative_distance() -> None:
    unit = np.random.default_rng(0).normal(size=(200, 64)).astype(np.float32)
    unit /= np.linalg.norm(unit, axis=1, keepdims=True)
    out = np.empty((200, 200), dtype=np.float32)
    unit_distances(unit, unit, out)
    assert out.min() == 0


def test_chosen_images_come_in_the_order_they_were_chosen(tmp_path: Path) -> None:
    pixels = Pixels(load(f"folder:{people_folder(tmp_path / 'people', persons=3)}"), 8, 4)
    chosen = ImageSubset(pixels, np.array([7, 0, 5]))
    assert len(chosen) == 3
    np.testing.assert_array_equal(chosen[1:3], pixels[np.array([0, 5])])
