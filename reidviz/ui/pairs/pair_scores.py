"""One pair of images: what every model says of it, pass by pass, and where it stands among all test pairs."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Final

import streamlit as st

from reidviz.data.images.encode import data_uri
from reidviz.evaluation.certificate import Certificate
from reidviz.evaluation.pipeline.ranker import Ranker
from reidviz.evaluation.scoring.pair_passes import PassScores
from reidviz.evaluation.tables import Cell, Table
from reidviz.figures.remade.of_pairs import DISTANCE, P_SAME, passes_figure_of
from reidviz.figures.text import Plain, plain
from reidviz.models.variants import Kind
from reidviz.ui.pairs.pair_picker import PairImage
from reidviz.ui.pairs.score_pair import passes_of, score_of_pair
from reidviz.ui.pairs.verification import Tested
from reidviz.ui.results.certificates import certified_rankers
from reidviz.ui.session.choice import Choice
from reidviz.ui.widgets.chart import chart
from reidviz.ui.widgets.markup import Html, Markdown, literal, model, render
from reidviz.ui.widgets.messages import or_stop
from reidviz.ui.widgets.table import show_table

if TYPE_CHECKING:
    from streamlit.delta_generator import DeltaGenerator

WHAT: Final = {
    P_SAME: Markdown("the 8 passes: orders × mirrors"),
    DISTANCE: Markdown("the 4 passes: mirrors"),
}
LETTERS: dict[Kind, Markdown] = {
    "distance": Markdown("d²"),
    "fused": Markdown("s"),
    "similarity": Markdown("s"),
    "dissimilarity": Markdown("d"),
}


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
        certificate = _certified(choice, "pair", [one.ranker for one in every], (first, second))
        show_table(_table(choice, every, scores, truth), _taken(every, scores), certificate, "pair-table")
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
    with a:
        _draw(choice, [one for one in networks if one.kind == "probability"], passes, P_SAME, (first, second))
    with b:
        _draw(choice, [one for one in networks if one.kind == "distance"], passes, DISTANCE, (first, second))


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


def _taken(every: list[Tested], scores: dict[str, float | None]) -> Table:
    """The same to take away, with the thresholds in use."""
    rows: list[tuple[Cell, ...]] = []
    for one in every:
        value = scores[one.ranker.name]
        told: list[Cell] = [None] * 4
        if value is not None:
            same = one.sign * value >= one.sign * one.threshold
            places = one.share_below(value, same=False), 100 - one.share_below(value, same=True)
            told = [value, "same" if same else "different", *places]
        rows.append((one.ranker.name, one.ranker.kind, *told, one.threshold))
    shares = "more alike than, of different persons (%)", "less alike than, of one person (%)"
    heads = ("model", "ranks by", "score", "says", *shares, "threshold")
    return Table(heads, tuple(rows), digits={"score": 4, "threshold": 4})


def score_in_words(kind: Kind, value: float) -> Markdown:
    """A score behind its letter."""
    if kind == "probability":
        return Markdown(f"P\u00a0{100 * value:.1f}\u00a0%")
    return Markdown(f"{LETTERS[kind]}\u00a0{value:,.3f}")


def _draw(
    choice: Choice,
    rankers: Sequence[Ranker],
    passes: Mapping[str, PassScores],
    measure: Plain,
    pair: tuple[PairImage, PairImage],
) -> None:
    """The single passes behind one kind of score."""
    styles = {plain(one.name): choice.style(one) for one in rankers}
    figure = passes_figure_of({one.name: passes[one.name] for one in rankers}, styles, measure)
    if figure is None:
        st.caption(f"None of the chosen rankers of MTDnet gives a {literal(measure)}.")
        return
    chart(
        figure,
        _certified(choice, "passes", rankers, pair, measure=measure),
        key=f"pair-passes-{measure}",
        alt=f"{measure} of this pair in every pass, by model",
        config={"displayModeBar": False},
    )
    st.caption(f"Rings: {WHAT[measure]}. Bar: their mean, which is the score.")


def _certified(
    choice: Choice, kind: str, rankers: Sequence[Ranker], pair: tuple[PairImage, PairImage], **asked: str
) -> Certificate:
    """Of what is said of two images of the data set, or of images of the user's own."""
    places = [one.position for one in pair]
    if None in places:
        return certified_rankers(choice, f"{kind}-of-own-images", rankers, **asked)
    first, second = (choice.dataset.samples[place].id for place in places if place is not None)
    return certified_rankers(choice, kind, rankers, first=first, second=second, **asked)
