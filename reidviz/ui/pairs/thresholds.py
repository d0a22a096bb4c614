"""All test pairs of one model: where its scores lie, what its threshold costs, and how far P(same) can be believed."""

import json
from collections.abc import Sequence
from dataclasses import asdict, replace
from typing import Any

import streamlit as st

from reidviz.common.arrays import BoolArray
from reidviz.data.dataset import Dataset, Split
from reidviz.data.keys import key_of
from reidviz.evaluation.pipeline.evaluate import Result
from reidviz.evaluation.verification.calibration import Logistic, Reliability, logistic, temperature
from reidviz.evaluation.verification.error_rates import area, error_rates, thinned
from reidviz.evaluation.verification.scored_pairs import (
    ALL,
    between,
    by_logistic,
    by_temperature,
    error_table,
    missed_at_limits,
)
from reidviz.figures.pairs import UNITS, errors_figure, scores_figure
from reidviz.figures.remade.of_pairs import THRESHOLD, logistic_diagram, temperature_diagram
from reidviz.figures.text import plain
from reidviz.models.added.cards import card_of
from reidviz.ui.pairs.verification import Tested, pairs_told, searched
from reidviz.ui.results.certificates import certified
from reidviz.ui.session.choice import Choice
from reidviz.ui.session.remembered import remembered
from reidviz.ui.widgets.chart import chart
from reidviz.ui.widgets.markup import Markdown, literal, model
from reidviz.ui.widgets.table import show_table


def show_threshold(choice: Choice, result: Result, one: Tested, marked: float | None) -> None:
    """Histograms of both kinds of pairs at the threshold, what it costs, and the card to take away."""
    key = f"pairs-cameras {key_of(choice.dataset, choice.split)}"
    left, right = st.columns([3, 2], gap="medium")
    with left:
        cameras = st.selectbox("Pairs between", _camera_pairs(choice), key=key, persist_state="session")
        shown = between(one.pairs, choice.dataset, choice.split, cameras)
        if not one.pairs.same[shown].any() or one.pairs.same[shown].all():
            st.info("These cameras have pairs of one kind only. Choose others.")
            return
        _show_scores(choice, result, one, shown, cameras, marked)
    with right:
        _show_rates(choice, result, one, shown)
        st.download_button(
            "Threshold card",
            data=lambda: json.dumps(threshold_card(choice, result, one), indent=1),
            file_name=f"{one.ranker.name} threshold.json",
            mime="application/json",
            icon=":material/download:",
            help="The model's card with this threshold, its rates and where they were measured, as JSON.",
            on_click="ignore",
        )


def _show_scores(
    choice: Choice, result: Result, one: Tested, shown: BoolArray, cameras: str, marked: float | None
) -> None:
    figure = scores_figure(one.values[shown], one.pairs.same[shown], one.threshold, UNITS[one.ranker.kind], marked)
    asked: dict[str, str | float] = {"model": one.ranker.name, "threshold": one.threshold, "cameras": cameras}
    asked |= {} if marked is None else {"pair": marked}
    chart(
        figure,
        certified(choice, "scores", [result], **asked),
        key="pairs-scores",
        alt=f"Histograms of {UNITS[one.ranker.kind]} of pairs of one person and of different persons",
        config={"displayModeBar": False},
    )
    pairs = one.pairs.at(shown)
    told = pairs_told(replace(pairs, different_total=pairs.different) if cameras != ALL else pairs)
    st.caption(f"{literal(one.ranker.name)} on {told}, {literal(cameras)}.")


def _show_rates(choice: Choice, result: Result, one: Tested, shown: BoolArray) -> None:
    rates = _rates(one, shown)
    false_positive, missed = searched(choice, result).rates(one.sign * one.threshold)
    a, b = st.columns(2)
    a.metric("FMR", f"{100 * rates[0]:.2f} %", help="False match rate: pairs of different persons taken for one.")
    b.metric("FNMR", f"{100 * rates[1]:.2f} %", help="False non-match rate: pairs of the same person taken for two.")
    a.metric(
        "FPIR",
        f"{100 * false_positive:.1f} %",
        help="False positive identification rate: probes whose person is taken out of the gallery and that still get a "
        "match at or above the threshold.",
    )
    b.metric(
        "FNIR",
        f"{100 * missed:.1f} %",
        help="False negative identification rate: probes whose person is in the gallery, but below the threshold or "
        "behind somebody else.",
    )
    st.caption(
        f"FMR and FNMR over the pairs shown; FPIR and FNIR over {len(choice.split.probes):,} probes and the gallery of "
        f"{len(choice.split.gallery):,}, all cameras: what a search says where the person may not be in the gallery."
    )


