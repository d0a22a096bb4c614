"""From results to what a report says of them. Nothing is drawn here but the charts."""

from collections.abc import Sequence
from dataclasses import replace

from reidviz.common.printable import short
from reidviz.common.progress import Progress, silent
from reidviz.common.words import Words
from reidviz.data.catalogue.in_words import card_notes, data_in_words, is_as_published, parts_of, split_notes
from reidviz.data.dataset import Dataset, Split
from reidviz.data.formats import format_of
from reidviz.evaluation.certificate import Certificate
from reidviz.evaluation.ground_truth import ground_truth
from reidviz.evaluation.pipeline.certified import certificate, command, scoring_options
from reidviz.evaluation.pipeline.evaluate import Result
from reidviz.evaluation.pipeline.in_words import how_scored, may_know, notes, ranks_by, trained_in_words, what_it_is
from reidviz.evaluation.pipeline.ranker import apart
from reidviz.evaluation.pipeline.recorded_rankers import mark_of_result
from reidviz.evaluation.pipeline.report import record
from reidviz.evaluation.pipeline.verdict import (
    Verdict,
    as_good_as_the_best,
    best_in_words,
    does_multi_task_pay,
    figures_apart,
    paired_over,
    verdict,
    wins_in_words,
)
from reidviz.evaluation.ranking.foregone import foregone, others
from reidviz.evaluation.ranking.power import needed_in_words
from reidviz.evaluation.ranking.ranking import METRICS, RANKS
from reidviz.evaluation.ranking.uncertainty import intervals
from reidviz.figures.style import ModelStyle, style_of
from reidviz.report.charts import charts
from reidviz.report.contents import Against, Data, Figure, Model, Report, Row, Source
from reidviz.report.examples import examples
from reidviz.report.failures import failures, hardest_cameras
from reidviz.report.people import TOLD, People, images_of

QUESTION = "Which model finds the right person first?"
HEADS = (*(f"rank-{k}" for k in RANKS), *METRICS)


def build(
    dataset: Dataset, split: Split, results: Sequence[Result], people: People, progress: Progress = silent
) -> Report:
    """The report of these results, at least one, on the same split; two of one name are told apart.

    people  as people_shown() allows it
    """
    named = apart(one.ranker for one in results)
    results = [replace(one, ranker=ranker) for one, ranker in zip(results, named, strict=True)]
    styles = style_of(one.ranker.name for one in results)
    persons = dataset.identities[split.probes]
    told = paired_over(results, persons)
    found = verdict(results, told)
    images = images_of(dataset, people)
    made = _certificate(dataset, split, results, people, styles)
    progress(0, 3, "the report: charts")
    drawn = charts(dataset, split, results, made)
    progress(1, 3, "the report: failures")
    failed = failures(dataset, split, results, styles, images)
    hard = hardest_cameras(dataset, split, results, found.best)
    progress(2, 3, "the report: examples")
    best_first = sorted(results, key=lambda one: (one is not found.best, -one.ranking.cmc_at(1)))
    shown = examples(dataset, split, best_first, styles, images)
    return Report(
        question=QUESTION,
        answer=_answer(dataset, split, results, found, does_multi_task_pay(results, told)),
        remarks=_remarks(dataset, split, results),
        data=_data(dataset, split),
        heads=HEADS,
        rows=_rows(dataset, split, results, found, styles),
        scored=how_scored([one.ranker for one in results]),
        best=_model(found.best, styles),
        against=_against(found, styles),
        wins=wins_in_words(results) if len(results) > 1 else (),
        charts=drawn,
        failures=failed,
        cameras=hard,
        examples=shown,
        people=TOLD[people],
        certificate=made,
        sources=tuple(
            Source(_model(one, styles), one.ranker.sha256, trained_in_words(one.ranker, dataset, split))
            for one in results
        ),
    )


def _answer(
    dataset: Dataset, split: Split, results: Sequence[Result], found: Verdict, pays: Words | None
) -> tuple[Words, ...]:
    """The verdict, a sentence each; nothing where any model would be right."""
    if not others(ground_truth(dataset, split)):
        return ()
    ends = intervals(found.best.ranking, dataset.identities[split.probes])["1"]
    return (best_in_words(found, ends), *([pays] if pays else []))


def _remarks(dataset: Dataset, split: Split, results: Sequence[Result]) -> tuple[str, ...]:
    known = may_know([one.ranker for one in results], dataset, split.protocol)
    rows = [note for one in results if one.cascade is not None for note in notes(record(one))]
    return (*split.notes, *foregone(ground_truth(dataset, split)), *known, *rows)


def _data(dataset: Dataset, split: Split) -> Data:
    origin = format_of(dataset)
    as_published = ("As many persons, cameras and images as published.",) if is_as_published(dataset) else ()
    return Data(
        title=origin.title,
        name=short(dataset.name),
        obtain=origin.obtain,
        sentence=data_in_words(dataset, split),
        notes=(*card_notes(dataset), *as_published),
        parts=parts_of(dataset, split),
        test_notes=tuple(split_notes(dataset, split)),
    )


def _rows(
    dataset: Dataset, split: Split, results: Sequence[Result], found: Verdict, styles: dict[str, ModelStyle]
) -> tuple[Row, ...]:
    persons = dataset.identities[split.probes]
    bold = as_good_as_the_best(results, found, lambda best, one: figures_apart(best, one, persons))
    rows = []
    for one, best in zip(results, bold, strict=True):
        made, ends = record(one), intervals(one.ranking, persons)
        values = {**made["cmc"], **{name: made[name] for name in METRICS}}
        figures = [Figure(values[name], end, good) for (name, end), good in zip(ends.items(), best, strict=True)]
        rows.append(Row(_model(one, styles), what_it_is(made), ranks_by(made), tuple(figures)))
    return tuple(rows)


def _against(found: Verdict, styles: dict[str, ModelStyle]) -> tuple[Against, ...]:
    return tuple(
        Against(_model(other, styles), told, "" if told.told_apart else needed_in_words(told.spread))
        for other, told in found.others
    )


def _certificate(
    dataset: Dataset, split: Split, results: Sequence[Result], people: People, styles: dict[str, ModelStyle]
) -> Certificate:
    marks = [mark_of_result(one, styles[one.ranker.name].place) for one in results]
    options = (*scoring_options(results), "--people", people, "--out", "report.html")
    again = command(dataset, split, [one.ranker for one in results], "report", options)
    return replace(certificate(dataset, split, "report", marks, {"people": people}), numbers=again)


def _model(result: Result, styles: dict[str, ModelStyle]) -> Model:
    return Model(result.ranker.name, styles[result.ranker.name])
