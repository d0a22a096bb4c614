"""Draws what is below the waist: legs, trousers, shorts, skirts and shoes."""

import math

from reidviz.synthetic.drawing.canvas import Canvas
from reidviz.synthetic.drawing.colours import mix
from reidviz.synthetic.drawing.geometry import Point, Ring, mid
from reidviz.synthetic.figure.appearance import Person
from reidviz.synthetic.figure.pose import HIP, THIGH, Leg, Pose


def draw_leg(canvas: Canvas, person: Person, leg: Leg, far: bool) -> None:
    """One leg with its shoe; the far one lies in the shade of the other."""
    dim = 0.78 if far else 1.0
    side = 1 if leg.hip.x > 0 else -1
    heavy = 0.55 + 0.45 * person.body.build
    bare = [0.056 * heavy, 0.036 * heavy, 0.024 * heavy]
    joints = [leg.hip, leg.knee, leg.ankle]
    bottom = person.bottom
    if bottom.kind != "trousers" or bottom.length > 0.09:
        canvas.tube(joints, bare, person.body.skin, dim)
    if person.shoes.socks and bottom.kind != "skirt":
        canvas.tube([mid(leg.knee, leg.ankle, 0.72), leg.ankle], [0.03, 0.027], person.shoes.socks, dim)
    _shoe(canvas, person, leg, dim)
    if bottom.kind == "skirt":
        return
    fit = heavy * bottom.fit
    radii = [0.064 * heavy, 0.046 * fit, 0.036 * fit * bottom.fit]
    cut_joints, cut_radii = _cut(joints, radii, bottom.length)
    canvas.tube(cut_joints, cut_radii, bottom.colour, dim, hem=True)
    _creases(canvas, leg, radii, dim)
    if bottom.stripe is not None and canvas.view.faces(side * math.pi / 2) > -0.35:
        at = side * math.cos(canvas.view.yaw) * 0.92
        for k in range(len(cut_joints) - 1):
            ends, sizes = (cut_joints[k], cut_joints[k + 1]), (cut_radii[k], cut_radii[k + 1])
            canvas.tube_band(ends, sizes, (0.0, 1.0), (max(-1.0, at - 0.22), min(1.0, at + 0.22)), bottom.stripe)
    if bottom.cuff:
        ends, sizes = (cut_joints[-2], cut_joints[-1]), (cut_radii[-2] * 1.06, cut_radii[-1] * 1.1)
        canvas.tube_band(ends, sizes, (0.88, 1.02), (-1.0, 1.0), mix(bottom.colour, (200, 200, 196), 35))


def _creases(canvas: Canvas, leg: Leg, radii: list[float], dim: float) -> None:
    """Folds behind the knee, at the groin and above the shoe."""
    for p, q, f, r, value in (
        (leg.knee, leg.ankle, 0.06, radii[1], 104),
        (leg.hip, leg.knee, 0.86, radii[1], 112),
        (leg.knee, leg.ankle, 0.84, radii[2], 106),
        (leg.hip, leg.knee, 0.12, radii[0], 112),
    ):
        x, y = canvas.view.pixel(mid(p, q, f))
        w = r * canvas.view.scale
        points = [(round(x - w * 0.9), round(y - w * 0.25)), (round(x + w * 0.7), round(y + w * 0.2))]
        canvas.dark_line(points, round(value * dim), max(1, round(canvas.view.scale * 0.007)))


def _cut(joints: list[Point], radii: list[float], length: float) -> tuple[list[Point], list[float]]:
    """The limb down to where a garment of this length (height of its hem) ends."""
    knee_height = HIP - THIGH
    if length >= knee_height:
        f = min(1.0, (HIP - length) / THIGH)
        return [joints[0], mid(joints[0], joints[1], f)], [radii[0], radii[1] * 1.15]
    f = min(1.0, (knee_height - length) / (knee_height - 0.036))
    return [joints[0], joints[1], mid(joints[1], joints[2], f)], radii


def _shoe(canvas: Canvas, person: Person, leg: Leg, dim: float) -> None:
    shoes = person.shoes
    if shoes.boot:
        top = mid(leg.ankle, leg.knee, shoes.boot / 0.235)
        canvas.tube([top, leg.ankle], [0.036, 0.03], shoes.colour, dim)
    heel, toe = leg.heel, leg.toe
    lifted_heel = Point(heel.x, heel.y + 0.02, heel.z + 0.012)
    lifted_toe = Point(toe.x, toe.y + 0.014, toe.z)
    canvas.tube(
        [Point(heel.x, heel.y + 0.008, heel.z), Point(toe.x, toe.y + 0.006, toe.z)], [0.02, 0.02], shoes.sole, dim
    )
    canvas.tube([leg.ankle, lifted_heel], [0.024, 0.022], shoes.colour, dim)
    canvas.tube([lifted_heel, mid(lifted_heel, lifted_toe, 0.6), lifted_toe], [0.022, 0.024, 0.017], shoes.colour, dim)


def draw_pelvis(canvas: Canvas, person: Person, pose: Pose) -> None:
    """The seat of trousers or shorts, or a whole skirt."""
    body, bottom = person.body, person.bottom
    width = 0.6 + 0.4 * body.build
    up = pose.rise
    rings = [
        Ring(0, 0.6 + up, pose.lean * 0.5, 0.09 * body.hips * width, 0.064 * body.belly * width),
        Ring(0, 0.53 + up, 0, 0.107 * body.hips * width, 0.072 * width),
        Ring(0, 0.475 + up, 0, 0.107 * body.hips * width, 0.072 * width),
    ]
    if bottom.kind == "skirt":
        rings.append(hem_ring(person, pose, bottom.length, bottom.fit))
        canvas.stack(rings, bottom.colour)
        for k in range(-2, 3):
            folds(canvas, rings[1:], k * 0.7 + 0.2, 110)
        return
    canvas.stack(rings, bottom.colour)
    for points in canvas.patches(rings[1:], 0.0, 0.1):
        canvas.tone(points, 112)


def hem_ring(person: Person, pose: Pose, height: float, flare: float) -> Ring:
    """The lower edge of a skirt or coat: wide enough for the legs at that height."""
    at = [_leg_at(leg, height) for leg in pose.legs]
    reach = max(abs(p.x) for p in at) + 0.055 * (0.55 + 0.45 * person.body.build)
    front, back = max(p.z for p in at), min(p.z for p in at)
    fall = max(0.0, 0.5 - height)
    depth = max(0.075, (front - back) / 2 + 0.055) + 0.04 * fall * flare
    width = max(0.11 * person.body.hips * (0.6 + 0.4 * person.body.build), reach) + 0.16 * fall * max(0.0, flare - 0.75)
    return Ring(0, height + pose.rise, (front + back) / 2, width, depth)


def _leg_at(leg: Leg, height: float) -> Point:
    knee_height = HIP - THIGH
    if height >= knee_height:
        return mid(leg.hip, leg.knee, min(1.0, max(0.0, (HIP - height) / THIGH)))
    return mid(leg.knee, leg.ankle, min(1.0, (knee_height - height) / (knee_height - 0.036)))


def folds(canvas: Canvas, rings: list[Ring], angle: float, value: int) -> None:
    """A long vertical fold of hanging cloth."""
    for points in canvas.patches(rings, angle, [0.02] + [0.07] * (len(rings) - 1)):
        canvas.tone(points, value)
