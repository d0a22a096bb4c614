"""Paints the places that cameras look at: wide plates of which every shot shows a part."""

import math
from collections.abc import Callable
from functools import lru_cache
from random import Random

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageFilter

from reidviz.synthetic.drawing.colours import RGB, mix, vary
from reidviz.synthetic.drawing.texture import clouds

GROUNDS: dict[str, list[RGB]] = {
    "street": [(112, 112, 114), (134, 130, 126), (96, 98, 102)],
    "campus": [(168, 160, 148), (150, 142, 134), (176, 172, 166)],
    "lawn": [(150, 142, 130), (108, 128, 78), (160, 152, 140)],
    "hall": [(182, 178, 170), (158, 162, 168), (190, 184, 172)],
}
WALLS: list[RGB] = [(168, 150, 128), (142, 92, 76), (186, 184, 178), (120, 122, 126), (196, 178, 150), (98, 92, 88)]
HALL_WALLS: list[RGB] = [(196, 198, 200), (172, 178, 186), (206, 200, 188), (120, 130, 142)]
GAUDY: list[RGB] = [(182, 52, 48), (48, 92, 158), (214, 178, 62), (52, 128, 86), (228, 228, 224), (36, 38, 46)]


@lru_cache(maxsize=48)
def plate(seed: str, site: str, kind: str, size: tuple[int, int], base: int) -> Image.Image:
    """A wide view of a place; base is the pixel row where walls meet the ground.

    Plates of the same site and kind share the colours of ground and walls.
    """
    rng, local = Random(seed), Random(f"{site}/{kind}")
    ground = vary(local, local.choice(GROUNDS[kind]), 12)
    walls = local.sample(HALL_WALLS if kind == "hall" else WALLS, 3)
    noise_seed = rng.randrange(1 << 30)
    image = Image.new("RGB", size)
    draw = ImageDraw.Draw(image)
    _walls(rng, draw, walls, kind, size, base)
    _ground(rng, draw, ground, kind, size, base)
    image = _speckle(image, noise_seed, 16, 13)
    draw = ImageDraw.Draw(image)
    _things(rng, image, draw, kind, size, base)
    image = _light(rng, image, noise_seed, size, base, kind)
    return image.filter(ImageFilter.BoxBlur(1))


def _speckle(image: Image.Image, seed: int, cell: int, strength: int) -> Image.Image:
    fine = clouds(seed, image.size, cell, 3) + (clouds(seed + 3, image.size, 6, 1) >> 1)
    pixels = np.asarray(image, dtype=np.int16)
    return _clip(pixels + (fine * strength // 64)[..., None])


def _clip(pixels: npt.NDArray[np.int16] | npt.NDArray[np.int32]) -> Image.Image:
    return Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8), "RGB")


