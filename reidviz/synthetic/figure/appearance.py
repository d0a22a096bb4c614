"""Who a pedestrian is: body, hair, clothes and bags, drawn from a seed."""

from dataclasses import dataclass
from random import Random

from reidviz.synthetic.drawing.colours import (
    BAGS,
    BOTTOMS,
    HAIRS,
    RGB,
    SHOES,
    SKINS,
    TOPS,
    brightness,
    contrasting,
    mix,
    pick,
    vary,
)

ALIKE = 0.85
"""Probability that a person of a look-alike group wears its colour of top, and that of trousers."""


@dataclass(frozen=True)
class Body:
    """stature: 1 is average; build, shoulders, hips, belly, bust: factors around 1; stride: gait, 0.6-1.2."""

    stature: float
    build: float
    shoulders: float
    hips: float
    belly: float
    bust: float
    stride: float
    skin: RGB


@dataclass(frozen=True)
class Head:
    """hair: bald, short, bob, long, ponytail or bun; hat: none, cap, beanie, brim or hood."""

    hair: str
    hair_colour: RGB
    fringe: bool
    beard: bool
    glasses: bool
    hat: str
    hat_colour: RGB


@dataclass(frozen=True)
class Top:
    """What is worn above.

    kind     tee, shirt, sweater, hoodie, jacket, coat or dress
    pattern  plain, bands, pinstripes, checks, print, block, chest, sash or raglan
    sleeve   0 none, 0.45 short, 1 long
    hem      height of the lower edge, as a share of the stature
    opening  half angle of an open front, in radians; 0 is closed
    loose    how far the cloth stands off the body, in stature
    """

    kind: str
    pattern: str
    colour: RGB
    second: RGB
    inner: RGB
    sleeve: float
    hem: float
    opening: float
    loose: float
    count: int


@dataclass(frozen=True)
class Bottom:
    """kind: trousers, shorts or skirt; length: height of the hem in stature; fit: width factor around 1."""

    kind: str
    colour: RGB
    length: float
    fit: float
    stripe: RGB | None
    cuff: bool


@dataclass(frozen=True)
class Shoes:
    """boot: height of the shaft in stature, 0 for low shoes."""

    colour: RGB
    sole: RGB
    boot: float
    socks: RGB | None


@dataclass(frozen=True)
class Bag:
    """kind: none, backpack, shoulder, cross, hand, plastic or trolley; side: 1 left, -1 right; size around 1."""

    kind: str
    colour: RGB
    trim: RGB
    side: int
    size: float


@dataclass(frozen=True)
class Person:
    """All that stays the same from camera to camera."""

    body: Body
    head: Head
    top: Top
    bottom: Bottom
    shoes: Shoes
    bag: Bag
    scarf: RGB | None


def person(seed: str, group: str | None = None, luggage: float = 0.0) -> Person:
    """The person of a seed; people of the same group share the colours of top and trousers.

    luggage is the probability (0-1) of a rolling suitcase.
    """
    rng = Random(seed)
    shared = Random(group) if group else rng
    shared_top, shared_bottom = pick(shared, TOPS), pick(shared, BOTTOMS)
    top_colour = vary(rng, shared_top, 6) if rng.random() < ALIKE else pick(rng, TOPS)
    bottom_colour = vary(rng, shared_bottom, 6) if rng.random() < ALIKE else pick(rng, BOTTOMS)
    woman = rng.random() < 0.48
    body = _body(rng, woman)
    top = _top(rng, woman, top_colour)
    return Person(
        body=body,
        head=_head(rng, woman, top),
        top=top,
        bottom=_bottom(rng, woman, bottom_colour, top),
        shoes=_shoes(rng, woman),
        bag=_bag(rng, woman, luggage),
        scarf=pick(rng, TOPS) if rng.random() < 0.07 else None,
    )


def _body(rng: Random, woman: bool) -> Body:
    build = min(1.32, max(0.84, rng.gauss(1.0, 0.1)))
    return Body(
        stature=(0.955 if woman else 1.0) * min(1.07, max(0.93, rng.gauss(1.0, 0.03))),
        build=build,
        shoulders=(0.92 if woman else 1.03) * rng.uniform(0.95, 1.05),
        hips=(1.06 if woman else 0.97) * rng.uniform(0.95, 1.06),
        belly=1.0 + max(0.0, rng.gauss(0.0, 0.12)) + max(0.0, build - 1.1),
        bust=rng.uniform(1.05, 1.22) if woman else 1.0,
        stride=rng.uniform(0.7, 1.15),
        skin=pick(rng, SKINS, 8),
    )


def _head(rng: Random, woman: bool, top: Top) -> Head:
    styles = (
        {"short": 2, "bob": 5, "long": 8, "ponytail": 6, "bun": 3}
        if woman
        else {"bald": 2, "short": 14, "bob": 2, "long": 1, "ponytail": 1}
    )
    hat = rng.choices(["none", "cap", "beanie", "brim"], weights=[84, 8, 4, 3])[0]
    if hat == "none" and top.kind == "hoodie" and rng.random() < 0.15:
        hat = "hood"
    return Head(
        hair=rng.choices(list(styles), weights=list(styles.values()))[0],
        hair_colour=pick(rng, HAIRS, 6),
        fringe=rng.random() < 0.4,
        beard=not woman and rng.random() < 0.2,
        glasses=rng.random() < 0.25,
        hat=hat,
        hat_colour=top.colour if hat == "hood" else pick(rng, BAGS),
    )


