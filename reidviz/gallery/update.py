"""Describing what is new or changed in a gallery's images, and forgetting what is gone: the one way in which a gallery
is filled, for the first time too. Killed at any moment, it goes on where it was."""

import time
from contextlib import ExitStack
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from reidviz.common import settings
from reidviz.common.errors import ReidvizError, because
from reidviz.common.json_files import read_json, write_json
from reidviz.common.progress import Progress, silent
from reidviz.data.dataset import Dataset
from reidviz.data.formats.reading import unread_line
from reidviz.gallery.begin import begin, dataset_of
from reidviz.gallery.describe import described, describing_ranker
from reidviz.gallery.keeper import Keeper
from reidviz.gallery.models import ranker_of
from reidviz.gallery.named import Gallery, GalleryModel, Unreadable, check_name, gallery_named, keep, writing
from reidviz.gallery.stamps import present_stamp
from reidviz.gallery.store import in_parts
from reidviz.gallery.together import first, joined, shards_of, store_of, take_over

if TYPE_CHECKING:
    from reidviz.training.distributed import Team

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

    images: a folder, a zip, a list or the name of a data set; model, rule: as describing_ranker and asked_images take
    them; uri: of Milvus, of a gallery that is new. ReidvizError as these and begin raise it. Under torchrun all
    processes call it, and each describes its share (together.py).
    """
    settings.must_be_writable()
    check_name(name)
    ranker = describing_ranker(model)
    with ExitStack() as held:
        team = held.enter_context(joined())

        def start() -> None:
            held.enter_context(writing(name))
            begin(name, images, rule, ranker, uri, progress)

        first(team, start)
        return _updated(name, team, progress)


def update(name: str, progress: Progress = silent) -> list[Update]:
    """Bring a gallery up to date with its images, by every model that described it; one that is gone is named in its
    notes and passed over.

    ReidvizError where there is no such gallery, its images cannot be read, or all of its models are gone.
    """
    settings.must_be_writable()
    gallery_named(name)
    with ExitStack() as held:
        team = held.enter_context(joined())

        def start() -> None:
            held.enter_context(writing(name))

        first(team, start)
        return _updated(name, team, progress)


def _updated(name: str, team: "Team", progress: Progress) -> list[Update]:
    """Whoever calls it holds the right to change the gallery, which is read only now."""
    gallery = gallery_named(name)
    dataset = dataset_of(gallery)
    done, lost = list[Update](), list[ReidvizError]()
    for model in gallery.models:
        gone = _gone(model)
        if team.broadcast(gone is None):
            done.append(_update(gallery, model, dataset, team, progress))
        else:
            lost.append(gone or ReidvizError(f"The first process has no model {model.name}."))
    if not done:
        raise lost[0]
    missing = tuple(Unreadable(*one) for one in dataset.unreadable)
    done = [replace(each, unreadable=(*missing, *each.unreadable)) for each in done]
    if team.rank == 0:
        unreadable = tuple({one.id: one for each in done for one in each.unreadable}.values())
        notes = (*dataset.notes, unread_line(dataset), *(one.message for one in lost))
        keep(
            replace(
                gallery,
                unreadable=unreadable[:MOST_NAMED],
                unnamed=len(unreadable[MOST_NAMED:]),
                notes=tuple(filter(None, notes)),
            )
        )
    return done


def _gone(model: GalleryModel) -> ReidvizError | None:
    """Why a model cannot describe anything any more, None where it can."""
    try:
        ranker_of(model)
    except ReidvizError as error:
        return ReidvizError(f"{model.name} cannot describe images any more: {because(error)}", error.hint)
    return None


def _update(gallery: Gallery, model: GalleryModel, dataset: Dataset, team: "Team", progress: Progress) -> Update:
    """What this process did for a model; the first of a team tells what all of them did."""
    started = time.monotonic()
    first(team, lambda: take_over(gallery, model))
    stamps, samples = gallery.store(model).stamps(), dataset.samples
    gone = set(stamps) - {sample.id for sample in samples} if team.rank == 0 else set()
    progress(0, 0, "comparing files")
    share = range(team.rank, len(samples), team.size)
    known = {i: present_stamp(dataset, samples[i], stamps.get(samples[i].id, "")) for i in share}
    touched = {samples[i].id: stamp for i, stamp in known.items() if stamp and stamp != stamps[samples[i].id]}
    for entries, features in in_parts(gallery.store(model), list(touched)):
        stamped = [replace(entry, stamp=touched[entry.id]) for entry in entries]
        store_of(gallery, model, team).add(stamped, features)
    fresh = [i for i, stamp in known.items() if not stamp]
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

    kept, positions = Keeper(store_of(gallery, model, team), dataset), np.array(fresh, dtype=np.int64)
    for places, features, stamps in described(ranker_of(model), dataset, positions, leave, progress):
        done += len(places)
        kept.take(places.tolist(), features, stamps)
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
