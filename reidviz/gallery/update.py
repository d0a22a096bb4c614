"""Describing what is new or changed in a gallery's images, and forgetting what is gone: the one way in which a gallery
is filled, for the first time too. Killed at any moment, it goes on where it was."""

import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from reidviz.common import settings
from reidviz.common.arrays import Float32Array
from reidviz.common.errors import ReidvizError
from reidviz.common.json_files import read_json, write_json
from reidviz.common.progress import Progress, silent
from reidviz.data.dataset import Dataset
from reidviz.evaluation.pipeline.ranker import Ranker
from reidviz.gallery.describe import described, describing_ranker, dimensions_of, distance_of
from reidviz.gallery.named import (
    Gallery,
    GalleryModel,
    Unreadable,
    check_name,
    folder_of,
    galleries,
    gallery_named,
    keep,
    writing,
)
from reidviz.gallery.sources import entry_of, images_of, is_unchanged, source_of, stamp_of
from reidviz.gallery.store import FeatureStore
from reidviz.gallery.together import first, joined, shards_of, store_of, take_over

if TYPE_CHECKING:
    from reidviz.training.distributed import Team

KEPT_AT_ONCE = 1024
"""Images after which their features are put on the disk, or after so many seconds."""
KEPT_EVERY = 10.0
MOST_NAMED = 1000
"""Images that could not be read, by name."""
MOST_TOLD = 256 * 1024**2
"""Bytes in which one process of a team tells the first what it did."""


@dataclass(frozen=True)
class Update:
    """What an update did for one model. described: new and changed images; gone: entries whose image is not there any
    more; seconds: it took."""

    model: str
    described: int
    unchanged: int
    gone: int
    unreadable: tuple[Unreadable, ...]
    seconds: float

    @property
    def sentence(self) -> str:
        """In words."""
        rate = f" ({self.described / self.seconds:,.1f} images/s)" if self.described and self.seconds else ""
        return (
            f"{self.model}: {self.described:,} images described{rate}, {self.unchanged:,} unchanged, "
            f"{self.gone:,} gone, {len(self.unreadable):,} unreadable."
        )


def add(
    name: str, images: str, model: str, rule: str | None = None, uri: str = "", progress: Progress = silent
) -> list[Update]:
    """Make a gallery of images, or let one more model describe those it has; what was begun goes on.

    images: a folder, a zip, a list or the name of a data set; model, rule: as describing_ranker and source_of take
    them; uri: of Milvus, of a gallery that is new. ReidvizError as these raise it, and where a gallery of that name has
    other images. Under torchrun all processes call it, and each describes its share (together.py).
    """
    settings.must_be_writable()
    check_name(name)
    ranker = describing_ranker(model)
    with ExitStack() as held:
        team = held.enter_context(joined())

        def begin() -> None:
            _hold(held, name)
            source = source_of(images, rule, folder_of(name), progress)
            found = gallery_named(name) if name in galleries() else Gallery(name, source, uri=uri)
            if found.source != source:
                raise ReidvizError(
                    f"The gallery {name} has other images.", "Choose another name, or remove that gallery."
                )
            images_of(source)
            if all(one.sha256 != ranker.sha256 for one in found.models):
                keep(_with_model(found, ranker))

        first(team, begin)
        return _updated(gallery_named(name), team, progress)


def update(name: str, progress: Progress = silent) -> list[Update]:
    """Bring a gallery up to date with its images, by every model that described it.

    ReidvizError where there is none, its images cannot be read, or a model is gone.
    """
    settings.must_be_writable()
    gallery = gallery_named(name)
    with ExitStack() as held:
        team = held.enter_context(joined())
        first(team, lambda: _hold(held, name))
        return _updated(gallery, team, progress)


def _hold(held: ExitStack, name: str) -> None:
    """Keep the right to change a gallery until the stack is closed."""
    held.enter_context(writing(name))


def _with_model(gallery: Gallery, ranker: Ranker) -> Gallery:
    name = ranker.name
    while any(one.name == name for one in gallery.models):
        name += "′"
    model = GalleryModel(name, ranker.path.absolute(), ranker.sha256, dimensions_of(ranker), distance_of(ranker))
    return replace(gallery, models=(*gallery.models, model))


def _updated(gallery: Gallery, team: "Team", progress: Progress) -> list[Update]:
    dataset = images_of(gallery.source)
    found = [_update(gallery, model, dataset, team, progress) for model in gallery.models]
    missing = tuple(Unreadable(*one) for one in dataset.unreadable)
    found = [replace(done, unreadable=(*missing, *done.unreadable)) for done in found]
    if team.rank == 0:
        unreadable = {one.id: one for done in found for one in done.unreadable}
        keep(replace(gallery, unreadable=tuple(unreadable.values())[:MOST_NAMED], notes=dataset.notes))
    return found


