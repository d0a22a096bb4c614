from docs.make_api import PAGE, page


def test_the_page_says_what_the_docstrings_say() -> None:
    assert PAGE.read_text() == page(), "python -m docs.make_api"
