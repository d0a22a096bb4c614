"""One pair of images: what every model says of it, pass by pass, and where it stands among all test pairs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import streamlit as st

from reidviz.common import settings
from reidviz.common.arrays import Float32Array
from reidviz.data.images.decode import resize
from reidviz.evaluation.pipeline.ranker import Ranker
from reidviz.evaluation.ranking.fusion import fuse
from reidviz.evaluation.scores import Scores
from reidviz.figures.pairs import passes_figure
from reidviz.figures.style import ModelStyle
from reidviz.figures.text import Plain, plain
from reidviz.ui.pairs.pair_picker import PairImage
from reidviz.ui.pairs.verification import Tested
from reidviz.ui.session.choice import Choice
from reidviz.ui.session.remembered import remembered
from reidviz.ui.widgets.markup import Html, Markdown, literal, model, render
from reidviz.ui.widgets.messages import or_stop
from reidviz.ui.widgets.thumbnails import KeyedImage, data_uri

MIRRORS = (Plain("as they are"), Plain("second mirrored"), Plain("first mirrored"), Plain("both mirrored"))
ORDERS = (Plain("first image first"), Plain("second image first"))


@dataclass(frozen=True, eq=False)
class PassScores:
    """Every pass of one network on a pair: P(same) (8,) and squared distances (4,), None where it lacks the branch."""

    probability: Float32Array | None
    distance: Float32Array | None

    def score(self, ranker: Ranker) -> float:
        """The score of the pair as a ranker takes it: the mean of its passes."""
        if ranker.kind != "fused":
            found = self.distance if ranker.kind == "distance" else self.probability
            assert found is not None
            return float(found.mean())
        assert self.distance is not None
        assert self.probability is not None
        assert ranker.weight is not None
        parts = [np.array([[part.mean()]], dtype=np.float32) for part in (self.distance, self.probability)]
        return float(fuse(Scores("distance", parts[0]), Scores("probability", parts[1]), ranker.weight).matrix[0, 0])


def show_pair(choice: Choice, first: PairImage, second: PairImage, every: list[Tested]) -> dict[str, float]:
    """Both images, a table of what each ranker says, and the single passes. Returns the score by ranker name."""
    passes = or_stop(
        lambda: {one.ranker.name: passes_of(one.ranker.path, one.ranker.sha256, first, second) for one in every}
    )
    scores = {one.ranker.name: passes[one.ranker.name].score(one.ranker) for one in every}
    left, right = st.columns([2, 5], gap="medium")
    with left:
        st.html(_images(first, second))
        st.markdown(_truth(first, second))
        st.caption(f"{literal(first.told)}  \n{literal(second.told)}")
    with right:
        st.markdown(_table(choice, every, scores))
        st.caption(
            "**Less alike than** and **more alike than**: where the pair stands among the test pairs of each kind. "
            "**Says**: at the threshold set below, at first where both errors are equal."
        )
    a, b = st.columns(2)
    classifiers = {one.ranker.name: passes[one.ranker.name] for one in every if one.ranker.kind == "probability"}
    rankers = {one.ranker.name: passes[one.ranker.name] for one in every if one.ranker.kind == "distance"}
    styles = {plain(one.ranker.name): choice.style(one.ranker) for one in every}
    both = [Plain(f"{order}, {mirror}") for order in ORDERS for mirror in MIRRORS]
    with a:
        found = {name: one.probability for name, one in classifiers.items()}
        _draw(found, styles, both, "P(same)", "the 8 passes: orders × mirrors")
    with b:
        found = {name: one.distance for name, one in rankers.items()}
        _draw(found, styles, MIRRORS, "squared distance", "the 4 passes: mirrors")
    return scores


@remembered(st.cache_data, max_entries=256)
def passes_of(path: Path, sha256: str, first: KeyedImage, second: KeyedImage) -> PassScores:
    """All passes of one network on two images."""
    from reidviz.evaluation.scoring.single_passes import probabilities, squared_distances
    from reidviz.models.loaded import loaded
    from reidviz.models.mtdnet import MTDnet

    network, card = loaded(path, sha256, settings.device())
    size = card.architecture.height, card.architecture.width
    images = resize(first.image, *size), resize(second.image, *size)
    device = settings.device()
    ranks = not isinstance(network, MTDnet) or network.feature is not None
    return PassScores(
        probabilities(network, *images, device).ravel() if isinstance(network, MTDnet) else None,
        squared_distances(network, *images, device).ravel() if ranks else None,
    )


def _images(first: PairImage, second: PairImage) -> Html:
    kind = "rv-two same" if first.person is not None and first.person == second.person else "rv-two"
    images = [(data_uri(one.image), one.told) for one in (first, second)]
    return render("widgets/image_row.html", kind=kind, images=images)


def _truth(first: PairImage, second: PairImage) -> Markdown:
    if first.person is None or second.person is None:
        return Markdown("Whether they are one person is not known here.")
    return Markdown("**✓ the same person**" if first.person == second.person else "**✗ different persons**")


def _table(choice: Choice, every: list[Tested], scores: dict[str, float]) -> Markdown:
    lines = [
        Markdown(
            "| model | score | says | more alike than, of different persons | less alike than, of one person |\n"
            "|:---|---:|:---|---:|---:|"
        )
    ]
    for one in every:
        value = scores[one.ranker.name]
        said = Markdown("same" if one.sign * value >= one.sign * one.threshold else "different")
        score = {
            "distance": Markdown(f"d²\u00a0{value:.3f}"),
            "probability": Markdown(f"P\u00a0{100 * value:.1f}\u00a0%"),
            "fused": Markdown(f"s\u00a0{value:.3f}"),
        }[one.ranker.kind]
        lines.append(
            Markdown(
                f"| {model(one.ranker.name, choice.style(one.ranker))} | {score} | {said} | "
                f"{one.share_below(value, same=False):.1f} % | {100 - one.share_below(value, same=True):.1f} % |"
            )
        )
    return Markdown("\n".join(lines))


def _draw(
    found: dict[str, Float32Array | None],
    styles: Mapping[Plain, ModelStyle],
    labels: Sequence[Plain],
    title: Plain,
    what: Markdown,
) -> None:
    known = {plain(name): values for name, values in found.items() if values is not None}
    if not known:
        st.caption(f"None of the chosen models gives a {literal(title)}.")
        return
    st.plotly_chart(
        passes_figure(known, styles, labels, title),
        key=f"pair-passes-{title}",
        alt=f"{title} of this pair in every pass, by model",
        config={"displayModeBar": False},
    )
    st.caption(f"Rings: {what}. Bar: their mean, which is the score.")
