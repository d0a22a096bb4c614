"""Galleries by their names: each is a folder with a record, the features by every model that described it, and what was
unpacked from a zip for it."""

import re
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

from reidviz.common import settings
from reidviz.common.errors import ReidvizError
from reidviz.common.file_lock import Lock
from reidviz.common.json_files import Count, read_json, write_json
from reidviz.common.printable import MARK, printable
from reidviz.data.keys import key_of
from reidviz.gallery.exact.exact_store import ExactStore
from reidviz.gallery.milvus_store import MilvusStore
from reidviz.gallery.store import Distance, FeatureStore

FILE = "gallery.json"
IMAGES = "images"
"""The folder in a gallery's own that a zip was unpacked to."""
FILES = "images:"
"""What the source of a gallery begins with that is a folder or a list of unlabelled images."""
MOST_BYTES = 64 * 1024**2
_NAME = re.compile(r"[\w][\w .\-]{0,59}")


@dataclass(frozen=True)
class GalleryModel:
    """A model that described a gallery. path, sha256: as its ranker tells them; dimensions: of its features; distance:
    by which they are compared."""

    name: str
    path: Path
    sha256: str
    dimensions: Count
    distance: Distance = "cosine"


@dataclass(frozen=True)
class Unreadable:
    """An image that could not be described, and why, a sentence."""

    id: str
    reason: str


@dataclass(frozen=True)
class Gallery:
    """What is known of a gallery.

    source      its images: a data set's name, or "images:" and a folder or a list, with a rule for names behind it
    models      those that described it, in the order in which they were added
    unreadable  of the last update, as many as are named; unnamed: how many more there were
    notes       what the last update understood of its images, did not read of them or could not do, a sentence each
    uri         of Milvus where that keeps the features; "": files on this machine do
    id          tells it from every other gallery, whoever made it; "" of one that is older than these
    zip         sha256 of the zip that its images came out of; "" where they did not, or it is older than these
    """

    name: str
    source: str
    models: tuple[GalleryModel, ...] = ()
    unreadable: tuple[Unreadable, ...] = ()
    unnamed: Count = 0
    notes: tuple[str, ...] = ()
    uri: str = ""
    id: str = ""
    zip: str = ""
    created: str = field(default_factory=lambda: datetime.now(UTC).isoformat(timespec="seconds"))

    @property
    def folder(self) -> Path:
        """Where it is kept."""
        return folder_of(self.name)

    def model(self, name: str = "") -> GalleryModel:
        """The model of that name, else the only one whose file is called that or lies there, or that has this sha256;
        by default the first. ReidvizError where none described it."""
        found = [one for one in self.models if name in ("", one.name)][:1]
        if not found:
            file = Path(name).absolute()
            found = [one for one in self.models if name in (one.path.stem, one.sha256) or file == one.path]
        if len(found) != 1:
            known = ", ".join(printable(one.name) for one in self.models) or "no model yet"
            raise ReidvizError(
                f"{self.name} was not described by {printable(name) or 'any model'}.", f"It was by {known}."
            )
        return found[0]

    def store(self, model: GalleryModel) -> FeatureStore:
        """The features by a model. ReidvizError where they are damaged or cannot be reached."""
        if self.uri:
            return self.in_milvus(model)
        return exact_store(self.features(model), model)

    def features(self, model: GalleryModel) -> Path:
        """The folder of the features by a model, where files keep them."""
        return self.folder / f"features-{model.sha256[:16]}"

    def in_milvus(self, model: GalleryModel) -> MilvusStore:
        """The features by a model, where Milvus keeps them: a collection that no other gallery has, wherever it was
        made."""
        collection = f"reidviz_{self.id or key_of(self.name)[:16]}_{model.sha256[:16]}"
        return MilvusStore(self.uri, collection, model.dimensions, model.distance)


def exact_store(folder: Path, model: GalleryModel) -> ExactStore:
    """Features by a model in a folder: unit vectors and means of such at 16 bits, which lose nothing that counts;
    any others at 32."""
    return ExactStore(folder, model.dimensions, "float16" if model.distance == "cosine" else "float32", model.distance)


def galleries() -> list[str]:
    """The names of all galleries, sorted."""
    found = settings.galleries_dir().glob(f"[!.]*/{FILE}")
    return sorted(file.parent.name for file in found)


def gallery_named(name: str) -> Gallery:
    """ReidvizError where there is none of that name, or its record is damaged."""
    check_name(name)
    file = folder_of(name) / FILE
    if not file.is_file():
        raise ReidvizError(
            f"There is no gallery called {printable(name)}.", "See `python -m reidviz gallery list` for the names."
        )
    found = read_json(file, Gallery, f"The record of the gallery {name}", MOST_BYTES, "Remove it and add it again.")
    if found.name != name:
        raise ReidvizError(f"The record in {name} is of another gallery.", "Folders of galleries are not renamed.")
    return replace(found, source=_found_source(found))


def keep(gallery: Gallery) -> None:
    """Write its record. ReidvizError when it cannot be written."""
    record = asdict(gallery) | {"models": [_plain(one) for one in gallery.models], "source": _kept_source(gallery)}
    write_json(gallery.folder / FILE, record)


def writing(name: str) -> Lock:
    """The right to change a gallery, until it is released. ReidvizError where somebody else has it."""
    lock = Lock.take(folder_of(name) / ".lock")
    if lock is None:
        raise ReidvizError(f"The gallery {name} is being added to.", "Wait until that is done, or cancel it.")
    return lock


def folder_of(name: str) -> Path:
    """Where a gallery of that name is kept, or would be."""
    return settings.galleries_dir() / name


def check_name(name: str) -> None:
    """ReidvizError where a gallery cannot be called that."""
    if not _NAME.fullmatch(name) or name.endswith((" ", ".")):
        raise ReidvizError(
            f"{printable(name)[:80]!r} is no name for a gallery.",
            "Use letters, digits, blanks, dots, hyphens and underscores, 60 at most.",
        )


def _plain(model: GalleryModel) -> dict[str, object]:
    return asdict(model) | {"path": str(model.path)}


def _kept_source(gallery: Gallery) -> str:
    """The source as it is written: what lies in the gallery's own folder is told from there, which may be moved."""
    own = f"{FILES}{gallery.folder}/"
    return FILES + gallery.source.removeprefix(own) if gallery.source.startswith(own) else gallery.source


def _found_source(gallery: Gallery) -> str:
    """The source with a whole path; that of an older gallery, which was written as one, is where the gallery is now."""
    if not gallery.source.startswith(FILES):
        return gallery.source
    place, mark, rule = gallery.source.removeprefix(FILES).partition(MARK)
    if Path(place).parts[-2:] == (gallery.name, IMAGES) and (gallery.folder / IMAGES).is_dir():
        place = IMAGES
    return f"{FILES}{gallery.folder / place}{mark}{rule}"
