"""The figures of an evaluation as a table, and where they come from as a line."""

from collections.abc import Iterable, Mapping, Sequence
from math import isnan, nan
from typing import Any

import streamlit as st

from reidviz.common.printable import short
from reidviz.evaluation.ground_truth import ground_truth
from reidviz.evaluation.pipeline.evaluate import Result
from reidviz.evaluation.pipeline.in_words import how_scored, ranks_by, what_it_is
from reidviz.evaluation.pipeline.report import record
from reidviz.evaluation.pipeline.report import results_table as taken_table
from reidviz.evaluation.ranking.foregone import foregone
from reidviz.evaluation.ranking.ranking import METRICS, RANKS
from reidviz.evaluation.ranking.uncertainty import FIGURES, Interval
from reidviz.models.model_card import Trained
from reidviz.ui.results.certificates import certified
from reidviz.ui.results.verdict import bold_cells, figure_intervals
from reidviz.ui.session.choice import Choice
from reidviz.ui.widgets.markup import Markdown, literal, model
from reidviz.ui.widgets.table import show_table

RANKED = tuple(str(k) for k in RANKS)
WITH_INTERVAL = ("1", "mAP")
COLUMNS = (
    *(Markdown(f"rank\N{NON-BREAKING HYPHEN}{k}") for k in RANKS),
    *(literal(name) for name in METRICS),
)


def results_table(choice: Choice, results: list[Result]) -> None:
    """Rank-1/5/10/20, mAP and, where it says more, mINP of each model, in percent, with intervals of rank-1 and mAP; in
    bold the best of each column with all that cannot be told from it; and what of the figures says nothing."""
    names = [model(result.ranker.name, choice.style(result.ranker)) for result in results]
    ends = [figure_intervals(result, choice.dataset, choice.split) for result in results]
    records = [record(result) for result in results]
    shown = figures_table(records, names, bold_cells(choice, results), ends)
    show_table(shown, taken_table(records, ends), certified(choice, "results", results), "results")
    st.caption(
        "In percent; beside rank-1 and mAP the 95 % interval over persons. Bold: the best, and all that cannot be told "
        "from it on the same probes (paired permutation and bootstrap over persons; p corrected by Holm for all pairs "
        "of models)."
    )
    say_foregone(foregone(ground_truth(choice.dataset, choice.split)))


def say_foregone(remarks: Iterable[str]) -> None:
    """What of an evaluation's figures any model would reach."""
    for remark in remarks:
        st.warning(literal(remark), icon=":material/warning:")


def figures_table(
    records: list[dict[str, Any]],
    names: list[Markdown],
    bold: Sequence[Sequence[bool]],
    ends: Sequence[Mapping[str, Interval]] = (),
) -> Markdown:
    """The same, from records as `evaluate --json` writes them, under these names. bold: which figures of each stand
    out; ends: the intervals of each.

    pandas, which st.table needs, would take half a second of every start.
    """
    rows = [_figures(one) for one in records]
    shown = [place for place, name in enumerate(FIGURES) if name != "mINP" or any(row[4] != row[5] for row in rows)]
    heads = Markdown(" | ".join(COLUMNS[place] for place in shown))
    rule = Markdown("|".join(Markdown("---:") for _ in shown))
    lines = [Markdown(f"| model | what it is | ranks by | {heads} |"), Markdown(f"|:---|:---|:---|{rule}|")]
    for number, (name, one, row) in enumerate(zip(names, records, rows, strict=True)):
        cells = [_cell(row[place], bold[number][place], _below(ends, number, place)) for place in shown]
        words = [name, literal(what_it_is(one)), literal(ranks_by(one)), *cells]
        lines.append(Markdown("| " + " | ".join(words) + " |"))
    return Markdown("\n".join(lines))


def largest(records: list[dict[str, Any]]) -> list[list[bool]]:
    """For each record and figure, whether it is the largest of all."""
    rows = [_figures(one) for one in records]
    best = [max((v for v in column if not isnan(v)), default=nan) for column in zip(*rows, strict=True)]
    return [[value == top for value, top in zip(row, best, strict=True)] for row in rows]


def _figures(one: dict[str, Any]) -> list[float]:
    """A record's figures as they are shown, by FIGURES."""
    return [round(v, 1) for v in (*(one["cmc"][k] for k in RANKED), *(one.get(m, nan) for m in METRICS))]


def _cell(value: float, bold: bool, below: Markdown) -> Markdown:
    if isnan(value):
        return Markdown("–")
    return Markdown(f"**{value:.1f}**{below}" if bold else f"{value:.1f}{below}")


def _below(ends: Sequence[Mapping[str, Interval]], number: int, place: int) -> Markdown:
    """The interval of a figure, small, where it is shown."""
    if not ends or FIGURES[place] not in WITH_INTERVAL:
        return Markdown("")
    found = ends[number][FIGURES[place]]
    return Markdown(f" :small[:gray[{found.low:.1f}–{found.high:.1f}]]")


def provenance(choice: Choice) -> None:
    """Where the numbers on screen come from, and a warning where a model may have seen the test persons."""
    data = literal(short(choice.dataset.name))
    st.caption(
        f"Computed here on {data}, protocol {literal(choice.split.protocol)}: "
        f"{len(choice.split.probes):,} probes, gallery of {len(choice.split.gallery):,}, ties counted against the "
        f"model; {literal(how_scored(choice.rankers))}. mAP (mean of average precision) and mINP in percent."
    )
    for sentence in choice.split.notes:
        st.warning(literal(sentence), icon=":material/filter_alt:")
    training_data(choice)


def training_data(choice: Choice) -> None:
    """What the chosen models were trained on, and a warning where they may have seen the test persons."""
    trainings: dict[Trained | None, list[Markdown]] = {}
    for ranker in choice.rankers:
        trained = ranker.trained_by(choice.dataset) or ranker.trained
        trainings.setdefault(trained, []).append(literal(ranker.name))
    for trained, names in trainings.items():
        listed = Markdown(", ".join(names))
        if trained is None:
            st.markdown(
                f":gray-badge[:material/help: training data not known] :small[{listed}]",
                help="Whether the persons tested here were among those that trained them cannot be told.",
            )
            continue
        protocol = trained.protocol
        if trained.data_hash != choice.dataset.manifest_hash:
            st.markdown(
                f":blue-badge[:material/public: trained on other data] :small[{literal(short(trained.data))} "
                f"({literal(protocol)}): {listed}]",
                help="These models have seen none of these cameras, unless their data share some: the figures show how "
                "far they carry over.",
            )
        elif protocol != choice.split.protocol:
            st.warning(
                f"Trained on the same data with protocol {literal(protocol)}: {listed}. Persons tested here may have "
                "been among the training persons.",
                icon=":material/warning:",
            )
        else:
            st.caption(f"Trained on the training persons of this protocol: {listed}.")
    for caveats in dict.fromkeys(one.caveats for one in choice.rankers if one.caveats):
        concerned = [literal(one.name) for one in choice.rankers if one.caveats == caveats]
        said = [literal(one) for one in caveats]
        st.caption(f":material/info: {Markdown(', '.join(concerned))}: {Markdown(' '.join(said))}")