def threshold_in_words(one: Tested) -> Markdown:
    """What the threshold costs, over all test pairs."""
    false_match, missed = error_rates(one.alike, one.pairs.same, one.sign * one.threshold)
    return Markdown(
        f"At this threshold **{literal(one.ranker.name)}** takes **{100 * false_match:.2f} %** of the pairs of "
        f"different persons for one (FMR) and misses **{100 * missed:.1f} %** of those of the same person (FNMR); "
        f"where both are equal it errs on {100 * one.equal[0]:.2f} % (EER)."
    )


def threshold_card(choice: Choice, result: Result, one: Tested) -> dict[str, Any]:
    """The card of the model, its threshold and what that costs on all test pairs."""
    false_match, false_non_match = error_rates(one.alike, one.pairs.same, one.sign * one.threshold)
    false_positive, missed = searched(choice, result).rates(one.sign * one.threshold)
    found: dict[str, Any] = {
        "reading": one.ranker.name,
        "kind": one.ranker.kind,
        "weight": one.ranker.weight,
        "threshold": one.threshold,
        "same_person_where": "score <= threshold" if one.sign < 0 else "score >= threshold",
        "data": choice.dataset.name,
        "data_hash": choice.dataset.manifest_hash,
        "protocol": choice.split.protocol,
        "pairs": {
            "same": int(one.pairs.same.sum()),
            "different": one.pairs.different,
            "different_total": one.pairs.different_total,
        },
        "false_match_rate": false_match,
        "false_non_match_rate": false_non_match,
        "open_set": {"false_positive_identification": false_positive, "false_negative_identification": missed},
        "equal_error": {"rate": one.equal[0], "threshold": one.sign * one.equal[1]},
    }
    found |= _calibration(one)
    cards = [asdict(card_of(part.path)) for part in one.ranker.parts or (one.ranker,)]
    return found | ({"card": cards[0]} if cards[0] == cards[-1] else {"cards": cards})


@remembered(st.cache_resource, max_entries=16)
def _calibration(one: Tested) -> dict[str, Any]:
    """What makes a probability of the score, fitted on all test pairs."""
    if one.ranker.kind == "probability":
        return {"temperature": temperature(one.values, one.pairs.same)}
    fitted = asdict(logistic(one.alike, one.pairs.same))
    return {"logistic": fitted | {"of": "minus score" if one.sign < 0 else "score"}}


def show_curves(choice: Choice, results: list[Result], every: list[Tested]) -> None:
    """ROC or DET of all chosen models, with the figures that sum them up."""
    kind = st.segmented_control(
        "Curve", ["DET", "ROC"], default="DET", required=True, key="pairs-curve", persist_state="session"
    )
    curves = {plain(one.ranker.name): thinned(one.errors) for one in every}
    thresholds = {plain(one.ranker.name): one.sign * one.threshold for one in every}
    styles = {plain(one.ranker.name): choice.style(one.ranker) for one in every}
    chart(
        errors_figure(curves, thresholds, styles, kind == "DET"),
        certified(choice, "errors", results, curve=kind, **thresholds_told(every)),
        key="pairs-errors",
        alt=f"{kind} curves of the chosen models",
    )
    heads = Markdown("| model | EER | FNMR at FMR\u00a01\u00a0% | FNMR at FMR\u00a00.1\u00a0% | AUC |")
    lines = [heads, Markdown("|:---|---:|---:|---:|---:|")]
    for one in every:
        missed = missed_at_limits(one)
        lines.append(
            Markdown(
                f"| {model(one.ranker.name, choice.style(one.ranker))} | {100 * one.equal[0]:.2f} % | "
                f"{missed[0]:.1f} % | {missed[1]:.1f} % | {area(one.errors):.4f} |"
            )
        )
    table, certificate = error_table(every), certified(choice, "error-rates", results)
    show_table(Markdown("\n".join(lines)), table, certificate, "pairs-error-rates")
    st.caption(
        "**EER**, the equal error rate: where FMR and FNMR are equal. **FNMR at FMR**: pairs of the same person missed "
        "where so many pairs of different persons pass. **AUC**: the area under the ROC curve. Markers: the "
        f"thresholds in use. From {pairs_told(every[0].pairs)}."
    )


