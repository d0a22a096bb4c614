"""A folder of probes is searched for, and a click on a probe or a hit leads on."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from reidviz.gallery.update import add
from tests.browser.conftest import assert_fits, serving
from tests.conftest import people_folder

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


def test_a_click_opens_a_probe_of_the_batch_and_a_hit_is_searched_for(
    page: Page, world: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    galleries = str(tmp_path / "galleries")
    monkeypatch.setenv("REIDVIZ_GALLERIES", galleries)
    add("street", str(world / "people"), str(world / "runs" / "my mtdnet"))
    probes = people_folder(tmp_path / "probes", persons=3, shots=1)
    with serving(world, REIDVIZ_GALLERIES=galleries) as address:
        page.goto(f"{address}/search?probe-from=A+whole+folder")
        page.get_by_placeholder("/data/probes").fill(str(probes))
        page.keyboard.press("Enter")
        page.get_by_role("button", name="Search for them all").click()
        expect(page.get_by_text("to each of 6 probes")).to_be_visible()
        expect(page.locator("section.rv-row")).to_have_count(6)
        assert_fits(page, ".rv-row")
        page.get_by_role("button", name="p00/A_0.png. Click: all of its hits").click()
        expect(page.get_by_role("button", name="All probes")).to_be_visible()
        expect(page.locator("section.rv-row .rv-card")).to_have_count(40)
        for key, marked in (("a", "accepted"), ("x", "rejected"), ("u", "accepted")):
            card = page.get_by_role("button", name="rank 2,")
            card.focus()
            card.press(key)
            expect(card).to_have_accessible_name(re.compile(f", {marked}$"))
        page.get_by_role("button", name="All probes").click()
        expect(page.locator("section.rv-row")).to_have_count(6)
        page.locator("section.rv-row").first.get_by_role("button", name="rank 1, p00/A_0.png").click()
        page.wait_for_function("location.search.includes('hit=')")
        expect(page.locator("section.rv-row")).to_have_count(1)
