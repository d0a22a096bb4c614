"""The doctor: every check on one data set and one of its splits."""

from collections import Counter

import numpy as np
import numpy.typing as npt

from reidviz.common.progress import Progress, silent
from reidviz.data.catalogue.published import differences
from reidviz.data.dataset import Dataset, Split
from reidviz.data.doctor import spelling
from reidviz.data.doctor.duplicates import Groups, Links, exact, near
from reidviz.data.doctor.findings import SEVERITIES, Finding, Report, counted
from reidviz.data.doctor.image_properties import ImageProperties, facts_of

ODD = 1.6
"""Times the median aspect ratio, up or down, from which an image is called odd."""
UNEVEN = 5.0
"""Times the median images a person from which persons are called uneven."""
QUOTED = 5
"""Sets of names that a sentence tells."""


def examine(dataset: Dataset, parts: Split | None, progress: Progress = silent) -> Report:
    """All findings, the gravest first. parts is the split to check for leaks, None to check none.

    Each image is read once, then what is known of it is kept. ReidvizError when the disk is full.
    """
    facts = facts_of(dataset, progress)
    found = [
        *_images(facts),
        *_written_alike(dataset.identities, "identity", "identities"),
        *_written_alike(dataset.cameras, "camera", "cameras"),
        *_cameras(dataset, parts),
        *_duplicates(dataset, parts, facts, progress),
        *_leaks(dataset, parts),
        *_shapes(dataset, facts),
        *(Finding("published counts", "note", sentence) for sentence in differences(dataset)),
    ]
    ordered = sorted(found, key=lambda one: SEVERITIES.index(one.severity))
    return Report(len(dataset.samples), tuple(ordered))


def _images(facts: ImageProperties) -> list[Finding]:
    """Files that cannot be read, are turned, or have no colour."""
    found = []
    for reason, count in Counter(one for one in facts.error.tolist() if one).most_common():
        sentence = f"{counted(count, 'image')} cannot be used: {reason}. Scoring them stops with an error."
        found.append(_singles("unreadable", "error", sentence, np.flatnonzero(facts.error == reason).tolist()))
    turned, grey = np.flatnonzero(facts.turned), np.flatnonzero(facts.grey & (facts.error == ""))
    if len(turned):
        told = "by their EXIF data; they are shown and learnt upright, other programs may see them lying."
        found.append(_singles("turned", "note", f"{counted(len(turned), 'image')} are turned {told}", turned.tolist()))
    if len(grey):
        all_grey = len(grey) == int((facts.error == "").sum())
        told = "All images are grey: colour cannot help." if all_grey else "Models that lean on colour fail on them."
        sentence = f"{counted(len(grey), 'image')} have no colours. {told}"
        found.append(_singles("grey", "note" if all_grey else "warning", sentence, grey.tolist()))
    return found


def _written_alike(names: npt.NDArray[np.str_], one: str, many: str) -> list[Finding]:
    """Names, one an image, that differ only by how they are written."""
    sets = spelling.alike(names.tolist())
    if not sets:
        return []
    quoted = [" and ".join(map(repr, those)) for those in sets[:QUOTED]] + ["…"] * (len(sets) > QUOTED)
    told = (
        f'{counted(sum(map(len, sets)), one, many)} differ from another only by leading zeros, a final ".0", case or '
    )
    told += f"blanks: {'; '.join(quoted)}. Each way of writing counts as one of its own."
    which = {name: place for place, those in enumerate(sets) for name in those}
    groups: list[list[int]] = [[] for _ in sets]
    for i, name in enumerate(names.tolist()):
        if name in which:
            groups[which[name]].append(i)
    return [Finding(f"{many} written alike", "warning", told, tuple(map(tuple, groups)))]


