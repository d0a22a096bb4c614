"""Text for Markdown and for HTML. What comes from outside - names, protocols, messages - goes through an escape.

Markdown holds no markup but ours. There are two ways to it: literal(), and its constructor for what we compose of
constants, numbers and texts of the same type: Markdown(f"**{literal(name)}** of {count:,}"). Html comes of templates,
which escape all they are given. The type check refuses anything else in whatever Streamlit draws
(tests/markup_plugin.py).
"""

import re
from pathlib import Path
from typing import Final, NewType, cast

from markupsafe import Markup

from reidviz.common.printable import printable
from reidviz.common.templates import templates
from reidviz.common.words import Words
from reidviz.figures.style import ModelStyle

Markdown = NewType("Markdown", str)
Html = NewType("Html", Markup)

MARKS = re.compile(r"([\\`*_{}\[\]()#+\-.!|<>~$:&=])")
"""What a backslash keeps from being Markdown or HTML."""
FOUND_LATER = re.compile(r"(?<=:)(?=//|material[/_]|streamlit:)|(?<=[wW]{3})|(?<=@)|(?<=[-<>~])(?=[-=>])")
"""Where to part what Streamlit looks for when backslashes are gone: links, addresses, icons, arrows."""
NOTHING = ":gray[]"
"""An empty directive: it parts a text and shows nothing."""
UI: Final = Path(__file__).parents[1]
"""The folder whose files templates and stylesheets are named by."""


def literal(text: str) -> Markdown:
    """Text that Markdown shows as it is; line breaks become blanks, and what is invisible or turns the direction of a
    line is replaced (names.shown)."""
    parts = FOUND_LATER.split(printable(" ".join(text.split())))
    return cast(Markdown, NOTHING.join(MARKS.sub(r"\\\1", part) for part in parts))


def worded(words: Words) -> Markdown:
    """A sentence, what stands out in it in bold."""
    return Markdown(
        "".join(_spaced(one) if isinstance(one, str) else Markdown(f"**{literal(one.text)}**") for one in words)
    )


def _spaced(text: str) -> Markdown:
    """literal() that keeps a blank at either end, which parts the text from its neighbours."""
    before, after = Markdown(" " if text[:1].isspace() else ""), Markdown(" " if text[-1:].isspace() else "")
    return Markdown(f"{before}{literal(text)}{after}")


def model(name: str, style: ModelStyle) -> Markdown:
    """The name of a model behind its sign in its colour."""
    return cast(Markdown, f':color[{style.sign}]{{foreground="{style.colour}"}} {literal(name)}')


def render(template: str, **values: object) -> Html:
    """A template of this package, e.g. "data/image_grid.html", with values that HTML shows as they are, in attributes
    too; what is invisible is replaced. A value that is Html stands as HTML."""
    return cast(Html, Markup(TEMPLATES.get_template(template).render(values)))


def stylesheet(file: str) -> Html:
    """A stylesheet of this package, e.g. "style.css", as an element."""
    return cast(Html, Markup(f"<style>{(UI / file).read_text(encoding='utf-8')}</style>"))


def script(file: str) -> Html:
    """A script of this package, e.g. "session/history.js", as an element."""
    return cast(Html, Markup(f"<script>{(UI / file).read_text(encoding='utf-8')}</script>"))


TEMPLATES: Final = templates(UI)
