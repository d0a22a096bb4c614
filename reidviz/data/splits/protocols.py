"""Which persons train and which test, and which images of the latter are probes and which the gallery."""

import re
from dataclasses import replace

import numpy as np

from reidviz.common.errors import ReidvizError
from reidviz.common.printable import printable, short
from reidviz.data.by_camera import can_be_matched, images_by_camera, positions_of, single_shot, some
from reidviz.data.dataset import Dataset, LeftOut, Split
from reidviz.data.formats import format_of
from reidviz.data.identities import is_junk, is_nobody
from reidviz.data.splits.tracklets import SUFFIX, pooled

_MOST_HELD_OUT = 100
_MOST_PROBES = 200
_SHUFFLED = re.compile(r"(?:half|test(?P<count>[0-9]{1,9}))(?P<multi>-multi)?:(?P<seed>[0-9]{1,18})")
_ONE_CAMERA = (
    "With one camera, leave it out (an empty camera column; for folders the rule #names=none): then each person's "
    "first image is the gallery. Or mark probes and gallery in the split column of a list and use the protocol "
    "listed."
)


def protocols_for(dataset: Dataset) -> tuple[str, ...]:
    """The protocols a menu offers for the data set, the default first; one by tracklets last, where there are some."""
    views = images_by_camera(dataset)
    by_cameras = any(len(v) > 1 for v in views.values())
    shuffled = ("half:0", "half-multi:0") if by_cameras else ("half:0",)
    offered = _by_images(dataset, shuffled)
    if not any(len(images) > 1 for v in views.values() if len(v) > 1 for images in v.values()):
        return offered
    return (*offered, ("market" if "market" in offered else "half-multi:0") + SUFFIX)


def _by_images(dataset: Dataset, shuffled: tuple[str, ...]) -> tuple[str, ...]:
    """Those that test images."""
    if own := format_of(dataset).protocols(dataset):
        return (*own, *shuffled)
    if not {"probe", "gallery"} <= {s.split for s in dataset.samples}:
        return shuffled
    return ("listed", "market", *shuffled) if any(s.camera for s in dataset.samples) else ("listed", *shuffled)


def default_protocol(dataset: Dataset) -> str:
    """The protocol that is used when none is named."""
    return protocols_for(dataset)[0]


def split(dataset: Dataset, protocol: str) -> Split:
    """Train, probes and gallery of the data set, each ascending; the same for the same arguments.

    mtdnet, mtdnet-486, mtdnet-100  the held-out persons the MTDnet release recorded (CUHK01 has two such lists)
    small-100, small-100:SEED  mtdnet-486 with 100 of its training persons, drawn by seed (0): a small target
    testset:N, new-protocol  of CUHK03: one of its 20 recorded test sets; 767 persons train, 700 test
    half:SEED               of n persons a seeded half trains (the smaller one if n is odd), the others test; nobodies
                            are drawn among them as if they were persons, so that splits stay as they always were
    testN:SEED              N persons test, the others train; half:SEED is testN:SEED with N = n - n // 2
    half-multi:SEED, testN-multi:SEED  the same persons, multi shot by the rules of Market-1501: every image of a test
                            person is a probe and in the gallery, where those by the probe's own camera are ignored;
                            all images of persons that cannot be matched join the gallery, junk does not
    listed                  what the owner of the data says (Sample.split); it may name no training image
    market                  the same by the rules of Market-1501: gallery images of the probe's person by the probe's
                            own camera are ignored, those of identity -1 (junk) dropped; 0 are distractors

    Behind any of them +tracklets pools the frames of one person and camera (splits.tracklets).

    Identities that are nobody (by the rules of Market-1501 0 is a distractor and -1 junk: Dataset.market_rules, and
    under the protocol market everywhere) neither train nor are probed: half and testN put one image of each in the
    gallery, listed leaves them where the owner put them, market drops junk from the gallery.

    half and testN use the persons that can be probed and matched, those with two cameras, or with two images where
    cameras are unknown. The gallery holds one image of each test person: the first one of the second camera, by
    name. The probes are all images of the other cameras. Without cameras it is the first image, and the probes
    are the others. Of the persons that cannot be probed, those seen by a camera of the gallery join it with their
    first image; the rest take no part.

    ReidvizError for an unknown protocol, too few persons, or cameras that only some images have.
    """
    if protocol.endswith(SUFFIX):
        return pooled(dataset, split(dataset, protocol.removesuffix(SUFFIX)))
    shuffled = _SHUFFLED.fullmatch(protocol)
    _check_cameras(dataset)
    if own := format_of(dataset).split(dataset, protocol):
        return _matchable(dataset, own) if own.across_cameras else own
    if protocol not in ("listed", "market") and not shuffled:
        raise ReidvizError(
            f"There is no protocol {printable(protocol)!r} for the data set {short(dataset.name)}.",
            f"Use {', '.join(protocols_for(dataset))}, or half:SEED or testN:SEED with whole numbers.",
        )
    if protocol in ("listed", "market"):
        return _listed(dataset, protocol)
    assert shuffled is not None
    tested = int(shuffled["count"]) if shuffled["count"] else None
    return _shuffled(dataset, tested, int(shuffled["seed"]), multi=bool(shuffled["multi"]))


