"""What a report shows of people: nothing, images without heads, or all of drawn people."""

from collections.abc import Callable
from functools import cache
from typing import Final, Literal

from reidviz.common.errors import ReidvizError
from reidviz.data.dataset import Dataset
from reidviz.data.formats.synthetic import SYNTHETIC
from reidviz.data.images.decode import load_image
from reidviz.data.images.encode import data_uri
from reidviz.data.images.heads import RULE, without_head

People = Literal["none", "blurred", "full"]
HEIGHT = 128
TOLD: Final[dict[People, str]] = {
    "none": "Images of people are left out: ranks, identities and cameras stand in their places.",
    "blurred": f"Heads are made unrecognisable by a rule: {RULE}. Where a person was cropped otherwise, a face may lie "
    "below that quarter: look before you pass this file on.",
    "full": "All people on these images are drawn; none exists.",
}
Images = Callable[[int], str | None]
"""The data URI of the image at a position of the data set; None where it is left out or cannot be read."""


def ways_to_show(dataset: Dataset) -> tuple[People, ...]:
    """What may be shown of the people of a data set, the usual way first: real people are never shown in full."""
    return ("full", "blurred", "none") if dataset.layout == SYNTHETIC.name else ("none", "blurred")


def people_shown(dataset: Dataset, asked: People | None) -> People:
    """What is shown where nothing or this is asked. ReidvizError for what may not be."""
    ways = ways_to_show(dataset)
    if asked is not None and asked not in ways:
        raise ReidvizError(
            "Only the drawn people of the built-in data are shown in full.", "Choose --people none or --people blurred."
        )
    return asked or ways[0]


def images_of(dataset: Dataset, people: People) -> Images:
    """The images of a data set as a report shows them, each encoded once."""

    @cache
    def image(position: int) -> str | None:
        if people == "none":
            return None
        try:
            found = load_image(dataset, position)
        except ReidvizError:
            return None
        return data_uri(without_head(found) if people == "blurred" else found, HEIGHT)

    return image
