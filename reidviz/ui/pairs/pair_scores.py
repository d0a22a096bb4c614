"""One pair of images: what every model says of it, pass by pass, and where it stands among all test pairs."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import streamlit as st

from reidviz.common.arrays import Float32Array
from reidviz.data.images.encode import data_uri
from reidviz.figures.pairs import passes_figure
from reidviz.figures.style import ModelStyle
from reidviz.figures.text import Plain, plain
from reidviz.models.variants import Kind
from reidviz.ui.pairs.pair_picker import PairImage
from reidviz.ui.pairs.score_pair import passes_of, score_of_pair
from reidviz.ui.pairs.verification import Tested
from reidviz.ui.results.certificates import certified
from reidviz.ui.session.choice import Choice, current_choice
from reidviz.ui.widgets.chart import chart
from reidviz.ui.widgets.markup import Html, Markdown, literal, model, render
from reidviz.ui.widgets.messages import or_stop

if TYPE_CHECKING:
    from streamlit.delta_generator import DeltaGenerator

MIRRORS = (Plain("as they are"), Plain("second mirrored"), Plain("first mirrored"), Plain("both mirrored"))
LETTERS: dict[Kind, Markdown] = {
    "distance": Markdown("d²"),
    "fused": Markdown("s"),
    "similarity": Markdown("s"),
    "dissimilarity": Markdown("d"),
}
ORDERS = (Plain("first image first"), Plain("second image first"))


def scores_of_pair(choice: Choice, every: list[Tested], first: PairImage, second: PairImage) -> dict[str, float | None]:
    """The score by ranker name, None where it knows nothing of one of the images."""
    return or_stop(lambda: {one.ranker.name: score_of_pair(choice, one.ranker, first, second) for one in every})


def say_in_bar(place: "DeltaGenerator", one: Tested, value: float | None, first: PairImage, second: PairImage) -> None:
    """What the model in hand calls the pair."""
    if value is None:
        return
    truth = None if first.person is None or second.person is None else first.person == second.person
    place.markdown(f"{score_in_words(one.ranker.kind, value)}: **{says(one, value, truth)}**")


def show_pair(
    choice: Choice, first: PairImage, second: PairImage, every: list[Tested], scores: dict[str, float | None]
) -> None:
    """Both images, a table of what each ranker says, and the single passes."""
    left, right = st.columns([2, 5], gap="medium")
    with left:
        st.html(_images(first, second))
        st.markdown(_truth(first, second))
        st.caption(f"{literal(first.told)}  \n{literal(second.told)}")
    with right:
        truth = None if first.person is None or second.person is None else first.person == second.person
        st.markdown(_table(choice, every, scores, truth))
        st.caption(
            "**Less alike than** and **more alike than**: where the pair stands among the test pairs of each kind. "
            "**Says**: at the model's threshold, at first where both errors are equal; ✓ where that is right."
        )
        unknown = [literal(name) for name, score in scores.items() if score is None]
        if unknown:
            st.caption(f"Of this pair nothing is known by {Markdown(', '.join(unknown))}.")
    networks = [
        one.ranker for one in every if one.ranker.form == "network" and not (one.ranker.parts or one.ranker.refinement)
    ]
    if not networks:
        return
    passes = or_stop(lambda: {one.name: passes_of(one.path, one.sha256, first, second) for one in networks})
    a, b = st.columns(2)
    classifiers = {one.name: passes[one.name] for one in networks if one.kind == "probability"}
    rankers = {one.name: passes[one.name] for one in networks if one.kind == "distance"}
    styles = {plain(one.ranker.name): choice.style(one.ranker) for one in every}
    both = [Plain(f"{order}, {mirror}") for order in ORDERS for mirror in MIRRORS]
    with a:
        found = {name: one.probability for name, one in classifiers.items()}
        _draw(found, styles, both, "P(same)", "the 8 passes: orders × mirrors")
    with b:
        found = {name: one.distance for name, one in rankers.items()}
        _draw(found, styles, MIRRORS, "squared distance", "the 4 passes: mirrors")


def pair_in_words(
    first: PairImage, second: PairImage, every: list[Tested], scores: dict[str, float | None]
) -> Markdown:
    """What the models say of the pair at their thresholds, and how many of them are right."""
    said = {
        one.ranker.name: one.sign * value >= one.sign * one.threshold
        for one in every
        if (value := scores[one.ranker.name]) is not None
    }
    same = [literal(name) for name, alike in said.items() if alike]
    counted = Markdown(f"{len(same)} of {len(said)} models say *the same person*")
    if first.person is None or second.person is None:
        return Markdown(f"{counted} at their thresholds; whether that is right is not known here.")
    truth = first.person == second.person
    wrong = [literal(name) for name, alike in said.items() if alike != truth]
    fact = Markdown("**The same person**" if truth else "**Different persons**")
    if not wrong:
        return Markdown(f"{fact}: every model says so at its threshold.")
    return Markdown(f"{fact}: {counted} at their thresholds; wrong: {Markdown(', '.join(wrong))}.")


def _images(first: PairImage, second: PairImage) -> Html:
    kind = "rv-two same" if first.person is not None and first.person == second.person else "rv-two"
    images = [(data_uri(one.image), one.told) for one in (first, second)]
    return render("widgets/image_row.html", kind=kind, images=images)


def _truth(first: PairImage, second: PairImage) -> Markdown:
    if first.person is None or second.person is None:
        return Markdown("Whether they are one person is not known here.")
    return Markdown("**✓ the same person**" if first.person == second.person else "**✗ different persons**")


def says(one: Tested, value: float, truth: bool | None) -> Markdown:
    """What a model calls a pair at its threshold, and whether that is right where it is known."""
    same = one.sign * value >= one.sign * one.threshold
    word = Markdown("same" if same else "different")
    if truth is None:
        return word
    return Markdown(f"{word} :green[✓]" if same == truth else f"{word} :red[✗]")


def _table(choice: Choice, every: list[Tested], scores: dict[str, float | None], truth: bool | None) -> Markdown:
    lines = [
        Markdown(
            "| model | score | says | more alike than, of different persons | less alike than, of one person |\n"
            "|:---|---:|:---|---:|---:|"
        )
    ]
    for one in every:
        name = model(one.ranker.name, choice.style(one.ranker))
        value = scores[one.ranker.name]
        if value is None:
            lines.append(Markdown(f"| {name} | – | – | – | – |"))
            continue
        said, score = says(one, value, truth), score_in_words(one.ranker.kind, value)
        lines.append(
            Markdown(
                f"| {name} | {score} | {said} | "
                f"{one.share_below(value, same=False):.1f} % | {100 - one.share_below(value, same=True):.1f} % |"
            )
        )
    return Markdown("\n".join(lines))


def score_in_words(kind: Kind, value: float) -> Markdown:
    """A score behind its letter."""
    if kind == "probability":
        return Markdown(f"P\u00a0{100 * value:.1f}\u00a0%")
    return Markdown(f"{LETTERS[kind]}\u00a0{value:,.3f}")


def _draw(
    found: dict[str, Float32Array | None],
    styles: Mapping[Plain, ModelStyle],
    labels: Sequence[Plain],
    title: Plain,
    what: Markdown,
) -> None:
    known = {plain(name): values for name, values in found.items() if values is not None}
    if not known:
        st.caption(f"None of the chosen rankers of MTDnet gives a {literal(title)}.")
        return
    chart(
        passes_figure(known, styles, labels, title),
        certified(current_choice(), "passes"),
        key=f"pair-passes-{title}",
        alt=f"{title} of this pair in every pass, by model",
        config={"displayModeBar": False},
    )
    st.caption(f"Rings: {what}. Bar: their mean, which is the score.")