def _top(rng: Random, woman: bool, colour: RGB) -> Top:
    kinds = {"tee": 26, "shirt": 14, "sweater": 16, "hoodie": 11, "jacket": 20, "coat": 8, "dress": 9 if woman else 0}
    kind = rng.choices(list(kinds), weights=list(kinds.values()))[0]
    patterns = {
        "tee": {"plain": 30, "bands": 5, "print": 7, "block": 2, "chest": 3, "sash": 1, "raglan": 3},
        "shirt": {"plain": 20, "pinstripes": 4, "checks": 7, "bands": 1},
        "sweater": {"plain": 26, "bands": 5, "chest": 3, "block": 2, "checks": 1},
        "hoodie": {"plain": 22, "print": 4, "raglan": 3, "chest": 2},
        "jacket": {"plain": 28, "block": 4, "raglan": 3, "chest": 2, "checks": 1},
        "coat": {"plain": 14, "checks": 2},
        "dress": {"plain": 14, "bands": 3, "checks": 3, "print": 1, "pinstripes": 2},
    }[kind]
    sleeves = {"tee": [0.45, 0.45, 0.4, 0.0], "shirt": [1.0, 1.0, 0.6, 0.45], "dress": [0.0, 0.4, 0.45, 1.0]}
    hems = {
        "tee": (0.485, 0.54),
        "shirt": (0.47, 0.54),
        "sweater": (0.49, 0.53),
        "hoodie": (0.48, 0.52),
        "jacket": (0.46, 0.56),
        "coat": (0.26, 0.41),
        "dress": (0.24, 0.38),
    }
    opens = {"jacket": 0.55, "coat": 0.45, "hoodie": 0.25, "shirt": 0.1}
    loose = {"tee": 0.004, "shirt": 0.005, "sweater": 0.009, "hoodie": 0.012, "jacket": 0.014, "coat": 0.014}
    return Top(
        kind=kind,
        pattern=rng.choices(list(patterns), weights=list(patterns.values()))[0],
        colour=colour,
        second=contrasting(rng, colour),
        inner=contrasting(rng, colour) if rng.random() < 0.6 else pick(rng, TOPS),
        sleeve=rng.choice(sleeves.get(kind, [1.0])),
        hem=rng.uniform(*hems[kind]),
        opening=rng.uniform(0.3, 0.75) if rng.random() < opens.get(kind, 0.0) else 0.0,
        loose=loose.get(kind, 0.004) + rng.uniform(0.0, 0.008),
        count=rng.randint(4, 9),
    )


def _bottom(rng: Random, woman: bool, colour: RGB, top: Top) -> Bottom:
    weights = [60, 10, 22] if woman else [84, 14, 0]
    kind = rng.choices(["trousers", "shorts", "skirt"], weights=weights)[0]
    lengths = {"trousers": (0.035, 0.07), "shorts": (0.26, 0.38), "skirt": (0.12, 0.37)}
    length = rng.uniform(*lengths[kind])
    if kind == "trousers" and rng.random() < 0.1:
        length = rng.uniform(0.1, 0.2)
    if top.kind == "dress" and rng.random() < 0.7:
        kind, length = "skirt", top.hem + 0.02
    return Bottom(
        kind=kind,
        colour=colour,
        length=length,
        fit=rng.uniform(0.8, 0.95) if woman and rng.random() < 0.6 else rng.uniform(0.92, 1.25),
        stripe=contrasting(rng, colour) if kind != "skirt" and rng.random() < 0.1 else None,
        cuff=rng.random() < 0.15,
    )


def _shoes(rng: Random, woman: bool) -> Shoes:
    colour = pick(rng, SHOES)
    pale_sole = rng.random() < 0.45
    boots = rng.random() < (0.2 if woman else 0.06)
    return Shoes(
        colour=colour,
        sole=(206, 206, 202) if pale_sole else mix(colour, (16, 16, 16), 60),
        boot=rng.uniform(0.1, 0.22) if boots else 0.0,
        socks=rng.choice([(214, 214, 214), (40, 40, 44), None]),
    )


def _bag(rng: Random, woman: bool, luggage: float) -> Bag:
    weights = [26, 26, 20, 12, 10, 6] if woman else [40, 34, 4, 14, 4, 4]
    kind = rng.choices(["none", "backpack", "shoulder", "cross", "hand", "plastic"], weights=weights)[0]
    if rng.random() < luggage:
        kind = "trolley"
    colour = (220, 220, 214) if kind == "plastic" else pick(rng, BAGS)
    trim = mix(colour, (230, 230, 230) if brightness(colour) < 110 else (20, 20, 20), 45)
    if rng.random() < 0.35:
        trim = contrasting(rng, colour, BAGS)
    return Bag(kind=kind, colour=colour, trim=trim, side=rng.choice([-1, 1]), size=rng.uniform(0.82, 1.2))
