"""What each of the chosen models costs beside how well it ranks."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import streamlit as st

from reidviz.common.progress import Progress
from reidviz.data.dataset import Dataset, Split
from reidviz.data.keys import key_of
from reidviz.evaluation.pipeline.cost import RUNS, Stopwatch, can_be_timed
from reidviz.evaluation.pipeline.evaluate import Result, is_cached
from reidviz.evaluation.pipeline.kept_costs import KeptCosts, Measurement
from reidviz.evaluation.pipeline.operating_points import CASCADES, Way, ranking_of, ways
from reidviz.evaluation.ranking.ranking import Ranking
from reidviz.evaluation.ranking.uncertainty import Interval, intervals
from reidviz.figures.pareto import Mark, pareto_figure
from reidviz.figures.remade.of_costs import MILLISECONDS
from reidviz.figures.text import plain
from reidviz.ui.background.jobs import board
from reidviz.ui.background.progress_bar import wait_for
from reidviz.ui.compare.cost_table import Row, cost_markdown, cost_table
from reidviz.ui.results.certificates import certified
from reidviz.ui.results.verdict import figure_intervals
from reidviz.ui.session.choice import Choice
from reidviz.ui.session.keys import COST_ASKED, Key
from reidviz.ui.session.remembered import remembered
from reidviz.ui.widgets.chart import chart
from reidviz.ui.widgets.markup import Markdown, literal
from reidviz.ui.widgets.table import show_table


@dataclass(frozen=True, eq=False)
class Point:
    """A way to run a ranker, its cost, and how well it ranks."""

    way: Way
    measured: Measurement
    ranking: Ranking


def show_cost(choice: Choice, results: list[Result]) -> None:
    """Offer to time the chosen models; once they were, a table of what each costs and rank-1 against time."""
    st.header("Cost beside accuracy", anchor=False)
    timed = [one for one in results if can_be_timed(one.ranker, choice.split)]
    if not timed:
        st.info("None of the chosen models is a network that scores one image at a time: there is nothing to time.")
        return
    fewer = any(one.ranker.kind == "probability" and not one.scoring.cascade for one in timed) and st.toggle(
        "Also with fewer passes",
        key="cost-passes",
        help="P(same) as the mean of 4 passes and of 1: all pairs are scored again, which takes as long as a test",
    )
    points = {one.key: _points(choice, one, fewer) for one in timed}
    missing = [one for one in timed if points[one.key] is None]
    if not missing:
        _show(choice, results, {key: found for key, found in points.items() if found is not None})
        st.button(
            "Measure again",
            icon=":material/timer:",
            key="cost-again",
            help="Other work on this machine makes times longer than they need be.",
            on_click=_once_more,
            args=(choice, timed, fewer),
        )
        return
    asked = _asked(missing, fewer)
    st.caption(
        "The time of a probe is measured on this server, one probe after another: from the image to its scores against "
        f"the whole gallery, {len(choice.split.gallery):,} images, which were described before. It waits until no "
        "scores are being computed."
    )
    if not asked.get(False):
        st.button("Measure", icon=":material/timer:", key="cost-now", on_click=asked.set, args=(True,))
        return
    _measure(choice, missing, fewer)


def _points(choice: Choice, one: Result, fewer: bool) -> list[Point] | None:
    """All ways to run a ranker; None where one was not measured on this machine, or not scored."""
    kept, found = KeptCosts(choice.dataset, choice.split), []
    for way in ways(one, choice.dataset, choice.split, fewer):
        measured = kept.get(one.ranker, way.scoring)
        if measured is None or not _is_scored(choice, one, way):
            return None
        found.append(Point(way, measured, one.ranking if not way.name else _ranking(one, way, choice)))
    return found


def _is_scored(choice: Choice, one: Result, way: Way) -> bool:
    """Whether how it ranks is had at once; a cascade is made of the scores of all pairs and of distances."""
    if not way.name or way.scoring.cascade == 0:
        return is_cached(one.ranker, choice.dataset, choice.split, way.scoring)
    return is_cached(one.ranker.part("distance"), choice.dataset, choice.split)


def _measure(choice: Choice, missing: list[Result], fewer: bool) -> None:
    def work(progress: Progress) -> None:
        clock, kept = Stopwatch(choice.dataset, choice.split, progress), KeptCosts(choice.dataset, choice.split)
        for one in missing:
            for way in ways(one, choice.dataset, choice.split, fewer):
                ranking_of(one, way, choice.dataset, choice.split, progress)
                kept.put(one.ranker, way.scoring, clock.measure(one.ranker, way.scoring))

    names = Markdown(", ".join(literal(one.ranker.name) for one in missing))
    about = Markdown(f"**Timing** {names}.")
    wait_for(key_of("cost", [one.key for one in missing], fewer), work, "Measure again", board(), about)


def _asked(missing: Sequence[Result], fewer: bool) -> Key[bool]:
    """What the session keeps under that it has asked to time these."""
    return COST_ASKED.of(key_of([one.key for one in missing], fewer))


def _once_more(choice: Choice, timed: list[Result], fewer: bool) -> None:
    """Forget what was measured, and ask for it."""
    _asked(timed, fewer).set(True)
    kept = KeptCosts(choice.dataset, choice.split)
    for one in timed:
        kept.forget(one.ranker, [way.scoring for way in ways(one, choice.dataset, choice.split, fewer)])


def _show(choice: Choice, results: list[Result], measured: Mapping[str, Sequence[Point]]) -> None:
    rows: list[Row] = []
    marks: dict[str, list[Mark]] = {}
    for one in results:
        style = choice.style(one.ranker)
        if one.key not in measured:
            ends = figure_intervals(one, choice.dataset, choice.split)["1"]
            rows.append(Row(one.ranker, style, "", one.ranking.cmc_at(1), ends))
            continue
        for point in measured[one.key]:
            ends = _interval(point.ranking, choice.dataset, choice.split)
            rank1, cost = point.ranking.cmc_at(1), point.measured.cost
            rows.append(Row(one.ranker, style, point.way.name, rank1, ends, cost))
            mark = Mark(plain(point.way.name), 1000 * cost.typical, rank1, ends)
            marks.setdefault(one.ranker.name, []).append(mark)
    first = next(iter(measured.values()))[0].measured
    shown = [one for one in results if one.key in measured]
    times = {
        f"{MILLISECONDS}{name}": json.dumps({mark.way: mark.milliseconds for mark in found})
        for name, found in marks.items()
    }
    chart(
        pareto_figure(
            {plain(name): found for name, found in marks.items()},
            {plain(one.ranker.name): choice.style(one.ranker) for one in shown},
        ),
        certified(choice, "pareto", shown, machine=first.machine, measured=first.date, **times),
        key="compare-pareto",
        alt="Rank-1 with its interval against the time of a probe on a logarithmic axis, a mark a way to run a model",
    )
    certificate = certified(choice, "cost", results, machine=first.machine, measured=first.date)
    show_table(cost_markdown(rows), cost_table(rows), certificate, "compare-cost")
    _explain(choice, first)


def _explain(choice: Choice, first: Measurement) -> None:
    cascades = Markdown(", ".join(f"{count:d}" for count in CASCADES))
    st.caption(
        f"Timed on {literal(first.machine)}, {literal(first.date[:10])}: the median of {len(first.cost.seconds)} "
        "probes, fastest to slowest in grey, each the "
        f"fastest of {RUNS} runs (one, where it takes over a second), one after another against "
        f"{len(choice.split.gallery):,} gallery images that were described before. *Kept of a gallery image*: what "
        "that asks for in bytes, its ranking feature and, for a classifier, what conv3 makes of it. "
        f"*Cascade* {cascades}: the classifier rescores so many images that the ranking branch puts first. Bars: 95 % "
        "interval over persons."
    )


def _ranking(result: Result, way: Way, choice: Choice) -> Ranking:
    return _kept_ranking(result, way, choice.dataset, choice.split)


@remembered(st.cache_resource, max_entries=64)
def _kept_ranking(result: Result, way: Way, dataset: Dataset, split: Split) -> Ranking:
    return ranking_of(result, way, dataset, split)


@remembered(st.cache_resource, max_entries=64)
def _interval(ranking: Ranking, dataset: Dataset, split: Split) -> Interval:
    return intervals(ranking, dataset.identities[split.probes])["1"]
