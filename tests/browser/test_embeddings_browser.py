"""The Embeddings page in Chromium: lasso, click, recolour, hover, filter, upload; the selection outlives them all."""

from pathlib import Path
from urllib.parse import quote

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from tests.browser.conftest import assert_fits, place_of

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

PLACE = """chart => {
    const box = chart.getBoundingClientRect(), x = chart._fullLayout.xaxis, y = chart._fullLayout.yaxis;
    const trace = chart._fullData.find(trace => trace.x.length);
    return [box.left + x._offset + x.d2p(trace.x[0]), box.top + y._offset + y.d2p(trace.y[0])];
}"""


def opened(page: Page, server: str, world: Path) -> None:
    page.goto(f"{server}/embeddings?data={quote(f'folder:{world}/people')}")
    expect(page.get_by_text("Both spaces agree on")).to_be_visible()
    expect(page.locator(".js-plotly-plot")).to_have_count(4)


def drag_around(page: Page, side: str) -> None:
    """Lasso the whole of a map."""
    box = place_of(page, page.locator(f".st-key-map-side-{side} .nsewdrag").first)
    corners = [(0.02, 0.02), (0.98, 0.02), (0.98, 0.98), (0.02, 0.98), (0.02, 0.1)]
    places = [(box["x"] + a * box["width"], box["y"] + b * box["height"]) for a, b in corners]
    page.mouse.move(*places[0])
    page.mouse.down()
    for place in places[1:]:
        page.mouse.move(*place, steps=4)
    page.mouse.up()


def test_a_lasso_selects_in_both_maps_and_outlives_colours_and_pages(page: Page, server: str, world: Path) -> None:
    opened(page, server, world)
    drag_around(page, "left")
    expect(page.get_by_text("18 images selected")).to_be_visible()
    expect(page.locator(".rv-strip img")).to_have_count(18)
    expect(page.locator(".rv-row").first).to_be_visible()
    page.wait_for_function(
        """() => [...document.querySelectorAll('[class*=st-key-map-side-] .js-plotly-plot')].filter(
            chart => chart._fullData?.some(trace => trace.name === 'to its true match')).length === 2"""
    )
    page.get_by_label("Colour by").click()
    page.get_by_role("option", name="camera").click()
    expect(page.get_by_text("camera A").first).to_be_visible()
    expect(page.get_by_text("18 images selected")).to_be_visible()
    page.get_by_role("link", name="Compare").click()
    expect(page.get_by_text("Who wins on how many probes")).to_be_visible()
    page.get_by_role("link", name="Embeddings").click()
    expect(page.get_by_text("18 images selected")).to_be_visible()
    page.locator(".st-key-map-clear button").first.click()
    expect(page.get_by_text("Lasso or box images")).to_be_visible()


def test_resting_on_a_point_shows_its_image_and_a_click_selects_it(page: Page, server: str, world: Path) -> None:
    opened(page, server, world)
    chart = page.locator(".st-key-map-side-right .js-plotly-plot").first
    place_of(page, chart.locator(".nsewdrag").first)
    x, y = chart.evaluate(PLACE)
    page.mouse.move(x - 30, y - 30)
    page.mouse.move(x, y, steps=4)
    expect(page.locator("#rv-hover img")).to_be_visible()
    expect(page.locator("#rv-hover")).to_contain_text("person p")
    page.mouse.click(x, y)
    expect(page.get_by_text("1 image selected")).to_be_visible()
    expect(page.locator("#rv-hover")).to_be_hidden()


def test_an_uploaded_image_is_on_both_maps(page: Page, server: str, world: Path, tmp_path: Path) -> None:
    file = tmp_path / "someone.jpg"
    Image.new("RGB", (70, 150), (60, 120, 200)).save(file)
    opened(page, server, world)
    page.get_by_text("Which images, and one of your own").click()
    page.locator("input[type=file]").set_input_files(file)
    expect(page.get_by_text("Your image and its neighbours")).to_be_visible()
    page.wait_for_function(
        """() => [...document.querySelectorAll('[class*=st-key-map-side-] .js-plotly-plot')].filter(
            chart => chart._fullData?.some(trace => trace.name === 'your image')).length === 2"""
    )


def test_nothing_sticks_out(page: Page, server: str, world: Path) -> None:
    opened(page, server, world)
    drag_around(page, "right")
    expect(page.locator(".rv-row").first).to_be_visible()
    assert_fits(page, "table, .js-plotly-plot, .rv-cards, .rv-strip")
