"""How a model looks in every figure and beside its name: one colour, dash and marker, whatever else is on screen."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import count
from typing import Final
from zlib import crc32

from reidviz.figures.palette import COLOURS, colour, dash
from reidviz.models.variants import TRAINED_ON

SYMBOLS: Final = {
    "circle": "●",
    "square": "■",
    "diamond": "◆",
    "triangle-up": "▲",
    "star": "★",
    "cross": "✚",
    "triangle-down": "▼",
}
"""Markers as Plotly calls them, and as characters. Eight colours, six dashes and seven markers, each in turn, make 168
looks before one comes again."""
PLACES: Final = {name: place for place, name in enumerate(TRAINED_ON)}
"""The looks of the models that are shipped: they go by the names of the variants' rankers."""


@dataclass(frozen=True)
class ModelStyle:
    """The look at one place in the order of all looks."""

    place: int

    @property
    def colour(self) -> str:
        """As "#rrggbb"."""
        return colour(self.place)

    @property
    def dash(self) -> str:
        """As Plotly calls it."""
        return dash(self.place)

    @property
    def symbol(self) -> str:
        """The marker, as Plotly calls it."""
        return list(SYMBOLS)[self.place % len(SYMBOLS)]

    @property
    def sign(self) -> str:
        """The marker as a character."""
        return SYMBOLS[self.symbol]


def style_of(names: Iterable[str]) -> dict[str, ModelStyle]:
    """The looks of models that may stand together, no two alike.

    The shipped ones always have the same. Each other one gets, in the order given, a colour that the fewest have, from
    the one on that its name tells: others that are added behind change nothing for those before.
    """
    names = list(dict.fromkeys(names))
    places = {name: PLACES[name] for name in names if name in PLACES}
    used = Counter(place % len(COLOURS) for place in places.values())
    for name in names:
        if name not in places:
            first = crc32(name.encode("utf-8", "surrogateescape"))
            which = min(((first + i) % len(COLOURS) for i in range(len(COLOURS))), key=lambda one: used[one])
            places[name] = next(p for p in count(which, len(COLOURS)) if p not in places.values())
            used[which] += 1
    return {name: ModelStyle(places[name]) for name in names}
