"""Draws the trunk and what is worn on it: shirts, jackets, coats, dresses and their patterns."""

import math
from collections.abc import Sequence

from reidviz.synthetic.drawing.canvas import Canvas
from reidviz.synthetic.drawing.colours import RGB, mix
from reidviz.synthetic.drawing.geometry import Ring, between, ring_at
from reidviz.synthetic.figure.appearance import Person, Top
from reidviz.synthetic.figure.legs import folds, hem_ring
from reidviz.synthetic.figure.pose import Pose

COLLAR = 0.848


def trunk(person: Person, pose: Pose) -> list[Ring]:
    """The dressed trunk from the neck down to the hem of the top."""
    body, top = person.body, person.top
    width = 0.55 + 0.45 * body.build
    wide = width * body.shoulders
    rows = (
        (COLLAR, 0.034, 0.036, 0.9),
        (0.832, 0.066 * wide, 0.046, 0.95),
        (0.808, 0.116 * wide, 0.056 * width, 1.0),
        (0.735, 0.11 * wide, 0.066 * width * body.bust, 1.0),
        (0.635, 0.088 * width * (0.7 * body.hips + 0.3), 0.06 * width * body.belly, 0.8),
        (0.55, 0.101 * body.hips * width, 0.07 * width * (0.6 + 0.4 * body.belly), 0.4),
        (0.5, 0.106 * body.hips * width, 0.072 * width, 0.1),
    )
    rings = [
        Ring(0, y + pose.rise, pose.lean * f, a + (top.loose if k else 0), b + (top.loose if k else 0))
        for k, (y, a, b, f) in enumerate(rows)
    ]
    if top.hem >= 0.5:
        return between(rings, COLLAR + pose.rise, top.hem + pose.rise)
    lowest = hem_ring(person, pose, top.hem, 1.05 if top.kind == "dress" else 0.95)
    return [*rings, lowest._replace(a=max(lowest.a, rings[-1].a), b=max(lowest.b, rings[-1].b))]


def draw_trunk(canvas: Canvas, person: Person, pose: Pose) -> None:
    """The top with pattern, opening, collar and folds."""
    top = person.top
    rings = trunk(person, pose)
    canvas.stack(rings, top.colour)
    _pattern(canvas, top, rings, pose.rise)
    if top.opening:
        half = [top.opening * f for f in _spread(len(rings))]
        canvas.patch(rings, 0.0, half, top.inner)
        for sign in (-1, 1):
            for points in canvas.patches(rings, sign * top.opening * 0.8, 0.09):
                canvas.tone(points, 96)
    elif top.kind in ("jacket", "coat", "hoodie"):
        canvas.patch(rings, 0.0, 0.035, mix(top.colour, (210, 210, 210) if sum(top.colour) < 200 else (20, 20, 20), 40))
    elif top.kind == "shirt":
        for points in canvas.patches(rings, 0.0, 0.03):
            canvas.tone(points, 104)
    _neckline(canvas, person, rings, pose.rise)
    _wrinkles(canvas, rings, top)


def _spread(count: int) -> list[float]:
    return [0.6 + 0.55 * k / (count - 1) for k in range(count)]


def _neckline(canvas: Canvas, person: Person, rings: Sequence[Ring], up: float) -> None:
    top = person.top
    deep = {"tee": 0.815, "dress": 0.79, "shirt": 0.818, "sweater": 0.832}.get(top.kind, 0.826)
    piece = between(rings, COLLAR + up, deep + up)
    halves = [0.95 - 0.6 * k / (len(piece) - 1) for k in range(len(piece))]
    under = top.inner if top.kind in ("jacket", "coat", "hoodie") and not top.opening else person.body.skin
    canvas.patch(piece, 0.0, halves, under)
    if top.kind == "shirt":
        for sign in (-1, 1):
            canvas.patch(
                between(rings, COLLAR + up, 0.822 + up), sign * 0.95, 0.3, mix(top.colour, (235, 235, 235), 25)
            )
    if top.kind == "hoodie" and person.head.hat != "hood":
        hood = [
            Ring(0, 0.862 + up, -0.03, 0.05, 0.04),
            Ring(0, 0.84 + up, -0.045, 0.074, 0.05),
            Ring(0, 0.79 + up, -0.055, 0.05, 0.035),
        ]
        for points in canvas.patches(hood, math.pi, 1.35):
            canvas.fill(points, mix(top.colour, (0, 0, 0), 12))
            canvas.tone(points, 112)


