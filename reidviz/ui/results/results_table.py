"""The figures of an evaluation as a table, and where they come from as a line."""

from collections.abc import Iterable
from math import isnan, nan
from typing import Any

import streamlit as st

from reidviz.common.printable import short
from reidviz.evaluation.ground_truth import ground_truth
from reidviz.evaluation.pipeline.evaluate import Result
from reidviz.evaluation.pipeline.ranker import Trained
from reidviz.evaluation.pipeline.report import record
from reidviz.evaluation.ranking.foregone import foregone
from reidviz.evaluation.ranking.ranking import METRICS, RANKS
from reidviz.models.variants import TRAINED_ON
from reidviz.ui.session.choice import Choice
from reidviz.ui.widgets.markup import Markdown, literal, model

RANKED = tuple(str(k) for k in RANKS)
FORMS: dict[str, str] = {
    "onnx": "ONNX network",
    "features": "given features",
    "scores": "given scores",
    "fused": "two models",
}
RANKS_BY: dict[str, Markdown] = {
    "probability": Markdown("P(same)"),
    "distance": Markdown("distance"),
    "similarity": Markdown("score"),
    "dissimilarity": Markdown("score"),
}
REFINED = {"reranking": Markdown("re-ranked distance"), "expansion": Markdown("distance, expanded")}
COLUMNS = (
    *(Markdown(f"rank\N{NON-BREAKING HYPHEN}{k}") for k in RANKS),
    *(literal(name) for name in METRICS),
)


def results_table(choice: Choice, results: list[Result]) -> None:
    """Rank-1/5/10/20, mAP and mINP of each model, in percent, the best of each column in bold, and what of it says
    nothing."""
    names = [model(result.ranker.name, choice.style(result.ranker)) for result in results]
    st.markdown(figures_table([record(result) for result in results], names))
    say_foregone(foregone(ground_truth(choice.dataset, choice.split)))


def say_foregone(remarks: Iterable[str]) -> None:
    """What of an evaluation's figures any model would reach."""
    for remark in remarks:
        st.warning(literal(remark), icon=":material/warning:")


def best_in_words(results: list[Result]) -> Markdown:
    """Which of the models puts the right person first for the most probes."""
    shares = [result.ranking.cmc_at(1) for result in results]
    names = [literal(r.ranker.name) for r, share in zip(results, shares, strict=True) if share == max(shares)]
    best = [Markdown(f"**{name}**") for name in names]
    told = Markdown(f"the right person first for **{max(shares):.1f} %** of {len(results[0].ranking.first):,} probes")
    if len(best) == len(results):
        return Markdown(f"{best[0]} puts {told}." if len(best) == 1 else f"All models put {told}.")
    return Markdown(f"{' and '.join(best)} put{'s' if len(best) == 1 else ''} {told}, the most of the models shown.")


def figures_table(records: list[dict[str, Any]], names: list[Markdown], mark_best: bool = True) -> Markdown:
    """The same, from records as `evaluate --json` writes them, under these names.

    pandas, which st.table needs, would take half a second of every start.
    """
    rows = [[round(v, 1) for v in (*(r["cmc"][k] for k in RANKED), *(r.get(m, nan) for m in METRICS))] for r in records]
    best = [max((v for v in column if not isnan(v)), default=nan) for column in zip(*rows, strict=True)]
    lines = [
        Markdown(f"| model | what it is | ranks by | {' | '.join(COLUMNS)} |"),
        Markdown(f"|:---|:---|:---|{'|'.join(Markdown('---:') for _ in COLUMNS)}|"),
    ]
    for name, one, row in zip(names, records, rows, strict=True):
        numbers = [
            Markdown("–" if isnan(value) else f"**{value:.1f}**" if mark_best and value == top else f"{value:.1f}")
            for value, top in zip(row, best, strict=True)
        ]
        kind = _ranks_by(one)
        title = literal(TRAINED_ON.get(one["variant"], one["variant"]) if "variant" in one else FORMS[one["form"]])
        lines.append(Markdown("| " + " | ".join([name, title, kind, *numbers]) + " |"))
    return Markdown("\n".join(lines))


def _ranks_by(one: dict[str, Any]) -> Markdown:
    if one["kind"] == "fused":
        return Markdown(f"both, {one['weight']:.2f}" + ("" if one["weight_fitted"] else " (not fitted)"))
    return REFINED[next(iter(one["refinement"]))] if "refinement" in one else RANKS_BY[one["kind"]]


def provenance(choice: Choice) -> None:
    """Where the numbers on screen come from, and a warning where a model may have seen the test persons."""
    data = literal(short(choice.dataset.name))
    st.caption(
        f"Computed here on {data}, protocol {literal(choice.split.protocol)}: "
        f"{len(choice.split.probes):,} probes, gallery of {len(choice.split.gallery):,}, ties counted against the "
        f"model; {how_scored(choice)}. mAP (mean of average precision) and mINP in percent."
    )
    for sentence in choice.split.notes:
        st.warning(literal(sentence), icon=":material/filter_alt:")
    training_data(choice)


def how_scored(choice: Choice) -> Markdown:
    """What an image's score is the mean of, by kind of model."""
    forms = {part.form for ranker in choice.rankers for part in (ranker.parts or (ranker,))}
    ours = Markdown("mean over mirror images (and both orders for P(same))")
    if forms <= {"network"}:
        return ours
    others = Markdown("added models as their cards say")
    return Markdown(f"MTDnet by the {ours}, {others}" if "network" in forms else others)


def training_data(choice: Choice) -> None:
    """What the chosen models were trained on, and a warning where they may have seen the test persons."""
    trainings: dict[Trained | None, list[Markdown]] = {}
    for ranker in choice.rankers:
        trainings.setdefault(ranker.trained, []).append(literal(ranker.name))
    for trained, names in trainings.items():
        listed = Markdown(", ".join(names))
        if trained is None:
            st.caption(f"What they were trained on is not known here: {listed}.")
            continue
        protocol = trained.protocol
        if trained.data_hash != choice.dataset.manifest_hash:
            st.caption(f"Trained on other data, {literal(short(trained.data))} ({literal(protocol)}): {listed}.")
        elif protocol != choice.split.protocol:
            st.warning(
                f"Trained on the same data with protocol {literal(protocol)}: {listed}. Persons tested here may have "
                "been among the training persons.",
                icon=":material/warning:",
            )
        else:
            st.caption(f"Trained on the training persons of this protocol: {listed}.")
