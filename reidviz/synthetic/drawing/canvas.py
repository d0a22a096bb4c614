"""Draws round bodies: colour, light and outline on three canvases that become one image."""

import math
from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from reidviz.synthetic.drawing.colours import RGB
from reidviz.synthetic.drawing.geometry import Edge, Pixel, Point, Ring, View

STRIPS = 6
HALF_PI = math.pi / 2
_SINES = [-1 + 2 * k / STRIPS for k in range(STRIPS + 1)]
_ANGLES = [math.asin(t) for t in _SINES]
_CURVE = [-HALF_PI + math.pi * k / 6 for k in range(7)]


class Canvas:
    """One figure being drawn. Colours go to `albedo`, light (128 is neutral) to `shade`, the outline to `mask`."""

    def __init__(self, size: tuple[int, int], view: View) -> None:
        self.view = view
        self.albedo = Image.new("RGB", size)
        self.shade = Image.new("L", size, 128)
        self.mask = Image.new("L", size, 0)
        self._albedo = ImageDraw.Draw(self.albedo)
        self._shade = ImageDraw.Draw(self.shade)
        self._mask = ImageDraw.Draw(self.mask)
        self._tones = [view.light.tone((p + q) / 2) for p, q in pairwise(_SINES)]

    def fill(self, points: Sequence[Pixel], colour: RGB) -> None:
        """A polygon of the figure."""
        self._albedo.polygon(points, fill=colour)
        self._mask.polygon(points, fill=255)

    def paint(self, points: Sequence[Pixel], colour: RGB) -> None:
        """A polygon on what is drawn already."""
        self._albedo.polygon(points, fill=colour)

    def tone(self, points: Sequence[Pixel], value: int) -> None:
        """Light on a polygon, 128 neutral."""
        self._shade.polygon(points, fill=value)

    def line(self, points: Sequence[Pixel], colour: RGB, width: int) -> None:
        """A line of the figure, width in pixels."""
        self._albedo.line(points, fill=colour, width=width, joint="curve")
        self._mask.line(points, fill=255, width=width, joint="curve")

    def dark_line(self, points: Sequence[Pixel], value: int, width: int) -> None:
        """A fold or seam: light only."""
        self._shade.line(points, fill=value, width=width)

    def disc(self, x: float, y: float, rx: float, ry: float, colour: RGB, value: int | None = None) -> None:
        """An ellipse of the figure, lit from the side unless a value says how."""
        box = (round(x - rx), round(y - ry), round(x + rx), round(y + ry))
        self._albedo.ellipse(box, fill=colour)
        self._mask.ellipse(box, fill=255)
        self._shade.ellipse(box, fill=self._tones[0] if value is None else value)
        if value is None:
            for k, tone in enumerate(self._tones):
                left, right = _SINES[k], _SINES[k + 1]
                c = math.sqrt(max(0.0, 1 - ((left + right) / 2) ** 2))
                self._shade.rectangle(
                    (round(x + rx * left), round(y - ry * c), round(x + rx * right), round(y + ry * c)), fill=tone
                )

    def stack(self, rings: Sequence[Ring], colour: RGB, darker: float = 1.0) -> None:
        """A round solid through rings that run from top to bottom; darker (0-1) dims its light."""
        edges = [self.view.edge(r) for r in rings]
        outline = [e.at(-HALF_PI) for e in edges]
        outline += [edges[-1].at(u) for u in _CURVE]
        outline += [e.at(HALF_PI) for e in reversed(edges)]
        outline += [edges[0].at(u + math.pi) for u in _CURVE]
        self.fill(outline, colour)
        for k, tone in enumerate(self._tones):
            left, right = _ANGLES[k], _ANGLES[k + 1]
            strip = [e.at(left) for e in edges] + [e.at(right) for e in reversed(edges)]
            self.tone(strip, round(tone * darker))

    def patches(
        self, rings: Sequence[Ring], centre: float | Sequence[float], half: float | Sequence[float]
    ) -> list[list[Pixel]]:
        """The seen parts of a piece of surface, around an angle (0 front, pi/2 left), with a half angle."""
        halves = [half] * len(rings) if isinstance(half, float) else list(half)
        centres = [centre] * len(rings) if isinstance(centre, float) else list(centre)
        edges = [self.view.edge(r) for r in rings]
        found = []
        for turn in (-2 * math.pi, 0.0, 2 * math.pi):
            spans: list[tuple[Edge, float, float]] = []
            for edge, c, h in zip(edges, centres, halves, strict=True):
                u = math.remainder(c + edge.psi, 2 * math.pi) + turn
                low, high = max(-HALF_PI, u - h), min(HALF_PI, u + h)
                if high > low:
                    spans.append((edge, low, high))
            if len(spans) > 1:
                found.append(_ribbon(spans))
        return found

    def patch(
        self, rings: Sequence[Ring], centre: float | Sequence[float], half: float | Sequence[float], colour: RGB
    ) -> None:
        """Paints a piece of surface, as far as it is seen."""
        for points in self.patches(rings, centre, half):
            self.paint(points, colour)

    def tube(
        self, points: Sequence[Point], radii: Sequence[float], colour: RGB, darker: float = 1.0, hem: bool = False
    ) -> None:
        """A limb through points with a radius (in statures) at each; with a hem it ends flat, else round."""
        scale = self.view.scale
        seen = [self.view.pixel(p) for p in points]
        sizes = [max(1.0, r * scale) for r in radii]
        for (x, y), r in list(zip(seen, sizes, strict=True))[: -1 if hem else None]:
            self.disc(x, y, r, r, colour, round(128 * darker))
        for k in range(len(seen) - 1):
            (x0, y0), (x1, y1) = seen[k], seen[k + 1]
            nx, ny = _normal(x1 - x0, y1 - y0)
            r0, r1 = sizes[k], sizes[k + 1]
            self.fill(_quad(x0, y0, r0, x1, y1, r1, nx, ny, -1.0, 1.0), colour)
            for s in range(STRIPS):
                left, right = _SINES[s], _SINES[s + 1]
                value = self.view.light.tone((left + right) / 2 * nx)
                self.tone(_quad(x0, y0, r0, x1, y1, r1, nx, ny, left, right), round(value * darker))

    def shadow(self, points: Sequence[Point], radii: Sequence[float], value: int) -> None:
        """The soft dark a limb casts on what is behind it."""
        scale = self.view.scale
        seen = [self.view.pixel(p) for p in points]
        for k in range(len(seen) - 1):
            (x0, y0), (x1, y1) = seen[k], seen[k + 1]
            nx, ny = _normal(x1 - x0, y1 - y0)
            self.tone(_quad(x0, y0, radii[k] * scale, x1, y1, radii[k + 1] * scale, nx, ny, -1.0, 1.0), value)

    def tube_band(
        self,
        ends: tuple[Point, Point],
        radii: tuple[float, float],
        along: tuple[float, float],
        across: tuple[float, float],
        colour: RGB,
    ) -> None:
        """Paints a part of a straight limb: shares along it (0-1) and across it (-1 left to 1 right)."""
        (x0, y0), (x1, y1) = self.view.pixel(ends[0]), self.view.pixel(ends[1])
        nx, ny = _normal(x1 - x0, y1 - y0)
        f, g = along
        r0, r1 = radii[0] * self.view.scale, radii[1] * self.view.scale
        points = _quad(
            x0 + (x1 - x0) * f,
            y0 + (y1 - y0) * f,
            r0 + (r1 - r0) * f,
            x0 + (x1 - x0) * g,
            y0 + (y1 - y0) * g,
            r0 + (r1 - r0) * g,
            nx,
            ny,
            *across,
        )
        self.paint(points, colour)

    def finish(self, cloth: Image.Image) -> Image.Image:
        """The lit figure; cloth (128 neutral, same size) crumples its light."""
        smooth = np.asarray(self.shade.filter(ImageFilter.BoxBlur(1.5)), dtype=np.uint16)
        light = np.minimum(smooth * np.asarray(cloth, dtype=np.uint16) >> 7, 255)
        lit = np.asarray(self.albedo, dtype=np.uint16) * light[..., None] >> 7
        return Image.fromarray(np.minimum(lit, 255).astype(np.uint8), "RGB")


