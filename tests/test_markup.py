"""Text from outside is text: escapes change nothing of what is read, and mypy reports where one is forgotten."""

import re
import subprocess
import sys
from html import unescape
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from reidviz.common import settings
from reidviz.common.printable import printable
from reidviz.common.words import Strong, text_of
from reidviz.figures.text import plain
from reidviz.ui.widgets.markup import NOTHING, TEMPLATES, literal, render, worded

FORGOTTEN = "# forgotten"
MODULE = """
from collections.abc import Sequence
from typing import Any, Final, Literal

import numpy as np
import streamlit as st

from reidviz.figures.cmc import cmc_figure
from reidviz.figures.embedding import Group
from reidviz.figures.text import Plain, plain
from reidviz.figures.compare import board_figure
from reidviz.ui.widgets.markup import Html, Markdown, literal, render
from reidviz.ui.widgets.messages import heading

STYLE: Final = "<style></style>"


def draw(name: str, told: Any, count: int, names: Sequence[str], kind: Literal["a", "b"], maybe: str | None) -> None:
    left, right = st.columns(2)
    st.caption(name)  # forgotten
    st.caption(f"{name} of {count:,}")  # forgotten
    st.caption("**" + name)  # forgotten
    st.caption(name if count else "none")  # forgotten
    st.caption(", ".join(names))  # forgotten
    st.caption("{} of {}".format(name, count))  # forgotten
    st.caption(f"{told['name']}")  # forgotten
    st.caption(f"{name:>20}")  # forgotten
    st.write("one", name)  # forgotten
    st.text(name, help=name)  # forgotten
    left.caption(name)  # forgotten
    st.sidebar.markdown(name)  # forgotten
    st.progress(0.5).progress(0.7, text=name)  # forgotten
    st.button(name)  # forgotten
    st.button("Go", help=name)  # forgotten
    st.radio("Which", names)  # forgotten
    st.radio("Which", names, format_func=lambda one: f"- {one}")  # forgotten
    st.tabs([name])  # forgotten
    st.metric("Count", name)  # forgotten
    st.image("x.png", caption=name)  # forgotten
    st.html(f"<b>{name}</b>")  # forgotten
    right.html(STYLE + name)  # forgotten
    st.html(literal(name))  # forgotten
    st.caption(render("a.html", name=name))  # forgotten
    heading("Data", name)  # forgotten
    Markdown(f"**{name}**")  # forgotten
    Html(name)  # forgotten
    Plain(name)  # forgotten
    Group(name, np.arange(3), "#000")  # forgotten
    cmc_figure({name: np.ones(3)}, {})  # forgotten
    board_figure(told, told, (name, name), told)  # forgotten

    st.caption("A constant", help="Another")
    st.caption(f"{literal(name)} of {count:,}, {count / 3:.1f}, {told['count']:,}, {kind}")
    st.caption("**" + literal(name) + "**" if count else "none")
    st.caption(", ".join(literal(one) for one in names))
    st.caption(", ".join([Markdown(f"*{literal(one)}*") for one in names]))
    st.caption("{} of {}".format(literal(name), count))
    st.caption(f"Of {literal(maybe)}." if maybe else "")
    st.text(name)
    st.code(name)
    left.button(literal(name), key=name, help=f"See {literal(name)}")
    st.radio("Which", names, format_func=literal)
    st.selectbox("Which", names, format_func=lambda one: f"- {one}")
    st.metric("Count", count)
    st.html(STYLE + render("a.html", name=name))
    heading("Data", f"What is {literal(name)}?")
    Group("all", np.arange(3), "#000")
    Group(plain(name), np.arange(3), "#000")
    cmc_figure({plain(name): np.ones(3), Plain(f"the {count} others"): np.ones(3)}, {})
"""


def test_mypy_reports_every_escape_that_is_forgotten_and_no_other(tmp_path: Path) -> None:
    file = tmp_path / "forgetful.py"
    file.write_text(MODULE)
    command = [sys.executable, "-m", "mypy", "--no-pretty", "--show-error-codes", str(file)]
    said = subprocess.run(command, cwd=settings.PROJECT, capture_output=True, text=True, check=False)
    reported = {int(number) for number in re.findall(r"forgetful\.py:(\d+): error:", said.stdout)}
    expected = {number for number, line in enumerate(MODULE.split("\n"), 1) if line.endswith(FORGOTTEN)}
    assert reported == expected, said.stdout + said.stderr
    assert "Text for Markdown must be written in the code or be Markdown: escape it with literal()" in said.stdout


