"""Text for Markdown and for HTML. What comes from outside - names, protocols, messages - goes through an escape.

Markdown and Html hold no markup but ours. There are two ways to one: an escape, and its constructor for what we compose
of constants, numbers and texts of the same type: Markdown(f"**{literal(name)}** of {count:,}"). The type check refuses
anything else there, and in whatever Streamlit draws (tests/markup_plugin.py).
"""

import re
from html import escape
from typing import NewType, cast

from reidviz.data.names import shown

Markdown = NewType("Markdown", str)
Html = NewType("Html", str)

MARKS = re.compile(r"([\\`*_{}\[\]()#+\-.!|<>~$:&=])")
"""What a backslash keeps from being Markdown or HTML."""
FOUND_LATER = re.compile(r"(?<=:)(?=//|material[/_]|streamlit:)|(?<=[wW]{3})|(?<=@)|(?<=[-<>~])(?=[-=>])")
"""Where to part what Streamlit looks for when backslashes are gone: links, addresses, icons, arrows."""
NOTHING = ":gray[]"
"""An empty directive: it parts a text and shows nothing."""


def literal(text: str) -> Markdown:
    """Text that Markdown shows as it is; line breaks become blanks, and what is invisible or turns the direction of a
    line is replaced (names.shown)."""
    parts = FOUND_LATER.split(shown(" ".join(text.split())))
    return cast(Markdown, NOTHING.join(MARKS.sub(r"\\\1", part) for part in parts))


def in_html(text: str) -> Html:
    """Text that HTML shows as it is, in attributes too; what is invisible is replaced."""
    return cast(Html, escape(shown(text)))
