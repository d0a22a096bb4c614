"""What validations and tests of one or several runs tell, in one table and one pair of charts."""

from collections.abc import Mapping
from typing import Final

import streamlit as st

from reidviz.common.errors import ReidvizError
from reidviz.common.printable import short
from reidviz.evaluation.ranking.uncertainty import FIGURES
from reidviz.figures.remade.of_runs import (
    Validated,
    cmc_of_runs,
    rank1_of_runs,
    ranker_name,
    ranker_names,
    tests_table,
)
from reidviz.figures.style import ModelStyle, style_of
from reidviz.figures.text import plain
from reidviz.models.variants import VARIANTS
from reidviz.ui.results.certificates import certified_runs
from reidviz.ui.results.results_table import figures_table, largest, say_foregone
from reidviz.ui.session.choice import Choice
from reidviz.ui.session.datasets import dataset_named
from reidviz.ui.session.model_styles import AT_STEP
from reidviz.ui.training.hard_examples import mistakes_html, mistakes_title
from reidviz.ui.training.runs import RunView
from reidviz.ui.widgets.chart import chart
from reidviz.ui.widgets.markup import Markdown, literal, model
from reidviz.ui.widgets.messages import show_error
from reidviz.ui.widgets.table import show_table

HYPHEN: Final = "\N{NON-BREAKING HYPHEN}"


def styles_of_runs(choice: Choice, runs: list[RunView]) -> dict[str, ModelStyle]:
    """How the models of the runs look, those that are chosen in the sidebar as on other pages.

    All that a run will have is among them before it is validated, so that none changes when it arrives.
    """
    names = [AT_STEP.sub("", ranker.name) for ranker in choice.rankers]
    for seen in runs:
        read_as = [name for name, _ in VARIANTS[seen.job.variant].rankers] if seen.job else []
        names += [ranker_name(seen.name, place, name) for place, name in enumerate(read_as)]
        names += ranker_names(Validated(seen.name, seen.validations)) if seen.validations else []
        names += [record["name"] for record in seen.metrics]
    return style_of(names)


def final_figures(runs: list[RunView], styles: Mapping[str, ModelStyle]) -> None:
    """The figures of the finished runs on their test persons."""
    records = [record for seen in runs for record in seen.metrics]
    if not records:
        return
    st.header("On the test persons", anchor=False)
    tests = sorted({(r["data"], r["protocol"], r["probes"], r["gallery"]) for r in records})
    names = [model(record["name"], styles[record["name"]]) for record in records]
    bold = largest(records) if len(tests) == 1 else [[False] * len(FIGURES) for _ in records]
    tested = [seen for seen in runs if seen.metrics]
    show_table(
        figures_table(records, names, bold),
        tests_table(records),
        certified_runs(tested, "test-results"),
        "test-results",
    )
    for data, protocol, probes, gallery in tests:
        st.caption(
            f"Tested on {literal(short(data))}, protocol {literal(protocol)}: {probes:,} probes, gallery of "
            f"{gallery:,}; all figures in percent."
        )
    say_foregone(dict.fromkeys(remark for record in records for remark in record.get("remarks", ())))
    if len(tests) > 1:
        st.warning("These runs were tested on different persons: their figures cannot be compared.")


def validation_curves(runs: list[RunView], styles: Mapping[str, ModelStyle]) -> None:
    """Validation rank-1 over the steps, and the CMC of the last validation: one line a ranker of each run."""
    validated = [seen for seen in runs if seen.validations]
    if not validated:
        return
    st.header("On the validation persons", anchor=False)
    shown_runs = [Validated(seen.name, seen.validations) for seen in validated]
    shown = {name: styles[name] for run in shown_runs for name in ranker_names(run)}
    looks = {plain(name): style for name, style in shown.items()}
    left, right = st.columns(2)
    with left:
        st.markdown(f"**Rank{HYPHEN}1 over the training**")
        chart(
            rank1_of_runs(shown_runs, looks, max(seen.status.total for seen in validated)),
            certified_runs(validated, "validation-rank-1", shown),
            key="rank1",
            alt="Validation rank-1 over the steps, a line a model",
        )
    with right:
        st.markdown("**CMC of the last validation**")
        chart(
            cmc_of_runs(shown_runs, looks),
            certified_runs(validated, "validation-cmc", shown),
            key="validation-cmc",
            alt="CMC of the last validation",
        )
    exams: dict[Markdown, list[Markdown]] = {}
    for seen in validated:
        last = Markdown(f"{literal(seen.name)} at step {seen.validations[-1]['step']:,}")
        exams.setdefault(_exam(seen), []).append(last)
    for exam, names in exams.items():
        st.caption(f"{exam}: {', '.join(names)}.")
    if len({(*seen.validation_set_id, seen.started.get("data_hash")) for seen in validated}) > 1:
        st.warning("These runs were validated on different persons: their curves cannot be compared point by point.")


def _exam(seen: RunView) -> Markdown:
    last = seen.validations[-1]
    told = seen.started.get("validated_on") or "persons held out"
    return Markdown(f"Validated on {literal(told)}, {last['probes']:,} probes, gallery of {last['gallery']:,}")


def show_mistakes(seen: RunView) -> None:
    """The hardest triplets and pairs of the last validation, as images."""
    if not seen.validations or seen.job is None:
        return
    last = seen.validations[-1]
    st.header("What it still gets wrong", anchor=False)
    try:
        dataset = dataset_named(seen.job.data)
        if dataset.manifest_hash != seen.started.get("data_hash"):
            raise ReidvizError(f"The images of {short(seen.job.data)} are no longer those of this training.")
        for ranker in last["readings"]:
            st.markdown(f"**{literal(ranker['name'])}.** {mistakes_title(ranker)}.")
            if ranker["mistakes"]:
                st.html(mistakes_html(ranker, dataset))
            else:
                st.caption("None: every probe finds its true match first.")
        if not any(ranker["mistakes"] for ranker in last["readings"]):
            return
        st.caption(
            f"At most 8 of {last['probes']:,} probes of the validation at step {last['step']:,}, those farthest wrong "
            "first. Each group: the probe, its true match (green frame, ✓) with its rank, and the wrong person "
            "in first place (dashed frame, ✗)."
        )
    except ReidvizError as error:
        show_error(error)
