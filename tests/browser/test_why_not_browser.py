"""Why not in Chromium: what was found is shown at a click, the brush by mouse and by keys, and the list follows."""

import re
from contextlib import suppress
from pathlib import Path
from urllib.parse import quote

import pytest
from playwright.sync_api import Page, expect
from playwright.sync_api import TimeoutError as PlaywrightTimeoutError

from tests.browser.conftest import assert_fits, place_of, settle

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


@pytest.fixture
def section(page: Page, server: str, world: Path) -> Page:
    """The section of the first probe that a model fails on, open, with its search done."""
    page.goto(f"{server}/retrieval?data={quote(f'folder:{world}/people')}&models=my+mtdnet-rnk")
    expect(page.get_by_role("button", name="Failure after")).to_be_visible()
    settle(page)
    page.get_by_role("button", name="Failure after").click()
    page.get_by_text("Why not? Which regions").click()
    expect(page.locator(".frame")).to_have_count(3)
    expect(page.get_by_role("button", name="Show it")).to_be_visible()
    settle(page)
    return page


def told(page: Page, words: str) -> None:
    expect(page.get_by_text(re.compile(words)).first).to_be_visible()


def test_what_was_found_is_hidden_at_a_click_and_nothing_passes_the_edge(section: Page) -> None:
    section.get_by_role("button", name="Show it").click()
    told(section, "hidden, around .* the true match stands at rank")
    expect(section.locator(".frame .box:not([hidden])").first).to_be_attached()
    assert_fits(section, ".frame, .rv-row")


def test_the_list_follows_the_mouse_before_it_is_let_go(section: Page) -> None:
    frame = section.locator(".frame").nth(2)
    frame.scroll_into_view_if_needed()
    words = "of all three images hidden, around .* the true match stands at rank"
    for _ in range(5):
        place = place_of(section, frame)
        section.mouse.move(place["x"] + 0.2 * place["width"], place["y"] + 0.2 * place["height"])
        section.mouse.down()
        section.mouse.move(place["x"] + 0.9 * place["width"], place["y"] + 0.6 * place["height"], steps=4)
        with suppress(PlaywrightTimeoutError):  # a brush is lost while its part of the page is drawn anew
            section.get_by_text(re.compile(words)).first.wait_for(timeout=20_000)
            break
        section.mouse.up()
    told(section, words)
    expect(section.locator(".box:not([hidden])")).to_have_count(3)
    section.mouse.up()
    frame.dblclick()
    told(section, "Nothing is hidden")


def test_the_brush_by_keys_leaves_the_probe(section: Page) -> None:
    address = section.url
    section.locator(".frame").first.focus()
    section.keyboard.press("ArrowRight")
    told(section, "With 7 % of all three images hidden, around the centre")
    for _ in range(3):
        section.keyboard.press("Shift+ArrowDown")
    told(section, "With 12 % of all three images hidden")
    section.keyboard.press("Escape")
    told(section, "Nothing is hidden")
    assert section.url == address
