"""Whatever a page hands out is made again from its own record, equal to the byte, or it is said why not."""

from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from reidviz.cli.main import main
from reidviz.evaluation.certificate import Certificate
from reidviz.figures.print.files import Formats, Made
from reidviz.figures.remade.again import NOT_REMADE, REMADE, command_of
from reidviz.ui.embeddings import maps
from reidviz.ui.retrieval import own_images, ranked_lists
from reidviz.ui.widgets import chart, table
from tests.pages.conftest import settled, view

Taken = tuple[Callable[[], Made], Formats, Certificate]


@pytest.fixture
def taken(monkeypatch: pytest.MonkeyPatch) -> dict[str, Taken]:
    """What the page that ran last hands out, by its key."""
    found: dict[str, Taken] = {}
    real = table.offer_export

    def spy(make: Callable[[], Made], forms: Formats, certificate: Certificate, key: str) -> None:
        found[key] = make, forms, certificate
        real(make, forms, certificate, key)

    for module in (chart, table, maps, ranked_lists, own_images):
        monkeypatch.setattr(module, "offer_export", spy)
    return found


def made_again(taken: dict[str, Taken], folder: Path, data: str) -> list[str]:
    """The kinds that were made again, each in its first form and as numbers where there are some."""
    again = []
    for key, (make, forms, certificate) in taken.items():
        if certificate.kind in NOT_REMADE:
            continue
        assert certificate.kind in REMADE, key
        assert certificate.command == command_of(certificate.kind)
        for form in {next(iter(forms)), "csv"}:
            file = folder / f"{len(again)}.{form}"
            file.write_bytes(forms[form][1](make(), certificate))
            out = folder / f"again.{form}"
            assert main(["figure", "--from", str(file), "--out", str(out), "--data", data]) == 0, key
            assert out.read_bytes() == file.read_bytes(), key
        again.append(certificate.kind)
    return sorted(again)


VIEWS = [
    ("home", None, ["cmc", "results"]),
    ("data", None, ["images", "sightings", "split"]),
    ("compare", "Curves", ["cmc", "results"]),
    ("compare", "Probe by probe", ["rank-board"]),
    ("compare", "Size of the test", ["gallery-size", "power"]),
    ("pairs", "This pair", ["passes", "passes"]),
    ("pairs", "Threshold", ["error-rates", "errors", "reliability", "scores"]),
    ("pairs", "Mistakes", ["score-plane"]),
    ("retrieval", None, ["ranked-lists"]),
    ("embeddings", None, []),
]


@pytest.mark.parametrize(("name", "shown", "kinds"), VIEWS)
def test_what_a_page_hands_out_is_made_again(
    name: str, shown: str | None, kinds: list[str], app: AppTest, taken: dict[str, Taken], tmp_path: Path, data: str
) -> None:
    settled(app)
    taken.clear()
    page = settled(app.switch_page(f"pages/{name}.py"))
    if shown is not None:
        taken.clear()
        page = view(page, shown)
    assert not page.exception
    assert taken
    assert made_again(taken, tmp_path, data) == kinds
