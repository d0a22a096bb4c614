"""HTML from templates that escape all they are given."""

from pathlib import Path
from typing import Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from reidviz.common.printable import printable

POLICY: Final = "default-src 'none'; img-src data:; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
"""The Content-Security-Policy of a file that carries all it shows."""


def templates(folder: Path) -> Environment:
    """The templates of a folder, by the names of their files, and standalone_head.html for a page that is a file of its
    own. A value is shown as it is, in attributes too; what is invisible is replaced; Markup stands as HTML; a value
    that is missing is an error."""
    made = Environment(
        loader=FileSystemLoader([folder, Path(__file__).parent]),
        autoescape=True,
        finalize=_visible,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals["policy"] = POLICY
    return made


def _visible(value: object) -> object:
    return value if not isinstance(value, str) or isinstance(value, Markup) or value.isprintable() else printable(value)
