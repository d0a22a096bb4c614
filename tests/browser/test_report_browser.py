"""A report opens from disk, without any network, in both themes."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Route, expect

from reidviz.cli.main import main
from reidviz.models.checkpoint import save_checkpoint
from reidviz.models.model_card import Card
from tests.conftest import SMALL, network, people_folder

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]
BACKGROUNDS = {"light": "rgb(255, 255, 255)", "dark": "rgb(17, 24, 28)"}


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two models under hostile names, people with blurred heads."""
    root = tmp_path_factory.mktemp("report")
    command = ["report", "--data", f"folder:{people_folder(root / 'people', persons=12)}", "--protocol", "half:0"]
    for seed, name in enumerate(("<script>alert(1)</script>", '"><img src=//evil.example onerror=alert(2)>')):
        file = root / f"{seed}.safetensors"
        card = Card(name, "mtdnet-rnk", SMALL, {}, "x", "h", "half:0", "fresh", seed, 0)
        save_checkpoint(file, network("mtdnet-rnk", seed=seed), card)
        command += ["--model", str(file)]
    assert main([*command, "--people", "blurred", "--out", str(root / "report.html")]) == 0
    return root / "report.html"


def test_it_opens_without_a_network_and_answers_first(browser: Browser, report: Path) -> None:
    context = browser.new_context(offline=True, viewport={"width": 1000, "height": 800})
    page, asked, said = context.new_page(), [], []

    def note(route: Route) -> None:
        if route.request.url.startswith("file:"):
            route.continue_()
        else:
            asked.append(route.request.url)
            route.abort()

    def hear(message: ConsoleMessage) -> None:
        said.append(message.text)

    context.route("**/*", note)
    page.on("console", hear)
    page.on("dialog", lambda dialog: said.append(dialog.message))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.goto(report.as_uri())
    expect(page.locator(".answer")).to_be_in_viewport()
    expect(page.locator(".answer")).to_contain_text("puts the right person first for")
    for theme, background in BACKGROUNDS.items():
        page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]
        expect(page.locator("body")).to_have_css("background-color", background)
        text = page.locator(".chart text").first
        expect(text).to_have_css("fill", page.locator("body").evaluate("one => getComputedStyle(one).color"))
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert page.evaluate("[...document.images].every(one => one.naturalWidth > 0)")
    assert page.locator("img").count() > 0
    assert (asked, said) == ([], [])
    context.close()


def test_it_prints_on_a4(browser: Browser, report: Path) -> None:
    context = browser.new_context(viewport={"width": 688, "height": 1000}, color_scheme="dark")
    page = context.new_page()
    page.goto(report.as_uri())
    page.emulate_media(media="print")
    expect(page.locator("body")).to_have_css("background-color", BACKGROUNDS["light"])
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert page.pdf(format="A4").startswith(b"%PDF")
    context.close()
