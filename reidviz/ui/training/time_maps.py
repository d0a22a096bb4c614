"""The ranking features of the validation images at a step, with the trails of persons since another."""

import numpy as np
import streamlit as st

from reidviz.common.arrays import BoolArray, IntArray
from reidviz.evaluation.embedding.projection import Plane
from reidviz.evaluation.embedding.trails import Trails, centres
from reidviz.figures.text import Plain, plain
from reidviz.figures.time_machine import FORGOTTEN, GALLERY, KEPT, LEARNT, MISSED, TAIL, TrailMap, trails_figure
from reidviz.ui.results.certificates import certified_runs
from reidviz.ui.session.keys import TIME_MAP, TIME_PERSON
from reidviz.ui.training.run_history import RunHistory
from reidviz.ui.training.time_moment import Moment
from reidviz.ui.widgets.chart import chart
from reidviz.ui.widgets.markup import Markdown, literal, model

MARGIN = 0.05


def show_maps(moment: Moment, person: int) -> None:
    """A map a run that has a ranking branch; of the others a sentence."""
    mapped = [(history, trails) for history in moment.histories if (trails := history.trails) is not None]
    for history in moment.histories:
        if history.last.features is None:
            name = literal(history.run.name)
            st.caption(f"{name} describes pairs, not single images: there is no map of it. Its ranks are below.")
    if not mapped:
        return
    for column, (history, trails) in zip(st.columns(len(mapped)), mapped, strict=True):
        with column:
            _show_map(moment, history, trails, person)
    st.caption(
        "Each map: the two main components of the ranking features, turned, mirrored and scaled onto those of the last "
        f"validation of its run (Procrustes). Thin lines: the way of each person's middle over the last {TAIL} "
        "validations up to the second step; thick: that of the chosen person from the first step on, whose images are "
        "ringed. Click an image to choose its person; drag to move, wheel to zoom, double click for all."
    )


def _show_map(moment: Moment, history: RunHistory, trails: Trails, person: int) -> None:
    ranker = next(one for one in history.rankers if one.kind == "distance")
    first, second = history.at(moment.first), history.at(moment.second)
    places = [place for place, step in enumerate(history.steps) if min(first, second) <= step <= second]
    identities = moment.dataset.identities[history.last.positions]
    names, persons = np.unique(identities, return_inverse=True)
    planes = [trails.planes[place] for place in places]
    one = moment.change(history, ranker)
    shown = TrailMap(
        planes,
        [centres(plane, persons) for plane in planes],
        persons.astype(np.int64),
        [plain(str(name)) for name in names],
        _fates(len(history.last.gallery), one.learnt, one.forgotten, one.kept),
        int(np.searchsorted(names, moment.persons[person])),
    )
    st.markdown(Markdown(f"**{model(ranker.name, moment.styles[ranker.name])}** at step {second:,}"))
    key = TIME_MAP.of(history.run.name)

    def clicked() -> None:
        told = [point.get("customdata") for point in key.get({})["selection"]["points"]]
        rows = [int(np.ravel(found)[0]) for found in told if found is not None]
        if rows and 0 <= rows[0] < len(names) and str(names[rows[0]]) in moment.persons:
            TIME_PERSON.set(str(names[rows[0]]))

    chart(
        trails_figure(shown, _bounds(trails.planes)),
        certified_runs([history.run], "time-map", None, first=first, second=second, person=moment.persons[person]),
        key=key.name,
        alt=f"Map of the ranking features at step {second:,}, with trails since step {first:,}",
        on_select=clicked,
        selection_mode="points",
        config={"displayModeBar": False, "scrollZoom": True},
    )
    left = trails.residuals[history.steps.index(first)]
    st.caption(f"At step {first:,} no turn brings {100 * left:.0f} % of this map in line with the last one.")


def _fates(gallery: int, learnt: BoolArray, forgotten: BoolArray, kept: BoolArray) -> dict[Plain, IntArray]:
    missed = ~(learnt | forgotten | kept)
    found = {MISSED: missed, KEPT: kept, LEARNT: learnt, FORGOTTEN: forgotten}
    fates = {name: np.flatnonzero(which) for name, which in found.items()}
    return fates | {GALLERY: np.arange(len(kept), len(kept) + gallery)}


def _bounds(planes: tuple[Plane, ...]) -> Plane:
    """The least and greatest coordinates (2, 2) of all maps, with a margin."""
    every = np.concatenate(planes)
    low, high = every.min(0), every.max(0)
    margin = MARGIN * np.maximum(high - low, 1e-6)
    return np.stack([low - margin, high + margin])
