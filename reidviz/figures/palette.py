"""Colours and dashes that tell curves apart, colour-blind safe (Okabe and Ito, 2008) and legible on light and dark."""

COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#8C7A00", "#7F7F7F")
DASHES = ("solid", "dash", "dot", "dashdot", "longdash", "longdashdot")

RIGHT = "#009E73"
WRONG = "#D55E00"


def colour(position: int) -> str:
    """The colour of the curve at this position."""
    return COLOURS[position % len(COLOURS)]


def dash(position: int) -> str:
    """The dash that goes with colour(position), so that curves differ without colour too."""
    return DASHES[position % len(DASHES)]
