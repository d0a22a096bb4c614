"""Five data sets of pedestrians that never lived, drawn from a seed when they are first looked at."""

from collections.abc import Callable, Iterator
from random import Random

from PIL import Image

from reidviz.common import settings
from reidviz.common.errors import ReidvizError
from reidviz.data.dataset import Dataset, Sample
from reidviz.data.formats.format import DataFormat
from reidviz.synthetic.render import SEED, VERSION, draw_image

CROWDS = 12
"""Groups of people dressed in like colours: with 700 people and three camera pairs, some 20 look-alikes each."""

Shot = tuple[str, str, int]
"""Identity, camera and number of the shot (from 0)."""


def _cuhk03() -> Iterator[Shot]:
    """700 people, each seen by one of three camera pairs, 2-3 times by each camera."""
    for n in range(1, 701):
        rng = Random(f"{SEED}/cuhk03/{n}/shots")
        for side in "AB":
            for shot in range(rng.choice([2, 3])):
                yield f"{n:04d}", f"{(n - 1) % 3 + 1}{side}", shot


def _viper() -> Iterator[Shot]:
    """300 people, once by each of two cameras."""
    for n in range(1, 301):
        yield f"{n:04d}", "a", 0
        yield f"{n:04d}", "b", 0


def _ilids() -> Iterator[Shot]:
    """119 people in 476 images, 2-8 of each, by two cameras that the labels do not tell."""
    counts = [2] * 19 + [3] * 35 + [4] * 29 + [5] * 16 + [6] * 9 + [7] * 5 + [8] * 6
    for n in range(1, 120):
        count = counts[n * 37 % 119]
        yield from ((f"{n:04d}", "12"[shot * 2 // count], shot) for shot in range(count))


def _prid2011() -> Iterator[Shot]:
    """100 people seen by both cameras, 90 more only by a, 275 more only by b."""
    for n in range(1, 466):
        if n <= 190:
            yield f"{n:04d}", "a", 0
        if n <= 100 or n > 190:
            yield f"{n:04d}", "b", 0


def _cuhk01() -> Iterator[Shot]:
    """300 people, twice by each of two cameras."""
    for n in range(1, 301):
        for camera in "AB":
            for shot in range(2):
                yield f"{n:04d}", camera, shot


_LAYOUTS: dict[str, Callable[[], Iterator[Shot]]] = {
    "cuhk03": _cuhk03,
    "viper": _viper,
    "ilids": _ilids,
    "prid2011": _prid2011,
    "cuhk01": _cuhk01,
}
DOMAINS = tuple(_LAYOUTS)


def read(domain: str) -> Dataset:
    """The data set of a synthetic domain, one of DOMAINS; its images are drawn later, by Dataset.draw."""
    if domain not in _LAYOUTS:
        raise ReidvizError(f"There is no synthetic domain called “{domain}”.", f"Choose one of {', '.join(DOMAINS)}.")
    name = f"synthetic:{domain}"
    root = settings.cache_dir() / "synthetic" / f"{domain}-{VERSION}"
    samples = []
    for identity, camera, shot in _LAYOUTS[domain]():
        label = None if domain == "ilids" else camera
        file = f"{identity}_{camera}_{shot}.png"
        samples.append(Sample(id=file, path=root / file, identity=identity, camera=label, domain=name))
    samples.sort(key=lambda s: (s.identity, s.camera or "", s.id))
    return Dataset(name=name, samples=tuple(samples), revision=VERSION, draw=draw)


def draw(sample: Sample) -> Image.Image:
    """The image of a synthetic sample."""
    domain = sample.domain.removeprefix("synthetic:")
    identity, camera, shot = sample.id.removesuffix(".png").split("_")
    return draw_image(domain, identity, _group(domain, int(identity)), camera, int(shot))


def _group(domain: str, number: int) -> str:
    """The crowd of look-alikes a person belongs to, one of CROWDS for each camera pair."""
    place, pair = divmod(number - 1, 3 if domain == "cuhk03" else 1)
    return f"{pair}-{place % CROWDS}"


def _protocols(dataset: Dataset) -> tuple[str, ...]:
    return ("test100:0",) if dataset.name in ("synthetic:cuhk03", "synthetic:cuhk01") else ()


SYNTHETIC = DataFormat(
    name="synthetic",
    title="Drawn people",
    obtain="Built in: no real person is shown, any use is free.",
    layout="Nothing: it is drawn when it is first looked at.",
    read=lambda root: read(str(root)),
    protocols=_protocols,
)
