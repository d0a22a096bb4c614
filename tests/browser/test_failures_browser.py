"""The failure map by mouse and keyboard."""

import re
from pathlib import Path
from urllib.parse import quote

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import assert_fits, place_of
from tests.conftest import people_folder

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


@pytest.fixture(scope="module")
def sixty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return people_folder(tmp_path_factory.mktemp("sixty") / "people", persons=60)


@pytest.fixture
def shown(page: Page, server: str, sixty: Path) -> Page:
    """The failures of an untrained network, which are many, on sixty probes."""
    page.goto(f"{server}/compare?data={quote(f'folder:{sixty}')}&models=my+mtdnet-rnk&view=Failures")
    expect(page.get_by_role("heading", name="Failures of a group")).to_be_visible()
    return page


def test_a_click_on_a_mark_selects_its_failures_and_shows_them(shown: Page) -> None:
    place_of(shown, shown.locator(".st-key-failures-lifts .nsewdrag"))
    box = shown.locator(".st-key-failures-lifts .scatterlayer .point").first.bounding_box()
    assert box
    shown.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    chip = shown.get_by_role("button", name=re.compile(r"^\D*\d+ selected$"))
    expect(chip).to_be_visible()
    count = re.search(r"\d+", chip.inner_text())
    assert count
    expect(shown.get_by_role("button", name=f"Select these {count[0]}")).to_be_visible()


def test_a_card_opens_its_pair_by_keyboard(shown: Page) -> None:
    card = shown.locator(".rv-hard [data-card]").first
    place_of(shown, card)
    expect(card).to_have_css("cursor", "pointer")
    card.focus()
    shown.keyboard.press("Enter")
    expect(shown.get_by_role("heading", name="Pairs", exact=True)).to_be_visible()


def test_it_fits(shown: Page) -> None:
    assert_fits(shown, ".js-plotly-plot, .rv-hard")
