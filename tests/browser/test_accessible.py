"""No page has a serious finding of axe-core, in either theme."""

from pathlib import Path
from urllib.parse import quote

import axe_playwright_python
import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import BACKGROUNDS, settle

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]
AXE = next(Path(axe_playwright_python.__file__).parent.rglob("axe.min.js")).read_text(encoding="utf-8")
PAGES = ["", "data", "retrieval", "compare", "embeddings", "pairs", "joint_maps", "train", "models", "search", "verify"]
VIEWS = [("compare", "Probe by probe"), ("compare", "Failures"), ("pairs", "Threshold"), ("pairs", "Mistakes")]
STILL = "!document.getAnimations().some(one => one instanceof CSSTransition && one.playState !== 'finished')"
"""Chromium may go on listing transitions that are over, until it draws again."""
FOUND = """async rules => (await axe.run(document, {resultTypes: ['violations'], ...rules})).violations
  .filter(one => ['serious', 'critical'].includes(one.impact))
  .map(one => one.id + ': ' + one.nodes
    .map(node => (node.any[0]?.message ?? '') + ' ' + node.html.slice(0, 120)).join(' | '))"""

RULES: dict[str, dict[str, list[str]]] = {"light": {}, "dark": {"runOnly": ["color-contrast", "link-in-text-block"]}}
"""Of the second theme, those that look at colours."""


@pytest.mark.parametrize(("name", "view"), [*((name, "") for name in PAGES), *VIEWS])
def test_nothing_serious(page: Page, server: str, world: Path, name: str, view: str) -> None:
    shown = f"&view={quote(view)}" if view else ""
    page.goto(f"{server}/{name}?data={quote(f'folder:{world}/people')}{shown}")
    expect(page.get_by_test_id("stHeading").first).to_be_visible()
    settle(page)
    page.evaluate(AXE)
    for theme, background in BACKGROUNDS.items():
        page.emulate_media(color_scheme=theme)
        expect(page.locator(".stApp")).to_have_css("background-color", background)
        page.wait_for_function(STILL)
        assert page.evaluate(FOUND, RULES[theme]) == []
