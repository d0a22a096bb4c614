"""Verify in Chromium: keys answer pair after pair, here and on ranked cards."""

from pathlib import Path
from urllib.parse import quote

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import assert_fits, place_of, settle
from tests.conftest import people_folder

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


def test_keys_answer_undo_and_follow_to_the_ranked_cards(page: Page, server: str, tmp_path: Path) -> None:
    data = quote(f"folder:{people_folder(tmp_path / 'people', persons=30)}")
    page.goto(f"{server}/verify?data={data}")
    expect(page.get_by_text("Asked because")).to_be_visible()
    settle(page)
    for key, told in (
        ("a", "You marked 1 pair as the same person and 0 as different, and skipped 0"),
        ("x", "You marked 1 pair as the same person and 1 as different, and skipped 0"),
        ("s", "You marked 1 pair as the same person and 1 as different, and skipped 1"),
        ("u", "You marked 1 pair as the same person and 1 as different, and skipped 0"),
    ):
        page.keyboard.press(key)
        expect(page.get_by_text(told)).to_be_visible()
    expect(page.locator(".rv-pairs figure")).to_have_count(2)
    assert_fits(page, ".rv-question, .rv-pairs, [data-testid=stTopNavLink]")
    page.goto(f"{server}/retrieval?data={data}")
    card = page.locator(".rv-cards [data-card]").first
    place_of(page, card)
    expect(card).to_have_css("cursor", "pointer")  # keys and clicks are heard
    different = page.locator(".rv-cards .rv-card", has_text="≠ different").first
    card.focus()
    page.keyboard.press("x")
    expect(different).to_be_visible()
    card.focus()
    page.keyboard.press("u")
    expect(different).to_be_hidden()
