"""Images of the user's own: what can be uploaded, and what names them."""

import io

from PIL import Image
from streamlit.testing.v1 import AppTest

from reidviz.data.images.decode import SUFFIXES


def page() -> None:
    import streamlit as st

    from reidviz.ui.widgets.image_upload import upload

    mine = upload("An image", "mine")
    if mine is not None:
        st.text(f"{mine.image.size} {mine.key}")


def encoded(colour: tuple[int, int, int]) -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (20, 40), colour).save(buffer, "PNG")
    return buffer.getvalue()


def test_what_is_read_from_folders_can_be_uploaded() -> None:
    uploader = AppTest.from_function(page).run().file_uploader(key="mine")
    assert set(uploader.proto.type) == set(SUFFIXES)
    assert all(suffix.removeprefix(".") in uploader.help for suffix in SUFFIXES)


def test_equal_files_have_equal_keys_whatever_they_are_called() -> None:
    app = AppTest.from_function(page).run()
    seen = []
    for name, data in (("a.png", encoded((9, 9, 9))), ("b.png", encoded((9, 9, 9))), ("a.png", encoded((8, 9, 9)))):
        app.file_uploader(key="mine").set_value((name, data, "image/png")).run()
        seen.append(app.text[0].value)
    assert seen[0] == seen[1] != seen[2]
    assert seen[0].startswith("(20, 40)")


def test_a_file_that_is_no_image_is_refused_by_name() -> None:
    app = AppTest.from_function(page).run()
    app.file_uploader(key="mine").set_value(("words.png", b"words", "image/png")).run()
    assert not app.exception
    assert "words.png" in app.text[0].value