def _cameras(dataset: Dataset, parts: Split | None) -> list[Finding]:
    """Cameras that are not known, and persons that only one of them has seen."""
    cameras, persons = dataset.cameras, dataset.identities
    unknown = np.flatnonzero(cameras == "")
    if len(unknown) == len(cameras):
        told = (
            "No image names its camera. The first image of each test person is the gallery and its others are "
            "probes, so a probe may be matched by an image of the very same camera and moment."
        )
        return [Finding("no cameras", "warning", told)]
    if len(unknown):
        told = f"{counted(len(unknown), 'image')} name no camera, the others do. No protocol can be used like this."
        return [_singles("some cameras missing", "error", told, unknown.tolist())]
    seen: dict[str, set[str]] = {}
    somebody = _somebody(dataset)
    for person, camera in zip(persons[somebody].tolist(), cameras[somebody].tolist(), strict=True):
        seen.setdefault(person, set()).add(camera)
    alone = sorted(person for person, by in seen.items() if len(by) == 1)
    if not alone:
        return []
    which = np.flatnonzero(np.isin(persons, alone)).tolist()
    probed = set() if parts is None else set(persons[parts.probes].tolist())
    under = "" if parts is None else f" under the protocol {parts.protocol}"
    sentence = (
        f"{counted(len(alone), 'person')} of {len(seen):,} are seen by one camera only and cannot be a probe{under}"
    )
    sentence += ", but serve as distractors where they are in the gallery." if not probed & set(alone) else "."
    return [Finding("one camera only", "note", sentence, _by_person(dataset, which))]


def _duplicates(dataset: Dataset, parts: Split | None, facts: ImageProperties, progress: Progress) -> list[Finding]:
    """Equal and nearly equal images within a person, of two persons, and of train and test."""
    persons = dataset.identities
    somebody = _somebody(dataset)
    same = tuple(group for group in exact(facts) if somebody[list(group)].any())
    found = []
    within = tuple(group for group in same if len(set(persons[list(group)])) == 1)
    across = tuple(group for group in same if len(set(persons[list(group)])) > 1)
    if within:
        told = f"{counted(_pair_count(within), 'pair')} of images of one person are byte-equal. "
        told += "They weigh double in training, and a probe that equals its match is no test."
        found.append(Finding("duplicates of one person", "warning", told, within, _all_but_first(within)))
    if across:
        told = f"{counted(len(across), 'image')} stand under two or more persons, byte-equal: a name is wrong."
        found.append(Finding("one image, two persons", "error", told, across, _all(across)))
    return [*found, *_leaking(parts, same, "leak"), *_nearly_equal(dataset, parts, facts, progress)]


def _nearly_equal(dataset: Dataset, parts: Split | None, facts: ImageProperties, progress: Progress) -> list[Finding]:
    """Images that look alike: those of one person are counted, those of two, or of train and test, are named."""
    count = len(dataset.samples)
    person = np.unique(dataset.identities, return_inverse=True)[1]
    train, test = _trained_and_tested(parts, count)
    neighbours, between, leaking = np.zeros(count, dtype=np.bool_), Links(count), Links(count)
    somebody = _somebody(dataset)
    for pairs in near(facts, progress):
        one, other = pairs.T
        ours, both = person[one] == person[other], somebody[pairs].all(axis=1)
        neighbours[pairs[ours & both]] = True
        between.add(pairs[~ours & both])
        leaking.add(pairs[(train[one] & test[other]) | (test[one] & train[other])])
    found = []
    if groups := between.groups():
        sets = {frozenset(person[list(group)].tolist()) for group in groups}
        told = f"{counted(len(groups), 'group')} of images look alike but are named as different persons "
        told += f"({counted(len(sets), 'set')} of names): perhaps one person under two names, or one image twice."
        found.append(Finding("alike, two persons", "warning", told, groups, _all_but_first(groups)))
    if neighbours.any():
        told = (
            f"{counted(int(neighbours.sum()), 'image')} of {count:,} nearly equal another one of the same person, as "
        )
        told += "neighbouring frames of a video do. That is usual: they are only counted."
        found.append(Finding("alike, one person", "note", told))
    return [*found, *_leaking(parts, leaking.groups(), "near leak")]


def _somebody(dataset: Dataset) -> npt.NDArray[np.bool_]:
    """Whether each image shows a person: junk and distractors look like persons by nature, and are none."""
    found: npt.NDArray[np.bool_] = np.isin(dataset.identities, dataset.persons)
    return found


