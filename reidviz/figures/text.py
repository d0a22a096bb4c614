"""Text in figures, of which Plotly takes some for HTML or a template, and room for many names.

Plain holds no markup. There are two ways to it: plain() for what comes from outside, and Plain(...) for constants,
numbers and what is made of these and Plain; the type check refuses anything else there (tests/markup_plugin.py).
"""

from typing import NewType, cast

from reidviz.common.printable import printable

Plain = NewType("Plain", str)

MOST_INSIDE = 6
LINE = 20
"""Pixels that a name in a legend takes."""


def plain(text: str) -> Plain:
    """Text that Plotly takes for no markup and no template; line breaks become blanks, and what is invisible is
    replaced."""
    spaced = printable(" ".join(text.split()))
    escaped = spaced.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("%{", "&#37;{")
    return cast(Plain, escaped)


def below(height: int, names: int) -> dict[str, object]:
    """Layout of a figure of that height in pixels whose legend of so many names stands below."""
    legend = {"orientation": "h", "x": 0, "xanchor": "left", "y": -0.22, "yanchor": "top"}
    return {"height": height + LINE * names, "legend": legend, "showlegend": True}
