"""Things that stand between the camera and the person."""

from random import Random

from PIL import Image, ImageDraw, ImageFilter

from reidviz.synthetic.drawing.colours import BAGS, RGB, mix, pick


def occlude(image: Image.Image, kind: str, rng: Random) -> None:
    """Draws a pole, bike, suitcase or loaded trolley in front of the person, onto the image."""
    size = image.size
    layer = Image.new("RGB", size)
    mask = Image.new("L", size, 0)
    pens = (ImageDraw.Draw(layer), ImageDraw.Draw(mask))
    x = rng.choice([rng.uniform(-0.05, 0.22), rng.uniform(0.72, 0.98)])
    {"pole": _pole, "bike": _bike, "luggage": _suitcase, "trolley": _trolley}[kind](pens, size, x, rng)
    image.paste(layer, (0, 0), mask.filter(ImageFilter.BoxBlur(1)))


Pens = tuple[ImageDraw.ImageDraw, ImageDraw.ImageDraw]


def _box(pens: Pens, box: tuple[float, float, float, float], colour: RGB) -> None:
    left, top, right, bottom = (round(v) for v in box)
    whole = (left, top, right, bottom)
    pens[0].rectangle(whole, fill=colour)
    pens[1].rectangle(whole, fill=255)


def _pole(pens: Pens, size: tuple[int, int], x: float, rng: Random) -> None:
    width, height = size
    thick = width * rng.uniform(0.05, 0.14)
    left = x * width
    colour = rng.choice([(92, 96, 100), (60, 66, 62), (150, 150, 146), (120, 104, 84)])
    for k in range(5):
        _box(
            pens,
            (left + thick * k / 5, 0, left + thick * (k + 1) / 5, height),
            mix(colour, (14, 14, 16), 12 * abs(k - 1)),
        )


def _bike(pens: Pens, size: tuple[int, int], x: float, rng: Random) -> None:
    width, height = size
    r = height * 0.13
    ground = height * rng.uniform(0.93, 1.0)
    colour = pick(rng, BAGS)
    cx = width * x + r * rng.uniform(-0.8, 0.4)
    wide = max(2, round(height * 0.012))
    for k, tint in ((0, (34, 34, 36)), (2.4, (34, 34, 36))):
        box = (round(cx + k * r - r), round(ground - 2 * r), round(cx + k * r + r), round(ground))
        pens[0].ellipse(box, outline=tint, width=wide)
        pens[1].ellipse(box, outline=255, width=wide)
    rear, front, crank = (cx, ground - r), (cx + 2.4 * r, ground - r), (cx + r, ground - r)
    saddle, head = (cx + 0.7 * r, ground - 2.4 * r), (cx + 2 * r, ground - 2.5 * r)
    for p, q in ((rear, crank), (crank, saddle), (crank, head), (saddle, head), (rear, saddle), (head, front)):
        line = (round(p[0]), round(p[1]), round(q[0]), round(q[1]))
        pens[0].line(line, fill=colour, width=wide)
        pens[1].line(line, fill=255, width=wide)


def _suitcase(pens: Pens, size: tuple[int, int], x: float, rng: Random) -> None:
    width, height = size
    w, h = height * rng.uniform(0.11, 0.17), height * rng.uniform(0.16, 0.3)
    left, low = x * width - w / 2, height * rng.uniform(0.95, 1.02)
    colour = pick(rng, BAGS)
    _box(pens, (left + w * 0.3, low - h * 1.6, left + w * 0.36, low - h), (70, 70, 74))
    _box(pens, (left + w * 0.64, low - h * 1.6, left + w * 0.7, low - h), (70, 70, 74))
    _box(pens, (left + w * 0.28, low - h * 1.64, left + w * 0.72, low - h * 1.58), (50, 50, 54))
    for k in range(6):
        _box(pens, (left + w * k / 6, low - h, left + w * (k + 1) / 6, low), mix(colour, (10, 10, 12), 9 * abs(k - 2)))
    _box(pens, (left + w * 0.1, low - h * 0.6, left + w * 0.9, low - h * 0.56), mix(colour, (10, 10, 12), 45))


def _trolley(pens: Pens, size: tuple[int, int], x: float, rng: Random) -> None:
    width, height = size
    left, low = x * width - width * 0.3, height * 0.98
    w = width * rng.uniform(0.45, 0.65)
    for _ in range(rng.randint(2, 3)):
        h = height * rng.uniform(0.08, 0.14)
        colour = pick(rng, BAGS)
        inset = width * rng.uniform(0.0, 0.08)
        for k in range(6):
            tint = mix(colour, (10, 10, 12), (0, 8, 14, 20, 30, 55)[k])
            _box(pens, (left + inset, low - h * (6 - k) / 6, left + w - inset, low - h * (5 - k) / 6), tint)
        low -= h
    base = height * 0.98
    _box(pens, (left - 3, base, left + w + 3, base + height * 0.015), (120, 122, 126))
    _box(pens, (left + w, base - height * 0.36, left + w + width * 0.03, base), (136, 138, 142))
