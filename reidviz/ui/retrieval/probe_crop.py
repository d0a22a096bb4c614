"""A box dragged over the probe: which gallery do the models see in that part of it alone, or without it?"""

from typing import Final

import numpy as np
import plotly.graph_objects as go
import streamlit as st
from PIL import Image

from reidviz.data.images.encode import data_uri
from reidviz.data.keys import key_of
from reidviz.evaluation.explain.masking import Box, only_box, without_box
from reidviz.ui.session.keys import BOX
from reidviz.ui.widgets.markup import Markdown
from reidviz.ui.widgets.thumbnails import KeyedImage

GRID = 24
WIDTH = 150
KEEP: Final = ("only the box", "all but the box")


def choose_box(whole: KeyedImage) -> KeyedImage | None:
    """Draw the probe to drag a box over; the image as the models are to see it, None where there is no box."""
    keep = st.radio("The models see", KEEP, key="box-keep")
    chart = BOX.of(whole.key)
    st.plotly_chart(
        _figure(whole.image),
        key=chart.name,
        on_select="rerun",
        selection_mode="box",
        config={"displayModeBar": False},
        alt="The probe: drag a box over it",
    )
    box = _box(chart.get(), whole.image)
    if box is None:
        st.caption("Drag a box over the image: the lists follow. Double-click takes it away.")
        return None
    shown = (only_box if keep == KEEP[0] else without_box)(np.asarray(whole.image), box)
    kept = Markdown("Only the box" if keep == KEEP[0] else "All but the box")
    st.caption(f"{kept}; the rest has the image's mean colour. Double-click takes the box away.")
    return KeyedImage(Image.fromarray(shown), key_of(whole, keep, box))


def _figure(image: Image.Image) -> go.Figure:
    """The image, under a grid of unseen points: a box selects points, and is reported only where it finds some."""
    x, y = np.meshgrid(np.linspace(0, image.width, GRID), np.linspace(0, image.height, 2 * GRID))
    figure = go.Figure(
        go.Scatter(x=x.ravel(), y=y.ravel(), mode="markers", marker={"opacity": 0, "size": 3}, hoverinfo="skip")
    )
    figure.add_layout_image(
        source=data_uri(image),
        x=0,
        y=0,
        sizex=image.width,
        sizey=image.height,
        xref="x",
        yref="y",
        sizing="stretch",
        layer="below",
    )
    figure.update_traces(selected={"marker": {"opacity": 0}}, unselected={"marker": {"opacity": 0}})
    figure.update_layout(
        margin={"l": 0, "r": 0, "t": 0, "b": 0},
        height=WIDTH * image.height // image.width,
        dragmode="select",
        showlegend=False,
        xaxis={"visible": False, "range": [0, image.width], "fixedrange": True, "constrain": "domain"},
        yaxis={"visible": False, "range": [image.height, 0], "fixedrange": True, "scaleanchor": "x"},
        newselection={"line": {"color": "#B87F00", "width": 3}},
    )
    return figure


def _box(event: object, image: Image.Image) -> Box | None:
    """Top, left, bottom and right of the box in an event, as shares of the image."""
    try:
        found = event["selection"]["box"][0]  # type: ignore[index]
        left, right = sorted(float(x) / image.width for x in found["x"])
        top, bottom = sorted(float(y) / image.height for y in found["y"])
    except (TypeError, KeyError, IndexError, ValueError):
        return None
    return top, left, bottom, right
