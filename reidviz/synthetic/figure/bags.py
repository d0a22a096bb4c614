"""Draws bags: backpacks, shoulder bags, hand bags, plastic bags and rolling suitcases."""

import math

from reidviz.synthetic.drawing.canvas import Canvas
from reidviz.synthetic.drawing.colours import RGB, mix
from reidviz.synthetic.drawing.geometry import Point, Ring, between
from reidviz.synthetic.figure.appearance import Bag, Person
from reidviz.synthetic.figure.pose import Arm, Pose


def bag_place(person: Person, pose: Pose) -> Point | None:
    """The middle of the bag on the body, or None without one."""
    bag = person.bag
    if bag.kind == "none":
        return None
    if bag.kind == "backpack":
        return Point(0, 0.7 + pose.rise, pose.lean - 0.07 * person.body.build - 0.045 * bag.size)
    if bag.kind in ("shoulder", "cross"):
        return Point(bag.side * 0.135 * person.body.hips, (0.58 if bag.kind == "shoulder" else 0.53) + pose.rise, -0.02)
    hand = _hand(person, pose).hand
    if bag.kind == "trolley":
        return Point(hand.x + bag.side * 0.03, 0.21, -0.2)
    return Point(hand.x, hand.y - 0.1 * bag.size, hand.z)


def _hand(person: Person, pose: Pose) -> Arm:
    return next(arm for arm in pose.arms if arm.side == person.bag.side)


def draw_bag(canvas: Canvas, person: Person, pose: Pose) -> None:
    """The bag itself; its straps belong to the trunk."""
    bag, place = person.bag, bag_place(person, pose)
    if place is None:
        return
    if bag.kind == "backpack":
        _backpack(canvas, bag, place)
    elif bag.kind in ("shoulder", "cross"):
        tall = 0.055 * bag.size if bag.kind == "shoulder" else 0.045 * bag.size
        _pouch(canvas, bag, place, 0.034 * bag.size, 0.085 * bag.size, tall)
    elif bag.kind == "trolley":
        hand = _hand(person, pose).hand
        _handle(canvas, hand, Point(place.x, place.y + 0.1, place.z), (60, 60, 64))
        _pouch(canvas, bag, place, 0.09 * bag.size, 0.055 * bag.size, 0.15 * bag.size)
    else:
        hand = _hand(person, pose).hand
        _handle(canvas, hand, place, mix(bag.colour, (20, 20, 20), 30))
        _pouch(canvas, bag, place, 0.028 * bag.size, 0.07 * bag.size, 0.065 * bag.size)


def _handle(canvas: Canvas, start: Point, end: Point, colour: RGB) -> None:
    x0, y0 = canvas.view.pixel(start)
    x1, y1 = canvas.view.pixel(end)
    canvas.line([(round(x0), round(y0)), (round(x1), round(y1))], colour, max(1, round(canvas.view.scale * 0.01)))


def _backpack(canvas: Canvas, bag: Bag, at: Point) -> None:
    s = bag.size
    rings = [
        Ring(0, at.y + 0.125 * s, at.z + 0.01, 0.04 * s, 0.03 * s),
        Ring(0, at.y + 0.105 * s, at.z, 0.08 * s, 0.05 * s),
        Ring(0, at.y, at.z - 0.005, 0.095 * s, 0.066 * s),
        Ring(0, at.y - 0.1 * s, at.z - 0.005, 0.092 * s, 0.066 * s),
        Ring(0, at.y - 0.125 * s, at.z, 0.07 * s, 0.045 * s),
    ]
    canvas.stack(rings, bag.colour)
    canvas.patch(between(rings, at.y + 0.005, at.y - 0.09 * s), math.pi, 0.75, bag.trim)
    canvas.patch(between(rings, at.y - 0.008, at.y - 0.082 * s), math.pi, 0.68, mix(bag.colour, bag.trim, 35))
    for points in canvas.patches(between(rings, at.y + 0.07 * s, at.y + 0.058 * s), math.pi, 1.1):
        canvas.tone(points, 84)


def _pouch(canvas: Canvas, bag: Bag, at: Point, a: float, b: float, tall: float) -> None:
    rings = [
        Ring(at.x, at.y + tall, at.z, a * 0.8, b * 0.88),
        Ring(at.x, at.y + tall * 0.7, at.z, a, b * 0.97),
        Ring(at.x, at.y - tall * 0.8, at.z, a, b),
        Ring(at.x, at.y - tall, at.z, a * 0.8, b * 0.9),
    ]
    canvas.stack(rings, bag.colour)
    canvas.patch(between(rings, at.y + tall * 0.25, at.y + tall * 0.05), 0.0, math.pi, bag.trim)
