"""What two networks make of the pairs of target and source: three numbers, histograms, and where pairs lie."""

import numpy as np
import streamlit as st

from reidviz.common.printable import short
from reidviz.evaluation.certificate import Certificate, ModelMark
from reidviz.evaluation.image_pairs import Pairs
from reidviz.evaluation.ranking.uncertainty import difference_of
from reidviz.evaluation.tables import Table
from reidviz.evaluation.transfer.domain_gap import NEIGHBOURS, Transfer, distances, folds, transfer
from reidviz.figures.transfer import distances_figure, projection_figure
from reidviz.ui.background.projections import METHODS, Cloud, plane_or_progress
from reidviz.ui.joint_maps.comparison import Comparison, PairFeatures
from reidviz.ui.results.certificates import certified_features
from reidviz.ui.session.remembered import remembered
from reidviz.ui.widgets.chart import chart
from reidviz.ui.widgets.markup import Markdown, literal, model
from reidviz.ui.widgets.table import show_table


def transfer_in_words(comparison: Comparison) -> Markdown:
    """What cross-domain training changed for target pairs, with the interval over persons."""
    pairs = comparison.target_pairs, comparison.source_pairs
    before, after = (_numbers(seen, *pairs) for seen in (comparison.before, comparison.after))
    persons = comparison.target.identities[comparison.target_pairs.first]
    gained = (after.agreements - before.agreements) / 100
    found = difference_of(gained, persons)
    name = literal(comparison.after.name)
    change = Markdown(
        f"{before.agreement:.1f} % before, {after.agreement:.1f} % after ({found.points:+z.1f} points, 95 % interval "
        f"{found.interval.low:+z.1f} to {found.interval.high:+z.1f} over persons; 50 % is chance)"
    )
    what = Markdown("of the source pairs nearest to a target pair are of its kind")
    if not found.told_apart:
        return Markdown(f"**What {name} took over from the source cannot be told here**: {what} {change}.")
    word = Markdown("more" if found.points > 0 else "fewer")
    return Markdown(f"**By {name}, {word}** {what}: {change}.")


def show_numbers(comparison: Comparison) -> None:
    """Three numbers of both networks, each with its definition."""
    pairs = comparison.target_pairs, comparison.source_pairs
    rows = [(model(seen.name, seen.style), _numbers(seen, *pairs)) for seen in (comparison.before, comparison.after)]
    lines = [
        Markdown("| | data sets told apart | discrepancy | neighbours of the same kind |\n|:---|---:|---:|---:|"),
        *(
            Markdown(
                f"| {literal(when)}: {name} | {numbers.domain_accuracy:.1f} % | {numbers.discrepancy:.4f} "
                f"| {numbers.agreement:.1f} % |"
            )
            for when, (name, numbers) in zip(("before", "after"), rows, strict=True)
        ),
    ]
    table = Table(
        ("", "model", "data sets told apart", "discrepancy", "neighbours of the same kind"),
        tuple(
            (when, seen.name, one.domain_accuracy, one.discrepancy, one.agreement)
            for when, seen, (_, one) in zip(
                ("before", "after"), (comparison.before, comparison.after), rows, strict=True
            )
        ),
        digits={"discrepancy": 4},
    )
    show_table(Markdown("\n".join(lines)), table, _certified(comparison, "joint-numbers"), "joint-numbers")
    t, s = len(comparison.target_pairs), len(comparison.source_pairs)
    st.caption(
        f"From the joint features ({literal(comparison.place)}) of {t} test pairs of "
        f"{literal(short(comparison.target.name))} and {s} of {literal(short(comparison.source.name))}, "
        "half of them of one person."
    )
    st.caption(
        "**Data sets told apart**: share of pairs whose data set a linear classifier (logistic regression, "
        f"cross-validated {folds(t, s)}-fold) tells from the feature; {100 * max(t, s) / (t + s):.0f} % is chance. "
        "**Discrepancy**: "
        "squared maximum mean discrepancy (Gaussian kernel, median bandwidth); 0 when both are distributed alike. "
        "**Neighbours of the same kind**: share of a target pair's 10 nearest *source* pairs that are of its kind "
        "(same person, or different persons); 50 % is chance."
    )
    if s <= NEIGHBOURS:
        st.caption(f"There are no more than {NEIGHBOURS} source pairs: the last figure is 50 % by construction.")


@remembered(st.cache_data, max_entries=64)
def _numbers(seen: PairFeatures, target_pairs: Pairs, source_pairs: Pairs) -> Transfer:
    return transfer(seen.target, target_pairs.same, seen.source, source_pairs.same)


def _certified(comparison: Comparison, kind: str, **asked: str) -> Certificate:
    both = comparison.before, comparison.after
    return certified_features(
        comparison.choice,
        kind,
        [ModelMark(seen.name, seen.sha256, comparison.place, seen.style.place) for seen in both],
        source=short(comparison.source.name),
        before=comparison.before.name,
        after=comparison.after.name,
        joint=comparison.place,
        pairs=len(comparison.target_pairs) + len(comparison.source_pairs),
        **asked,
    )


def show_distances(comparison: Comparison) -> None:
    """Histograms of joint-feature distances, before and after."""
    st.header("How far target and source pairs lie apart", anchor=False)
    st.caption("Alike: both pairs show one person each, or both show two. Unlike: one of each.")
    alike = comparison.target_pairs.same[:, None] == comparison.source_pairs.same
    for column, when, seen in zip(
        st.columns(2), ("Before", "After"), (comparison.before, comparison.after), strict=True
    ):
        with column:
            st.markdown(f"**{literal(when)}**: {model(seen.name, seen.style)}")
            chart(
                distances_figure(distances(seen.target, seen.source), alike),
                _certified(comparison, "joint-distances", of=seen.name),
                key=f"joint-distances-{when}",
                alt=f"Histogram of joint-feature distances of alike and unlike pairs, {when.lower()}",
            )


def show_projection(comparison: Comparison) -> None:
    """Pairs of both data sets on a plane, before and after."""
    st.header("Where pairs lie", anchor=False)
    method = st.segmented_control(
        "Projection", METHODS, default="PCA", required=True, key="joint-projection", persist_state="session"
    )
    from_target = np.arange(len(comparison.target_pairs) + len(comparison.source_pairs)) < len(comparison.target_pairs)
    same = np.concatenate([comparison.target_pairs.same, comparison.source_pairs.same])
    for column, when, seen in zip(
        st.columns(2), ("Before", "After"), (comparison.before, comparison.after), strict=True
    ):
        features = np.concatenate([seen.target, seen.source])
        with column:
            st.markdown(f"**{literal(when)}**: {model(seen.name, seen.style)}")
            plane = plane_or_progress(Cloud(features, seen.key), method or "PCA")
            if plane is None:
                continue
            chart(
                projection_figure(plane, from_target, same),
                _certified(comparison, "joint-plane", of=seen.name, method=method),
                key=f"joint-plane-{when}",
                alt=f"{method} of the joint features of target and source pairs, {when.lower()}",
            )
