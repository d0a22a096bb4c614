"""The Embeddings page in Chromium: lasso, click, recolour, hover, filter, upload; the selection outlives them all."""

from pathlib import Path
from urllib.parse import quote

import pytest
from PIL import Image
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import assert_fits, place_of

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

PLACE = """canvas => {
    const box = canvas.getBoundingClientRect(), row = canvas.view.groups.find(group => group.rows.length).rows[0];
    const [x, y] = canvas.view.place(row);
    return [box.left + x, box.top + y];
}"""
LINKED = "() => [...document.querySelectorAll('*')].map(e => e.shadowRoot).filter(Boolean).flatMap(root => "
LINKED += "[...root.querySelectorAll('canvas')]).filter(canvas => WANTED).length === 2"


def opened(page: Page, server: str, world: Path) -> None:
    page.goto(f"{server}/embeddings?data={quote(f'folder:{world}/people')}")
    expect(page.get_by_text("Both spaces agree on")).to_be_visible()
    expect(page.locator("canvas")).to_have_count(2)


def canvas_of(page: Page, side: str) -> Locator:
    return page.locator("canvas").nth(("left", "right").index(side))


def drag_around(page: Page, side: str) -> None:
    """Lasso the whole of a map."""
    box = place_of(page, canvas_of(page, side))
    corners = [(0.02, 0.02), (0.98, 0.02), (0.98, 0.98), (0.02, 0.98), (0.02, 0.1)]
    places = [(box["x"] + a * box["width"], box["y"] + b * box["height"]) for a, b in corners]
    page.mouse.move(*places[0])
    page.mouse.down()
    for place in places[1:]:
        page.mouse.move(*place, steps=4)
    page.mouse.up()


def wait_for_both(page: Page, wanted: str) -> None:
    """Until both canvases are like that."""
    page.wait_for_function(LINKED.replace("WANTED", wanted))


def test_a_lasso_selects_in_both_maps_and_outlives_colours_and_pages(page: Page, server: str, world: Path) -> None:
    opened(page, server, world)
    drag_around(page, "left")
    expect(page.get_by_text("18 images selected")).to_be_visible()
    expect(page.locator(".rv-chosen img")).to_have_count(18)
    expect(page.locator(".rv-row").first).to_be_visible()
    wait_for_both(page, "canvas.view.told.links[0][0].length")
    page.get_by_label("Colour by").click()
    page.get_by_role("option", name="camera").click()
    expect(page.get_by_text("camera A").first).to_be_visible()
    expect(page.get_by_text("18 images selected")).to_be_visible()
    page.get_by_role("link", name="Compare").click()
    expect(page.get_by_role("radio", name="Probe by probe")).to_be_visible()
    page.get_by_role("link", name="Embeddings").click()
    expect(page.get_by_text("18 images selected")).to_be_visible()
    page.locator(".st-key-map-clear button").first.click()
    expect(page.get_by_text("Draw around images")).to_be_visible()


def test_resting_on_a_point_shows_its_image_and_a_click_selects_it(page: Page, server: str, world: Path) -> None:
    opened(page, server, world)
    canvas = canvas_of(page, "right")
    place_of(page, canvas)
    x, y = canvas.evaluate(PLACE)
    page.mouse.move(x - 30, y - 30)
    page.mouse.move(x, y, steps=4)
    expect(page.locator("#rv-hover img")).to_be_visible()
    expect(page.locator("#rv-hover")).to_contain_text("person p")
    wait_for_both(page, "canvas.view.at >= 0 && canvas.view.rings.length")
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
    wait_for_both(page, "canvas.view.told.uploaded.length")


def test_zoom_is_kept_over_a_selection_and_keys_choose_a_point(page: Page, server: str, world: Path) -> None:
    opened(page, server, world)
    canvas = canvas_of(page, "left")
    box = place_of(page, canvas)
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.wheel(0, -300)
    page.wait_for_function("canvas => canvas.view.zoom > 1", arg=canvas.element_handle())
    zoom = canvas.evaluate("canvas => canvas.view.zoom")
    canvas.focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    expect(page.get_by_text("1 image selected")).to_be_visible()
    expect(page.locator(".rv-chosen img")).to_have_count(1)
    assert canvas.evaluate("canvas => canvas.view.zoom") == zoom


def test_nothing_sticks_out(page: Page, server: str, world: Path) -> None:
    opened(page, server, world)
    drag_around(page, "right")
    expect(page.locator(".rv-row").first).to_be_visible()
    assert_fits(page, "table, .js-plotly-plot, .rv-cards, .rv-chosen")
