"""The two maps of the Embeddings page before they are drawn: two spaces, what they make of the images, the planes."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import streamlit as st

from reidviz.common.arrays import Float32Array, IntArray
from reidviz.common.printable import printable
from reidviz.common.progress import Progress
from reidviz.data.keys import key_of
from reidviz.evaluation.certificate import ModelMark
from reidviz.evaluation.embedding.spaces import Space, describe, load_cached, ranking_scores, spaces_of
from reidviz.evaluation.ground_truth import ground_truth
from reidviz.evaluation.pipeline.ranker import rankers_of
from reidviz.evaluation.ranking.ranking import Ranking, rank
from reidviz.evaluation.scores import Scores
from reidviz.figures.style import ModelStyle
from reidviz.ui.background.jobs import board
from reidviz.ui.background.progress_bar import wait_for
from reidviz.ui.embeddings.points import Points
from reidviz.ui.session.choice import Choice
from reidviz.ui.session.keys import MAP_PROBE
from reidviz.ui.session.model_styles import styles_of
from reidviz.ui.session.remembered import remembered
from reidviz.ui.widgets.markup import Markdown, literal

NAMES = ("left", "right")


@dataclass(frozen=True, eq=False)
class EmbeddingMap:
    """One map: a space and the features (N, D) of the points in it.

    probe  of a space of pairs, the position of the probe that each image is seen with
    """

    space: Space
    points: Points
    features: Float32Array
    probe: int | None

    @cached_property
    def key(self) -> str:
        """What tells this side from others."""
        return key_of(self.space, self.probe, self.points.choice.split, self.points.parts)

    @cached_property
    def style(self) -> ModelStyle:
        """How its model looks, which may be read another way than was chosen."""
        chosen = self.points.choice.rankers
        every = [*chosen, *(one for path in dict.fromkeys(one.path for one in chosen) for one in rankers_of(path))]
        kind = "probability" if self.space.of_pairs else "distance"
        own = next(one for one in every if one.path == self.space.path and one.kind == kind)
        return styles_of(every)[own.source]

    @property
    def mark(self) -> ModelMark:
        """What a record tells of its model."""
        return ModelMark(self.space.name, self.space.sha256, self.space.place, self.style.place)

    @cached_property
    def ranking(self) -> tuple[Scores, Ranking] | None:
        """Distances and ranking of all probes by the ranking feature; None in a space of pairs, or of a sample."""
        points = self.points
        parts = points.choice.split
        test = np.union1d(parts.probes, parts.gallery)
        if self.space.of_pairs or parts.probe_frames or len(points.rows_of(test)) < len(test):
            return None
        return _judged(self)


@remembered(st.cache_resource, max_entries=8)
def _judged(side: EmbeddingMap) -> tuple[Scores, Ranking]:
    points = side.points
    scores = ranking_scores(side.space, side.features[: len(points.positions)], points.positions, points.choice.split)
    return scores, rank(scores, ground_truth(points.dataset, points.choice.split))


def choose_spaces(choice: Choice) -> tuple[Space, Space]:
    """Draw the two choices of a space. Ends the page where the chosen models have none."""
    spaces = {space.name: space for space in spaces_of(choice.rankers)}
    if not spaces:
        lacking = Markdown("Of the chosen models only scores are known, no features. " if choice.rankers else "")
        st.info(f"{lacking}Choose at least one model in the sidebar.", icon=":material/arrow_back:")
        st.stop()
    names = list(spaces)
    before = [name for name in names if not spaces[name].of_pairs] or names
    left, right = st.columns(2)
    with left:
        one = st.selectbox(
            "Left map", names, names.index(before[0]), key=f"map-left {' '.join(names)}", persist_state="session"
        )
    with right:
        other = st.selectbox(
            "Right map",
            names,
            names.index(before[1] if len(before) > 1 else names[-1]),
            key=f"map-right {' '.join(names)}",
            persist_state="session",
            help="Any other model's ranking feature, or what a classifier makes of each image beside one probe "
            "(its joint feature at fc7 or conv5).",
        )
    return spaces[one], spaces[other]


def choose_pair_probe(choice: Choice, marked: IntArray) -> int:
    """Draw the choice of the probe that images are paired with, a selected one at first: its position."""
    ids = {choice.dataset.samples[i].id: int(i) for i in choice.split.probes.tolist()}
    wanted = [choice.dataset.samples[i].id for i in marked.tolist()] + [st.query_params.get("probe", "")]
    first = next((one for one in wanted if one in ids), next(iter(ids)))
    probe = MAP_PROBE.of(key_of(choice.dataset))
    present = probe.get("")
    probe.set(present if present in ids else first)
    chosen = st.selectbox(
        "Probe of the pairs",
        list(ids),
        key=probe.name,
        format_func=printable,
        help="Each point of a joint feature is the pair of this probe and an image.",
    )
    st.button(
        "Take the selected probe",
        icon=":material/my_location:",
        disabled=first == chosen,
        on_click=probe.set,
        args=(first,),
    )
    return ids[chosen]


def maps_or_progress(wanted: Sequence[tuple[Space, Points]], probe: int | None) -> list[EmbeddingMap]:
    """What each space makes of its points; the page ends with progress while something is being computed."""
    parts = [
        [(space, dataset, positions, probe if space.of_pairs else None) for dataset, positions in points.parts]
        for space, points in wanted
    ]
    missing = [one for side in parts for one in side if load_cached(*one) is None]
    if missing:

        def work(progress: Progress) -> None:
            for one in missing:
                describe(*one, progress)

        names = dict.fromkeys(literal(space.name) for space, *_ in missing)
        st.markdown(f"**Describing images** with {', '.join(names)}: once, then it is kept on disk.")
        wait_for(key_of("features", missing), work, "Describe the images", board())
        st.stop()
    return [
        EmbeddingMap(
            space,
            points,
            np.concatenate([found for one in side if (found := load_cached(*one)) is not None]),
            side[0][3],
        )
        for (space, points), side in zip(wanted, parts, strict=True)
    ]