def validation(dataset: Dataset, parts: Split, share: float, seed: int) -> Split | None:
    """The split with a seeded share of its training persons, 100 at most, tested instead of the test persons.

    They are persons that can be probed and matched; their probes, 200 at most, are taken evenly. None where that
    leaves fewer than 2 persons to test or to train: too few to tell anything.
    """
    views = images_by_camera(dataset, parts.train.tolist())
    names = sorted(name for name, v in views.items() if can_be_matched(v))
    count = min(_MOST_HELD_OUT, round(share * len(names)))
    if count < 2 or len(names) - count < 2:
        return None
    order = np.random.Generator(np.random.PCG64([seed, 1])).permutation(len(names))
    test = [single_shot(views[names[i]]) for i in order[:count]]
    tested = {names[i] for i in order[:count]}
    probes = positions_of([i for _, probes in test for i in probes])
    return Split(
        protocol=f"{count} of the training persons of {parts.protocol}",
        train=positions_of([int(i) for i in parts.train if dataset.samples[i].identity not in tested]),
        probes=probes[np.linspace(0, len(probes) - 1, min(_MOST_PROBES, len(probes))).round().astype(np.int64)],
        gallery=positions_of([shot for shot, _ in test]),
    )


def _shuffled(dataset: Dataset, tested: int | None, seed: int, multi: bool) -> Split:
    """tested is the number of test persons, None for half of them; multi: every image of them is probe and gallery."""
    name = f"{'half' if tested is None else f'test{tested}'}{'-multi' if multi else ''}:{seed}"
    views = images_by_camera(dataset)
    if multi and not any(len(v) > 1 for v in views.values()):
        raise ReidvizError(
            f"The protocol {name} needs persons seen by two cameras, and {short(dataset.name)} has none.",
            "Use half:SEED or testN:SEED.",
        )
    matchable = (lambda v: len(v) > 1) if multi else can_be_matched
    names = sorted(name for name, v in views.items() if matchable(v))
    persons = set(names) & set(dataset.persons)
    trained, probed, others = _halves(dataset, names, persons, tested, seed, name)
    train = positions_of([i for one in trained for images in views[one].values() for i in images])
    alone = [v for v in views.values() if not matchable(v)]
    if multi:
        tests = positions_of([i for one in probed for images in views[one].values() for i in images])
        joining = [*alone, *(views[one] for one in others if not is_junk(one))]
        beside = [i for v in joining for images in v.values() for i in images]
        beside = [i for i in beside if not (dataset.market_rules and is_junk(dataset.samples[i].identity))]
        return Split(name, train, tests, positions_of([*tests.tolist(), *beside]), across_cameras=True)
    test = [single_shot(views[one]) for one in probed]
    gallery = [*(shot for shot, _ in test), *(single_shot(views[one])[0] for one in others)]
    cameras = {dataset.samples[shot].camera or "" for shot in gallery}
    distractors = [images[0] for v in alone for camera, images in v.items() if camera in cameras]
    return Split(
        protocol=name,
        train=train,
        probes=positions_of([i for _, probes in test for i in probes]),
        gallery=positions_of(gallery + distractors),
    )


