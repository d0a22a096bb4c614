"""Colours and dashes that tell models apart, colour-blind safe (Okabe and Ito, 2008) and legible on light and dark."""

_COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#8C7A00", "#7F7F7F")
_DASHES = ("solid", "dash", "dot", "dashdot", "longdash", "longdashdot")

RIGHT = "#009E73"
WRONG = "#D55E00"


def colour(position: int) -> str:
    """The colour of the model at this position in the list of chosen models."""
    return _COLOURS[position % len(_COLOURS)]


def dash(position: int) -> str:
    """The dash that goes with colour(position), so that curves differ without colour too."""
    return _DASHES[position % len(_DASHES)]
