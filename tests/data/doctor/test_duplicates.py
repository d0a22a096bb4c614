"""Near-duplicates: no pair is missed, against every image compared with every other; groups hold all that is linked."""

from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reidviz.common.progress import silent
from reidviz.data.doctor.duplicates import FLAT, NEAR, Links, near
from reidviz.data.doctor.image_properties import ImageProperties, facts_of
from reidviz.data.formats import load


def test_groups_are_joined_through_others() -> None:
    links = Links(7)
    assert links.groups() == ()
    links.add(np.array([[0, 3], [1, 2]]))
    links.add(np.array([[3, 5]]))
    assert links.groups() == ((0, 3, 5), (1, 2))


def test_links_however_often_they_are_told() -> None:
    links = Links(50)
    for one in range(50):
        links.add(np.array([[one, other] for other in range(one % 2, 50, 2)] * 200))
    assert links.groups() == (tuple(range(0, 50, 2)), tuple(range(1, 50, 2)))


def look_alikes(looks: npt.NDArray[np.uint8]) -> set[tuple[int, int]]:
    """Every image compared with every other, by the difference itself."""
    x = looks.astype(np.float64)
    x -= x.mean(1, keepdims=True)
    contrast = x.std(1)
    of_contrast_1 = x / np.maximum(contrast, 1e-9)[:, None]
    pairs = set()
    for i in np.flatnonzero(contrast > FLAT).tolist():
        lower = np.minimum(contrast[i], contrast[i + 1 :])
        difference = lower[:, None] * (of_contrast_1[i] - of_contrast_1[i + 1 :])
        close = (np.sqrt(np.square(difference).mean(1)) < NEAR) & (contrast[i + 1 :] > FLAT)
        pairs |= {(i, i + 1 + int(j)) for j in np.flatnonzero(close)}
    return pairs


def facts_like(looks: npt.NDArray[np.uint8]) -> ImageProperties:
    count = len(looks)
    no = np.zeros(count, dtype=np.bool_)
    size = np.ones((count, 2), dtype=np.int32)
    return ImageProperties(np.arange(count).astype("U16"), np.zeros(count, dtype="U1"), size, no, no, looks)


@given(st.integers(0, 2**32), st.integers(1, 12), st.floats(1, 60), st.floats(0, 12))
@settings(max_examples=25)
def test_buckets_miss_no_pair(seed: int, scenes: int, contrast: float, noise: float) -> None:
    """Scenes of any contrast, each seen some times in other lights and with more or less noise."""
    rng = np.random.default_rng(seed)
    base = rng.normal(0, 1, (scenes, 256)) + rng.normal(0, 2, (scenes, 1)) * rng.normal(0, 1, 256)
    seen = base[rng.integers(scenes, size=80)] * contrast * rng.uniform(0.2, 2, (80, 1))
    looks = np.clip(128 + seen + rng.normal(0, 1, seen.shape) * noise, 0, 255).astype(np.uint8)
    pairs = [tuple(sorted(pair)) for some in near(facts_like(looks), silent) for pair in some.tolist()]
    assert len(pairs) == len(set(pairs))
    assert set(pairs) == look_alikes(looks)


def test_buckets_miss_no_pair_where_there_are_more_than_are_compared_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("reidviz.data.doctor.duplicates.ROWS", 7)
    monkeypatch.setattr("reidviz.data.doctor.duplicates.COLUMNS", 11)
    rng = np.random.default_rng(0)
    looks = np.clip(rng.normal(128, 30, (9, 256))[rng.integers(9, size=120)] + rng.normal(0, 2, (120, 256)), 0, 255)
    pairs = np.concatenate(list(near(facts_like(looks.astype(np.uint8)), silent)))
    assert {tuple(sorted(pair)) for pair in pairs.tolist()} == look_alikes(looks.astype(np.uint8))
    assert len(pairs) > 500


def test_buckets_miss_no_pair_of_real_images(real_data: Path) -> None:
    """Those of CUHK01's first persons, and the same with so little contrast that many are alike."""
    dataset = load(f"cuhk01:{real_data}/cuhk01")
    looks = facts_of(dataset, silent).look[:1000]
    for seen in (looks, np.asarray(128 + (looks.astype(np.float64) - 128) / 6).astype(np.uint8)):
        pairs = [tuple(sorted(pair)) for some in near(facts_like(seen), silent) for pair in some.tolist()]
        assert len(pairs) == len(set(pairs))
        assert set(pairs) == look_alikes(seen)
