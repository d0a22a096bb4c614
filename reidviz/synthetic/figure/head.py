"""Draws neck, head, hair and hats."""

import math
from dataclasses import replace

from reidviz.synthetic.drawing.canvas import Canvas
from reidviz.synthetic.drawing.colours import RGB, mix
from reidviz.synthetic.drawing.geometry import Point, Ring, View, between
from reidviz.synthetic.figure.appearance import Person
from reidviz.synthetic.figure.pose import Pose

CHIN, CROWN = 0.868, 1.0
_SKULL = (
    (1.0, 0.012, 0.014, -0.008),
    (0.992, 0.03, 0.038, -0.006),
    (0.972, 0.042, 0.052, -0.003),
    (0.945, 0.046, 0.057, 0.0),
    (0.92, 0.045, 0.054, 0.003),
    (0.895, 0.039, 0.044, 0.01),
    (0.878, 0.028, 0.03, 0.018),
    (0.868, 0.015, 0.014, 0.024),
)


def draw_head(canvas: Canvas, person: Person, pose: Pose) -> None:
    """Neck and head; the head may look a little to the side."""
    straight = canvas.view
    canvas.view = replace(straight, yaw=straight.yaw + pose.head_turn * 0.6)
    _draw(canvas, person, pose)
    canvas.view = straight


def _draw(canvas: Canvas, person: Person, pose: Pose) -> None:
    view, up, forward = canvas.view, pose.rise, pose.lean + 0.012
    skin, head = person.body.skin, person.head
    seen = view.faces(0.0)
    if head.hair in ("long", "bob") and seen > -0.2:
        _curtain(canvas, person, pose, behind=True)
    neck = [Ring(0, 0.885 + up, forward * 0.9, 0.03, 0.034), Ring(0, 0.838 + up, pose.lean * 0.9, 0.036, 0.038)]
    canvas.stack(neck, skin, 0.78)
    skull = [Ring(0, y + up, z + forward, a, b) for y, a, b, z in _SKULL]
    canvas.stack(skull, skin)
    _face(canvas, person, skull, up)
    if head.hat == "hood":
        _hood(canvas, person, pose)
        return
    if head.hair != "bald":
        _hair(canvas, person, pose, skull)
    _hat(canvas, person, skull, up, forward)
    if person.scarf is not None:
        scarf = [
            Ring(0, 0.872 + up, forward, 0.046, 0.05),
            Ring(0, 0.85 + up, pose.lean, 0.058, 0.058),
            Ring(0, 0.826 + up, pose.lean, 0.055, 0.055),
        ]
        canvas.stack(scarf, person.scarf)
        if seen > 0:
            x, y = view.pixel(Point(0.02, 0.83 + up, 0.07))
            w, h = view.scale * 0.016, view.scale * 0.1
            points = [(x - w, y), (x + w, y), (x + w * 1.3, y + h), (x - w * 0.8, y + h)]
            canvas.fill([(round(px), round(py)) for px, py in points], person.scarf)


def _face(canvas: Canvas, person: Person, skull: list[Ring], up: float) -> None:
    head = person.head
    for sign in (-1, 1):
        canvas.patch(between(skull, 0.942 + up, 0.93 + up), sign * 0.42, 0.2, mix(person.body.skin, (30, 20, 20), 62))
        for points in canvas.patches(between(skull, 0.952 + up, 0.926 + up), sign * 0.42, 0.28):
            canvas.tone(points, 104)
    for points in canvas.patches(between(skull, 0.925 + up, 0.91 + up), 0.0, 0.14):
        canvas.tone(points, 108)
    canvas.patch(between(skull, 0.9 + up, 0.893 + up), 0.0, 0.3, mix(person.body.skin, (120, 40, 44), 45))
    if abs(canvas.view.faces(0.0)) < 0.75:
        side = 1 if math.sin(canvas.view.yaw) > 0 else -1
        x, y = canvas.view.pixel(Point(0, 0.918 + up, skull[4].z + 0.054))
        s = canvas.view.scale * 0.012
        points = [
            (round(x - side * s), round(y - 2 * s)),
            (round(x + side * s), round(y + s)),
            (round(x - side * s), round(y + s)),
        ]
        canvas.fill(points, person.body.skin)
    if head.beard:
        canvas.patch(between(skull, 0.906 + up, 0.868 + up), 0.0, 1.5, mix(person.body.skin, head.hair_colour, 65))
    if head.glasses:
        canvas.patch(between(skull, 0.943 + up, 0.932 + up), 0.0, 0.8, mix(person.body.skin, (34, 32, 36), 80))


