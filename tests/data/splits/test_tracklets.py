from pathlib import Path

import numpy as np

from reidviz.data.dataset import Dataset, Sample
from reidviz.data.splits.protocols import split
from reidviz.data.splits.tracklets import pooled


def people(*rows: tuple[str, str, str]) -> Dataset:
    """Images of (identity, camera, tracklet)."""
    samples = sorted(
        (
            Sample(
                f"{who}_{camera}_{i}.png",
                Path(f"/{i}.png"),
                who,
                camera,
                "x",
                None,
                (("tracklet", told),) if told else (),
            )
            for i, (who, camera, told) in enumerate(rows)
        ),
        key=lambda one: (one.identity, one.camera or "", one.id),
    )
    return Dataset("folder:x", tuple(samples), "1", market_rules=True)


def test_frames_of_one_person_and_camera_are_one_probe_told_by_the_middle_one() -> None:
    data = people(*[(f"p{i}", camera, "") for i in range(8) for camera in "AB" for _ in range(3)])
    images, tracklets = split(data, "half-multi:0"), split(data, "half-multi:0+tracklets")
    assert tracklets.protocol == "half-multi:0+tracklets"
    assert 3 * len(tracklets.probes) == len(images.probes)
    for middle, frames in zip(tracklets.probes.tolist(), tracklets.probe_frames, strict=True):
        assert middle == frames[1]
        assert len({(data.samples[i].identity, data.samples[i].camera) for i in frames.tolist()}) == 1
    np.testing.assert_array_equal(np.sort(np.concatenate(tracklets.gallery_frames)), images.gallery)
    assert tracklets.key != images.key
    np.testing.assert_array_equal(tracklets.train, images.train)


def test_a_column_tells_two_tracklets_of_one_camera_apart() -> None:
    rows = [(f"p{i}", camera, told) for i in range(6) for camera in "AB" for told in ("x", "x", "y")]
    tracklets = split(people(*rows), "half-multi:0+tracklets")
    assert sorted(len(frames) for frames in tracklets.probe_frames[:4]) == [1, 1, 2, 2]


def test_images_of_nobody_are_not_taken_for_one_person() -> None:
    rows = [(f"p{i}", camera, "") for i in range(6) for camera in "AB" for _ in range(2)]
    data = people(*rows, *[("0", "A", "")] * 5)
    parts = split(data, "half-multi:0")
    alone = pooled(data, parts)
    nobody = [
        len(f) for i, f in zip(alone.gallery, alone.gallery_frames, strict=True) if data.samples[i].identity == "0"
    ]
    assert nobody == [1] * len(nobody)
    assert len(nobody) == int((data.identities[parts.gallery] == "0").sum())