@pytest.mark.parametrize(
    ("way", "allowed"),
    [
        (r"cast\(\"?(Markdown|Html|Plain)\b", {"markup.py", "text.py"}),
        (r"\bMarkup\(", {"markup.py", "page.py"}),
        (r"map\((Markdown|Html|Plain)\b", set()),
        ("unsafe_allow_html", set()),
        (r"\|\s*safe\b|\bautoescape\b", {"templates.py"}),
    ],
)
def test_nothing_but_the_escapes_goes_round_the_check(way: str, allowed: set[str]) -> None:
    parts = ("app.py", "pages/*.py", "reidviz/**/*.py", "reidviz/**/*.html")
    found = {file.name for part in parts for file in settings.PROJECT.glob(part) if re.search(way, file.read_text())}
    assert found <= allowed


@pytest.mark.parametrize("file", sorted((settings.PROJECT / "reidviz").rglob("*.html")), ids=lambda file: file.name)
def test_a_template_has_no_script_and_quotes_its_attributes(file: Path) -> None:
    assert not re.search(r"<script|\son\w+=|=\s*\{\{", file.read_text())


def test_html_of_ours_stands_in_a_template_and_a_text_that_looks_like_it_does_not() -> None:
    grid = render("data/image_grid.html", images=[{"error": "<b>", "label": "'\"", "caption": "\u202e"}])
    assert "<b>" not in grid
    assert '<div class="rv-grid">' in render("data/image_groups.html", grids=[grid])
    assert "&lt;div" in render("data/image_groups.html", grids=["<div>"])


TOKENS = (
    *"\\`*_{}[]()#+-.!|<>~$:&=@/%^\"'\n\t 1aw",
    *("://", "http://", "www.", ":material/", ":material_x:", ":streamlit:", ":red[", "->", "<-", "--", ">=", "~="),
    *("%{", "&lt;", "<b>", "a@b.co", NOTHING, "\u202e", "\u200b", "\udcff"),
)
TEXTS = st.lists(st.sampled_from(TOKENS) | st.text(max_size=3), max_size=30).map("".join)
ESCAPED = re.compile(r"\\([!-/:-@\[-`{-~])")
TAKEN = re.compile(
    r"https?://|www(?=\.)|[-.\w+]@[-\w]|:material[_/]|:streamlit:|(^|\s)(<->|->|<-|--|>=|<=|~=)(\s|$)", re.IGNORECASE
)
"""What Streamlit makes links, icons and arrows of in a run of text, whatever was escaped in it."""


@given(TEXTS)
@example("![x](http://evil.example/x.png) www.evil.example me@evil.example")
@example(":material/delete: :red[x] $x$ -> <script>")
def test_markdown_shows_a_literal_as_it_is(text: str) -> None:
    parts = literal(text).split(NOTHING)
    runs = [ESCAPED.sub(r"\1", part) for part in parts]
    assert "".join(runs) == printable(" ".join(text.split()))
    assert not re.search(r"[\\`*_{}\[\]()#+\-.!|<>~$:&=]", "".join(ESCAPED.sub("", part) for part in parts))
    assert [run for run in runs if TAKEN.search(run)] == []


def test_a_sentence_keeps_its_blanks_and_what_stands_out_and_escapes_both() -> None:
    words = (Strong("a*b"), " is ", Strong("1.5 %"), " of <b>", ".")
    assert worded(words) == r"**a\*b** is **1\.5 %** of \<b\>\."
    assert text_of(words) == "a*b is 1.5 % of <b>."


@given(TEXTS)
def test_html_shows_a_text_as_it_is_in_attributes_too(text: str) -> None:
    seen: list[tuple[str, object]] = []
    parser = HTMLParser()
    parser.handle_starttag = lambda tag, attrs: seen.append((tag, attrs))  # type: ignore[method-assign]
    parser.handle_data = lambda data: seen.append(("text", data))  # type: ignore[method-assign]
    parser.feed(TEMPLATES.from_string('<i title="{{ text }}">{{ text }}</i>').render(text=text))
    parser.close()
    wanted = printable(text)
    assert seen == [("i", [("title", wanted)]), *([("text", wanted)] if wanted else [])]


@given(TEXTS)
def test_a_figure_shows_a_plain_text_as_it_is(text: str) -> None:
    found = plain(text)
    assert unescape(found) == printable(" ".join(text.split()))
    assert not re.search(r"[<>]|%\{|&(?!\w+;|#\d+;)", found)
