"""What the mouse does on a map beyond what st.plotly_chart reports.

It shows the picture of a point where it rests for a moment, and a click selects the point while the lasso or the box is
the tool at hand (st.plotly_chart reports clicks with other tools only).
"""

from collections.abc import Callable, Mapping
from contextlib import suppress

import streamlit as st

from reidviz.common.errors import ReidvizError
from reidviz.ui.embeddings.points import Points
from reidviz.ui.server.boundary import fragment
from reidviz.ui.session.keys import MAP_CLICK, MAP_HOVER, MAP_HOVERED

DWELL = 220
"""Milliseconds that the mouse rests on a point."""

STYLE = """
#rv-hover { position: fixed; z-index: 999990; pointer-events: none; display: none; padding: 6px; border-radius: 8px;
  background: var(--st-background-color, #fff); color: var(--st-text-color, #222); font-size: .78rem; max-width: 190px;
  border: 1px solid rgba(128,128,128,.6); box-shadow: 0 4px 14px rgba(0,0,0,.28); }
#rv-hover img { display: block; height: 150px; margin: 0 auto 4px auto; border-radius: 4px; }
"""

POINT = """
function pointOf(chart) {
  const point = chart?._hoverdata?.[0];
  if (!point || point.customdata === undefined) return null;
  const side = chart.closest('[class*=st-key-map-side-]').className.match(/st-key-(map-side-\\w+)/)[1];
  return side + ' ' + [point.customdata].flat()[0];
}
const chartAt = event => event.target.closest?.('[class*=st-key-map-side-] .js-plotly-plot');
"""

RESTING = """
const now = { x: 0, y: 0, wanted: null, timer: null, send: null };

function card() {
  let found = document.getElementById('rv-hover');
  if (!found) {
    found = document.createElement('div');
    found.id = 'rv-hover';
    found.setAttribute('role', 'tooltip');
    document.body.appendChild(found);
    const style = document.createElement('style');
    style.id = 'rv-hover-style';
    document.head.appendChild(style);
  }
  return found;
}

function hide() { clearTimeout(now.timer); now.wanted = null; card().style.display = 'none'; }

function rest() {
  now.wanted = pointOf(now.chart);
  if (now.wanted) now.send('row', now.wanted);
}

function moved(event) {
  const chart = chartAt(event);
  if (Math.abs(event.clientX - now.x) + Math.abs(event.clientY - now.y) < 3 && chart) return;
  now.x = event.clientX; now.y = event.clientY; now.chart = chart;
  hide();
  if (chart && !event.buttons) now.timer = setTimeout(rest, DWELL);
}

export default function ({ data, setTriggerValue, parentElement }) {
  now.send = setTriggerValue;
  const shown = card();
  const theme = getComputedStyle(parentElement.host ?? parentElement);
  for (const name of ['--st-background-color', '--st-text-color'])
    shown.style.setProperty(name, theme.getPropertyValue(name));
  document.getElementById('rv-hover-style').textContent = data.style;
  if (data.row && data.row === now.wanted) {
    shown.replaceChildren();
    const picture = document.createElement('img'), words = document.createElement('div');
    picture.src = data.picture; picture.alt = words.textContent = data.told;
    shown.append(picture, words);
    shown.style.display = 'block';
    const box = shown.getBoundingClientRect();
    shown.style.left = Math.min(now.x + 16, innerWidth - box.width - 8) + 'px';
    shown.style.top = Math.max(8, Math.min(now.y - box.height / 2, innerHeight - box.height - 8)) + 'px';
  }
  document.addEventListener('mousemove', moved, true);
  document.addEventListener('mousedown', hide, true);
  return () => {
    document.removeEventListener('mousemove', moved, true);
    document.removeEventListener('mousedown', hide, true);
    hide();
  };
}
""".replace("DWELL", str(DWELL))

CLICKING = """
let down = null, send = null;

function pressed(event) { down = chartAt(event) ? [event.clientX, event.clientY] : null; }

function clicked(event) {
  const chart = chartAt(event), tool = chart?._fullLayout?.dragmode;
  if (!down || !['lasso', 'select'].includes(tool)) return;
  if (Math.abs(event.clientX - down[0]) + Math.abs(event.clientY - down[1]) > 3) return;
  const point = pointOf(chart);
  if (point) send('row', point);
}

export default function ({ setTriggerValue }) {
  send = setTriggerValue;
  document.addEventListener('mousedown', pressed, true);
  document.addEventListener('click', clicked, true);
  return () => {
    document.removeEventListener('mousedown', pressed, true);
    document.removeEventListener('click', clicked, true);
  };
}
"""

_resting = st.components.v2.component("reidviz_map_resting", js=POINT + RESTING)
_clicking = st.components.v2.component("reidviz_map_clicking", js=POINT + CLICKING)


@fragment
def hover_pictures(sides: Mapping[str, Points]) -> None:
    """Show pictures over the charts in containers of these keys, which begin with map-side-; a point's customdata is
    its row."""
    wanted = MAP_HOVERED.get("")
    data = {"style": STYLE, "row": "", "picture": "", "told": ""}
    found = _found(wanted, sides)
    if found is not None:
        points, row = found
        with suppress(ReidvizError):
            data |= {"row": wanted, "picture": points.picture(row), "told": points.in_words(row)}
    _resting(data=data, key=MAP_HOVER.name, height=1, on_row_change=_hovered)


def _hovered() -> None:
    MAP_HOVERED.set(MAP_HOVER.get({})["row"] or "")


def on_click(sides: Mapping[str, Points], take: Callable[[Points, int], None]) -> None:
    """Call take(points, row) before the fragment that this stands in runs again, when a point was clicked."""

    def clicked() -> None:
        found = _found(MAP_CLICK.get({})["row"] or "", sides)
        if found is not None:
            take(*found)

    _clicking(key=MAP_CLICK.name, height=1, on_row_change=clicked)


def _found(wanted: str, sides: Mapping[str, Points]) -> tuple[Points, int] | None:
    """The points of a side and the row that the browser names, where there is such a row."""
    side, _, row = wanted.partition(" ")
    return (sides[side], int(row)) if side in sides and row.isdigit() and int(row) < len(sides[side]) else None
