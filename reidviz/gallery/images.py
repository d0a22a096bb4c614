"""The images of a gallery, to be shown and to be compared pixel by pixel."""

from functools import cached_property
from pathlib import Path

from PIL import Image

from reidviz.common import settings
from reidviz.common.errors import ReidvizError
from reidviz.common.printable import MARK, printable
from reidviz.common.roots import inside
from reidviz.data.dataset import Dataset
from reidviz.data.images.decode import decode, load_image
from reidviz.data.images.encode import data_uri
from reidviz.gallery.named import FILES
from reidviz.gallery.sources import images_of

HEIGHT = 140
"""Pixels of an image in a file of hits."""


class GalleryImages:
    """Images by the ids of their entries, as the source of a gallery has them now."""

    def __init__(self, source: str) -> None:
        self._source = source

    def load(self, id: str) -> Image.Image:
        """The image of an entry in full size. ReidvizError where it is gone or cannot be read."""
        if (file := self._in_folder(id)) is not None:
            return decode(file, id)
        dataset, places = self._listed
        if id not in places:
            raise ReidvizError(f"The image {printable(id)} is not there any more.", "Update the gallery.")
        return load_image(dataset, places[id])

    def uri_or_none(self, id: str) -> str:
        """The image as a data URI, small, "" where it is gone or cannot be read."""
        try:
            return data_uri(self.load(id), HEIGHT)
        except ReidvizError:
            return ""

    def _in_folder(self, id: str) -> Path | None:
        """The file of an image below a folder, or beside a list, which is found without listing all the others; None
        too where the list may mean one elsewhere, whose id begins with the name of a folder that may be read."""
        if not self._source.startswith(FILES):
            return None
        place = Path(self._source.removeprefix(FILES).partition(MARK)[0])
        folder = place if place.is_dir() else place.parent
        if folder != place and any(id.startswith(f"{root.name}/") for root in settings.data_roots()):
            return None
        file = folder / id
        return file if file.is_file() and inside(file, folder) else None

    @cached_property
    def _listed(self) -> tuple[Dataset, dict[str, int]]:
        """All images, and where each is by its id. ReidvizError where the source cannot be read."""
        dataset = images_of(self._source)
        return dataset, {sample.id: place for place, sample in enumerate(dataset.samples)}
