"""The images of a gallery as a data set in which nobody is named, and what is known of each beside its pixels."""

import hashlib
from pathlib import Path

from reidviz.common.errors import ReidvizError
from reidviz.common.printable import MARK, printable
from reidviz.common.progress import Progress
from reidviz.common.roots import existing_root
from reidviz.data.catalogue.zip_import import import_zip
from reidviz.data.dataset import Dataset, Sample
from reidviz.data.formats import FORMATS, load, unlabelled
from reidviz.data.images.decode import contents
from reidviz.data.keys import key_of
from reidviz.gallery.named import IMAGES
from reidviz.gallery.store import Entry

FILES = "images:"
"""What the source of a gallery begins with that is a folder or a list of unlabelled images."""


def source_of(asked: str, rule: str | None, folder: Path, progress: Progress) -> str:
    """The source that a user means by a folder, a zip, a list or the name of a data set; a zip is unpacked below the
    gallery's folder. rule: how files' names tell the camera (name_rule), None where that is to be found.

    ReidvizError where there is no such thing, or a zip may not be unpacked (catalogue.zip_import).
    """
    if asked.partition(":")[0].lower() in {one.name for one in FORMATS}:
        if rule is not None:
            raise ReidvizError("A rule for names goes with a folder of images.", f"Not with {printable(asked)}.")
        return asked
    path = existing_root(asked)
    if path.is_file() and path.suffix.lower() == ".zip":
        unpacked = folder / IMAGES
        path = unpacked if unpacked.is_dir() else import_zip(path, IMAGES, folder, progress)
    if path.is_file() and rule is not None:
        raise ReidvizError("A list says itself which camera took an image.", "Leave the rule for names out.")
    return f"{FILES}{path}" + ("" if rule is None else f"{MARK}{rule}")


def images_of(source: str) -> Dataset:
    """The images of a source. ReidvizError where they cannot be read."""
    return unlabelled.read(source.removeprefix(FILES)) if source.startswith(FILES) else load(source)


def entry_of(sample: Sample) -> Entry:
    """What is known of an image without its file; an identity is one column among others."""
    named = (("identity", sample.identity),) if sample.identity else ()
    return Entry(sample.id, sample.camera or "", unlabelled.time_of(sample), (*named, *sample.metadata))


def stamp_of(dataset: Dataset, sample: Sample) -> str:
    """What tells an image from what stood in its place before: bytes, time of writing and sha256 of its file, and what
    is known of it. ReidvizError where the file cannot be read."""
    labels = key_of(dataset.revision if dataset.draw else "", entry_of(sample))[:8]
    if dataset.draw is not None:
        return f"drawn {labels}"
    try:
        seen = sample.path.stat()
    except OSError as error:
        raise ReidvizError(f"The file {printable(sample.id)} cannot be read.", "It may have been moved.") from error
    return f"{seen.st_size} {seen.st_mtime_ns} {_digest(sample)} {labels}"


def is_unchanged(dataset: Dataset, sample: Sample, stamp: str) -> bool:
    """Whether an image is the one that had this stamp, "" of none; its file is read only where it was written since."""
    if not stamp:
        return False
    if dataset.draw is not None:
        return stamp == stamp_of(dataset, sample)
    size, written, digest, labels = stamp.split(" ")
    try:
        seen = sample.path.stat()
    except OSError:
        return False
    if key_of("", entry_of(sample))[:8] != labels or str(seen.st_size) != size:
        return False
    return str(seen.st_mtime_ns) == written or _digest(sample) == digest


def _digest(sample: Sample) -> str:
    return hashlib.sha256(contents(sample.path, sample.id)).hexdigest()[:16]
