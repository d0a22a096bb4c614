"""The images that somebody means, and those of a gallery as a data set in which nobody is named."""

import os
from dataclasses import dataclass
from pathlib import Path

from reidviz.common.errors import ReidvizError
from reidviz.common.printable import MARK, printable
from reidviz.common.progress import Progress
from reidviz.common.roots import existing_root
from reidviz.data.catalogue.zip_import import import_zip
from reidviz.data.dataset import Dataset, Sample
from reidviz.data.formats import FORMATS, load, unlabelled
from reidviz.data.formats.listed import lists_in
from reidviz.data.formats.name_rule import rule_of
from reidviz.data.formats.reading import entries
from reidviz.gallery.named import FILES, IMAGES
from reidviz.gallery.store import Entry
from reidviz.models.added.store import digest_of


@dataclass(frozen=True)
class Asked:
    """The images that a user means. source: of a gallery of them; zip: what they are to be unpacked from, None where
    they lie there already; sha256: of the zip."""

    source: str
    zip: Path | None = None
    sha256: str = ""


def asked_images(asked: str, rule: str | None, folder: Path) -> Asked:
    """What is meant by a folder, a zip, a list or the name of a data set; a path that is there is none of the latter.
    rule: how files' names tell the camera (name_rule), None where that is to be found; folder: the gallery's.

    ReidvizError where there is no such thing, or the rule is none or goes with something else.
    """
    form = asked.partition(":")[0].lower()
    if form in {one.name for one in FORMATS} and not os.path.exists(os.path.expanduser(asked)):
        if rule is not None:
            raise ReidvizError("A rule for names goes with a folder of images.", f"Not with {printable(asked)}.")
        return Asked(asked)
    path, marked = existing_root(asked), ""
    zipped = path.is_file() and path.suffix.lower() == ".zip"
    if rule is not None:
        if path.is_file() and not zipped:
            raise ReidvizError("A list says itself which camera took an image.", "Leave the rule for names out.")
        rule_of(rule)
        marked = f"{MARK}{rule}"
    if zipped:
        return Asked(f"{FILES}{folder / IMAGES}{marked}", path, digest_of(path))
    return Asked(f"{FILES}{path}{marked}")


def unpacked(asked: Asked, folder: Path, progress: Progress) -> str:
    """The source of a gallery of these images, a zip unpacked below its folder. One list beside them says what they
    are, unless a rule for names does.

    ReidvizError where a zip may not be unpacked (catalogue.zip_import).
    """
    if asked.zip is None:
        return asked.source
    place = import_zip(asked.zip, IMAGES, folder, progress)
    while len(inside := entries(place)) == 1 and inside[0].is_dir():
        (place,) = inside
    lists = lists_in(place, unlabelled.MEANINGS)
    return f"{FILES}{lists[0]}" if len(lists) == 1 and MARK not in asked.source else asked.source


def images_of(source: str) -> Dataset:
    """The images of a source. ReidvizError where they cannot be read."""
    return unlabelled.read(source.removeprefix(FILES)) if source.startswith(FILES) else load(source)


def entry_of(sample: Sample) -> Entry:
    """What is known of an image without its file; an identity is one column among others."""
    named = (("identity", sample.identity),) if sample.identity else ()
    return Entry(sample.id, sample.camera or "", unlabelled.time_of(sample), (*named, *sample.metadata))
