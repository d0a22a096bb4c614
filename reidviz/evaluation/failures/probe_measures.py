"""What is measured of each probe: on its image, against its true match and the wrong winner, and in the data."""

import numpy as np

from reidviz.common.arrays import BoolArray, Float64Array, IntArray
from reidviz.common.progress import Progress, silent
from reidviz.data.dataset import Dataset, Split
from reidviz.data.doctor.image_properties import LOOK, facts_of
from reidviz.evaluation.failures.colours import difference
from reidviz.evaluation.failures.conditions import Measure
from reidviz.evaluation.failures.image_measures import ImageMeasures, image_measures
from reidviz.evaluation.failures.rivals import Rivals, nearest_other
from reidviz.evaluation.ground_truth import ground_truth

MOST_CAMERAS = 40
"""Cameras, and pairs of cameras, that are told apart, those of most probes: each group more makes all harder to claim.
"""


def probe_measures(
    dataset: Dataset, split: Split, rivals: Rivals, suspects: BoolArray, progress: Progress = silent
) -> list[Measure]:
    """All measures of the probes of a split that are not the same for every probe.

    suspects: which images of the data set have a suspected label error (N,). ReidvizError as image_measures() does.
    """
    images = np.concatenate([split.probes, split.gallery])
    measures = image_measures(dataset, images, progress)
    count = len(split.probes)
    match, other = count + rivals.match, count + rivals.other
    every = [
        *_of_images(measures, np.arange(count), match),
        *_of_colours(measures, count, match, other),
        *_of_doubles(dataset, split, measures, progress),
        *_of_cameras(dataset.cameras[split.probes], dataset.cameras[images][match], dataset.cameras[images][other]),
        *_of_data(dataset, split, suspects),
    ]
    return [one for one in every if np.ptp(one.values) > 0]


def _of_images(measures: ImageMeasures, probe: IntArray, match: IntArray) -> list[Measure]:
    """Of the probe's image, and its difference from the true match."""

    def of(values: np.ndarray, rows: IntArray) -> Float64Array:
        return np.asarray(values[rows], dtype=np.float64)

    bright, contrast, sharp = measures.brightness, measures.contrast, measures.sharpness
    border = np.maximum(measures.top, measures.bottom)
    area = measures.area
    ratio = np.exp(np.abs(np.log(of(area, probe) / of(area, match))))
    return [
        Measure(of(bright, probe), "probe darker than {}", "probe of brightness {} or more", "both"),
        Measure(
            np.abs(of(bright, probe) - of(bright, match)),
            "brightness within {} of the true match",
            "brightness {} or more from the true match",
            "high",
        ),
        Measure(of(contrast, probe), "probe of contrast under {}", "probe of contrast {} or more", "low"),
        Measure(
            np.abs(of(contrast, probe) - of(contrast, match)),
            "contrast within {} of the true match",
            "contrast {} or more from the true match",
            "high",
        ),
        Measure(of(sharp, probe), "blurred probe (sharpness under {})", "probe of sharpness {} or more", "low"),
        Measure(
            of(sharp, match), "blurred true match (sharpness under {})", "true match of sharpness {} or more", "low"
        ),
        Measure(of(area, probe), "probe of under {} pixels", "probe of {} pixels or more", "low"),
        Measure(ratio, "area within {} times the true match's", "area {} times the true match's or more", "high", 1),
        Measure(
            of(border, probe),
            "probe within its borders (edges there under {})",
            "probe cut off at top or bottom (edges there {} or more)",
            "high",
            2,
        ),
    ]


def _of_colours(measures: ImageMeasures, count: int, match: IntArray, other: IntArray) -> list[Measure]:
    """Of the clothes: against the true match and against the nearest other person. count: probes, which come first."""
    found = []
    for half, colours in (("upper", measures.upper), ("lower", measures.lower)):
        to_match = difference(colours[:count], colours[match])
        found += [
            Measure(
                to_match.astype(np.float64),
                f"{half} half's colour within {{}} ΔE of the true match's",
                f"{half} half's colour {{}} ΔE or more from the true match's",
                "high",
            ),
            _holds(
                to_match > difference(colours[:count], colours[other]),
                f"{half} half in another person's colour",
                f"{half} half in the true match's colour",
            ),
        ]
    return found


def _of_doubles(dataset: Dataset, split: Split, measures: ImageMeasures, progress: Progress) -> list[Measure]:
    """Of how nearly somebody else in the gallery looks the same, in the colours of both halves and as a small grey
    image, whatever a model says."""
    count, truth = len(split.probes), ground_truth(dataset, split)
    clothes = measures.upper, measures.lower
    colours = nearest_other([one[:count] for one in clothes], [one[count:] for one in clothes], truth)
    small = facts_of(dataset, progress).look.astype(np.float32) / np.float32(LOOK)
    small -= small.mean(axis=1, keepdims=True)
    grey = nearest_other([small[split.probes]], [small[split.gallery]], truth)
    dressed = "somebody else in these colours (within {} ΔE)", "nobody else in these colours (within {} ΔE)"
    double = "image within {} grey of another person's", "no image within {} grey of another person's"
    return [Measure(colours, *dressed, "both", 1), Measure(grey, *double, "low", 1)]


def _of_cameras(probe: np.ndarray, match: np.ndarray, other: np.ndarray) -> list[Measure]:
    """Of the probe's camera, of the pair with that of the true match, and of that of the wrong winner."""
    near, far = "nearest other person by the probe's camera", "nearest other person not by the probe's camera"
    found = [_holds((other == probe) & (probe != ""), near, far)]
    names, count = _most_frequent(probe[:, None])
    for (name,) in names:
        rest = [f"by camera {one or '?'}" for (one,) in names if one != name]
        otherwise = rest[0] if len(rest) == 1 else f"not by camera {name or '?'}"
        found.append(_holds(probe == name, f"probe by camera {name or '?'}", f"probe {otherwise}"))
    pairs, different = _most_frequent(np.stack([probe, match], axis=1))
    if different == count:
        return found
    for one, two in pairs:
        name = f"camera {one or '?'} → {two or '?'}"
        found.append(_holds((probe == one) & (match == two), name, f"not {name}"))
    return found


def _most_frequent(cameras: np.ndarray) -> tuple[list[list[str]], int]:
    """The MOST_CAMERAS most frequent rows of cameras (P, n), and how many different ones there are."""
    rows, counts = np.unique(cameras, axis=0, return_counts=True)
    found: list[list[str]] = rows[np.argsort(-counts, kind="stable")[:MOST_CAMERAS]].tolist()
    return found, len(rows)


def _of_data(dataset: Dataset, split: Split, suspects: BoolArray) -> list[Measure]:
    """Of the labels and of how often the person is in the gallery."""
    truth, persons = ground_truth(dataset, split), dataset.identities
    rows, _, right = truth.same_identity(range(len(split.probes)))
    matches = np.bincount(rows[right], minlength=len(split.probes)).astype(np.float64)
    return [
        _holds(
            np.isin(persons[split.probes], persons[suspects]),
            "person with a suspected label error",
            "person without a suspected label error",
        ),
        Measure(matches, "fewer than {} true matches", "{} true matches or more", "low"),
    ]


def _holds(which: BoolArray, name: str, otherwise: str) -> Measure:
    return Measure(which.astype(np.float64), otherwise, name, "holds")
