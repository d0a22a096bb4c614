"""Colours and dashes that tell curves apart: after Okabe and Ito (2008), colour-blind safe, and each at least 3:1 on
white and on the dark page."""

COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#B87F00", "#3A93C8", "#9467BD", "#7F7F7F")
DASHES = ("solid", "dash", "dot", "dashdot", "longdash", "longdashdot")

RIGHT = "#009E73"
WRONG = "#D55E00"


def colour(position: int) -> str:
    """The colour of the curve at this position."""
    return COLOURS[position % len(COLOURS)]


def dash(position: int) -> str:
    """The dash that goes with colour(position), so that curves differ without colour too."""
    return DASHES[position % len(DASHES)]
