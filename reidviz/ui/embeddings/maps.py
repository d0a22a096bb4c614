"""Two maps of the same images side by side: drawn, coloured, selected in."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
import numpy.typing as npt
import plotly.graph_objects as go
import streamlit as st

from reidviz.common.arrays import IntArray
from reidviz.common.printable import printable
from reidviz.data.doctor.findings import counted
from reidviz.data.keys import key_of
from reidviz.evaluation.certificate import Certificate
from reidviz.evaluation.embedding.procrustes import Alignment, aligned
from reidviz.evaluation.embedding.projection import Plane
from reidviz.evaluation.ground_truth import ground_truth
from reidviz.figures.embedding import Group, Links, map_figure
from reidviz.figures.print.files import FORMATS
from reidviz.ui.background.projections import METHODS, Cloud, plane_or_progress
from reidviz.ui.embeddings.canvas_maps import map_data, show_maps
from reidviz.ui.embeddings.colours import BY, groups_of, sizes_of
from reidviz.ui.embeddings.points import Points, describe_points
from reidviz.ui.embeddings.spaces import NAMES, EmbeddingMap
from reidviz.ui.results.certificates import certified_features
from reidviz.ui.session.keys import MAP_FOCUS
from reidviz.ui.session.selection import clear, select, selected
from reidviz.ui.widgets.export import offer_export
from reidviz.ui.widgets.markup import Markdown, literal, model
from reidviz.ui.widgets.popover_label import with_count

MOST_LINKED = 30
MOST_TOLD = 1_000
"""Letters of a filter that a record tells."""
NOTHING = np.empty((0, 2), dtype=np.int64)


@dataclass(frozen=True)
class MapOptions:
    """How the maps are drawn."""

    method: str
    by: str
    by_rank: bool
    cameras: tuple[str, ...]
    persons: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Map:
    """A side on a plane. alignment: what brought it in line with the left map, None where it is that."""

    side: EmbeddingMap
    method: str
    plane: Plane
    alignment: Alignment | None


def choose_map_options(sides: list[EmbeddingMap]) -> MapOptions:
    """Draw how the maps are to be drawn."""
    points = sides[0].points
    data = key_of(points.dataset, points.other)
    a, b, c = st.columns([3, 2, 2], vertical_alignment="bottom")
    method = (
        a.segmented_control(
            "Projection", METHODS, default="PCA", required=True, key="map-method", persist_state="session"
        )
        or "PCA"
    )
    known = [by for by in BY if by != "data set" or points.other is not None]
    by = b.selectbox("Colour by", known, key="map-colour", persist_state="session")
    keys = ("map-size", f"map-cameras {data}", f"map-persons {data}")
    label = with_count("Size and filter", keys)
    with c.popover(label, icon=":material/filter_alt:", width="stretch", key="map-filter"):
        by_rank = st.toggle(
            "Size by rank",
            key=keys[0],
            persist_state="session",
            help="A probe grows with the logarithm of the rank of its true match.",
        )
        cameras = st.multiselect(
            "Cameras",
            sorted(set(points.cameras.tolist())),
            key=keys[1],
            persist_state="session",
            format_func=lambda c: printable(c) or "unknown",
        )
        everybody = np.unique(points.identities).tolist()
        persons = st.multiselect("Persons", everybody, key=keys[2], persist_state="session", format_func=printable)
        st.caption("Nothing chosen: all are shown.")
    return MapOptions(method, by, by_rank, tuple(cameras), tuple(persons))


def lay_out(sides: list[EmbeddingMap], options: MapOptions) -> list[Map]:
    """Each side on a plane, the right one brought in line with the left. While a slow projection is computed its
    progress is shown, and PCA stands in; one that starts from the left map waits for it."""
    maps: list[Map] = []
    for side in sides:
        first = maps[0] if maps else None
        leads = first is not None and _alike(first.side.points, side.points)
        method, plane, cloud = options.method, None, Cloud(side.features, side.key)
        if first is None or not leads or first.method == method:
            start = first.plane if first is not None and leads and method != "PCA" else None
            plane = plane_or_progress(cloud, method, start)
        if plane is None:
            method, plane = "PCA", plane_or_progress(cloud, "PCA")
            assert plane is not None
        alignment = None
        if first is not None:
            mine, theirs = _common(side.points, first.side.points)
            alignment = aligned(plane[mine], first.plane[theirs])
            plane = alignment.of(plane)
        maps.append(Map(side, method, plane, alignment))
    return maps


def draw_maps(maps: list[Map], options: MapOptions, uploaded: Callable[[Map], Plane | None] | None) -> None:
    """Both maps with what is selected, its lines, and the images of the user's own."""
    points = {name: one.side.points for name, one in zip(NAMES, maps, strict=True)}
    marked = selected(maps[0].side.points.choice)
    judged = next((m.side for m in maps if m.side.ranking is not None), None)
    alike = _alike(*points.values())
    told, heads, figures = [], [], []
    for name, one in zip(NAMES, maps, strict=True):
        judge = one.side if one.side.ranking is not None else judged
        visible = _shown(one.side.points, options)
        drawn = _drawn(one, options, marked, judge, visible, None if uploaded is None else uploaded(one))
        label = f"{one.method} of {len(visible)} images by {one.side.space.name}"
        told.append(map_data(name, label, *drawn) | {"same": alike})
        figures.append(drawn)
        heads.append((one, judge, len(visible)))
    for column, (one, judge, visible_count) in zip(st.columns(2), heads, strict=True):
        head = Markdown(f"**{model(one.side.space.name, one.side.style)}** · {literal(one.method)}")
        column.markdown(Markdown(head + _of(one, options)), help=_about(one, judge, visible_count))
    show_maps(told, lambda side, rows: take_rows(points[side], *rows) if side in points else None)
    with st.container(horizontal=True):
        for name, drawn in zip(NAMES, figures, strict=True):
            offer_export(partial(_figure, *drawn), FORMATS, _certified(maps, name, options, marked), f"map-{name}")
    _selection_line(maps, marked)


