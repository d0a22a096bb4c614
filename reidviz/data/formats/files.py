"""What the readers of picture folders share."""

import hashlib
import os
from collections.abc import Iterable
from pathlib import Path

from reidviz.data.dataset import Dataset, Sample
from reidviz.data.names import shown
from reidviz.errors import ReidvizError

PICTURE_SUFFIXES = (".jpg", ".jpeg", ".png", ".bmp", ".webp")


def existing_root(root: str | Path) -> Path:
    """The absolute path of a file or folder, "~" expanded. ReidvizError when it is not there."""
    path = os.path.abspath(os.path.expanduser(root))
    if not os.path.exists(path):
        raise ReidvizError(f"There is no folder or file {shown(path)}.", "Check how the path is written.")
    return Path(path)


def entries(folder: Path) -> list[Path]:
    """What lies in a folder, hidden names left out, sorted. ReidvizError when the folder cannot be read."""
    try:
        return sorted(Path(e.path) for e in os.scandir(folder) if not e.name.startswith("."))
    except OSError as e:
        raise ReidvizError(
            f"The folder {shown(str(folder))} cannot be read: {e.strerror}.", "Check its permissions."
        ) from e


def dataset_of(name: str, samples: Iterable[Sample], expected: str = "") -> Dataset:
    """The samples in the order every data set has, with a digest of the file sizes (bytes) as revision.

    expected says in words what there should be; with it, a data set without a picture is a ReidvizError.
    """
    samples = tuple(samples)
    if expected and not samples:
        form, _, root = name.partition(":")
        raise ReidvizError(f"No picture of {form} was found in {shown(root)}.", f"There should be {expected}.")
    ordered = tuple(sorted(samples, key=lambda s: (s.identity, s.camera or "", s.id)))
    digest = hashlib.sha256()
    for s in ordered:
        try:
            digest.update(f"{s.path.stat().st_size}\n".encode())
        except OSError as e:
            raise ReidvizError(f"The picture {shown(s.id)} cannot be read: {e.strerror}.") from e
    return Dataset(name=name, samples=ordered, revision=digest.hexdigest()[:16])
