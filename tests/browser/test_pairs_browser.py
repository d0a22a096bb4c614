"""The Pairs page in Chromium: the threshold moves its costs, a lasso in the plane shows images, upload, why."""

from pathlib import Path
from urllib.parse import quote

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from tests.browser.conftest import assert_fits, place_of, settle

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


CHARTS = {"This pair": 2, "Threshold": 3, "Mistakes": 1}


def opened(page: Page, server: str, world: Path, view: str = "This pair") -> None:
    page.goto(f"{server}/pairs?data={quote(f'folder:{world}/people')}&view={quote(view)}")
    expect(page.get_by_text("Computed here on")).to_be_visible()
    expect(page.locator(".js-plotly-plot")).to_have_count(CHARTS[view])


def test_the_threshold_moves_its_costs(page: Page, server: str, world: Path) -> None:
    opened(page, server, world, "Threshold")
    false_matches = page.get_by_test_id("stMetricValue").first
    slider = page.get_by_role("slider").first
    settle(page)
    slider.focus()
    page.keyboard.press("Home")
    expect(false_matches).to_have_text("100.00 %")
    page.keyboard.press("End")
    expect(false_matches).not_to_have_text("100.00 %")


def test_pairs_lassoed_in_the_plane_are_shown_and_kept(page: Page, server: str, world: Path) -> None:
    opened(page, server, world, "Mistakes")
    plane = page.locator(".st-key-pairs-plane .nsewdrag, [class*=pairs-plane] .nsewdrag").first
    box = place_of(page, plane)
    corners = [(0.02, 0.02), (0.98, 0.02), (0.98, 0.98), (0.02, 0.98), (0.02, 0.1)]
    places = [(box["x"] + a * box["width"], box["y"] + b * box["height"]) for a, b in corners]
    page.mouse.move(*places[0])
    page.mouse.down()
    for place in places[1:]:
        page.mouse.move(*place, steps=4)
    page.mouse.up()
    expect(page.get_by_role("combobox", name="Pairs shown")).to_have_value("lassoed pairs (72)")
    expect(page.locator(".rv-pairs figure")).to_have_count(8)
    page.get_by_role("link", name="Embeddings").click()
    expect(page.get_by_text("18 images selected")).to_be_visible()


def test_an_uploaded_image_is_one_of_the_pair(page: Page, server: str, world: Path, tmp_path: Path) -> None:
    file = tmp_path / "someone.jpg"
    Image.new("RGB", (70, 150), (60, 120, 200)).save(file)
    opened(page, server, world)
    page.get_by_role("button", name="Upload").last.click()
    page.locator("input[type=file]").last.set_input_files(file)
    expect(page.get_by_text("Whether they are one person is not known here.")).to_be_visible()


def test_why_shows_both_branches(page: Page, server: str, world: Path) -> None:
    opened(page, server, world)
    page.get_by_text("Why: which regions made the decision").click()
    expect(page.locator(".rv-why img")).to_have_count(4)
    expect(page.get_by_text("hiding as much elsewhere").first).to_be_visible()
    page.get_by_text("occlusion", exact=True).click()
    expect(page.locator(".rv-why img")).to_have_count(4)


@pytest.mark.parametrize(
    ("view", "seen"), [("This pair", ".rv-two"), ("Threshold", "table"), ("Mistakes", ".rv-pairs")]
)
def test_nothing_sticks_out(page: Page, server: str, world: Path, view: str, seen: str) -> None:
    opened(page, server, world, view)
    expect(page.locator(seen).first).to_be_visible()
    assert_fits(page, "table, .js-plotly-plot, .rv-pairs, .rv-two")
