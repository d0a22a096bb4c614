"""The figures of an evaluation as a table, and where they come from as a line."""

import pandas as pd
import streamlit as st

from reidviz.evaluation.evaluate import Result, record
from reidviz.models.variants import VARIANTS
from reidviz.ui.state import Choice


def results_table(results: list[Result]) -> None:
    """Rank-1/5/10/20, mAP and mINP of each model, in percent, the best of each column in bold."""
    rows = []
    for result in results:
        kept = record(result)
        rows.append(
            {
                "model": result.reading.name,
                "trained for": VARIANTS[result.reading.variant].title,
                "ranks by": "P(same)" if result.reading.kind == "probability" else "distance",
                **{f"rank\N{NON-BREAKING HYPHEN}{k}": value for k, value in kept["cmc"].items()},
                "mAP": kept["mAP"],
                "mINP": kept["mINP"],
            }
        )
    table = pd.DataFrame(rows).set_index("model")
    numbers = list(table.columns[2:])
    styled = table.style.format("{:.1f}", subset=pd.IndexSlice[:, numbers]).highlight_max(
        subset=pd.IndexSlice[:, numbers], axis=0, props="font-weight: 700; text-decoration: underline;"
    )
    st.table(styled)


def provenance(choice: Choice, results: list[Result]) -> None:
    """Where the numbers on screen come from, and a warning where a model may have seen the test persons."""
    st.caption(
        f"Computed here on {choice.dataset.name}, protocol {choice.split.protocol}: "
        f"{len(choice.split.probes):,} probes, gallery of {len(choice.split.gallery):,}, ties counted against the "
        "model; mean over mirror images (and both orders for P(same)). mAP and mINP in percent."
    )
    trainings: dict[tuple[str, str, str], list[str]] = {}
    for result in results:
        reading = result.reading
        trainings.setdefault((reading.data, reading.data_hash, reading.protocol), []).append(reading.name)
    for (data, data_hash, protocol), names in trainings.items():
        listed = ", ".join(names)
        if data_hash != choice.dataset.manifest_hash:
            st.caption(f"Trained on other data, {data} ({protocol}): {listed}.")
        elif protocol != choice.split.protocol:
            st.warning(
                f"Trained on the same data with protocol {protocol}: {listed}. Persons tested here may have been among "
                "the training persons.",
                icon=":material/warning:",
            )
        else:
            st.caption(f"Trained on the training persons of this protocol: {listed}.")