def _wrinkles(canvas: Canvas, rings: Sequence[Ring], top: Top) -> None:
    if rings[-1].y < 0.5:
        lower = [r for r in rings if r.y < 0.56]
        for k in range(5):
            folds(canvas, lower, -2.4 + k * 1.25, 108)
    for angle, y, drop in ((0.75, 0.72, 0.05), (-0.75, 0.72, 0.05), (2.4, 0.7, 0.04), (-2.4, 0.7, 0.04)):
        start = canvas.view.edge(ring_at(rings, y))
        end = canvas.view.edge(ring_at(rings, y - drop))
        u = math.remainder(angle + start.psi, 2 * math.pi)
        if abs(u) < 1.4:
            canvas.dark_line([start.at(u), end.at(u * 0.6)], 106, max(1, round(canvas.view.scale * 0.006)))
    hem = between(rings, rings[-1].y + 0.012, rings[-1].y)
    for points in canvas.patches(hem, 0.0, math.pi):
        canvas.tone(points, 92)


def _pattern(canvas: Canvas, top: Top, rings: Sequence[Ring], up: float) -> None:
    high, low = 0.82 + up, rings[-1].y
    if top.pattern in ("bands", "checks"):
        count = top.count + (0 if low > 0.45 else 3)
        step = (high - low) / count
        thick = 0.5 if top.pattern == "bands" else 0.28
        shade = top.second if top.pattern == "bands" else mix(top.colour, top.second, 60)
        for k in range(count):
            y = high - step * (k + 0.25)
            canvas.patch(between(rings, y, y - step * thick), 0.0, math.pi, shade)
    if top.pattern in ("pinstripes", "checks"):
        count = top.count + 3
        shade = mix(top.colour, top.second, 60)
        piece = between(rings, high + 0.01, low)
        for k in range(count):
            canvas.patch(piece, 2 * math.pi * k / count, 0.09 if top.pattern == "checks" else 0.06, shade)
    if top.pattern == "print":
        _print(canvas, top, rings, up)
    if top.pattern == "block":
        y = 0.74 - 0.02 * (top.count - 6) + up
        canvas.patch(between(rings, COLLAR + up, y), 0.0, math.pi, top.second)
    if top.pattern == "chest":
        y = 0.745 - 0.02 * (top.count % 4) + up
        canvas.patch(between(rings, y, y - 0.055), 0.0, math.pi, top.second)
    if top.pattern == "sash":
        for side, angle in ((1, 0.0), (-1, math.pi)):
            _diagonal(canvas, rings, up, angle, side, 0.28, top.second)


def _print(canvas: Canvas, top: Top, rings: Sequence[Ring], up: float) -> None:
    """An image on the chest: one of four simple motifs."""
    if top.count % 4 == 0:
        canvas.patch(between(rings, 0.765 + up, 0.655 + up), 0.0, 0.55, top.second)
        canvas.patch(between(rings, 0.735 + up, 0.69 + up), 0.0, 0.3, top.colour)
    elif top.count % 4 == 1:
        for y in (0.765, 0.73, 0.695):
            canvas.patch(between(rings, y + up, y - 0.02 + up), 0.0, 0.62 - 2 * abs(y - 0.73), top.second)
    elif top.count % 4 == 2:
        piece = between(rings, 0.775 + up, 0.64 + up)
        canvas.patch(
            piece, 0.0, [0.1 + 0.5 * math.sin(math.pi * k / (len(piece) - 1)) for k in range(len(piece))], top.second
        )
    else:
        canvas.patch(between(rings, 0.77 + up, 0.735 + up), 0.5, 0.22, top.second)
        canvas.patch(between(rings, 0.76 + up, 0.66 + up), math.pi, 0.5, top.second)


def _diagonal(
    canvas: Canvas,
    rings: Sequence[Ring],
    up: float,
    angle: float,
    side: int,
    half: float,
    colour: RGB,
    low: float = 0.56,
) -> None:
    """A band from one shoulder to the other hip over the front (angle 0) or the back (angle pi)."""
    steps = 6
    piece = [ring_at(rings, 0.822 - (0.822 - low) * k / steps + up) for k in range(steps + 1)]
    canvas.patch(piece, [angle + side * (0.95 - 1.9 * k / steps) for k in range(steps + 1)], half, colour)


def draw_strap(canvas: Canvas, person: Person, pose: Pose) -> None:
    """The straps of a bag over the trunk."""
    bag = person.bag
    rings = trunk(person, pose)
    up = pose.rise
    colour = mix(bag.colour, (20, 20, 20), 25)
    if bag.kind == "backpack":
        for sign in (-1, 1):
            canvas.patch(between(rings, 0.835 + up, 0.67 + up), sign * 0.72, 0.15, colour)
    if bag.kind == "cross":
        _diagonal(canvas, rings, up, 0.0, -bag.side, 0.13, colour)
        _diagonal(canvas, rings, up, math.pi, bag.side, 0.13, colour)
    if bag.kind == "shoulder":
        for angle in (0.0, math.pi):
            turn = bag.side * 0.95 if angle == 0.0 else -bag.side * 0.95
            canvas.patch(between(rings, 0.832 + up, 0.68 + up), angle + turn, 0.12, colour)