def _walls(
    rng: Random, draw: ImageDraw.ImageDraw, colours: list[RGB], kind: str, size: tuple[int, int], base: int
) -> None:
    width = size[0]
    x = 0
    while x < width:
        w = rng.randint(width // 12, width // 5)
        colour = vary(rng, rng.choice(colours), 12)
        draw.rectangle((x, 0, x + w, base), fill=colour)
        if kind != "lawn":
            _facade(rng, draw, (x, min(0, base - 320), x + w, base), colour, kind)
        x += w
    if kind in ("lawn", "campus"):
        return
    draw.rectangle((0, base - base // 14, width, base), fill=mix(colour, (40, 40, 40), 45))


def _facade(rng: Random, draw: ImageDraw.ImageDraw, box: tuple[int, int, int, int], wall: RGB, kind: str) -> None:
    """Windows, shop fronts, panels or bricks."""
    left, top, right, bottom = box
    style = rng.choice(
        ["glass", "windows", "plain", "panels"] if kind == "hall" else ["windows", "shop", "bricks", "glass"]
    )
    dark, pale = mix(wall, (30, 34, 40), 65), mix(wall, (235, 238, 240), 40)
    if style in ("windows", "shop"):
        step = rng.randint(60, 110)
        low = bottom - rng.randint(40, 110) if style == "windows" else bottom - 24
        for x in range(left + 14, right - step // 2, step):
            glass = vary(rng, rng.choice([(58, 66, 76), (92, 104, 116), (150, 160, 168)]), 16)
            draw.rectangle((x, top, x + step * 2 // 3, low), fill=pale)
            draw.rectangle((x + 4, top, x + step * 2 // 3 - 4, low - 5), fill=glass)
            if style == "shop":
                draw.rectangle((x + 12, low - 110, x + 34, low - 40), fill=vary(rng, rng.choice(GAUDY), 20))
            draw.line((x + step // 3, top, x + step // 3, low), fill=pale, width=3)
    elif style == "glass":
        draw.rectangle((left, top, right, bottom - 8), fill=mix(wall, (96, 118, 132), 60))
        for x in range(left, right, rng.randint(44, 80)):
            draw.line((x, top, x, bottom), fill=dark, width=5)
        for y in range(top + rng.randint(0, 60), bottom, rng.randint(80, 140)):
            draw.line((left, y, right, y), fill=dark, width=4)
    elif style == "bricks":
        for y in range(top, bottom, 12):
            draw.line((left, y, right, y), fill=mix(wall, (220, 214, 204), 22), width=1)
            for x in range(left + (y // 12 % 2) * 14, right, 28):
                draw.line((x, y, x, y + 12), fill=mix(wall, (40, 34, 32), 22), width=1)
    elif style == "panels":
        for x in range(left, right, 90):
            draw.rectangle((x + 6, top + 20, x + 84, bottom - 70), fill=vary(rng, rng.choice(GAUDY), 24))
            draw.rectangle((x + 16, bottom - 150, x + 74, bottom - 90), fill=pale)


def _ground(rng: Random, draw: ImageDraw.ImageDraw, colour: RGB, kind: str, size: tuple[int, int], base: int) -> None:
    width, height = size
    draw.rectangle((0, base, width, height), fill=colour)
    joint = mix(colour, (40, 40, 44), rng.randint(12, 30))
    vanish_x, vanish_y = rng.randint(0, width), base - rng.randint(height // 6, height // 2)
    depth, course = height - vanish_y, rng.randint(0, 14)
    if kind == "street":
        kerb = base + rng.randint(10, 40)
        draw.rectangle((0, base, width, kerb), fill=mix(colour, (190, 186, 180), 45))
        draw.rectangle((0, kerb, width, kerb + 6), fill=mix(colour, (30, 30, 30), 35))
        if rng.random() < 0.6:
            y = rng.randint(kerb + 20, height)
            paint = mix(colour, (226, 222, 200), 60)
            draw.polygon([(0, y), (width, y - 14), (width, y - 4), (0, y + 12)], fill=paint)
        if rng.random() < 0.5:
            return
    for k in range(14):
        y = vanish_y + depth * (50 + course) // (10 * k + 34)
        if base < y < height * 2:
            draw.line((0, y, width, y), fill=joint, width=2)
    spacing = rng.randint(60, 130)
    for x in range(-4 * width, 5 * width, spacing):
        far_x = vanish_x + (x - vanish_x) * (base - vanish_y) // depth
        draw.line((far_x, base, x, height), fill=joint, width=2)
    if kind == "lawn":
        top = base + rng.randint(10, max(11, (height - base) // 3))
        draw.polygon([(0, base), (width, base), (width, top), (0, top + 30)], fill=(98, 122, 66))


def _things(
    rng: Random, image: Image.Image, draw: ImageDraw.ImageDraw, kind: str, size: tuple[int, int], base: int
) -> None:
    """What stands in front of the walls."""
    menu: dict[str, dict[Callable[..., None], int]] = {
        "street": {_car: 4, _bush: 2, _pole: 3, _rail: 2, _sign: 3, _bin: 2},
        "campus": {_bush: 4, _rail: 3, _pole: 2, _bench: 2, _sign: 1, _bicycle: 3},
        "lawn": {_bush: 8, _pole: 2, _bench: 2, _rail: 1},
        "hall": {_desk: 3, _sign: 4, _pillar: 4, _rail: 3, _bench: 2, _bin: 1},
    }
    if kind in ("lawn", "campus"):
        for x in range(0, size[0], 130):
            if kind == "lawn" or rng.random() < 0.5:
                _bush(rng, image, draw, x + rng.randint(-50, 50), base)
    choices = menu[kind]
    x = rng.randint(0, 60)
    while x < size[0]:
        thing = rng.choices(list(choices), weights=list(choices.values()))[0]
        thing(rng, image, draw, x, base + rng.randint(-4, 26))
        x += rng.randint(70, 260)


def _car(rng: Random, image: Image.Image, draw: ImageDraw.ImageDraw, x: int, y: int) -> None:
    w, h = rng.randint(300, 380), rng.randint(96, 120)
    colour = vary(
        rng,
        rng.choice([(40, 42, 46), (188, 190, 192), (120, 122, 126), (152, 40, 40), (44, 62, 108), (222, 222, 220)]),
        12,
    )
    y += rng.randint(6, 30)
    draw.rectangle((x - 6, y - 8, x + w + 6, y + 8), fill=(40, 40, 42))
    body = [(x, y - 14), (x + 4, y - h // 2), (x + w // 6, y - h * 5 // 9), (x + w * 3 // 10, y - h)]
    body += [(x + w * 3 // 4, y - h), (x + w * 9 // 10, y - h * 5 // 9), (x + w, y - h // 2), (x + w, y - 14)]
    draw.polygon(body, fill=colour)
    draw.polygon(
        [(x + 2, y - h // 4), (x + w, y - h // 4), (x + w, y - 12), (x, y - 12)], fill=mix(colour, (16, 16, 18), 38)
    )
    glass = [
        (x + w // 5, y - h * 5 // 9),
        (x + w * 3 // 10 + 6, y - h + 8),
        (x + w * 3 // 4 - 6, y - h + 8),
        (x + w * 6 // 7, y - h * 5 // 9),
    ]
    draw.polygon(glass, fill=(54, 64, 72))
    draw.line((x + w // 2, y - h, x + w // 2, y - 16), fill=mix(colour, (10, 10, 10), 50), width=4)
    for cx in (x + w // 5, x + w * 4 // 5):
        draw.ellipse((cx - 27, y - 44, cx + 27, y + 8), fill=(28, 28, 30))
        draw.ellipse((cx - 13, y - 31, cx + 13, y - 5), fill=(128, 130, 134))


def _bush(rng: Random, image: Image.Image, draw: ImageDraw.ImageDraw, x: int, y: int) -> None:
    """A hedge or tree: a heap of leaves in three depths of green."""
    w, h = rng.randint(130, 260), rng.randint(60, 240)
    green = vary(rng, rng.choice([(66, 92, 48), (84, 108, 58), (54, 78, 52), (112, 118, 62)]), 14)
    if h > 150:
        draw.rectangle((x + w // 2 - 9, y - h, x + w // 2 + 9, y), fill=(72, 58, 46))
        low = y - h // 3
    else:
        low = y
    for layer, tone in enumerate((45, 22, 0)):
        colour = mix(green, (18, 24, 16), tone) if layer < 2 else mix(green, (226, 232, 160), 14)
        for _ in range(260 if layer < 2 else 200):
            angle, r = rng.uniform(0, 2 * math.pi), math.sqrt(rng.random())
            cx = round(x + w / 2 + w / 2 * r * math.cos(angle))
            cy = round((low + y - h) / 2 + (low - y + h) / 2 * r * math.sin(angle)) - 6 * layer
            s = rng.randint(3, 10 - 2 * layer)
            draw.ellipse((cx - s, cy - s * 2 // 3, cx + s, cy + s * 2 // 3), fill=vary(rng, colour, 12))


def _pole(rng: Random, image: Image.Image, draw: ImageDraw.ImageDraw, x: int, y: int) -> None:
    w = rng.randint(6, 15)
    colour = vary(rng, rng.choice([(96, 100, 104), (60, 66, 62), (140, 140, 138)]), 10)
    draw.rectangle((x, 0, x + w, y), fill=colour)
    draw.rectangle((x + w * 2 // 3, 0, x + w, y), fill=mix(colour, (10, 10, 10), 40))
    draw.rectangle((x - 4, y - 30, x + w + 4, y), fill=mix(colour, (10, 10, 10), 25))


def _pillar(rng: Random, image: Image.Image, draw: ImageDraw.ImageDraw, x: int, y: int) -> None:
    w = rng.randint(40, 70)
    colour = vary(rng, rng.choice([(206, 206, 204), (150, 156, 164), (178, 170, 158)]), 10)
    for k in range(8):
        draw.rectangle((x + w * k // 8, 0, x + w * (k + 1) // 8, y), fill=mix(colour, (30, 30, 34), abs(k - 2) * 9))


def _rail(rng: Random, image: Image.Image, draw: ImageDraw.ImageDraw, x: int, y: int) -> None:
    w, h = rng.randint(150, 420), rng.randint(80, 120)
    colour = vary(rng, rng.choice([(88, 92, 96), (44, 60, 54), (168, 168, 166), (150, 132, 64)]), 10)
    for k in range(x, x + w, rng.choice([14, 22, 60])):
        draw.line((k, y - h, k, y), fill=colour, width=4)
    for level in (h, h // 2, 10):
        draw.line((x, y - level, x + w, y - level), fill=colour, width=6)


def _sign(rng: Random, image: Image.Image, draw: ImageDraw.ImageDraw, x: int, y: int) -> None:
    w, h = rng.randint(40, 110), rng.randint(50, 130)
    colour = vary(rng, rng.choice(GAUDY), 20)
    top = y - h - rng.randint(40, 200)
    draw.rectangle((x, top, x + w, top + h), fill=colour)
    for k in range(3):
        draw.rectangle(
            (x + 8, top + 12 + k * h // 4, x + w - rng.randint(8, 30), top + 20 + k * h // 4),
            fill=mix(colour, (240, 240, 236), 60),
        )


def _bin(rng: Random, image: Image.Image, draw: ImageDraw.ImageDraw, x: int, y: int) -> None:
    colour = vary(rng, rng.choice([(56, 84, 62), (64, 66, 70), (50, 70, 116)]), 10)
    draw.polygon([(x, y - 84), (x + 50, y - 84), (x + 44, y), (x + 6, y)], fill=colour)
    draw.rectangle((x - 3, y - 92, x + 53, y - 80), fill=mix(colour, (10, 10, 10), 40))


def _bench(rng: Random, image: Image.Image, draw: ImageDraw.ImageDraw, x: int, y: int) -> None:
    w = rng.randint(130, 220)
    wood = vary(rng, rng.choice([(112, 82, 56), (60, 62, 66), (52, 66, 108)]), 12)
    for level in (96, 80, 46):
        draw.rectangle((x, y - level, x + w, y - level + 11), fill=wood)
    for leg in (x + 10, x + w - 16):
        draw.rectangle((leg, y - 96, leg + 6, y), fill=(44, 44, 46))


def _bicycle(rng: Random, image: Image.Image, draw: ImageDraw.ImageDraw, x: int, y: int) -> None:
    frame = vary(rng, rng.choice(GAUDY), 16)
    r = 42
    for cx in (x + r, x + 3 * r + 16):
        draw.ellipse((cx - r, y - 2 * r, cx + r, y), outline=(36, 36, 38), width=5)
    hub, crank, rear = (x + 3 * r + 16, y - r), (x + 2 * r, y - r), (x + r, y - r)
    saddle, head = (x + r + 26, y - 2 * r - 14), (x + 3 * r - 4, y - 2 * r - 18)
    for p, q in ((rear, crank), (crank, saddle), (crank, head), (saddle, head), (rear, saddle), (head, hub)):
        draw.line((*p, *q), fill=frame, width=5)


def _desk(rng: Random, image: Image.Image, draw: ImageDraw.ImageDraw, x: int, y: int) -> None:
    w, h = rng.randint(140, 260), rng.randint(90, 120)
    colour = vary(rng, rng.choice([(58, 84, 130), (130, 132, 136), (164, 142, 108), (46, 48, 54)]), 12)
    draw.rectangle((x, y - h, x + w, y), fill=colour)
    draw.rectangle((x - 5, y - h - 10, x + w + 5, y - h), fill=mix(colour, (236, 236, 232), 55))
    draw.rectangle((x + 10, y - h - 46, x + 52, y - h - 12), fill=(40, 44, 50))


def _light(rng: Random, image: Image.Image, seed: int, size: tuple[int, int], base: int, kind: str) -> Image.Image:
    """Patches of sun and shade, darker where walls meet the ground, and gloss on the floors of halls."""
    height = size[1]
    broad = clouds(seed + 1, size, height // 2, 2).astype(np.int32)
    strength = {"street": 30, "campus": 26, "lawn": 52, "hall": 16}[kind]
    gain = 128 + broad * strength // 64
    rows = np.arange(height)
    gain -= np.where(rows >= base, np.maximum(0, 26 - (rows - base) // 2), 0)[:, None]
    pixels = np.asarray(image, dtype=np.int32)
    if kind == "hall":
        mirrored = pixels[2 * base - height : base][::-1] if 2 * base >= height else pixels[:base][::-1]
        span = mirrored.shape[0]
        pixels = pixels.copy()
        pixels[base : base + span] = (pixels[base : base + span] * 3 + mirrored) >> 2
    if kind in ("lawn", "campus") and rng.random() < 0.6:
        gain -= np.where(clouds(seed + 2, size, 70, 3) > 14, 26, 0) * (rows > base)[:, None]
    return _clip(pixels * gain[..., None] >> 7)
