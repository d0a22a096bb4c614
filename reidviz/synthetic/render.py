"""Puts one image together: place, passers-by, the person, what stands in front, and the camera."""

import math
from functools import lru_cache
from random import Random

from PIL import Image, ImageDraw, ImageFilter

from reidviz.synthetic.domains import DOMAINS, Camera, Domain
from reidviz.synthetic.drawing.geometry import View
from reidviz.synthetic.drawing.sensor import expose
from reidviz.synthetic.figure.appearance import Person, person
from reidviz.synthetic.figure.figure import figure
from reidviz.synthetic.figure.pose import pose
from reidviz.synthetic.scene.background import plate
from reidviz.synthetic.scene.occluders import occlude

VERSION = "drawing-5"
"""Changes whenever any image changes."""

SEED = "pedestrians-1"
"""What people, places and shots grow from; it stays when the drawing improves."""

TALL = 360
"""Height of the canvas that images are drawn on, in pixels."""
SPRITES = 12


def draw_image(domain: str, identity: str, group: str, camera: str, shot: int) -> Image.Image:
    """The image of a person by a camera; it depends on nothing but the arguments, SEED and the drawing code."""
    place = DOMAINS[domain]
    lens = place.cameras[camera]
    seed = f"{SEED}/{domain}"
    rng = Random(f"{seed}/{identity}/{camera}/{shot}")
    track = Random(f"{seed}/{identity}/{camera}")
    who = _person(f"{seed}/{identity}", f"{seed}/group/{group}", place.luggage)
    size = _size(place, rng)
    canvas = (round(TALL * size[0] / size[1]), TALL)
    back = _backdrop(seed, camera, lens, canvas, track, rng)
    if rng.random() < place.passers:
        _pass_by(back, seed, camera, lens, rng, behind=True)
    yaw = math.radians(_yaw(place, lens, seed, identity, camera, track) + rng.gauss(0, 0.3 * lens.spread))
    view = View(
        yaw=yaw,
        pitch=math.radians(lens.pitch),
        x=canvas[0] * (0.5 + rng.gauss(0, place.crop)),
        y=TALL * (0.945 + rng.gauss(0, place.crop * 0.5)),
        scale=TALL
        * (0.875 + rng.gauss(0, place.crop * 0.6))
        * who.body.stature
        / math.cos(math.radians(lens.pitch))
        * 0.985,
        light=lens.light,
    )
    _ground_shadow(back, view, lens.sun)
    lit, outline = figure(who, pose(who, rng), view, canvas, rng)
    back.paste(lit, (0, 0), outline)
    if rng.random() < place.occlusion:
        kind = rng.choice(place.occluders)
        if kind == "person":
            _pass_by(back, seed, camera, lens, rng, behind=False)
        else:
            occlude(back, kind, rng)
    return expose(back, size, lens.sensor, rng)


@lru_cache(maxsize=2048)
def _person(seed: str, group: str, luggage: float) -> Person:
    return person(seed, group, luggage)


def _size(domain: Domain, rng: Random) -> tuple[int, int]:
    low, high = domain.grow
    grow, aspect = rng.uniform(low, high), rng.uniform(-0.06, 0.06) if high > low else 0.0
    return round(domain.size[0] * grow * (1 + aspect)), round(domain.size[1] * grow)


def _yaw(domain: Domain, lens: Camera, seed: str, identity: str, camera: str, track: Random) -> float:
    """The direction a person walks in front of a camera, in degrees."""
    if not domain.turn:
        return track.choice(lens.yaws) + track.uniform(-lens.spread, lens.spread)
    shared = Random(f"{seed}/{identity}/turn")
    first, turn = shared.choice(lens.yaws), shared.choice([45, 90, 90, 135, 180]) * shared.choice([-1, 1])
    later = camera != next(iter(domain.cameras))
    return first + (turn if later else 0) + track.uniform(-lens.spread, lens.spread)


def _backdrop(seed: str, camera: str, lens: Camera, canvas: tuple[int, int], track: Random, rng: Random) -> Image.Image:
    spot = track.randrange(lens.places)
    wide, tall = 1600, TALL + 40
    whole = plate(f"{seed}/{camera}/{spot}", f"{seed}/{lens.site}", lens.scene, (wide, tall), round(tall * lens.base))
    x = round(track.uniform(0.08, 0.92) * (wide - canvas[0]) + rng.uniform(-60, 60))
    x, y = min(wide - canvas[0], max(0, x)), rng.randrange(41)
    return whole.crop((x, y, x + canvas[0], y + canvas[1]))


@lru_cache(maxsize=160)
def _sprite(seed: str, camera: str, lens: Camera, number: int) -> tuple[Image.Image, Image.Image]:
    """A passer-by of a camera, about 300 pixels tall, cut out."""
    rng = Random(f"{seed}/passer/{camera}/{number}")
    who = person(f"{seed}/passer/{camera}/{number}")
    size = (220, 340)
    yaw = math.radians(rng.choice(lens.yaws) + rng.uniform(-30, 30))
    view = View(yaw, math.radians(lens.pitch), 110, 325, 300, lens.light)
    return figure(who, pose(who, rng), view, size, rng)


def _pass_by(back: Image.Image, seed: str, camera: str, lens: Camera, rng: Random, behind: bool) -> None:
    """Somebody else: smaller behind the person, or cut by the edge in front."""
    lit, outline = _sprite(seed, camera, lens, rng.randrange(SPRITES))
    grow = rng.uniform(0.55, 0.85) if behind else rng.uniform(1.0, 1.25)
    size = (round(lit.width * grow), round(lit.height * grow))
    lit, outline = lit.resize(size, Image.Resampling.BILINEAR), outline.resize(size, Image.Resampling.BILINEAR)
    side = rng.choice([-1, 1])
    if behind:
        x = back.width // 2 + side * rng.randint(back.width // 6, back.width // 2)
        low = round(TALL * rng.uniform(0.66, 0.84))
    else:
        x = back.width // 2 + side * rng.randint(back.width * 5 // 12, back.width * 7 // 12)
        low = round(TALL * rng.uniform(1.0, 1.12))
    back.paste(lit, (x - size[0] // 2, low - size[1]), outline)


def _ground_shadow(back: Image.Image, view: View, sun: float) -> None:
    """The dark below the feet and, in the sun, the long shadow beside them."""
    dark = Image.new("L", (back.width // 4, back.height // 4), 0)
    draw = ImageDraw.Draw(dark)
    x, y, s = view.x / 4, view.y / 4, view.scale / 4
    reach = -1 if view.light.side > 0 else 1
    far = [
        (x - 0.05 * s, y),
        (x + 0.05 * s, y + 0.01 * s),
        (x + reach * 0.62 * s, y - 0.1 * s),
        (x + reach * 0.5 * s, y - 0.14 * s),
    ]
    draw.polygon([(round(px), round(py)) for px, py in far], fill=round(210 * sun))
    draw.ellipse(
        (round(x - 0.16 * s), round(y - 0.035 * s), round(x + 0.16 * s), round(y + 0.03 * s)),
        fill=round(110 + 60 * sun),
    )
    dark = dark.filter(ImageFilter.BoxBlur(2)).resize(back.size, Image.Resampling.BILINEAR)
    back.paste((22, 22, 26), (0, 0, back.width, back.height), dark)
