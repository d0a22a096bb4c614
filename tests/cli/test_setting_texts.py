"""Every setting is described once: the document, the help and the refusals say what its field says."""

from dataclasses import fields

import pytest

from reidviz.cli.main import main
from reidviz.cli.settings import settings_page
from reidviz.common.errors import ReidvizError
from reidviz.common.setting import Setting
from reidviz.common.settings import PROJECT
from reidviz.models.architecture import Architecture
from reidviz.training.recipe import GROUPS, SETTINGS, Recipe, changed, type_of, value_of
from reidviz.training.recipes import compact_recipe


def test_the_document_is_what_the_fields_say(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["settings"]) == 0
    assert capsys.readouterr().out == settings_page() == (PROJECT / "docs" / "settings.md").read_text(encoding="utf-8")


def test_every_field_is_described_and_in_a_group() -> None:
    own = {f.name for f in fields(Recipe)} - {"name", "architecture"}
    assert set(SETTINGS) == own | {f"architecture.{f.name}" for f in fields(Architecture)}
    assert {one.group for one in SETTINGS.values()} == set(GROUPS)
    assert all(one.label and one.meaning.endswith(".") for one in SETTINGS.values())


def test_the_help_of_training_names_them_all(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["train", "--help"])
    told = capsys.readouterr().out
    assert [name for name in SETTINGS if f" {name} " not in told] == []


@pytest.mark.parametrize("name", [name for name, one in SETTINGS.items() if one.range])
def test_numbers_beyond_the_range_are_refused_in_its_words(name: str) -> None:
    one, kind = SETTINGS[name], type_of(name)
    for end, value in ((one.low, -1), (one.high, 1), (one.above, 0), (one.below, 0)):
        if end is not None:
            with pytest.raises(ReidvizError, match=r"must be") as refused:
                changed(compact_recipe(), {name: kind(end + value)})
            assert one.range in refused.value.message
            assert name in refused.value.message
    assert one.refusal(name, value_of(compact_recipe(), name)) is None


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"low": 2, "high": 4000, "unit": "images"}, "between 2 and 4,000 images"),
        ({"low": 0, "below": 1}, "at least 0 and below 1"),
        ({"above": 0}, "above 0"),
        ({"high": 3, "unit": "steps"}, "at most 3 steps"),
        ({}, ""),
    ],
)
def test_ranges_in_words(more: dict, words: str) -> None:
    assert Setting("group", "label", "meaning.", **more).range == words