def _update(gallery: Gallery, model: GalleryModel, dataset: Dataset, team: "Team", progress: Progress) -> Update:
    """What this process did for a model; the first of a team tells what all of them did."""
    started = time.monotonic()
    first(team, lambda: take_over(gallery, model))
    stamps, samples = gallery.store(model).stamps(), dataset.samples
    gone = set(stamps) - {sample.id for sample in samples} if team.rank == 0 else set()
    progress(0, 0, "comparing files")
    share = range(team.rank, len(samples), team.size)
    fresh = [i for i in share if not is_unchanged(dataset, samples[i], stamps.get(samples[i].id, ""))]
    unreadable = _describe(gallery, model, dataset, fresh, team, progress)
    mine = Update(model.name, len(fresh) - len(unreadable), len(share) - len(fresh), len(gone), tuple(unreadable), 0.0)
    done = mine if team.size == 1 else _gathered(gallery, model, mine, team)
    if team.rank == 0:
        store = gallery.store(model)
        store.remove({*gone, *(one.id for one in done.unreadable if one.id in stamps)})
    return replace(done, seconds=time.monotonic() - started)


def _describe(
    gallery: Gallery, model: GalleryModel, dataset: Dataset, fresh: list[int], team: "Team", progress: Progress
) -> list[Unreadable]:
    """Put the features of the images at some positions where this process keeps its own; those that it cannot read."""
    started, unreadable, done = time.monotonic(), list[Unreadable](), 0

    def leave(position: int, why: str) -> None:
        unreadable.append(Unreadable(dataset.samples[position].id, why))

    kept = _Keeper(store_of(gallery, model, team), dataset, leave)
    for places, features in described(ranker_of(model), dataset, np.array(fresh, dtype=np.int64), leave, progress):
        done += len(places)
        kept.take(places.tolist(), features)
        pace = done / max(time.monotonic() - started, 1e-3)
        progress(done + len(unreadable), len(fresh), f"describing images with {model.name} ({pace:,.1f}/s)")
    kept.flush()
    return unreadable


def _gathered(gallery: Gallery, model: GalleryModel, mine: Update, team: "Team") -> Update:
    """What all processes did, told by the first once it has taken over what the others described."""
    place = shards_of(gallery, model)
    if team.rank:
        write_json(place / f"{team.rank}.json", asdict(mine))
    team.wait()
    if team.rank:
        return mine
    told = [mine]
    for rank in range(1, team.size):
        told.append(read_json(place / f"{rank}.json", Update, f"What process {rank} did", MOST_TOLD))
    take_over(gallery, model)
    return Update(
        model.name,
        sum(one.described for one in told),
        sum(one.unchanged for one in told),
        mine.gone,
        tuple(one for each in told for one in each.unreadable),
        0.0,
    )


def ranker_of(model: GalleryModel) -> Ranker:
    """The model of a gallery as it stands now. ReidvizError where it is gone, or is another one by now."""
    found = describing_ranker(str(model.path))
    if found.sha256 != model.sha256:
        raise ReidvizError(f"{model.name} is not what described this gallery.", "Add the gallery again with it.")
    return found


class _Keeper:
    """Features on their way to the store, many at a time: each time costs a wait for the disk."""

    def __init__(self, store: FeatureStore, dataset: Dataset, leave: Callable[[int, str], None]) -> None:
        self._store, self._dataset, self._leave = store, dataset, leave
        self._places, self._features = list[int](), list[Float32Array]()
        self._since = time.monotonic()

    def take(self, places: list[int], features: Float32Array) -> None:
        """Some more of them."""
        self._places += places
        self._features.append(features)
        if len(self._places) >= KEPT_AT_ONCE or time.monotonic() - self._since > KEPT_EVERY:
            self.flush()

    def flush(self) -> None:
        """All that was taken is in the store."""
        entries, rows = [], []
        for row, place in enumerate(self._places):
            sample = self._dataset.samples[place]
            try:
                entries.append(replace(entry_of(sample), stamp=stamp_of(self._dataset, sample)))
                rows.append(row)
            except ReidvizError as error:
                self._leave(place, error.message)
        if entries:
            self._store.add(entries, np.concatenate(self._features)[rows])
        self._places, self._features, self._since = [], [], time.monotonic()
