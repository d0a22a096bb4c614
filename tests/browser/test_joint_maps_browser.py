"""The Joint maps page in Chromium: pairs, maps and charts of a network that a source helped."""

import re
from collections.abc import Iterator
from dataclasses import replace
from urllib.parse import quote

import pytest
from playwright.sync_api import Page, expect

from reidviz.data.formats import load
from reidviz.models.checkpoint import save_checkpoint
from reidviz.models.model_card import Card
from tests.browser.conftest import assert_fits, serving
from tests.conftest import SMALL, network, people_folder

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """An app with a target, a source, a network trained on the source and one that went on from it."""
    root = tmp_path_factory.mktemp("transfer")
    target = f"folder:{people_folder(root / 'target', persons=12)}"
    source = f"folder:{people_folder(root / 'source', persons=14, size=(30, 60))}"
    for name, variant, data, helper in (
        ("teacher", "mtdnet", source, ""),
        ("helped", "mtdnet-cross", target, source),
    ):
        card = Card(name, variant, SMALL, {"joint": "conv5"}, data, load(data).manifest_hash, "half:0", "fresh", 0, 0)
        path = root / "runs" / name / "checkpoints" / "final.safetensors"
        save_checkpoint(path, network(variant, seed=len(name)), replace(card, source=helper))
    with serving(root) as server:
        yield f"{server}/joint_maps?data={quote(target)}&models=helped"


def test_everything_is_on_screen_and_nothing_sticks_out(page: Page, address: str) -> None:
    page.goto(address)
    expect(page.locator(".js-plotly-plot")).to_have_count(4)
    expect(page.locator(".rv-pair")).to_have_count(7)
    expect(page.get_by_role("table").get_by_text(re.compile("after: . helped"))).to_be_visible()
    assert_fits(page, "table, .js-plotly-plot, .rv-pair")


def test_another_pair_and_all_channels(page: Page, address: str) -> None:
    page.goto(address)
    first = page.locator(".rv-pair").first
    image = first.locator("img").first.get_attribute("src")
    page.get_by_text("two persons", exact=True).first.click()
    expect(first).to_contain_text("two persons · target pair")
    expect(first.locator("img").first).not_to_have_attribute("src", image or "")
    page.get_by_text("All 8 channels").click()
    expect(page.get_by_alt_text("all channels after")).to_be_visible()
