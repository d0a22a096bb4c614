"""The Joint maps page: empty, with a network that a source helped, and on the wrong target."""

from dataclasses import replace
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from reidviz.data.formats import load
from reidviz.models.checkpoint import save_checkpoint
from reidviz.models.model_card import read_card
from tests.conftest import network, people_folder
from tests.pages.conftest import name_in, settled


def texts(page: AppTest) -> str:
    return "\n".join(str(e.value) for part in (page.main.markdown, page.caption, page.info, page.warning) for e in part)


@pytest.fixture
def crossed(models: Path, tmp_path: Path, data: str) -> str:
    """An mtdnet-cross for the small data, helped by a source of other people; the name of that source."""
    source = f"folder:{people_folder(tmp_path / 'source', persons=14, size=(30, 60))}"
    plain = read_card(models / "mtdnet.safetensors")
    save_checkpoint(
        models / "mtdnet.safetensors",
        network("mtdnet"),
        replace(plain, data=source, data_hash=load(source).manifest_hash),
    )
    card = replace(plain, name="mtdnet-cross", variant="mtdnet-cross", source=source, recipe={"joint": "conv5"})
    save_checkpoint(models / "mtdnet-cross.safetensors", network("mtdnet-cross", seed=7), card)
    return source


def opened(app: AppTest) -> AppTest:
    settled(app)
    return settled(app.switch_page("pages/joint_maps.py"))


def test_without_such_a_network_it_says_what_to_do(app: AppTest) -> None:
    page = opened(app)
    assert not page.exception
    assert "no mtdnet-cross yet" in page.main.info[0].value


def test_numbers_pairs_and_charts_are_on_screen_at_once(app: AppTest, crossed: str) -> None:
    page = opened(app)
    assert not page.exception
    table = next(m.value for m in page.main.markdown if "data sets told apart" in m.value)
    before, after = (line.split("|")[1].strip() for line in table.splitlines()[2:])
    assert name_in(before.removeprefix("before: ")) == "mtdnet"
    assert name_in(after.removeprefix("after: ")) == "mtdnet-cross"
    assert len(page.get("plotly_chart")) == 4
    assert page.main.segmented_control[0].value == "conv5"
    assert "28 of folder" in texts(page).replace("\\", "")
    cards = [str(e.value) for e in page.main.get("html") if "rv-pair" in str(e.value)]
    assert [card.count('class="rv-pair') for card in cards] == [1, 3, 3]
    assert "two persons" in cards[2]


def test_another_kind_of_pair_and_joint_feature_can_be_seen(app: AppTest, crossed: str) -> None:
    page = opened(app)
    before = next(m.value for m in page.main.markdown if "data sets told apart" in m.value)
    page.segmented_control(key="joint-kind").set_value("two persons").run()
    cards = [str(e.value) for e in page.main.get("html") if "rv-pair" in str(e.value)]
    assert "two persons" in cards[0]
    page.main.segmented_control[0].set_value("fc7").run()
    assert not page.exception
    assert next(m.value for m in page.main.markdown if "data sets told apart" in m.value) != before


def test_on_another_target_it_offers_the_right_one(app: AppTest, crossed: str, data: str) -> None:
    app.query_params["data"] = crossed
    page = opened(app)
    assert not page.exception
    assert "trained for another target" in texts(page)
    assert "the same data set" in texts(page)
    next(b for b in page.button if b.label == "Choose its target").click().run()
    settled(page)
    assert page.sidebar.selectbox(key="data").value == data
    assert len(page.get("plotly_chart")) == 4
