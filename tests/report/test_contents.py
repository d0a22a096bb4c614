"""What a report says is what was computed: the same numbers as `evaluate`, the same words as Compare."""

from dataclasses import replace

import numpy as np
import pytest

from reidviz.common.words import text_of
from reidviz.data.dataset import Dataset, Split
from reidviz.data.splits.protocols import split
from reidviz.evaluation.ground_truth import ground_truth
from reidviz.evaluation.pipeline.evaluate import Result
from reidviz.evaluation.pipeline.report import report
from reidviz.evaluation.ranking.foregone import ONE_PERSON
from reidviz.evaluation.ranking.ranking import rank
from reidviz.evaluation.ranking.uncertainty import Interval
from reidviz.evaluation.scores import Scores, Scoring
from reidviz.report.build import build
from reidviz.report.page import html
from tests.report.conftest import Make, Page, renamed


@pytest.fixture
def page(dataset: Dataset, parts: Split, results: list[Result]) -> Page:
    return Page(html(build(dataset, parts, results, "none")))


def test_the_table_has_the_figures_and_intervals_that_evaluate_writes(
    page: Page, dataset: Dataset, parts: Split, results: list[Result]
) -> None:
    heads, *rows = page.rows["results"]
    assert heads[3:] == ["rank-1", "rank-5", "rank-10", "rank-20", "mAP", "mINP"]
    for row, told in zip(rows, report(dataset, parts, results)["models"], strict=True):
        assert told["name"] in row[0]
        values = {**told["cmc"], "mAP": told["mAP"], "mINP": told["mINP"]}
        ends = told["interval"]
        assert [cell.split(" ")[0] for cell in row[3:]] == [f"{value:.1f}" for value in values.values()]
        for cell, name in zip(row[3:], values, strict=True):
            low, high = (float(end) for end in cell.split(" ")[1].split("–"))
            assert (low, high) == pytest.approx(ends[name], abs=0.051)


def test_the_verdict_has_the_test_that_evaluate_writes_and_the_words_of_compare(
    page: Page, dataset: Dataset, parts: Split, results: list[Result]
) -> None:
    (told,) = report(dataset, parts, results)["paired"]
    _, row = page.rows["verdict"]
    assert "worse" in row[0]
    assert row[1] == f"{told['rank1_difference']:+.1f}" == "+54.2"
    assert row[2] == "{:+.1f} to {:+.1f}".format(*told["interval"])
    assert row[4] == "told apart"
    assert "good puts the right person first for 87.5 % of 24 probes (" in page.texts[""]
    assert ": +54.2 points on worse, 95 % interval " in page.texts[""]
    assert (
        "Alone best: good on 14, worse on 1 of 24 probes; on 9 two or more are equally good." in page.texts["verdict"]
    )


def test_failures_are_counted(page: Page, dataset: Dataset, parts: Split, results: list[Result]) -> None:
    assert "2 of 24 probes (8.3 %) are not found at rank 1 by any model" in page.texts["failures"]
    found = build(dataset, parts, results, "none").failures
    assert (found.missed.count, [one.head for one in found.missed.cards]) == (2, ["rank 3", "rank 3"])
    assert [(model.name, probes.count) for model, probes in found.alone] == [("good", 14), ("worse", 1)]
    missed = {dataset.samples[parts.probes[probe]].identity for probe in (0, 1)}
    assert {one.lines[0] for one in found.missed.cards} == missed


def test_cameras_are_told_apart_where_there_are_several_pairs(dataset: Dataset, make: Make) -> None:
    parts = split(dataset, "half-multi:0")
    truth = ground_truth(dataset, parts)
    masks = [truth.masks(probe) for probe in range(len(parts.probes))]
    by_a = dataset.cameras[parts.probes] == "A"
    distances = np.stack([np.where(same, 0.0, 1.0) for same, _ in masks]).astype(np.float32)
    distances[by_a] *= -1  # by camera A everybody else is nearer
    scores = Scores("distance", distances)
    result = replace(make("one", set()), scores=scores, ranking=rank(scores, truth))
    pairs = build(dataset, parts, [result], "none").cameras
    told = [(one.probe, one.gallery, one.probes, one.figures[0].value, one.figures[0].interval) for one in pairs]
    assert told == [("A", "B", 24, 0.0, Interval(0, 0)), ("B", "A", 24, 100.0, Interval(100, 100))]


def test_examples_show_the_list_as_it_was_ranked(dataset: Dataset, parts: Split, results: list[Result]) -> None:
    found = build(dataset, parts, results, "none").examples
    assert [one.title for one in found] == ["Found by good"] * 2 + ["Missed by good"] * 2
    for example in found:
        best = example.lists[0]
        place = 1 if example.title.startswith("Found") else 3
        assert best.note == f"ranked by squared distance · true match at rank {place} of 12"
        assert [card.right for card in best.cards] == [rank == place for rank in range(1, 11)]
        assert best.cards[place - 1].lines[0] == example.probe.lines[0]


def test_how_it_was_made_is_told(page: Page, dataset: Dataset, parts: Split, results: list[Result]) -> None:
    told = page.texts["made"]
    for wanted in (*(one.ranker.sha256 for one in results), dataset.manifest_hash, parts.key, "half:0", "reidviz "):
        assert wanted in told
    assert "python -m reidviz report --data folder:people --protocol half:0" in told
    assert str(dataset.samples[0].path.parents[1]) not in html(build(dataset, parts, results, "none"))


def test_the_command_tells_how_scores_were_computed(dataset: Dataset, parts: Split, results: list[Result]) -> None:
    cut = [replace(one, scoring=Scoring(passes="4-pass", cascade=50)) for one in results]
    told = build(dataset, parts, cut, "blurred").certificate
    assert told.numbers.endswith(" --passes 4-pass --cascade 50 --people blurred --out report.html")
    assert (told.seed, told.asked["people"]) == (0, "blurred")


def test_one_model_is_tested_against_nothing(dataset: Dataset, parts: Split, make: Make) -> None:
    made = build(dataset, parts, [make("alone", {4})], "none")
    page = Page(html(made))
    assert "verdict" not in page.texts
    assert text_of(made.answer[0]).startswith("alone puts the right person first for 95.8 % of 24 probes")
    assert "1 of 24 probes (4.2 %) are not found at rank 1" in page.texts["failures"]


def test_two_models_of_one_name_stay_two(dataset: Dataset, parts: Split, results: list[Result]) -> None:
    made = build(dataset, parts, [renamed(one, "net") for one in results], "none")
    assert [row.model.name for row in made.rows] == ["net", "net′"]
    assert len({row.model.style for row in made.rows}) == 2
    assert all(chart.svg.count("net′") == 1 for chart in made.charts)


def test_a_gallery_of_one_person_has_no_verdict(dataset: Dataset, parts: Split, make: Make) -> None:
    person = dataset.identities[parts.gallery[0]]
    probes = parts.probes[dataset.identities[parts.probes] == person]
    small = replace(parts, probes=probes, gallery=parts.gallery[:1])
    one = make("any", set())
    scores = replace(one.scores, matrix=one.scores.matrix[: len(probes), :1])
    result = replace(one, scores=scores, ranking=rank(scores, ground_truth(dataset, small)))
    made = build(dataset, small, [result], "none")
    assert made.answer == ()
    assert ONE_PERSON in made.remarks
    assert [chart.title for chart in made.charts] == ["Found within the first k"]
