"""The address tells what is shown: Back undoes a step a press, a link shows the same to somebody else, keys walk."""

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from urllib.parse import parse_qs, quote, urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect
from playwright.sync_api import TimeoutError as PlaywrightTimeoutError

from tests.browser.conftest import PATIENCE, SETTLED, settle, tab_of

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


def opened(page: Page, server: str, world: Path, name: str, more: str = "") -> None:
    page.goto(f"{server}/{name}?data={quote(f'folder:{world}/people')}{more}")
    expect(page.get_by_text("Computed here on")).to_be_visible()
    settle(page)


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A tab of its own: it knows its own history alone, which is long where a tab was used before."""
    with tab_of(browser) as opened:
        yield opened


def told(page: Page, name: str) -> list[str]:
    return parse_qs(urlsplit(page.url).query).get(name, [])


def wait_for(page: Page, name: str, *values: str) -> None:
    """Until the address tells these values under a name, and the page is drawn."""
    page.wait_for_function(
        "([name, values]) => JSON.stringify(new URLSearchParams(location.search).getAll(name)) === values",
        arg=[name, str(list(values)).replace("'", '"').replace(", ", ",")],
    )
    page.wait_for_function(SETTLED)


def step(page: Page) -> str:
    """Press the key for the next probe; the probe that the address tells then."""
    before = told(page, "probe")
    moved = "before => JSON.stringify(new URLSearchParams(location.search).getAll('probe')) !== before"
    for _ in range(5):
        page.keyboard.press("ArrowRight")
        with suppress(PlaywrightTimeoutError):  # a key is lost while a part of the page is drawn anew
            page.wait_for_function(moved, arg=str(before).replace("'", '"'), timeout=20_000)
            break
    page.wait_for_function(SETTLED)
    return told(page, "probe")[0]


def test_back_undoes_what_was_done_a_step_a_press_over_pages_too(page: Page, server: str, world: Path) -> None:
    opened(page, server, world, "retrieval")
    before = page.evaluate("history.length")
    answer = page.get_by_test_id("stMain").get_by_text("the true match is").first
    first = answer.inner_text()
    begun = told(page, "probe")[0]
    second, third = step(page), step(page)
    page.get_by_role("link", name="Compare").click()
    page.get_by_text("Probe by probe").click()
    wait_for(page, "view", "Probe by probe")
    assert page.evaluate("history.length") == before + 4
    page.go_back()
    wait_for(page, "view")
    expect(page.get_by_role("radio", name="Curves")).to_be_checked()
    page.go_back()
    expect(page.get_by_role("heading", name="Retrieval")).to_be_visible()
    wait_for(page, "probe", third)
    page.go_back()
    wait_for(page, "probe", second)
    page.go_back()
    wait_for(page, "probe", begun)
    expect(answer).to_have_text(first)
    page.go_forward()
    wait_for(page, "probe", second)


COUNTED = """() => {
  window.written = [];
  for (const name of ['pushState', 'replaceState']) {
    const write = history[name].bind(history);
    history[name] = (state, title, url) => { window.written.push(url); write(state, title, url); };
  }
}"""


def test_who_goes_back_finds_the_address_as_it_was_left(page: Page, server: str, world: Path) -> None:
    """A page that wrote what the address already tells could write it over the one that is by then gone on to."""
    opened(page, server, world, "retrieval")
    begun = told(page, "probe")
    previous = page.get_by_role("button", name="Previous")
    expect(previous).to_be_disabled()
    step(page)
    expect(previous).to_be_enabled()
    page.evaluate(COUNTED)
    page.go_back()
    expect(previous).to_be_disabled()
    page.wait_for_function(SETTLED)
    assert told(page, "probe") == begun
    assert page.evaluate("window.written") == []


def test_quick_steps_back_and_forward_end_where_they_lead(page: Page, server: str, world: Path) -> None:
    """No step waits for the page of the one before; the connection holds, and every image is there."""
    opened(page, server, world, "retrieval")
    begun = told(page, "probe")[0]
    second, third = step(page), step(page)
    for _ in range(10):
        for go in (page.go_back, page.go_back, page.go_forward, page.go_forward):
            go()
    page.go_back()
    page.go_back()
    wait_for(page, "probe", begun)
    expect(page.get_by_role("button", name="Previous")).to_be_disabled()
    for probe in (second, third):
        page.go_forward()
        wait_for(page, "probe", probe)
        expect(page.get_by_role("button", name="Previous")).to_be_enabled()
    page.wait_for_function("[...document.querySelectorAll('.rv-card img')].every(e => e.complete && e.naturalWidth)")


def test_a_slider_leaves_no_steps_behind(page: Page, server: str, world: Path) -> None:
    opened(page, server, world, "compare")
    before = page.evaluate("history.length")
    slider = page.get_by_role("slider").first
    slider.focus()
    for weight in ("0.31", "0.32"):
        page.keyboard.press("ArrowRight")
        page.wait_for_function("weight => location.search.includes(weight)", arg=weight)
    assert page.evaluate("history.length") == before


def test_a_link_shows_the_same_to_somebody_else(page: Page, browser: Browser, server: str, world: Path) -> None:
    opened(page, server, world, "pairs", "&view=Threshold")
    page.get_by_role("button", name="FMR 1 %").click()
    page.wait_for_function("location.search.includes('threshold')")
    page.wait_for_function(SETTLED)
    metrics = page.get_by_test_id("stMetricValue").all_inner_texts()
    assert str(world) not in page.url
    other = browser.new_context(bypass_csp=True).new_page()
    other.set_default_timeout(1000 * PATIENCE)
    other.goto(page.url)
    expect(other.get_by_test_id("stMetricValue")).to_have_text(metrics)
    other.context.close()


def test_keys_walk_the_probes_and_open_a_pair_and_the_focus_stays(page: Page, server: str, world: Path) -> None:
    opened(page, server, world, "retrieval")
    keys = page.get_by_role("button", name="Keys")
    expect(keys).to_be_visible()
    page.wait_for_function("button => button.onclick !== null", arg=keys.element_handle())
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keys")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog", name="Keys")).to_be_hidden()
    expect(page.locator(".rv-card[data-card]").first).to_have_css("cursor", "pointer")
    page.keyboard.press("2")
    focused = page.locator(".rv-row:nth-of-type(2) .rv-card[data-card]").first
    expect(focused).to_be_focused()
    place = (focused.get_attribute("data-card") or "").split()[1]
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Pairs")).to_be_visible()
    page.wait_for_function("location.search.includes('second=')")
    assert told(page, "second")
    assert place.isdigit()
    page.wait_for_function("document.activeElement !== document.body")
