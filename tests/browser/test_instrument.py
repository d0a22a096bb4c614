"""The hand on the control, the eye on the effect: answers above the fold, the match on screen, keys, models added."""

from pathlib import Path
from urllib.parse import quote

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from reidviz.data.formats import load
from tests.browser.conftest import place_of

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]
ANSWERS = {
    "": "the better single task",
    "compare": "puts the right person first for",
    "retrieval": "true match",
    "pairs": "models say",
}


def address(server: str, world: Path, page: str = "") -> str:
    return f"{server}/{page}?data={quote(f'folder:{world}/people')}"


@pytest.mark.parametrize("size", [(1440, 900), (1000, 800)])
def test_the_answer_is_above_the_fold_and_all_pages_in_the_menu(
    page: Page, server: str, world: Path, size: tuple[int, int]
) -> None:
    page.set_viewport_size({"width": size[0], "height": size[1]})
    for name, words in ANSWERS.items():
        page.goto(address(server, world, name))
        answer = page.get_by_test_id("stMain").get_by_text(words).first
        expect(answer).to_be_visible()
        box = place_of(page, answer)
        assert box["y"] + box["height"] < size[1] / 3, (name, page.get_by_test_id("stMain").inner_text()[:600])
        assert "\N{REPLACEMENT CHARACTER}" not in page.locator("body").inner_text()
    expect(page.get_by_test_id("stTopNavLink").filter(has_text="Train").first).to_be_visible()


def test_the_true_match_is_on_screen_in_every_row_at_the_same_place(page: Page, server: str, world: Path) -> None:
    page.set_viewport_size({"width": 1440, "height": 1400})
    page.goto(address(server, world, "retrieval"))
    expect(page.locator(".rv-match img")).to_have_count(4)
    boxes = [place_of(page, one) for one in page.locator(".rv-match").all()]
    assert len({round(box["x"]) for box in boxes}) == 1
    assert all(box["x"] + box["width"] <= 1440 for box in boxes)
    cards = {round(place_of(page, one)["width"]) for one in page.locator(".rv-cards .rv-card").all()}
    assert max(cards) - min(cards) <= 1


def test_features_are_added_and_stand_beside_the_others(page: Page, server: str, world: Path, tmp_path: Path) -> None:
    dataset = load(f"folder:{world}/people")
    features = np.random.default_rng(0).normal(size=(len(dataset.samples), 8))
    np.savez(tmp_path / "mine.npz", features=features, ids=[sample.id for sample in dataset.samples])
    page.goto(address(server, world))
    page.get_by_text("Add a model").click()
    expect(page.get_by_role("heading", name="Models")).to_be_visible()
    page.locator("input[type=file]").set_input_files(tmp_path / "mine.npz")
    expect(page.get_by_text(f"{len(dataset.samples)} of {len(dataset.samples)} images were found")).to_be_visible()
    page.get_by_role("button", name="Add the model").click()
    expect(page.get_by_text("was added and is chosen in the sidebar")).to_be_visible()
    page.get_by_role("link", name="Home").first.click()
    expect(page.get_by_role("table").get_by_text("mine", exact=False).last).to_be_visible()
    expect(page.get_by_role("table").get_by_text("given features")).to_be_visible()


@pytest.mark.parametrize(("name", "bar"), [("retrieval", ".st-key-dial-bar"), ("pairs", ".st-key-threshold-bar")])
def test_the_control_stays_on_screen_beside_its_effect(
    page: Page, server: str, world: Path, name: str, bar: str
) -> None:
    page.set_viewport_size({"width": 1440, "height": 500})
    page.goto(address(server, world, name))
    expect(page.get_by_text("Computed here on")).to_be_visible()
    place_of(page, page.locator(bar))
    page.get_by_text("Computed here on").scroll_into_view_if_needed()
    expect(page.locator(bar)).to_be_in_viewport(ratio=1)
