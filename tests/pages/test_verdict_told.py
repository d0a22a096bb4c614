"""The answer of Home and Compare: computed, first, and with its uncertainty."""

from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from reidviz.common.errors import ReidvizError
from reidviz.evaluation.pipeline.evaluate import evaluate
from reidviz.evaluation.pipeline.ranker import Ranker
from reidviz.ui.results import scored_models
from tests.pages.conftest import settled


def paragraphs(page: AppTest) -> list[str]:
    return [m.value.replace("\\", "") for m in page.main.markdown]


def test_home_answers_first_and_says_how_sure_it_is(app: AppTest) -> None:
    page = settled(app)
    question, answer = paragraphs(page)[:2]
    assert question.startswith(":gray[Does one network")
    assert "the better single task" in answer
    assert "95 % interval" in answer
    assert "cannot be told" in answer  # six probes of three persons tell nothing
    assert "persons would be needed" in answer or "+0.0 points" in answer


def test_without_both_kinds_home_says_which_is_best(app: AppTest) -> None:
    app.query_params["models"] = ["mtdnet", "mtdtrp"]
    answer = paragraphs(settled(app))[1]
    assert "puts the right person first for" in answer
    assert "can be told from it" in answer


def test_compare_answers_before_the_dial(app: AppTest) -> None:
    settled(app)
    page = settled(app.switch_page("pages/compare.py"))
    assert not page.exception
    assert "puts the right person first for" in paragraphs(page)[1]


def test_where_each_person_has_one_match_minp_is_not_shown(app: AppTest) -> None:
    page = settled(app)
    table = next(m.value for m in page.main.markdown if m.value.startswith("| model"))
    assert "mAP" in table
    assert "mINP" not in table


def test_an_answer_before_all_models_are_scored_says_so(app: AppTest, monkeypatch: pytest.MonkeyPatch) -> None:
    """The single task that is still to come may be better than the one that the answer is about."""

    def without_pairs(ranker: Ranker, *given: Any, **named: Any) -> object:
        if ranker.kind != "distance":
            raise ReidvizError("The disk is full.", "Free some space.")
        return evaluate(ranker, *given, **named)

    monkeypatch.setattr(scored_models, "evaluate", without_pairs)
    answer = paragraphs(settled(app))
    assert any(one.startswith("*So far, with 2 of 5 models:* **Both tasks cannot be told") for one in answer)
    monkeypatch.setattr(scored_models, "evaluate", evaluate)
    next(b for b in app.button if b.label == "Compute the scores").click().run()
    assert not any("So far" in one for one in paragraphs(settled(app)))