def _leaking(parts: Split | None, groups: Groups, kind: str) -> list[Finding]:
    """Those of the groups that have images in training and in the test."""
    if parts is None:
        return []
    train, test = set(parts.train.tolist()), {*parts.probes.tolist(), *parts.gallery.tolist()}
    leaks = tuple(group for group in groups if set(group) & train and set(group) & test)
    if not leaks:
        return []
    word = "byte-equal" if kind == "leak" else "nearly equal"
    told = f"{counted(len(leaks), 'group')} of {word} images have some in training and some in the test "
    told += f"of {parts.protocol}: what is tested was trained on."
    spare = tuple(i for group in leaks for i in group if i in train)
    return [Finding(kind, "error" if kind == "leak" else "warning", told, leaks, spare)]


def _trained_and_tested(parts: Split | None, count: int) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.bool_]]:
    """Of each image whether it trains and whether it is tested, (count,) each."""
    train, test = np.zeros((2, count), dtype=np.bool_)
    if parts is not None:
        train[parts.train] = True
        test[parts.probes] = test[parts.gallery] = True
    return train, test


def _leaks(dataset: Dataset, parts: Split | None) -> list[Finding]:
    """Persons who both train and are tested, by name."""
    if parts is None:
        return []
    persons = dataset.identities
    both = sorted(set(persons[parts.train].tolist()) & set(persons[np.union1d(parts.probes, parts.gallery)].tolist()))
    if not both:
        return []
    which = np.flatnonzero(np.isin(persons, both)).tolist()
    told = (
        f"{counted(len(both), 'person')} are in training and in the test of {parts.protocol}: scores will be too good."
    )
    return [Finding("persons in train and test", "error", told, _by_person(dataset, which))]


def _shapes(dataset: Dataset, facts: ImageProperties) -> list[Finding]:
    """Odd aspect ratios, and persons or cameras with many more images than others."""
    found = []
    good = np.flatnonzero((facts.error == "") & (facts.size[:, 0] > 0))
    if len(good):
        aspect = facts.size[good, 1] / facts.size[good, 0]
        ratio = aspect / float(np.median(aspect))
        odd = good[(ratio > ODD) | (ratio < 1 / ODD)].tolist()
        if odd:
            told = f"{counted(len(odd), 'image')} are much wider or narrower than the others (median height / width "
            told += f"{np.median(aspect):.2f}): squashed to one size they look distorted, or the box is wrong."
            found.append(_singles("odd shape", "note", told, odd, spare=True))
    counts = Counter(dataset.identities[_somebody(dataset)].tolist()) or Counter({"": 0})
    usual = float(np.median(list(counts.values())))
    many = sorted(person for person, count in counts.items() if count > UNEVEN * usual)
    if many:
        which = np.flatnonzero(np.isin(dataset.identities, many)).tolist()
        told = f"{counted(len(many), 'person')} have more than {UNEVEN:.0f} times the median of {usual:.0f} images "
        told += f"({max(counts.values()):,} at most): they rule training and mAP."
        found.append(Finding("uneven persons", "note", told, _by_person(dataset, which)))
    by_camera = Counter(camera for camera in dataset.cameras.tolist() if camera)
    if len(by_camera) > 1 and max(by_camera.values()) > UNEVEN * min(by_camera.values()):
        few, most = min(by_camera, key=lambda c: by_camera[c]), max(by_camera, key=lambda c: by_camera[c])
        told = f"Camera {most} has {by_camera[most]:,} images, camera {few} {by_camera[few]:,}: figures mostly tell of "
        found.append(Finding("uneven cameras", "note", told + f"camera {most}."))
    return found


def _singles(kind: str, severity: str, sentence: str, which: list[int], spare: bool | None = None) -> Finding:
    """A finding on images by themselves; those that cannot be used may be left out."""
    out = tuple(which) if spare or (spare is None and kind != "turned") else ()
    return Finding(kind, severity, sentence, tuple((i,) for i in which), out)  # type: ignore[arg-type]


def _by_person(dataset: Dataset, which: list[int]) -> Groups:
    groups: dict[str, list[int]] = {}
    for i in which:
        groups.setdefault(dataset.samples[i].identity, []).append(i)
    return tuple(tuple(group) for group in groups.values())


def _pair_count(groups: Groups) -> int:
    return sum(len(group) * (len(group) - 1) // 2 for group in groups)


def _all(groups: Groups) -> tuple[int, ...]:
    return tuple(i for group in groups for i in group)


def _all_but_first(groups: Groups) -> tuple[int, ...]:
    return tuple(i for group in groups for i in group[1:])
