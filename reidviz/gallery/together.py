"""Several processes that describe one gallery, as torchrun starts them: each its share of the images.

The first process alone changes the gallery. In files each of the others keeps a store of its own beside it, a shard,
which the first takes over when all are done; nobody waits for a lock. Milvus takes what each of them writes. A team
that is killed leaves whole shards, and whoever comes next takes them over before anything is described again.
"""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

from reidviz.common.errors import ReidvizError
from reidviz.gallery.named import Gallery, GalleryModel, exact_store
from reidviz.gallery.store import FeatureStore, in_parts

if TYPE_CHECKING:
    from reidviz.training.distributed import Team

LONGEST = timedelta(days=30)
"""How long the first to be done waits for the last."""
SHARD = "shard-"


@contextmanager
def joined() -> Iterator["Team"]:
    """The team that torchrun started this process in, or this process alone. It talks over gloo, on GPUs too: a few
    bytes."""
    from reidviz.training.distributed import Team, leave

    size = int(os.environ.get("WORLD_SIZE", "1"))
    if size == 1:
        yield Team()
        return
    import torch.distributed as dist

    dist.init_process_group("gloo", timeout=LONGEST)
    try:
        yield Team(dist.get_rank(), size)
    finally:
        leave()


def first(team: "Team", work: Callable[[], None]) -> None:
    """Let the first process do what the others wait for. ReidvizError in all of them where it cannot."""
    failed: ReidvizError | None = None
    if team.rank == 0:
        try:
            work()
        except ReidvizError as error:
            failed = error
    if not team.broadcast(failed is None):
        raise failed or ReidvizError("The first process could not go on.", "What it says tells why.")


def store_of(gallery: Gallery, model: GalleryModel, team: "Team") -> FeatureStore:
    """Where a process of the team keeps what it describes. ReidvizError as Gallery.store."""
    if team.rank == 0 or gallery.uri:
        return gallery.store(model)
    return exact_store(shards_of(gallery, model) / f"{team.rank}", model)


def take_over(gallery: Gallery, model: GalleryModel) -> None:
    """What all shards hold is in the gallery, and they are gone. Killed at any moment, the next call goes on: what is
    taken over twice is there once."""
    place, whole = shards_of(gallery, model), gallery.store(model)
    for folder in sorted(one for one in place.glob("[0-9]*") if one.is_dir()):
        shard = exact_store(folder, model)
        for entries, features in in_parts(shard, list(shard.stamps())):
            whole.add(entries, features)
    if place.exists():
        away = place.with_name(f".{uuid4().hex}")
        place.rename(away)
        shutil.rmtree(away, ignore_errors=True)


def shards_of(gallery: Gallery, model: GalleryModel) -> Path:
    """The folder of what the others have to tell the first process."""
    return gallery.folder / f"{SHARD}{model.sha256[:16]}"
