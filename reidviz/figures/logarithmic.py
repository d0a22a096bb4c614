"""Logarithmic axes whose ticks are whole numbers as people write them."""

import numpy as np
import numpy.typing as npt

from reidviz.figures.text import Plain

TICKS = tuple(float(f"{digit}e{power}") for power in range(-3, 8) for digit in (1, 2, 5))


def log_axis(title: Plain, values: npt.NDArray[np.number], ends: bool = False) -> dict[str, object]:
    """An axis around these values, which are above 0. ends: whether the largest has a tick of its own."""
    low, high = float(values.min()), float(values.max())
    ticks = [tick for tick in TICKS if low <= tick <= (high / 1.25 if ends else high)] + ([high] if ends else [])
    return {
        "title": title,
        "type": "log",
        "range": [np.log10(low) - 0.03, np.log10(high) + 0.03],
        "tickvals": ticks,
        "ticktext": [f"{tick:,.12g}" for tick in ticks],
    }
