"""The figures of an evaluation as a table, and where they come from as a line."""

from collections.abc import Callable
from functools import partial

import streamlit as st

from reidviz.evaluation.evaluate import Result
from reidviz.evaluation.ranking import RANKS, Ranking
from reidviz.models.variants import VARIANTS
from reidviz.ui.messages import literal
from reidviz.ui.state import Choice

COLUMNS: dict[str, Callable[[Ranking], float]] = {
    **{f"rank\N{NON-BREAKING HYPHEN}{k}": partial(Ranking.cmc_at, rank=k) for k in RANKS},
    "mAP": lambda ranking: ranking.mean_average_precision,
    "mINP": lambda ranking: ranking.mean_inverse_negative_penalty,
}


def results_table(results: list[Result]) -> None:
    """Rank-1/5/10/20, mAP and mINP of each model, in percent, the best of each column in bold."""
    st.markdown(table(results))


def table(results: list[Result]) -> str:
    """The same as Markdown: pandas, which st.table needs, would take half a second of every start."""
    figures = [[round(figure(result.ranking), 1) for figure in COLUMNS.values()] for result in results]
    best = [max(column) for column in zip(*figures, strict=True)]
    lines = [
        "| model | trained on | ranks by | " + " | ".join(COLUMNS) + " |",
        "|:---|:---|:---|" + "---:|" * len(COLUMNS),
    ]
    for result, row in zip(results, figures, strict=True):
        reading = result.reading
        numbers = [f"**{value:.1f}**" if value == top else f"{value:.1f}" for value, top in zip(row, best, strict=True)]
        kind = "P(same)" if reading.kind == "probability" else "distance"
        cells = [literal(reading.name), VARIANTS[reading.variant].title, kind, *numbers]
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)


def provenance(choice: Choice) -> None:
    """Where the numbers on screen come from, and a warning where a model may have seen the test persons."""
    data = literal(choice.dataset.name)
    st.caption(
        f"Computed here on {data}, protocol {choice.split.protocol}: "
        f"{len(choice.split.probes):,} probes, gallery of {len(choice.split.gallery):,}, ties counted against the "
        "model; mean over mirror images (and both orders for P(same)). mAP and mINP in percent."
    )
    training_data(choice)


def training_data(choice: Choice) -> None:
    """What the chosen models were trained on, and a warning where they may have seen the test persons."""
    trainings: dict[tuple[str, str, str], list[str]] = {}
    for reading in choice.readings:
        trainings.setdefault((reading.data, reading.data_hash, reading.protocol), []).append(literal(reading.name))
    for (trained_on, data_hash, protocol), names in trainings.items():
        listed = ", ".join(names)
        if data_hash != choice.dataset.manifest_hash:
            st.caption(f"Trained on other data, {literal(trained_on)} ({protocol}): {listed}.")
        elif protocol != choice.split.protocol:
            st.warning(
                f"Trained on the same data with protocol {protocol}: {listed}. Persons tested here may have been among "
                "the training persons.",
                icon=":material/warning:",
            )
        else:
            st.caption(f"Trained on the training persons of this protocol: {listed}.")
