"""Colours of cloth, skin and hair, as common as they are in the street."""

from random import Random

RGB = tuple[int, int, int]

TOPS: dict[RGB, int] = {
    (30, 30, 34): 18,
    (66, 68, 74): 10,
    (34, 42, 78): 11,
    (134, 136, 140): 9,
    (222, 222, 220): 15,
    (186, 168, 138): 6,
    (138, 170, 206): 6,
    (176, 42, 46): 6,
    (98, 34, 46): 3,
    (82, 90, 62): 5,
    (214, 142, 160): 4,
    (216, 188, 84): 2,
    (98, 74, 132): 3,
    (106, 78, 58): 5,
    (54, 130, 132): 3,
    (58, 98, 170): 5,
    (206, 110, 54): 1,
}
BOTTOMS: dict[RGB, int] = {
    (30, 30, 34): 26,
    (48, 58, 88): 18,
    (80, 102, 142): 14,
    (142, 164, 190): 4,
    (104, 104, 108): 9,
    (36, 40, 64): 9,
    (172, 156, 124): 8,
    (92, 72, 56): 4,
    (214, 212, 206): 3,
    (82, 86, 62): 4,
    (132, 46, 52): 1,
}
SHOES: dict[RGB, int] = {
    (32, 30, 30): 10,
    (216, 216, 214): 6,
    (96, 66, 44): 4,
    (112, 114, 120): 3,
    (164, 46, 48): 1,
    (52, 66, 118): 2,
    (190, 164, 122): 2,
}
BAGS: dict[RGB, int] = {
    (34, 34, 38): 9,
    (44, 52, 92): 4,
    (106, 76, 50): 4,
    (160, 44, 46): 3,
    (120, 122, 126): 3,
    (88, 98, 62): 2,
    (200, 180, 142): 2,
    (206, 100, 130): 1,
    (58, 120, 170): 2,
    (222, 222, 216): 2,
}
SKINS: dict[RGB, int] = {
    (232, 194, 168): 6,
    (220, 178, 146): 8,
    (200, 154, 120): 6,
    (164, 116, 84): 3,
    (112, 76, 54): 2,
}
HAIRS: dict[RGB, int] = {
    (26, 22, 22): 12,
    (52, 38, 30): 7,
    (92, 64, 42): 4,
    (150, 120, 82): 2,
    (104, 58, 40): 1,
    (150, 148, 146): 2,
}


def pick(rng: Random, colours: dict[RGB, int], spread: int = 10) -> RGB:
    """A colour of the palette, moved by up to spread (0-255) in brightness and a third of it in each channel."""
    base = rng.choices(list(colours), weights=list(colours.values()))[0]
    return vary(rng, base, spread)


def vary(rng: Random, colour: RGB, spread: int) -> RGB:
    """The colour moved a little, so that no two garments are the very same."""
    lift = rng.randint(-spread, spread)
    third = spread // 3
    r, g, b = (min(245, max(12, c + lift + rng.randint(-third, third))) for c in colour)
    return r, g, b


def mix(one: RGB, other: RGB, percent: int) -> RGB:
    """percent (0-100) of other in one."""
    r, g, b = ((p * (100 - percent) + q * percent) // 100 for p, q in zip(one, other, strict=True))
    return r, g, b


def brightness(colour: RGB) -> int:
    """Luma, 0-255."""
    return (colour[0] * 299 + colour[1] * 587 + colour[2] * 114) // 1000


def contrasting(rng: Random, colour: RGB, colours: dict[RGB, int] = TOPS) -> RGB:
    """A second colour that can be told from the first by eye."""
    for _ in range(6):
        other = pick(rng, colours)
        if sum(abs(p - q) for p, q in zip(colour, other, strict=True)) > 140:
            return other
    return (214, 212, 206) if brightness(colour) < 120 else (40, 40, 46)
