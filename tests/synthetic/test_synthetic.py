"""The synthetic domains: their layouts, and that their images depend on nothing but the seed."""

import hashlib
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from reidviz.common.errors import ReidvizError
from reidviz.data.dataset import Dataset, Sample
from reidviz.data.formats import synthetic
from reidviz.synthetic.drawing.colours import BOTTOMS, TOPS
from reidviz.synthetic.figure.appearance import person

DIGEST = "24a7ab8333231efd545f943cc477514a428933ce62f792c7fa47828ea7881586"
"""sha256 of five images; it may only change together with VERSION in pedestrians/image.py."""


@cache
def dataset(domain: str) -> Dataset:
    return synthetic.read(domain)


def pixels(sample: Sample) -> bytes:
    return synthetic.draw(sample).tobytes()


def per_identity(domain: str) -> Counter[str]:
    return Counter(s.identity for s in dataset(domain).samples)


@pytest.mark.parametrize(
    ("domain", "identities", "images", "cameras"),
    [
        ("cuhk03", 700, None, {"1A", "1B", "2A", "2B", "3A", "3B"}),
        ("viper", 300, 600, {"a", "b"}),
        ("ilids", 119, 476, {None}),
        ("prid2011", 465, 565, {"a", "b"}),
        ("cuhk01", 300, 1200, {"A", "B"}),
    ],
)
def test_layout(domain: str, identities: int, images: int | None, cameras: set[str | None]) -> None:
    samples = dataset(domain).samples
    assert len({s.identity for s in samples}) == identities
    assert images is None or len(samples) == images
    assert {s.camera for s in samples} == cameras
    assert all(len(s.identity) == 4 and s.identity.isdigit() for s in samples)
    assert {s.domain for s in samples} == {f"synthetic:{domain}"}
    assert len({s.id for s in samples}) == len(samples)
    assert list(samples) == sorted(samples, key=lambda s: (s.identity, s.camera or "", s.id))


def test_cuhk03_sees_a_person_by_one_pair_of_cameras_two_or_three_times_each() -> None:
    cameras: dict[str, Counter[str]] = {}
    for s in dataset("cuhk03").samples:
        assert s.camera is not None
        cameras.setdefault(s.identity, Counter())[s.camera] += 1
    for counts in cameras.values():
        assert len({c[0] for c in counts}) == 1
        assert sorted(c[1] for c in counts) == ["A", "B"]
        assert set(counts.values()) <= {2, 3}
    assert 2.4 < len(dataset("cuhk03").samples) / (2 * 700) < 2.6


def test_images_per_identity() -> None:
    assert set(per_identity("viper").values()) == {2}
    assert set(per_identity("cuhk01").values()) == {4}
    assert set(per_identity("ilids").values()) == {2, 3, 4, 5, 6, 7, 8}
    assert Counter(per_identity("prid2011").values()) == {2: 100, 1: 365}


def test_prid2011_has_people_of_one_camera_only() -> None:
    samples = dataset("prid2011").samples
    a, b = ({s.identity for s in samples if s.camera == c} for c in "ab")
    assert (len(a & b), len(a - b), len(b - a)) == (100, 90, 275)


def test_reading_names_files_in_the_cache_and_draws_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REIDVIZ_CACHE", str(tmp_path))
    found = synthetic.read("viper")
    assert found.name == "synthetic:viper"
    assert found.draw is not None
    folder = tmp_path / "synthetic" / f"viper-{found.revision}"
    assert all(s.path == folder / s.id for s in found.samples)
    assert list(tmp_path.iterdir()) == []


def test_unknown_domain_names_those_there_are() -> None:
    with pytest.raises(ReidvizError) as raised:
        synthetic.read("market")
    assert "market" in raised.value.message
    assert all(domain in raised.value.hint for domain in synthetic.DOMAINS)


@pytest.mark.parametrize("domain", synthetic.DOMAINS)
def test_a_image_depends_on_its_sample_alone(domain: str) -> None:
    some = dataset(domain).samples[5:11]
    first = [pixels(s) for s in some]
    assert [pixels(s) for s in reversed(some)] == first[::-1]
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(pixels, some)) == first
    assert len(set(first)) == len(first)


@pytest.mark.parametrize(
    ("domain", "width", "height"),
    [
        ("cuhk03", (55, 95), (145, 210)),
        ("viper", (48, 48), (128, 128)),
        ("ilids", (45, 95), (120, 215)),
        ("prid2011", (64, 64), (128, 128)),
        ("cuhk01", (60, 60), (160, 160)),
    ],
)
def test_sizes_and_mode(domain: str, width: tuple[int, int], height: tuple[int, int]) -> None:
    for sample in dataset(domain).samples[::97]:
        image = synthetic.draw(sample)
        assert image.mode == "RGB"
        assert width[0] <= image.width <= width[1]
        assert height[0] <= image.height <= height[1]
        assert np.asarray(image).std() > 12


def test_cameras_see_the_same_person_differently() -> None:
    one, other = (s for s in dataset("viper").samples if s.identity == "0007")
    a, b = (np.asarray(synthetic.draw(s), dtype=float) for s in (one, other))
    assert np.abs(a - b).mean() > 10


def test_most_look_alikes_share_colours_and_nothing_else() -> None:
    people = [person(f"test/{n}", "test/group") for n in range(40)]
    for colours in ([p.top.colour for p in people], [p.bottom.colour for p in people]):
        apart = np.abs(np.array(colours) - np.median(colours, axis=0)).max(axis=1)
        assert 0.7 < (apart < 20).mean() < 1
    assert len({(p.top.kind, p.head.hair, p.bag.kind, p.bag.colour, p.shoes.colour) for p in people}) > 36


def test_people_have_the_garments_of_the_palette() -> None:
    people = [person(f"crowd/{n}") for n in range(300)]
    assert {p.bag.kind for p in people} >= {"none", "backpack", "shoulder", "cross", "hand", "plastic"}
    assert {p.top.kind for p in people} == {"tee", "shirt", "sweater", "hoodie", "jacket", "coat", "dress"}
    dark = sum(max(p.bottom.colour) < 110 for p in people)
    assert len(TOPS) > 10
    assert len(BOTTOMS) > 8
    assert 120 < dark < 260


def test_images_are_the_same_on_every_machine() -> None:
    digest = hashlib.sha256()
    for domain in synthetic.DOMAINS:
        image = synthetic.draw(dataset(domain).samples[23])
        digest.update(f"{image.size}".encode() + image.tobytes())
    assert digest.hexdigest() == DIGEST
