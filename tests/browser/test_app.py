"""What a newcomer does, in Chromium: open, look, pick a probe, upload one, compare, share the address."""

from pathlib import Path
from urllib.parse import quote, unquote

import pytest
from PIL import Image, ImageOps
from playwright.sync_api import Page, expect

from tests.browser.conftest import assert_fits, place_of, settle
from tests.conftest import people_folder

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


def address(server: str, world: Path, page: str = "") -> str:
    return f"{server}/{page}?data={quote(f'folder:{world}/people')}"


def test_a_page_linked_to_directly_opens_within_the_app(page: Page, server: str, world: Path) -> None:
    """The very first visit to a server may be to any page."""
    page.goto(address(server, world, "retrieval"))
    expect(page.get_by_role("heading", name="Retrieval")).to_be_visible()
    expect(page.get_by_text("my mtdnet (mtdtrp)").first).to_be_visible()
    expect(page.locator(".rv-row")).to_have_count(4)


def test_home_shows_curves_and_figures(page: Page, server: str, world: Path) -> None:
    page.goto(address(server, world))
    expect(page.get_by_role("heading", name="reidviz")).to_be_visible()
    expect(page.locator(".js-plotly-plot .scatterlayer .trace")).to_have_count(8)  # four curves and their bands
    expect(page.get_by_role("table").get_by_text("my mtdnet-rnk")).to_be_visible()
    page.get_by_role("link", name="Compare").last.click()
    expect(page.get_by_role("radio", name="Probe by probe")).to_be_visible()


def test_picking_a_probe_changes_lists_and_address(page: Page, server: str, world: Path) -> None:
    page.goto(address(server, world, "retrieval"))
    expect(page.locator(".rv-row")).to_have_count(4)
    image = page.locator(".rv-card.right img").first.get_attribute("alt")
    page.locator(".st-key-probe-9 button").first.click()
    expect(page.locator(".rv-card.right img").first).not_to_have_attribute("alt", image or "")
    page.wait_for_function("location.search.includes('probe=')")
    shared = page.evaluate("location.href")
    alt = page.locator(".rv-card.right img").first.get_attribute("alt")
    page.goto("about:blank")
    page.goto(shared)
    expect(page.locator(".rv-card.right img").first).to_have_attribute("alt", alt or "")


def test_the_lists_follow_a_box_on_the_probe(page: Page, server: str, tmp_path: Path) -> None:
    for file in people_folder(tmp_path / "people").rglob("*.png"):
        with Image.open(file) as image:
            image.paste(ImageOps.invert(image).resize((24, 24)), (0, 24))
        image.save(file)
    models = "&models=my+mtdnet&models=my+mtdnet-rnk"
    page.goto(f"{server}/retrieval?data={quote(f'folder:{tmp_path}/people')}{models}")
    expect(page.locator(".rv-row")).to_have_count(2)
    before = page.locator(".rv-row").first.inner_text()
    page.get_by_text("Box", exact=True).click()
    box = place_of(page, page.locator(".nsewdrag").first)
    page.mouse.move(box["x"] + 0.1 * box["width"], box["y"] + 0.1 * box["height"])
    page.mouse.down()
    page.mouse.move(box["x"] + 0.9 * box["width"], box["y"] + 0.4 * box["height"], steps=6)
    page.mouse.up()
    expect(page.get_by_text("Only the box")).to_be_visible()
    expect(page.locator(".rv-row").first).not_to_have_text(before, use_inner_text=True)
    expect(page.locator(".rv-row")).to_have_count(2)
    page.get_by_text("all but the box").click()
    expect(page.get_by_text("All but the box; the rest")).to_be_visible()


def test_an_uploaded_image_is_ranked_by_every_model(page: Page, server: str, world: Path, tmp_path: Path) -> None:
    file = tmp_path / "someone.jpg"
    Image.new("RGB", (70, 150), (60, 120, 200)).save(file)
    page.goto(address(server, world, "retrieval"))
    page.get_by_text("Upload images").click()
    page.locator("input[type=file]").set_input_files(file)
    expect(page.locator(".rv-row")).to_have_count(4)
    expect(page.locator(".rv-card.unknown")).to_have_count(4 * 6)
    expect(page.locator(".rv-card.right")).to_have_count(0)
    expect(page.get_by_text("Its identity is not known here")).to_be_visible()


