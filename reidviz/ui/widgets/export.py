"""What a chart, a table or a grid of images can be taken away as, each with its birth certificate."""

from collections.abc import Callable
from functools import partial
from typing import Final

import streamlit as st

from reidviz.evaluation.certificate import Certificate
from reidviz.figures.print.files import Formats, Made
from reidviz.figures.remade.again import NOT_REMADE
from reidviz.ui.widgets.markup import Markdown, literal

LABELS: Final = {
    "svg": Markdown("SVG"),
    "png": Markdown("PNG"),
    "pdf": Markdown("PDF"),
    "csv": Markdown("CSV"),
    "tex": Markdown("LaTeX"),
}

AGAIN: Final = Markdown("Makes it again from its file, with --data NAME:FOLDER where the data are your own:")
ANEW: Final = Markdown("Computes the numbers of its models anew, without the file:")


def offer_export(make: Callable[[], Made], forms: Formats, certificate: Certificate, key: str) -> None:
    """Draw what it can be taken away as, and the command of its record; a file is made when it is asked for, and is
    called after what it shows."""
    with st.popover("Export", icon=":material/ios_share:", type="tertiary", key=f"{key}-export"):
        with st.container(horizontal=True):
            for form, (mime, write) in forms.items():
                data = partial(_made, make, write, certificate)
                st.download_button(
                    LABELS[form], data, f"{certificate.kind}.{form}", mime, key=f"{key}-{form}", on_click="ignore"
                )
        st.caption(literal(certificate.caption))
        if found := NOT_REMADE.get(certificate.kind):
            st.caption(f"The command does not make it again: {literal(' '.join(found))}")
        for what, command in ((AGAIN, certificate.command), (ANEW, certificate.numbers)):
            if command:
                st.caption(what)
                st.code(command, language="bash", wrap_lines=True)


def _made(make: Callable[[], Made], write: Callable[[Made, Certificate], bytes], certificate: Certificate) -> bytes:
    return write(make(), certificate)
