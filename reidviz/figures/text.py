"""Names from outside in figures, and room for many of them."""

from reidviz.data.names import shown

MOST_INSIDE = 6
LINE = 20
"""Pixels that a name in a legend takes."""


def plain(name: str) -> str:
    """A name as text that Plotly takes for no markup and no template; line breaks become blanks."""
    text = shown(" ".join(name.split()))
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("%{", "&#37;{")


def below(height: int, names: int) -> dict[str, object]:
    """Layout of a figure of that height in pixels whose legend of so many names stands below."""
    legend = {"orientation": "h", "x": 0, "xanchor": "left", "y": -0.22, "yanchor": "top"}
    return {"height": height + LINE * names, "legend": legend, "showlegend": True}
