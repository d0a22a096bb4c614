"""The images of a gallery, to be shown and to be compared pixel by pixel."""

from PIL import Image

from reidviz.common.errors import ReidvizError
from reidviz.common.printable import printable
from reidviz.data.images.decode import load_image
from reidviz.gallery.sources import images_of


class GalleryImages:
    """Images by the ids of their entries, as the source of a gallery has them now."""

    def __init__(self, source: str) -> None:
        """ReidvizError where the source cannot be read."""
        self._dataset = images_of(source)
        self._places = {sample.id: place for place, sample in enumerate(self._dataset.samples)}

    def load(self, id: str) -> Image.Image:
        """The image of an entry in full size. ReidvizError where it is gone or cannot be read."""
        place = self._places.get(id)
        if place is None:
            raise ReidvizError(f"The image {printable(id)} is not there any more.", "Update the gallery.")
        return load_image(self._dataset, place)
