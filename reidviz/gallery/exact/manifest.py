"""What an exact store is made of at one moment: a small JSON file that is replaced as a whole."""

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated, Literal

import msgspec

from reidviz.common.json_files import Count, read_json, write_json
from reidviz.gallery.store import Distance

FILE = "manifest.json"
MOST_BYTES = 256 * 1024**2
HINT = "Remove the gallery and add it again."
Name = Annotated[str, msgspec.Meta(pattern=r"^[0-9]{8}$")]


@dataclass(frozen=True)
class BlockRecord:
    """One block: the name of its files, its rows, and which of them were removed."""

    name: Name
    rows: Count
    removed: tuple[Count, ...] = ()


@dataclass(frozen=True)
class Manifest:
    """dimensions, dtype: of the features; made: how many blocks were ever written, from which the next one's name
    follows; blocks: in the order in which their rows were added; distance: by which features are compared."""

    dimensions: Count
    dtype: Literal["float16", "float32"]
    made: Count = 0
    blocks: tuple[BlockRecord, ...] = ()
    distance: Distance = "cosine"


def read_manifest(folder: Path, empty: Manifest) -> Manifest:
    """What the store holds; `empty` where nothing was ever added. ReidvizError where it is damaged."""
    if not (folder / FILE).exists():
        return empty
    return read_json(folder / FILE, Manifest, "The list of what this gallery holds", MOST_BYTES, HINT)


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """From now on this is what the store holds. ReidvizError when it cannot be written."""
    write_json(folder / FILE, asdict(manifest))