def _certified(maps: Sequence[Map], name: str, options: MapOptions, marked: IntArray) -> Certificate:
    side = dict(zip(NAMES, maps, strict=True))[name].side
    return certified_features(
        maps[0].side.points.choice,
        "map",
        [one.side.mark for one in maps],
        side=name,
        of=side.space.name,
        images=len(side.points),
        method=options.method,
        by=options.by,
        cameras=", ".join(options.cameras)[:MOST_TOLD],
        persons=", ".join(options.persons)[:MOST_TOLD],
        selected=len(marked),
    )


def _drawn(
    one: Map, options: MapOptions, marked: IntArray, judge: EmbeddingMap | None, visible: IntArray, own: Plane | None
) -> tuple[Plane, list[Group], IntArray, Links, npt.NDArray[np.float32] | None, Plane | None]:
    """What a map shows."""
    points = one.side.points
    first = None if judge is None or judge.ranking is None else judge.ranking[1].first
    links = Links(NOTHING, NOTHING) if judge is None else links_of(judge, points, marked)
    sizes = sizes_of(points, first) if options.by_rank and first is not None else None
    groups = groups_of(points, options.by, visible, first)
    return one.plane, groups, points.rows_of(marked), links, sizes, own


def _figure(
    plane: Plane,
    groups: Sequence[Group],
    selected_rows: IntArray,
    links: Links,
    sizes: npt.NDArray[np.float32] | None,
    own: Plane | None,
) -> go.Figure:
    return map_figure(plane, groups, selected_rows, links, sizes, own)


def links_of(judge: EmbeddingMap, points: Points, marked: IntArray) -> Links:
    """From each of the first selected probes to its nearest true match and to its nearest image of somebody else."""
    if judge.ranking is None:
        return Links(NOTHING, NOTHING)
    parts = points.choice.split
    truth = ground_truth(points.dataset, parts)
    right: list[IntArray] = []
    wrong: list[IntArray] = []
    for probe in np.flatnonzero(np.isin(parts.probes, marked))[:MOST_LINKED].tolist():
        distances = judge.ranking[0].distances(probe)
        same, ignored = truth.masks(probe)
        for kind, found in ((same, right), (~same & ~ignored, wrong)):
            if not kind.any():
                continue
            nearest = np.flatnonzero(kind)[np.argmin(distances[kind])]
            rows = points.rows_of(np.array([parts.probes[probe], parts.gallery[nearest]]))
            if len(rows) == 2:
                found.append(rows)
    return Links(*(np.array(found, dtype=np.int64).reshape(-1, 2) for found in (right, wrong)))


def take_rows(points: Points, *rows: int) -> None:
    """Rows of a map become the selection of the app, those of the other data set aside."""
    own = sorted({row for row in rows if row < len(points.positions)})
    if own:
        MAP_FOCUS.pop()
        select(points.choice, points.positions[own])


def _selection_line(maps: list[Map], marked: IntArray) -> None:
    a, b = st.columns([4, 1], vertical_alignment="center")
    if not len(marked):
        a.caption(
            ":material/lasso_select: Draw around images, or click one: they are selected in both maps and on all other "
            "pages. Rest the mouse on a point to see its image and its neighbours. Wheel: zoom; Shift and drag: move; "
            "double click: all. Arrows and Enter do the same."
        )
        return
    probes = int(np.isin(maps[0].side.points.choice.split.probes, marked).sum())
    a.markdown(
        f"**{literal(counted(len(marked), 'image'))} selected**, {probes:,} of them probes"
        + (f"; lines are drawn for the first {MOST_LINKED} of these" if probes > MOST_LINKED else "")
    )
    b.button("Clear", icon=":material/deselect:", key="map-clear", help="Select nothing", on_click=clear)


def _shown(points: Points, options: MapOptions) -> IntArray:
    keep = np.ones(len(points), dtype=bool)
    if options.cameras:
        keep &= np.isin(points.cameras, options.cameras)
    if options.persons:
        keep &= np.isin(points.identities, options.persons)
    return np.flatnonzero(keep)


def _of(one: Map, options: MapOptions) -> Markdown:
    return Markdown("" if one.method == options.method else f" (until {literal(options.method)} is ready)")


def _about(one: Map, judge: EmbeddingMap | None, visible: int) -> Markdown:
    points = one.side.points
    told = [describe_points(points)]
    if visible < len(points):
        told.append(Markdown(f"{visible:,} of them pass the filter"))
    if one.alignment is not None:
        left = one.alignment.residual
        told.append(Markdown(f"turned, mirrored and scaled onto the left map (what is left: {100 * left:.0f} %)"))
    if judge is not None and judge is not one.side:
        told.append(Markdown(f"ranks and lines by {literal(judge.space.name)}"))
    return Markdown("; ".join(told) + ".")


def _common(one: Points, other: Points) -> tuple[IntArray, IntArray]:
    """The rows in each of the images that both show."""
    both = np.intersect1d(one.positions, other.positions)
    return one.rows_of(both), other.rows_of(both)


def _alike(one: Points, other: Points) -> bool:
    """Whether both show the same images."""
    return len(one) == len(other) and np.array_equal(one.positions, other.positions)