def _ribbon(spans: Sequence[tuple[Edge, float, float]]) -> list[Pixel]:
    first, low0, high0 = spans[0]
    last, low1, high1 = spans[-1]
    points = [edge.at(low) for edge, low, _ in spans]
    points += [last.at(low1 + (high1 - low1) * f) for f in (0.33, 0.67)]
    points += [edge.at(high) for edge, _, high in reversed(spans)]
    points += [first.at(high0 + (low0 - high0) * f) for f in (0.33, 0.67)]
    return points


def _normal(dx: float, dy: float) -> tuple[float, float]:
    """The unit vector across a direction, pointing to the right of the image."""
    length = math.hypot(dx, dy)
    if length < 1e-6:
        return 1.0, 0.0
    nx, ny = -dy / length, dx / length
    return (nx, ny) if nx >= 0 else (-nx, -ny)


def _quad(
    x0: float,
    y0: float,
    r0: float,
    x1: float,
    y1: float,
    r1: float,
    nx: float,
    ny: float,
    left: float,
    right: float,
) -> list[Pixel]:
    return [
        (round(x0 + nx * r0 * left), round(y0 + ny * r0 * left)),
        (round(x0 + nx * r0 * right), round(y0 + ny * r0 * right)),
        (round(x1 + nx * r1 * right), round(y1 + ny * r1 * right)),
        (round(x1 + nx * r1 * left), round(y1 + ny * r1 * left)),
    ]