def thresholds_told(every: Sequence[Tested]) -> dict[str, float]:
    """What a record says of the thresholds in use."""
    return {f"{THRESHOLD}{one.ranker.name}": one.threshold for one in every}


def show_calibration(choice: Choice, result: Result, one: Tested) -> None:
    """Can P(same) be taken at its word, before and after temperature scaling?"""
    if one.ranker.kind != "probability":
        _show_logistic(choice, result, one)
        return
    before, after, degrees = _calibrated(one, choice.dataset, choice.split)
    chart(
        temperature_diagram(before, after),
        certified(choice, "reliability", [result], model=one.ranker.name),
        key="pairs-reliability",
        alt="Reliability diagram of P(same), before and after temperature scaling",
        config={"displayModeBar": False},
    )
    st.markdown(
        f"Expected calibration error **{before.error:.3f}** as it is, **{after.error:.3f}** at a temperature "
        f"(T = {degrees[0]:.2f} and {degrees[1]:.2f})."
    )
    st.caption(
        "Pairs in ten bins by P(same). Both kinds of pairs count alike, as in training: among all pairs of a gallery "
        "one person is far rarer than P(same) says. The temperature divides the log odds; it was fitted on the pairs "
        "of one half of the probes' persons and applied to the other half, and the other way round."
    )


def _show_logistic(choice: Choice, result: Result, one: Tested) -> None:
    """P(same) of a score that is no probability."""
    found = _by_logistic(one, choice.dataset, choice.split)
    if found is None:
        st.info("There are too few persons to fit a probability to this score.")
        return
    fitted, curves = found
    chart(
        logistic_diagram(fitted),
        certified(choice, "reliability", [result], model=one.ranker.name),
        key="pairs-reliability",
        alt="Reliability diagram of P(same) by a fitted logistic curve",
        config={"displayModeBar": False},
    )
    told = [Markdown(f"{curve.offset:.3g} {curve.slope:+.3g} x") for curve in curves]
    st.markdown(
        f"{literal(one.ranker.name)} gives no probability; a logistic curve makes one of its score: expected "
        f"calibration error **{fitted.error:.3f}** (log odds {told[0]} and {told[1]})."
    )
    st.caption(
        f"Pairs in ten bins by the fitted P(same), both kinds counting alike; x is "
        f"{'minus the score' if one.sign < 0 else 'the score'}. The curve was fitted on the pairs of one half of the "
        "probes' persons and applied to the other half, and the other way round (Platt, 1999)."
    )


@remembered(st.cache_resource, max_entries=8, show_spinner="Fitting a logistic curve …")
def _by_logistic(one: Tested, dataset: Dataset, split: Split) -> tuple[Reliability, tuple[Logistic, Logistic]] | None:
    return by_logistic(one, dataset, split)


@remembered(st.cache_resource, max_entries=8, show_spinner="Fitting a temperature …")
def _calibrated(one: Tested, dataset: Dataset, split: Split) -> tuple[Reliability, Reliability, tuple[float, float]]:
    return by_temperature(one, dataset, split)


def _rates(one: Tested, shown: BoolArray) -> tuple[float, float]:
    return error_rates(one.alike[shown], one.pairs.same[shown], one.sign * one.threshold)


def _camera_pairs(choice: Choice) -> list[str]:
    cameras = choice.dataset.cameras
    known = {
        f"{a or '?'} and {b or '?'}"
        for a in set(cameras[choice.split.probes].tolist())
        for b in set(cameras[choice.split.gallery].tolist())
    }
    return [ALL, *sorted(known)] if len(known) > 1 else [ALL]
