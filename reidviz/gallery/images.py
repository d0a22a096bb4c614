"""The images of a gallery, to be shown and to be compared pixel by pixel."""

from functools import cached_property
from pathlib import Path

from PIL import Image

from reidviz.common.errors import ReidvizError
from reidviz.common.printable import MARK, printable
from reidviz.common.roots import inside
from reidviz.data.dataset import Dataset
from reidviz.data.images.decode import decode, load_image
from reidviz.gallery.sources import FILES, images_of


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

    def _in_folder(self, id: str) -> Path | None:
        """The file of an image in a folder, which is found without listing all the others."""
        folder = Path(self._source.removeprefix(FILES).partition(MARK)[0])
        file = folder / id
        found = self._source.startswith(FILES) and file.is_file() and inside(file, folder)
        return file if found else None

    @cached_property
    def _listed(self) -> tuple[Dataset, dict[str, int]]:
        """All images, and where each is by its id. ReidvizError where the source cannot be read."""
        dataset = images_of(self._source)
        return dataset, {sample.id: place for place, sample in enumerate(dataset.samples)}
