"""The file asks nothing of any network, runs nothing, and shows names as they are."""

import re
from dataclasses import replace

import pytest

from reidviz.common.printable import printable
from reidviz.common.templates import POLICY
from reidviz.data.dataset import Dataset, Split
from reidviz.evaluation.pipeline.evaluate import Result
from reidviz.report.build import build
from reidviz.report.page import html
from tests.report.conftest import Page, renamed

HOSTILE = (
    "<script>alert(1)</script>",
    "\"><img src='//evil.example/x.png' onerror=alert(2)>",
    "</style></svg><b onclick=x>{{ 7 * 7 }}{% x %}",
    "$x^2$ %{y} &lt;b&gt; \\textbf{z}",
    "]]>--><!-- \u202eturned\u200b",
    "url(//evil.example) @import 'x'",
)
KNOWN = {"a", "script", "iframe", "object", "embed", "link", "form", "base", "audio", "video", "image", "foreignobject"}
"""Tags that lead elsewhere or run something."""


def all_text(page: Page) -> str:
    return " ".join(" ".join(page.texts.values()).split())


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_name_is_text_wherever_it_stands(
    name: str, dataset: Dataset, parts: Split, results: list[Result]
) -> None:
    samples = tuple(
        replace(one, identity=f"{name} {one.identity}", camera=f"{one.camera} {name}") for one in dataset.samples
    )
    hostile = replace(dataset, name=f"folder:{name}", samples=samples, notes=(name,))
    models = [renamed(results[0], name), renamed(results[1], f"second {name}")]
    made = html(build(hostile, replace(parts, protocol=name), models, "blurred"))
    page = Page(made)
    plain = Page(html(build(dataset, parts, results, "blurred")))
    assert [tag for tag, _ in page.tags] == [tag for tag, _ in plain.tags]
    assert all(not key.startswith("on") for _, told in page.tags for key in told)
    shown = " ".join(printable(name).split())
    assert shown in all_text(page)
    assert shown in " ".join(page.rows["results"][1][0].split())


def test_it_leads_nowhere_and_its_policy_forbids_to(dataset: Dataset, parts: Split, results: list[Result]) -> None:
    made = html(build(dataset, parts, results, "blurred"))
    page = Page(made)
    assert not re.search(r"https?:|//\w", re.sub(r"data:image/jpeg;base64,[\w+/=]+", "", made))
    assert not {tag for tag, _ in page.tags} & KNOWN
    for _, told in page.tags:
        for key in ("src", "href", "xlink:href", "srcset", "action", "data"):
            assert told.get(key, "#").startswith(("#", "data:image/jpeg;base64,"))
    assert {one.partition("url(")[2][:1] for one in re.findall(r"url\(.", made)} <= {"#"}
    assert page.tags[3][1] == {"http-equiv": "Content-Security-Policy", "content": POLICY}
    assert POLICY.startswith("default-src 'none'; img-src data:; style-src 'unsafe-inline'")


def test_no_name_within_a_chart_is_that_of_another(dataset: Dataset, parts: Split, results: list[Result]) -> None:
    page = Page(html(build(dataset, parts, results, "none")))
    names = [told["id"] for _, told in page.tags if "id" in told]
    assert len(names) == len(set(names))
    pointed = [told["href"][1:] for _, told in page.tags if told.get("href", "").startswith("#")]
    assert pointed
    assert set(pointed) <= set(names)
