"""What each ranker of a run learnt and forgot between two validations, and which of them learns a person first."""

from dataclasses import replace
from itertools import combinations, product

import numpy as np
import streamlit as st

from reidviz.common.arrays import Float64Array, IntArray
from reidviz.data.doctor.findings import counted
from reidviz.evaluation.ranking.learning import FirstToLearn, first_to_learn
from reidviz.evaluation.ranking.uncertainty import holm
from reidviz.evaluation.tables import Estimate, Table
from reidviz.figures.text import plain
from reidviz.figures.time_machine import learnt_figure
from reidviz.ui.results.certificates import certified_runs
from reidviz.ui.training.run_history import RankerOfRun, RunHistory
from reidviz.ui.training.time_moment import Moment
from reidviz.ui.widgets.chart import chart
from reidviz.ui.widgets.markup import Markdown, literal, model
from reidviz.ui.widgets.table import show_table


def headline(moment: Moment) -> Markdown:
    """What the first ranker of each run learnt and forgot, in a sentence each."""
    return Markdown(" ".join(_changed_in_words(moment, one, one.rankers[0]) for one in moment.histories))


def _changed_in_words(moment: Moment, history: RunHistory, ranker: RankerOfRun) -> Markdown:
    one = moment.change(history, ranker)
    first, second = history.at(moment.first), history.at(moment.second)
    gained = one.gained
    return Markdown(
        f"From step {first:,} to step {second:,} **{literal(ranker.name)}** learnt **{int(one.learnt.sum()):,}** of "
        f"{len(one.kept):,} probes and forgot **{int(one.forgotten.sum()):,}**: {gained.points:+z.1f} points of rank-1 "
        f"({gained.interval.low:+z.1f} to {gained.interval.high:+z.1f})."
    )


def show_changes(moment: Moment) -> None:
    """A row a ranker."""
    st.header("Learnt and forgotten", anchor=False)
    found = [(history, ranker, moment.change(history, ranker)) for history, ranker in moment.rankers]
    heads = Markdown("| ranker | from step | rank-1 | to step | rank-1 | learnt | forgotten | gained (95 %) | p |")
    lines = [heads, Markdown("|:---|---:|---:|---:|---:|---:|---:|---:|---:|")]
    rows = []
    for history, ranker, one in found:
        steps = history.at(moment.first), history.at(moment.second)
        then, now = (100 * float(part.mean()) for part in (one.kept | one.forgotten, one.kept | one.learnt))
        gained = one.gained
        lines.append(
            Markdown(
                f"| {model(ranker.name, moment.styles[ranker.name])} | {steps[0]:,} | {then:.1f} | {steps[1]:,} "
                f"| {now:.1f} | {int(one.learnt.sum()):,} | {int(one.forgotten.sum()):,} | {gained.points:+z.1f} "
                f"({gained.interval.low:+z.1f} to {gained.interval.high:+z.1f}) | {_p(gained.p)} |"
            )
        )
        points = Estimate(gained.points, gained.interval.low, gained.interval.high)
        counts = int(one.learnt.sum()), int(one.forgotten.sum())
        rows.append((ranker.name, steps[0], then, steps[1], now, *counts, points, gained.p))
    columns = ("ranker", "from step", "rank-1 then", "to step", "rank-1 now", "learnt", "forgotten", "gained", "p")
    runs = [history.run for history in moment.histories]
    made = certified_runs(runs, "learnt", None, first=moment.first, second=moment.second)
    show_table(Markdown("\n".join(lines)), Table(columns, tuple(rows), {"p": 3}), made, "time-learnt")
    st.caption(
        f"Of {len(moment.probes):,} probes of {len(moment.persons):,} validation persons. Learnt: found at rank 1 at "
        "the second step and not at the first; forgotten: the other way round. Gained: points of rank-1 with their "
        "bootstrap interval over persons; p: permutation test over persons, for two steps chosen beforehand."
    )


def _p(value: float) -> Markdown:
    return Markdown(f"{value:.3f}" if value >= 0.001 else "< 0.001")


def _equals(value: float) -> Markdown:
    return Markdown(f"= {_p(value)}" if value >= 0.001 else _p(value))


def show_first(moment: Moment) -> None:
    """How many persons are learnt by which step, and who comes first: both tasks of a run, and both runs by each."""
    st.header("Which learns a person first", anchor=False)
    steps = [step for step in moment.histories[0].steps if all(step in one.records for one in moment.histories)]
    if len(steps) < 2:
        st.caption("There are not two validations at the same step to tell.")
        return
    places = {ranker.name: moment.for_good(history, ranker, steps) for history, ranker in moment.rankers}
    pairs = _compared(moment)
    found = [first_to_learn(places[one.name], places[other.name], len(steps)) for one, other in pairs]
    for (one, other), told, p in zip(pairs, found, holm([told.p for told in found]), strict=True):
        st.markdown(_first_in_words(one.name, other.name, replace(told, p=p)))
    learnt = {
        plain(name): (np.array(steps, dtype=np.float64), _shares(one, len(steps))) for name, one in places.items()
    }
    runs = [history.run for history in moment.histories]
    shown = {name: moment.styles[name] for name in places}
    chart(
        learnt_figure(learnt, {plain(name): style for name, style in shown.items()}, steps[-1]),
        certified_runs(runs, "persons-learnt", shown),
        key="time-persons-learnt",
        alt="The share of persons learnt for good by each step, a line a ranker",
    )
    st.caption(
        f"A person is learnt at the first of the {len(steps):,} common validations from which on, to the last one, all "
        "probes of that person are found at rank 1: the end of the line counts who is found at the last one. "
        "p: exact sign test over persons, corrected for the number of comparisons (Holm); the interval of a share is "
        "that of Clopper and Pearson."
    )


def _compared(moment: Moment) -> list[tuple[RankerOfRun, RankerOfRun]]:
    """The tasks of each run, and of two runs what ranks by the same kind of score, or anything where nothing does."""
    tasks = [pair for history in moment.histories for pair in combinations(history.rankers, 2)]
    if len(moment.histories) == 1:
        return tasks
    across = list(product(*(history.rankers for history in moment.histories)))
    alike = [(one, other) for one, other in across if one.kind == other.kind]
    return [*tasks, *(alike or across)]


def _first_in_words(one: str, other: str, found: FirstToLearn) -> Markdown:
    decided = found.first + found.second
    if not decided:
        return Markdown(
            f"**{literal(one)}** and **{literal(other)}** learn every person at the same validation, or not at all "
            f"({found.together:,} and {found.neither:,} persons)."
        )
    verdict = Markdown("") if found.told_apart else Markdown(" That may be chance.")
    return Markdown(
        f"**{literal(one)}** learns {literal(counted(found.first, 'person'))} before **{literal(other)}**, which "
        f"learns {found.second:,} before it; {found.together:,} at the same validation, {found.neither:,} by none. "
        f"Share {100 * found.first / decided:.0f} % ({100 * found.share.low:.0f} % to {100 * found.share.high:.0f} %), "
        f"p {_equals(found.p)}.{verdict}"
    )


def _shares(places: IntArray, validations: int) -> Float64Array:
    """The share of persons, in percent, learnt by each validation."""
    return np.array([100.0 * float((places <= one).mean()) for one in range(validations)])