def test_a_file_that_is_no_image_gets_a_sentence(page: Page, server: str, world: Path, tmp_path: Path) -> None:
    file = tmp_path / "words.png"
    file.write_text("not an image")
    page.goto(address(server, world, "retrieval"))
    page.get_by_text("Upload images").click()
    page.locator("input[type=file]").set_input_files(file)
    expect(page.get_by_text("This did not work")).to_be_visible()
    expect(page.get_by_text("words.png").last).to_be_visible()
    expect(page.get_by_text("Traceback")).to_have_count(0)


def test_a_probe_found_by_comparing_opens_in_retrieval(page: Page, server: str, world: Path) -> None:
    page.goto(f"{address(server, world, 'compare')}&view=Probe+by+probe")
    page.locator("[class*=st-key-open-] button").first.click()
    expect(page.get_by_role("heading", name="Retrieval")).to_be_visible()
    page.wait_for_function("location.search.includes('probe=') && location.search.includes('data=')")
    told = unquote(page.evaluate("location.href"))
    assert "data=folder:people&" in told
    assert str(world) not in told


def the_curve_of_the_mix_is_that_of(page: Page, name: str) -> None:
    """Wait until the newest chart draws the mix as it draws another reading."""
    page.wait_for_function(
        """name => {
            const chart = [...document.querySelectorAll('.st-key-compare-cmc .js-plotly-plot')].at(-1);
            const curve = wanted => [...chart?._fullData?.find(trace => trace.name === wanted)?.y ?? []].join();
            return curve(name) && curve(name) === curve('my mtdnet (mtdnet-fused)');
        }""",
        arg=name,
    )


def test_the_dial_moves_figures_and_curve(page: Page, server: str, world: Path) -> None:
    page.goto(address(server, world, "compare"))
    slider = page.get_by_role("slider").first
    expect(slider).to_have_value("0.3")
    expect(page.get_by_text("fitted 0.30")).to_be_visible()
    settle(page)
    slider.focus()
    page.keyboard.press("Home")
    expect(page.get_by_role("table").get_by_text("both, 0.00")).to_be_visible()
    the_curve_of_the_mix_is_that_of(page, "my mtdnet (mtdtrp)")
    page.keyboard.press("End")
    expect(page.get_by_role("table").get_by_text("both, 1.00")).to_be_visible()
    the_curve_of_the_mix_is_that_of(page, "my mtdnet")
    page.wait_for_function("location.search.includes('dial=')")
    page.locator(".st-key-dial-back button").first.click()
    expect(page.get_by_role("table").get_by_text("both, 0.30")).to_be_visible()
    page.wait_for_function("!location.search.includes('dial=')")


def test_the_dial_moves_the_list_and_is_kept(page: Page, server: str, world: Path) -> None:
    page.goto(address(server, world, "retrieval"))
    mix = page.locator(".rv-row").first
    expect(mix.get_by_text("weight 0.30")).to_be_visible()
    settle(page)
    before = mix.inner_text()
    page.get_by_role("slider").first.focus()
    page.keyboard.press("End")
    expect(mix.get_by_text("weight 1.00")).to_be_visible()
    assert mix.inner_text() != before
    page.get_by_role("link", name="Compare").click()
    expect(page.get_by_role("slider").first).to_have_value("1")
    page.get_by_role("button", name="Fitted").click()
    expect(page.get_by_text("who trained neither score")).to_be_visible()
    expect(page.locator(".st-key-dial-scale .js-plotly-plot")).to_be_visible()


@pytest.mark.parametrize("name", ["", "retrieval", "compare"])
def test_nothing_sticks_out(page: Page, server: str, world: Path, name: str) -> None:
    page.goto(address(server, world, name))
    expect(page.locator(".rv-row, .js-plotly-plot").first).to_be_visible()
    assert_fits(page, "table, .js-plotly-plot, .rv-cards")
