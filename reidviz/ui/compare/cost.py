"""What each of the chosen models costs beside how well it ranks."""

from dataclasses import dataclass

import streamlit as st

from reidviz.common.progress import Progress
from reidviz.data.dataset import Dataset, Split
from reidviz.data.keys import key_of
from reidviz.evaluation.pipeline.cost import RUNS, Cost, Stopwatch, can_be_timed, machine
from reidviz.evaluation.pipeline.evaluate import Result
from reidviz.evaluation.pipeline.operating_points import CASCADES, OperatingPoint, operating_points
from reidviz.evaluation.ranking.ranking import Ranking
from reidviz.evaluation.ranking.uncertainty import Interval, intervals
from reidviz.figures.pareto import Mark, pareto_figure
from reidviz.figures.text import plain
from reidviz.ui.background.jobs import board
from reidviz.ui.background.progress_bar import wait_for
from reidviz.ui.results.certificates import certified
from reidviz.ui.results.verdict import figure_intervals
from reidviz.ui.session.choice import Choice
from reidviz.ui.session.keys import COST_ASKED
from reidviz.ui.session.remembered import remembered
from reidviz.ui.widgets.chart import chart
from reidviz.ui.widgets.markup import Markdown, literal, model

DASH = Markdown("\N{WORD JOINER}–\N{WORD JOINER}")
"""Between the ends of what is not to be parted at the end of a line."""
SIZES = ("B", "kB", "MB", "GB")


@dataclass(frozen=True, eq=False)
class Measured:
    """The ways to run one ranker, and on what they were timed."""

    points: tuple[OperatingPoint, ...]
    machine: str


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
    keys = {one.key: _key(choice, one, fewer) for one in timed}
    if all(key in _kept() for key in keys.values()):
        _show(choice, results, {one.key: _kept()[keys[one.key]] for one in timed})
        return
    asked = COST_ASKED.of(key_of(sorted(keys.values())))
    st.caption(
        "The time of a probe is measured on this server, one probe after another: from the image to its scores against "
        f"the whole gallery, {len(choice.split.gallery):,} images, which were described before. It waits until no "
        "scores are being computed."
    )
    if not asked.get(False):
        st.button("Measure", icon=":material/timer:", key="cost-now", on_click=asked.set, args=(True,))
        return
    _measure(choice, [one for one in timed if keys[one.key] not in _kept()], fewer)


def _measure(choice: Choice, missing: list[Result], fewer: bool) -> None:
    keys = [_key(choice, one, fewer) for one in missing]

    def work(progress: Progress) -> None:
        clock = Stopwatch(choice.dataset, choice.split, progress)
        for key, one in zip(keys, missing, strict=True):
            points = operating_points(one, choice.dataset, choice.split, clock, fewer, progress)
            _kept()[key] = Measured(points, machine())

    names = Markdown(", ".join(literal(one.ranker.name) for one in missing))
    about = Markdown(f"**Timing** {names}.")
    wait_for(key_of("cost", keys), work, "Measure again", board(), about)


def _show(choice: Choice, results: list[Result], measured: dict[str, Measured]) -> None:
    lines = [
        Markdown("| model | way | rank-1 | time per probe | pairs × passes | parameters | kept of a gallery image |"),
        Markdown("|:---|:---|---:|---:|---:|---:|---:|"),
    ]
    marks = {}
    for one in results:
        name = model(one.ranker.name, choice.style(one.ranker))
        if one.key not in measured:
            lines.append(_given(name, one, figure_intervals(one, choice.dataset, choice.split)["1"]))
            continue
        rankings = [one.ranking if not point.way else point.ranking for point in measured[one.key].points]
        ends = [_interval(ranking, choice.dataset, choice.split) for ranking in rankings]
        points = list(zip(measured[one.key].points, rankings, ends, strict=True))
        lines.extend(_row(name, point, ranking, end) for point, ranking, end in points)
        marks[plain(one.ranker.name)] = [
            Mark(plain(point.way), 1000 * point.cost.typical, ranking.cmc_at(1), end) for point, ranking, end in points
        ]
    styles = {plain(one.ranker.name): choice.style(one.ranker) for one in results}
    chart(
        pareto_figure(marks, styles),
        certified(choice, "pareto"),
        key="compare-pareto",
        alt="Rank-1 with its interval against the time of a probe on a logarithmic axis, a mark a way to run a model",
    )
    st.markdown(Markdown("\n".join(lines)))
    first = next(iter(measured.values()))
    probes = len(first.points[0].cost.seconds)
    cascades = Markdown(", ".join(f"{count:d}" for count in CASCADES))
    st.caption(
        f"Timed on {literal(first.machine)}: the median of {probes} probes, fastest to slowest in grey, each the "
        f"fastest of {RUNS} runs (one, where it takes over a second), one after another against "
        f"{len(choice.split.gallery):,} gallery images that were described before. *Kept of a gallery image*: what "
        "that asks for in bytes, its ranking feature and, for a classifier, what conv3 makes of it. "
        f"*Cascade* {cascades}: the classifier rescores so many images that the ranking branch puts first. Bars: 95 % "
        "interval over persons."
    )


def _row(name: Markdown, point: OperatingPoint, ranking: Ranking, ends: Interval) -> Markdown:
    cost = point.cost
    way = literal(point.way) if point.way else Markdown("as tested")
    cells = [
        name,
        way,
        _rank1(ranking, ends),
        _time(cost),
        Markdown(f"{cost.pairs:,} × {cost.passes}" if cost.pairs else "–"),
        Markdown("not told" if cost.parameters is None else f"{cost.parameters / 1e6:.2f} M"),
        _bytes(cost.bytes_an_image),
    ]
    return Markdown(f"| {Markdown(' | '.join(cells))} |")


def _given(name: Markdown, result: Result, ends: Interval) -> Markdown:
    """The row of a ranker that was not timed, and why."""
    why = Markdown("given" if result.ranker.form in ("features", "scores") else "not timed")
    return Markdown(f"| {name} | {why} | {_rank1(result.ranking, ends)} | – | – | – | – |")


def _rank1(ranking: Ranking, ends: Interval) -> Markdown:
    return Markdown(f"{ranking.cmc_at(1):.1f} :small[:gray[{ends.low:.1f}{DASH}{ends.high:.1f}]]")


def _time(cost: Cost) -> Markdown:
    low, high = (1000 * end for end in (min(cost.seconds), max(cost.seconds)))
    return Markdown(f"{1000 * cost.typical:,.3g} ms :small[:gray[{low:,.3g}{DASH}{high:,.3g}]]")


def _bytes(count: float) -> Markdown:
    unit = 0
    while count >= 1000 and unit < len(SIZES) - 1:
        count, unit = count / 1000, unit + 1
    return Markdown(f"{count:,.3g} {literal(SIZES[unit])}")


@remembered(st.cache_resource, max_entries=64)
def _interval(ranking: Ranking, dataset: Dataset, split: Split) -> Interval:
    return intervals(ranking, dataset.identities[split.probes])["1"]


def _key(choice: Choice, result: Result, fewer: bool) -> str:
    """What a measurement belongs to. Where a dial stands changes nothing of it."""
    ranker = result.ranker
    ways = fewer and ranker.kind == "probability"
    return key_of(ranker.source, ranker.sha256, choice.dataset, choice.split, result.scoring, ways)


@st.cache_resource
def _kept() -> dict[str, Measured]:
    """What was measured since this server started."""
    return {}