def _hair(canvas: Canvas, person: Person, pose: Pose, skull: list[Ring]) -> None:
    head, up, forward = person.head, pose.rise, pose.lean + 0.012
    extra = 0.006 if head.hair == "short" else 0.009
    cap = [Ring(0, r.y + extra, r.z - 0.004, r.a + extra, r.b + extra) for r in skull if r.y > 0.9 + up]
    front = 1.1 if head.fringe else 0.85
    halves = [math.pi if r.y > 0.978 + up else math.pi - (front if r.y > 0.95 + up else 1.25) for r in cap]
    halves = [
        min(math.pi, h + 0.35) if r.y < 0.97 + up and head.hair != "short" else h
        for r, h in zip(cap, halves, strict=True)
    ]
    _coat_of_hair(canvas, cap, halves, head.hair_colour)
    nape = [cap[-1], Ring(0, 0.882 + up, forward - 0.012, 0.04, 0.042)]
    _coat_of_hair(canvas, nape, [halves[-1], 1.1], head.hair_colour)
    if head.hair in ("long", "bob"):
        _curtain(canvas, person, pose, behind=False)
    if head.hair == "bun":
        _blob(canvas, Point(0, 0.975 + up, forward - 0.065), 0.026, head.hair_colour)
    if head.hair == "ponytail":
        tail = [
            Point(0, 0.955 + up, forward - 0.06),
            Point(0, 0.91 + up, forward - 0.088),
            Point(0, 0.82 + up, forward - 0.082),
        ]
        if canvas.view.faces(0.0) < 0.55:
            canvas.tube(tail, [0.018, 0.022, 0.01], head.hair_colour)


def _coat_of_hair(canvas: Canvas, rings: list[Ring], halves: list[float], colour: RGB) -> None:
    light = canvas.view.light
    for points in canvas.patches(rings, math.pi, halves):
        canvas.fill(points, colour)
        middle = (points[0][0] + points[len(rings)][0]) / 2
        centre = canvas.view.edge(rings[0]).x
        t = (middle - centre) / max(1.0, canvas.view.scale * 0.06)
        canvas.tone(points, light.tone(min(0.9, max(-0.9, t))))


def _curtain(canvas: Canvas, person: Person, pose: Pose, behind: bool) -> None:
    """Hair that falls beside and behind the neck."""
    up, z = pose.rise, pose.lean + 0.004
    low = 0.775 if person.head.hair == "long" else 0.865
    rings = [
        Ring(0, 0.965 + up, z, 0.05, 0.06),
        Ring(0, 0.92 + up, z - 0.004, 0.054, 0.06),
        Ring(0, 0.87 + up, z - 0.014, 0.056, 0.056),
        Ring(0, low + up, z - 0.03, 0.046, 0.045),
    ]
    if behind:
        canvas.stack(rings, mix(person.head.hair_colour, (0, 0, 0), 30), 0.75)
    else:
        _coat_of_hair(canvas, rings, [2.0, 1.95, 1.8, 1.6], person.head.hair_colour)


def _blob(canvas: Canvas, p: Point, radius: float, colour: RGB) -> None:
    if canvas.view.faces(0.0) < 0.8:
        x, y = canvas.view.pixel(p)
        canvas.disc(x, y, radius * canvas.view.scale, radius * canvas.view.scale, colour)


def _hat(canvas: Canvas, person: Person, skull: list[Ring], up: float, forward: float) -> None:
    head = person.head
    if head.hat == "none":
        return
    low = {"cap": 0.958, "beanie": 0.945, "brim": 0.962}[head.hat]
    dome = [Ring(0, r.y + 0.008, r.z, r.a + 0.009, r.b + 0.009) for r in between(skull, 1.0 + up, low + up)]
    if head.hat == "brim":
        _brim(canvas, Ring(0, low + up, forward, 0.085, 0.095), head.hat_colour)
    canvas.stack(dome, head.hat_colour)
    if head.hat == "beanie":
        canvas.patch(
            between(dome, low + 0.03 + up, low + 0.008 + up), 0.0, math.pi, mix(head.hat_colour, (230, 230, 230), 18)
        )
    if head.hat == "cap":
        _peak(canvas, low + up, forward, head.hat_colour)


def _brim(canvas: Canvas, ring: Ring, colour: RGB) -> None:
    canvas.stack([ring._replace(y=ring.y + 0.006, a=ring.a * 0.9), ring], colour, 0.8)


def _peak(canvas: Canvas, height: float, forward: float, colour: RGB) -> None:
    view: View = canvas.view
    if view.faces(0.0) < -0.3:
        return
    corners = [
        Point(x, height + y, forward + z)
        for x, y, z in (
            (-0.042, 0.012, 0.045),
            (-0.03, -0.004, 0.1),
            (0.03, -0.004, 0.1),
            (0.042, 0.012, 0.045),
            (0.042, 0.0, 0.045),
            (-0.042, 0.0, 0.045),
        )
    ]
    points = []
    for p in corners:
        x, y = view.pixel(p)
        points.append((round(x), round(y)))
    canvas.fill(points, mix(colour, (0, 0, 0), 20))
    canvas.tone(points, 104)


def _hood(canvas: Canvas, person: Person, pose: Pose) -> None:
    up, z = pose.rise, pose.lean
    rings = [
        Ring(0, 1.012 + up, z, 0.025, 0.03),
        Ring(0, 0.99 + up, z, 0.05, 0.06),
        Ring(0, 0.94 + up, z - 0.002, 0.06, 0.07),
        Ring(0, 0.88 + up, z - 0.004, 0.058, 0.066),
        Ring(0, 0.835 + up, z - 0.004, 0.07, 0.06),
    ]
    _coat_of_hair(canvas, rings, [math.pi, 2.75, 2.3, 2.3, 2.6], person.top.colour)
