"""Marked pairs as images, with who said what of them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from reidviz.common.errors import ReidvizError
from reidviz.data.dataset import Dataset, Sample
from reidviz.marks.mark import Answer, Pair
from reidviz.ui.marks.annotator import SIGNS
from reidviz.ui.widgets.markup import Html, render
from reidviz.ui.widgets.thumbnails import thumbnail

Said = Sequence[tuple[Answer, str]]
"""What was said of a pair: each answer, and whose it is."""


@dataclass(frozen=True)
class MarkedPairCard:
    """Two images with their labels, whether all said that they are one person, and what was said."""

    images: tuple[tuple[str, str], ...]
    same: bool
    lines: tuple[str, ...]


def image_label(sample: Sample, names: bool) -> str:
    """What stands with an image: its camera, and with names whom it shows."""
    camera = f"camera {sample.camera}" if sample.camera else "camera not known"
    return f"person {sample.identity}, {camera}" if names else camera


def marked_pairs_html(dataset: Dataset, said: Iterable[tuple[Pair, Said]], names: bool = True) -> Html:
    """Marked pairs and what was said of each, as one piece of HTML; pairs whose images are gone are left out."""
    place = {sample.id: i for i, sample in enumerate(dataset.samples)}
    cards = [_card(dataset, place, pair, what, names) for pair, what in said]
    return render("marks/pairs.html", cards=[card for card in cards if card is not None])


def _card(dataset: Dataset, place: Mapping[str, int], pair: Pair, said: Said, names: bool) -> MarkedPairCard | None:
    """None where an image is gone or cannot be read. place: where each Sample.id stands."""
    try:
        positions = [place[image] for image in pair]
        images = [(thumbnail(dataset, i), image_label(dataset.samples[i], names)) for i in positions]
    except (KeyError, ReidvizError):
        return None
    lines = tuple(f"{who}: {SIGNS[what]}" if who else SIGNS[what] for what, who in said)
    return MarkedPairCard(tuple(images), all(what == "same" for what, _ in said), lines)
