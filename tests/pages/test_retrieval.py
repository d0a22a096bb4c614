import io
from pathlib import Path

import pytest
from PIL import Image
from streamlit.testing.v1 import AppTest

from tests.pages.conftest import settled


@pytest.fixture
def page(app: AppTest) -> AppTest:
    settled(app)
    return app.switch_page("pages/retrieval.py")


def html(app: AppTest) -> str:
    return "\n".join(str(e.value) for e in app.main.get("html") if not str(e.value).startswith("<script"))


def test_the_first_probe_is_on_screen_at_once(page: AppTest) -> None:
    settled(page)
    assert not page.exception
    rows = html(page)
    assert rows.count("<section") == 5
    assert rows.count("true match at rank") >= 5
    assert rows.count('aria-label="the true match"') == 5
    assert rows.count("✓") >= 5
    assert "✗" in rows


def test_choosing_a_probe_moves_the_lists_and_the_url(page: AppTest) -> None:
    settled(page)
    first = html(page)
    page.button(key="probe-5").click().run()
    assert not page.exception
    assert html(page) != first
    chosen = page.query_params["probe"]
    assert "A_1.png" in str(chosen)


def test_a_filter_that_lets_nothing_through_says_so(page: AppTest) -> None:
    settled(page)
    options = page.selectbox(key="probe-filter").options
    empty = [name for name in options if name.endswith("(0)")]
    for name in empty:
        page.selectbox(key="probe-filter").set_value(name.rsplit(" (", 1)[0]).run()
        assert not page.exception
        assert any("No probe is like that" in i.value for i in page.info)


def image(size: tuple[int, int] = (60, 140), kind: str = "PNG") -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", size, (200, 40, 40)).save(buffer, kind)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("name", "kind"), [("me.png", "PNG"), ("me.jpg", "JPEG"), ("me.webp", "WEBP"), ("me.bmp", "BMP")]
)
def test_an_uploaded_image_is_ranked_and_nothing_is_called_right(page: AppTest, name: str, kind: str) -> None:
    settled(page)
    page.segmented_control(key="source").set_value("Upload images").run()
    page.file_uploader(key="upload").set_value((name, image(kind=kind), f"image/{kind.lower()}")).run()
    assert not page.exception
    rows = html(page)
    assert rows.count("<section") == 5
    assert "✓" not in rows
    assert "✗" not in rows
    assert any("identity is not known" in c.value for c in page.caption)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("broken.png", b"\x89PNG\r\n\x1a\nnothing"),
        ("text.jpg", b"hello"),
        ("cut.png", image()[:60]),
        ("none.png", b""),
    ],
)
def test_a_bad_upload_gets_one_sentence(page: AppTest, name: str, content: bytes) -> None:
    settled(page)
    page.segmented_control(key="source").set_value("Upload images").run()
    page.file_uploader(key="upload").set_value((name, content, "image/png")).run()
    assert not page.exception
    assert any(name in t.value for t in page.text)
    assert not html(page)


def test_names_are_shown_as_text_never_as_markup(tmp_path: Path, app: AppTest) -> None:
    root = tmp_path / "people"
    (root / "p00").rename(root / "<b onclick=x>p00")
    settled(app)
    page = settled(app.switch_page("pages/retrieval.py"))
    assert not page.exception
    assert "&lt;b onclick" in html(page)
    assert "<b onclick" not in html(page)
