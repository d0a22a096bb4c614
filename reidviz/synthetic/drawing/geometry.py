"""From the body to the image: points and rings of a body in 3-D, as a camera sees them.

Body axes, in statures: x to the person's left, y up from the ground, z forward. The image's y points down.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

Pixel = tuple[int, int]


class Point(NamedTuple):
    """A place on the body, in statures."""

    x: float
    y: float
    z: float


class Ring(NamedTuple):
    """A level elliptic cross-section of the body: its centre, half width a (x) and half depth b (z)."""

    x: float
    y: float
    z: float
    a: float
    b: float


@dataclass(frozen=True)
class Light:
    """Where light comes from, as seen by the camera: side -1 left to 1 right; ambient + diffuse is about 1."""

    side: float
    ambient: float
    diffuse: float

    def tone(self, t: float) -> int:
        """Brightness (128 is neutral) of a round surface at t, -1 its left edge to 1 its right edge."""
        facing = t * self.side + math.sqrt(max(0.0, 1.0 - t * t)) * math.sqrt(max(0.0, 1.0 - self.side * self.side))
        return min(250, max(20, round(128 * (self.ambient + self.diffuse * max(0.0, facing)))))


class Edge(NamedTuple):
    """A ring as seen: pixel of its centre, reach to the sides, dip of its near rim, and the angle psi of its turn."""

    x: float
    y: float
    reach: float
    dip: float
    skew: float
    psi: float

    def at(self, u: float) -> Pixel:
        """The pixel of the near rim at angle u, -pi/2 left edge to pi/2 right edge."""
        t, c = math.sin(u), math.cos(u)
        return round(self.x + self.reach * t), round(self.y + self.dip * c + self.skew * t)


@dataclass(frozen=True)
class View:
    """How the camera sees the body: yaw 0 faces it, pi/2 walks to the right; pitch looks down; both in radians.

    x, y: pixel of the point on the ground below the body; scale: pixels in a stature.
    """

    yaw: float
    pitch: float
    x: float
    y: float
    scale: float
    light: Light

    def depth(self, p: Point) -> float:
        """How far a point stands towards the camera, in statures."""
        return p.z * math.cos(self.yaw) - p.x * math.sin(self.yaw)

    def pixel(self, p: Point) -> tuple[float, float]:
        """Where a point is seen, unrounded."""
        across = p.x * math.cos(self.yaw) + p.z * math.sin(self.yaw)
        drop = self.depth(p) * math.sin(self.pitch) - p.y * math.cos(self.pitch)
        return self.x + self.scale * across, self.y + self.scale * drop

    def edge(self, r: Ring) -> Edge:
        """How a ring is seen."""
        cos, sin = math.cos(self.yaw), math.sin(self.yaw)
        x, y = self.pixel(Point(r.x, r.y, r.z))
        psi = math.atan2(r.b * sin, r.a * cos)
        tilt = self.scale * math.sin(self.pitch)
        near = r.b * math.cos(psi) * cos + r.a * math.sin(psi) * sin
        side = r.b * math.sin(psi) * cos - r.a * math.cos(psi) * sin
        reach = math.hypot(r.a * cos, r.b * sin)
        return Edge(x, y, self.scale * reach, tilt * near, tilt * side, psi)

    def faces(self, angle: float) -> float:
        """How much the side of the body at an angle (0 front, pi/2 left) turns to the camera, -1 to 1."""
        return math.cos(angle + self.yaw)


def ring_at(rings: Sequence[Ring], y: float) -> Ring:
    """The ring at a height between those given, which run from top to bottom."""
    for upper, lower in pairwise(rings):
        if y >= lower.y:
            f = (upper.y - y) / max(1e-6, upper.y - lower.y)
            f = min(1.0, max(0.0, f))
            return Ring(*(p + (q - p) * f for p, q in zip(upper, lower, strict=True)))
    return rings[-1]


def between(rings: Sequence[Ring], top: float, bottom: float) -> list[Ring]:
    """The part of a body from height top down to bottom."""
    inner = [r for r in rings if bottom < r.y < top]
    return [ring_at(rings, top), *inner, ring_at(rings, bottom)]


def mid(p: Point, q: Point, f: float) -> Point:
    """The point a share f (0-1) of the way from p to q."""
    return Point(p.x + (q.x - p.x) * f, p.y + (q.y - p.y) * f, p.z + (q.z - p.z) * f)
