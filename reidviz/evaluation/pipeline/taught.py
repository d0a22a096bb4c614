"""What marks taught a model: it against the one it started from, on persons whom no mark shows."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from reidviz.common.words import Strong, Words
from reidviz.evaluation.pipeline.evaluate import Result
from reidviz.evaluation.pipeline.verdict import sure
from reidviz.evaluation.ranking.power import needed_in_words
from reidviz.evaluation.ranking.uncertainty import Difference, Names, difference, holm


@dataclass(frozen=True, eq=False)
class Lesson:
    """A model that marks taught, the one it started from read for the same score, and how the first differs."""

    taught: Result
    start: Result
    found: Difference


def lessons(results: Sequence[Result], persons: Names) -> list[Lesson]:
    """Every result of a model that marks of its own taught whose start is among the results too, p values corrected for
    how many there are (Holm). persons: whom each probe shows (P,)."""
    pairs = []
    for one in results:
        if one.ranker.taught is None or not one.ranker.taught.has_lesson:
            continue
        asked = one.ranker.taught.start, one.ranker.kind
        pairs += [(one, other) for other in results if (other.ranker.sha256, other.ranker.kind) == asked]
    found = [difference(one.ranking, other.ranking, persons) for one, other in pairs]
    corrected = holm([each.p for each in found])
    return [Lesson(*pair, replace(each, p=p)) for pair, each, p in zip(pairs, found, corrected, strict=True)]


def lesson_in_words(lesson: Lesson, persons: int) -> Words:
    """What it changed, and how sure that is. persons: how many are tested."""
    told, ranker, found = lesson.taught.ranker.taught, lesson.taught.ranker, lesson.found
    assert told is not None
    head = f"{told.same + told.different:,} marks ({told.same:,} same, {told.different:,} different) "
    on = f" on {len(lesson.taught.ranking.first):,} probes of {persons:,} persons whom no mark shows"
    name = f"{ranker.name} against {lesson.start.ranker.name}"
    points = f"{found.points:+z.1f} points of rank-1"
    if not found.told_apart:
        verdict = Strong("changed nothing that can be told")
        return head, verdict, f"{on} ({name}): {points}, {sure(found)}. {needed_in_words(found.spread)}"
    verdict = Strong("made it better" if found.points > 0 else "made it worse")
    return head, verdict, f"{on} ({name}): ", Strong(points), f", {sure(found)}."
