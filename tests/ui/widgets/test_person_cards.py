from reidviz.figures.style import ModelStyle
from reidviz.ui.widgets.person_cards import Card, Row, rows_html

STYLE = ModelStyle(2)


def card(rank: int, right: bool | None, identity: str = "7", camera: str = "A") -> Card:
    return Card(rank, "data:image/jpeg;base64,AA", identity, camera, "d² 0.100", right)


def test_right_and_wrong_differ_by_more_than_colour() -> None:
    html = rows_html([Row("mtdnet", STYLE, "note", (card(1, False), card(2, True)))])
    assert 'rv-card wrong"' in html
    assert 'rv-card right"' in html
    assert html.count("✓") == html.count("✗") == 1
    assert "another person" in html
    assert "the probe&#39;s person" in html


def test_the_match_stands_beside_the_list_with_its_rank_wherever_it_is() -> None:
    html = rows_html([Row("mtdnet", STYLE, "note", (card(1, False),), match=card(37, True))])
    assert 'aria-label="the true match"' in html
    assert "rank 37" in html.partition("rv-match")[2]


def test_an_unknown_probe_makes_no_claim() -> None:
    html = rows_html([Row("mtdnet", STYLE, "note", (card(1, None),))])
    assert "✓" not in html
    assert "✗" not in html


def test_names_from_files_are_escaped() -> None:
    hostile = '"><script>alert(1)</script>'
    html = rows_html([Row(hostile, STYLE, hostile, (card(1, True, hostile, hostile),))])
    assert "<script" not in html
