"""Links in the documents lead somewhere, and the first page is one screen."""

import re
from itertools import pairwise
from pathlib import Path

import pytest

from reidviz.common.settings import PROJECT
from tests.docs.commands import FENCE, PAGES

MADE = {"api.md", "results.md"}
"""Written by programs, a paragraph a line."""
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)|<img[^>]* src=\"([^\"]+)\"")


def anchors(page: Path) -> set[str]:
    """What headings are called in addresses, as GitHub makes it."""
    heads = re.findall(r"^#+ (.+)$", FENCE.sub("", page.read_text()), re.M)
    return {re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-") for head in heads}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_leads_to_something_in_the_project(page: Path) -> None:
    for found in LINK.findall(FENCE.sub("", page.read_text())):
        target = found[0] or found[1]
        if target.startswith(("http://", "https://", "mailto:")):
            continue
        file, _, anchor = target.partition("#")
        there = (page.parent / file).resolve() if file else page
        assert there.exists(), f"{page.name}: {target}"
        assert not anchor or anchor in anchors(there), f"{page.name}: {target}"


def test_every_page_and_picture_is_reached_from_the_index() -> None:
    linked = (PROJECT / "docs" / "README.md").read_text()
    for page in (PROJECT / "docs").glob("*.md"):
        assert page.name == "README.md" or f"({page.name})" in linked, page.name
    everything = "".join(page.read_text() for page in PAGES)
    for picture in (PROJECT / "docs" / "pictures").iterdir():
        assert f"pictures/{picture.name}" in everything, picture.name


def test_the_first_page_is_one_screen() -> None:
    lines = (PROJECT / "README.md").read_text().splitlines()
    assert len(lines) <= 70
    assert max(map(len, lines)) <= 120


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_a_table_ends_at_an_empty_line_and_prose_is_no_wider_than_code(page: Path) -> None:
    lines = FENCE.sub("", page.read_text()).splitlines()
    after_table = [one for last, one in pairwise(lines) if last.startswith("|") and one]
    assert [one for one in after_table if not one.startswith("|")] == []
    if page.name not in MADE:
        assert [one for one in lines if len(one) > 120 and not one.startswith("|")] == []