def _halves(
    dataset: Dataset, names: list[str], persons: set[str], tested: int | None, seed: int, protocol: str
) -> tuple[list[str], list[str], list[str]]:
    """Who trains, who is probed, and the nobodies among the names, each in a seeded order."""
    order = np.random.Generator(np.random.PCG64(seed)).permutation(len(names))
    shuffled = [names[i] for i in order]
    first = len(names) // 2 if tested is None else _start_of_last(tested, shuffled, persons)
    if tested is None and min(len(persons & set(part)) for part in (shuffled[:first], shuffled[first:])) < 2:
        first = _start_of_last(len(persons) - len(persons) // 2, shuffled, persons)
    trained = [name for name in shuffled[:first] if name in persons]
    probed = [name for name in shuffled[first:] if name in persons]
    if len(probed) < 2 or len(trained) < 2 or (tested is not None and len(probed) < tested):
        one_camera = _one_camera(dataset)
        raise ReidvizError(
            f"{protocol} needs at least 2 persons to train and 2 to test, and in {short(dataset.name)} "
            f"{len(persons)} of {len(dataset.persons)} can be both probed and matched"
            f"{', all images being by one camera' if one_camera else ''}.",
            _ONE_CAMERA
            if one_camera
            else "Such a person has images by two cameras, or two images where no camera is known.",
        )
    return trained, probed, [name for name in shuffled if name not in persons]


def _start_of_last(count: int, shuffled: list[str], persons: set[str]) -> int:
    """Where the last `count` persons of a list of names begin."""
    places = [place for place, name in enumerate(shuffled) if name in persons]
    return places[-count] if 0 < count <= len(places) else 0 if count else len(shuffled)


def _listed(dataset: Dataset, protocol: str) -> Split:
    market = protocol == "market"
    if market and not any(s.camera for s in dataset.samples):
        raise ReidvizError(
            f"The protocol market needs cameras, and {short(dataset.name)} names none.", "Use the protocol listed."
        )
    nobody = np.array([(market or dataset.market_rules) and is_nobody(s.identity) for s in dataset.samples])
    junk = np.array([market and is_junk(s.identity) for s in dataset.samples])
    roles = np.array([s.split or "" for s in dataset.samples])
    train, probes = (np.flatnonzero((roles == part) & ~nobody) for part in ("train", "probe"))
    gallery = np.flatnonzero((roles == "gallery") & ~junk)
    if not len(probes) or not len(gallery):
        raise ReidvizError(
            f"The data set {short(dataset.name)} lists {len(probes)} probes and {len(gallery)} gallery images.",
            "Mark the images as train, probe and gallery in the split column of its CSV, or "
            + ("leave the camera out and use half:0." if _one_camera(dataset) else "use half:0."),
        )
    trained, probed, kept = (set(dataset.identities[part].tolist()) for part in (train, probes, gallery))
    if both := sorted(trained & (probed | kept)):
        raise ReidvizError(
            f"{len(both)} persons are listed both to train and to test: {some(both)}.",
            "Mark every image of a person as train, or none.",
        )
    found = _matchable(dataset, Split(protocol, train, probes, gallery, across_cameras=market))
    unprobed = np.flatnonzero((roles == "probe") & nobody).tolist()
    left = [LeftOut(i, "its identity is that of nobody (0: distractor, -1: junk)") for i in unprobed]
    return replace(found, left_out=(*found.left_out, *left))


def _matchable(dataset: Dataset, parts: Split) -> Split:
    """The split without the probes that have no possible match, and these listed with the reason."""
    cameras: dict[str, set[str | None]] = {}
    for i in parts.gallery:
        cameras.setdefault(dataset.samples[i].identity, set()).add(dataset.samples[i].camera)
    left_out = []
    for i in parts.probes.tolist():
        found = cameras.get(dataset.samples[i].identity, set())
        if not found:
            left_out.append(LeftOut(i, "the gallery has no image of this person"))
        elif parts.across_cameras and found == {dataset.samples[i].camera}:
            left_out.append(LeftOut(i, "the gallery has images of this person by the probe's own camera only"))
    missing = {one.position for one in left_out}
    probes = positions_of([i for i in parts.probes.tolist() if i not in missing])
    if not len(probes):
        raise ReidvizError(
            f"None of the {len(left_out)} probes of {short(dataset.name)} has a possible match: {left_out[0].reason}.",
            "With one camera use the protocol listed, which counts matches by the same camera."
            if parts.across_cameras and _one_camera(dataset)
            else "Mark one more of their images as gallery, or leave their split empty.",
        )
    return replace(parts, probes=probes, left_out=tuple(left_out))


def _one_camera(dataset: Dataset) -> bool:
    return len({s.camera for s in dataset.samples} - {None}) == 1


def _check_cameras(dataset: Dataset) -> None:
    unknown = [s.id for s in dataset.samples if s.camera is None]
    if 0 < len(unknown) < len(dataset.samples):
        raise ReidvizError(
            f"{len(unknown)} of {len(dataset.samples)} images have no camera, the others have one: {some(unknown)}.",
            "Name the camera of every image, or of none (for folders by a rule: #names=none).",
        )
