"""The record of a gallery that is to be filled, and whether it is of the images that somebody means."""

import shutil
from dataclasses import replace
from uuid import uuid4

from reidviz.common.errors import ReidvizError
from reidviz.common.printable import MARK
from reidviz.common.progress import Progress
from reidviz.data.dataset import Dataset
from reidviz.evaluation.pipeline.ranker import Ranker
from reidviz.gallery.milvus_store import MOST_COLUMNS
from reidviz.gallery.models import with_model
from reidviz.gallery.named import FILES, IMAGES, Gallery, folder_of, galleries, gallery_named, keep
from reidviz.gallery.sources import Asked, asked_images, images_of, unpacked
from reidviz.gallery.stamps import present_stamp

LOOKED_AT = 100
"""Images by which it is told whether those of a gallery lie in another place now."""


def begin(name: str, images: str, rule: str | None, ranker: Ranker, uri: str, progress: Progress) -> None:
    """Keep the record of a gallery of these images and this model, where there is none such; whoever calls it holds the
    right to change it. Images that lie in another place than before are taken from there.

    ReidvizError as asked_images, unpacked and dataset_of raise it, and where a gallery of that name has other images or
    keeps its features elsewhere; then nothing is left of a new one.
    """
    asked = asked_images(images, rule, folder_of(name))
    if name in galleries():
        found = gallery_named(name)
        gallery = with_model(_of_these(found, asked, uri, progress), ranker)
        dataset_of(gallery)
        if gallery != found:
            keep(gallery)
        return
    own = folder_of(name) / IMAGES
    shutil.rmtree(own, ignore_errors=True)  # what somebody left who was killed before there was a record
    try:
        source = unpacked(asked, folder_of(name), progress)
        gallery = Gallery(name, source, uri=uri, id=uuid4().hex, zip=asked.sha256)
        dataset_of(gallery)
        keep(with_model(gallery, ranker))
    except BaseException:
        shutil.rmtree(own, ignore_errors=True)
        raise


def dataset_of(gallery: Gallery) -> Dataset:
    """The images of a gallery. ReidvizError where they cannot be read, or have more columns than its store takes."""
    dataset = images_of(gallery.source)
    columns = max(len(one.metadata) + bool(one.identity) for one in dataset.samples)
    if gallery.uri and columns > MOST_COLUMNS:
        raise ReidvizError(
            f"The list has {columns:,} further columns, and Milvus takes {MOST_COLUMNS} at most.",
            "Leave some out, or keep the features in files.",
        )
    return dataset


def _of_these(gallery: Gallery, asked: Asked, uri: str, progress: Progress) -> Gallery:
    """The gallery, of its images where they lie now. ReidvizError where it has others, or other features."""
    if uri not in ("", gallery.uri):
        raise ReidvizError(
            f"The gallery {gallery.name} keeps its features elsewhere.", "Leave out --store, or choose another name."
        )
    own = gallery.folder / IMAGES
    of_zip = gallery.source.startswith(f"{FILES}{own}")
    if asked.zip is not None:
        same = of_zip and gallery.zip in ("", asked.sha256) and _rule(gallery.source) == _rule(asked.source)
        if same and not own.is_dir():
            unpacked(asked, gallery.folder, progress)
        if same:
            return gallery
    elif gallery.source == asked.source:
        return gallery
    elif not of_zip and _agrees(gallery, images_of(asked.source)):
        return replace(gallery, source=asked.source)
    raise ReidvizError(f"The gallery {gallery.name} has other images.", "Choose another name, or remove that gallery.")


def _rule(source: str) -> str:
    return source.partition(MARK)[2]


def _agrees(gallery: Gallery, dataset: Dataset) -> bool:
    """Whether more than half of what a gallery holds is in a data set as it was described, as far as some tell."""
    stamps = gallery.store(gallery.model()).stamps()
    samples = {sample.id: sample for sample in dataset.samples}
    looked = sorted(stamps)[:: len(stamps) // LOOKED_AT + 1]
    same = [one for one in looked if one in samples and present_stamp(dataset, samples[one], stamps[one])]
    return 2 * len(same) > len(looked)
