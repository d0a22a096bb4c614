"""Taking away a gallery, or what one of its models made of it."""

import shutil
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

from reidviz.common import settings
from reidviz.common.errors import ReidvizError
from reidviz.common.printable import printable
from reidviz.gallery.named import FILE, Gallery, check_name, folder_of, gallery_named, keep, writing


def remove(name: str) -> None:
    """Delete a gallery: its features, and the images only where they came out of a zip for it. Where its record is
    damaged nobody knows what of it lies in Milvus, and that stays.

    ReidvizError where there is none, somebody adds to it, or it may not be deleted.
    """
    settings.must_be_writable()
    check_name(name)
    if not (folder_of(name) / FILE).is_file():
        gallery_named(name)
    with writing(name):
        gallery = _readable(name)
        if gallery is not None and gallery.uri:
            for model in gallery.models:
                gallery.in_milvus(model).drop()
        _delete(folder_of(name), name)


def remove_model(name: str, asked: str) -> str:
    """Forget the features by one model, as Gallery.model finds it, and let the others stay; its name.

    ReidvizError where it did not describe the gallery or alone did, somebody adds to that, or it may not be deleted.
    """
    settings.must_be_writable()
    gallery_named(name)
    with writing(name):
        gallery = gallery_named(name)
        model = gallery.model(asked)
        others = tuple(one for one in gallery.models if one != model)
        if not others:
            raise ReidvizError(f"{printable(model.name)} alone described {name}.", "Remove the gallery instead.")
        keep(replace(gallery, models=others))
        if gallery.uri:
            gallery.in_milvus(model).drop()
        elif gallery.features(model).exists():
            _delete(gallery.features(model), f"The features by {printable(model.name)}")
    return model.name


def _readable(name: str) -> Gallery | None:
    try:
        return gallery_named(name)
    except ReidvizError:
        return None


def _delete(folder: Path, what: str) -> None:
    """Rename a folder, then delete it: whoever is killed meanwhile leaves what is swept up."""
    away = folder_of(f".{uuid4().hex}")
    try:
        folder.rename(away)
    except OSError as error:
        raise ReidvizError(f"{what} could not be removed: {error.strerror}.", "Check the permissions.") from error
    shutil.rmtree(away, ignore_errors=True)
