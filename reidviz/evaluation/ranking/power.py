"""How large a test has to be to see a difference: planned from how much two models differ from person to person.

Normal approximation for the mean of a paired difference over persons with all their probes, as in every textbook of
clustered designs (e.g. Hayes and Moulton, *Cluster Randomised Trials*, 2017): persons = (z(1 - a/2) + z(power))^2 times
the variance of a person's difference, by the difference squared.
"""

from dataclasses import asdict, dataclass
from math import ceil, sqrt
from statistics import NormalDist

import numpy as np
import numpy.typing as npt

from reidviz.common.arrays import Float64Array

LEVEL, POWER = 0.05, 0.80
"""How often a difference is seen where there is none (two-sided), and where there is one."""
FACTOR = NormalDist().inv_cdf(1 - LEVEL / 2) + NormalDist().inv_cdf(POWER)
POINTS = (1.0, 2.0, 5.0)
WORTH_SEEING = 2.0


@dataclass(frozen=True)
class Needed:
    """The size of a test."""

    probes: int
    persons: int


@dataclass(frozen=True)
class Spread:
    """How much a paired difference scatters.

    variance  of one person's share in the mean, in points squared: persons times the variance of the mean over all
              probes when persons are drawn with all their probes
    probes, persons  of the test it was seen on
    """

    variance: float
    probes: int
    persons: int

    def needed(self, points: float) -> Needed | None:
        """The test on which a difference of so many points would be seen, with as many probes a person as here.

        None where nothing scatters, so that nothing can be planned by it.
        """
        if not self.variance > 0:
            return None
        exact = FACTOR**2 * self.variance / points**2
        return Needed(ceil(exact * self.probes / self.persons), max(2, ceil(exact)))

    @property
    def visible(self) -> float:
        """The smallest difference in points that a test like this one sees with that power."""
        return FACTOR * sqrt(self.variance / self.persons)


def spread_of(gains: Float64Array, persons: npt.NDArray[np.generic]) -> Spread:
    """The spread of gains (P,), in points, of probes that show these persons (P,); no variance where there is one.

    The variance is that of a ratio of sums over persons (Cochran, *Sampling Techniques*, 1977, 6.3).
    """
    _, which = np.unique(persons, return_inverse=True)
    counts = np.bincount(which)
    many = len(counts)
    if many < 2:
        return Spread(0.0, len(gains), many)
    left = np.bincount(which, gains - gains.mean())
    share = left / counts.mean()
    return Spread(float(np.square(share).sum() / (many - 1)), len(gains), many)


def sizes_for(spread: Spread) -> dict[str, dict[str, int]]:
    """The test that each of POINTS needs, by these, as `evaluate --json` writes it; empty where nothing can be
    planned."""
    found = {f"{points:g}": spread.needed(points) for points in POINTS}
    return {points: asdict(one) for points, one in found.items() if one is not None}


def sizes_in_words(sizes: dict[str, dict[str, int]], probes: int) -> str:
    """What needed_in_words() says, from what sizes_for() gave, of a test with so many probes."""
    one = sizes.get(f"{WORTH_SEEING:g}")
    return _in_words(Needed(**one), probes, WORTH_SEEING) if one else ""


def needed_in_words(spread: Spread, points: float = WORTH_SEEING) -> str:
    """How large a test would have to be to see so many points, or that this one is; "" where that cannot be planned."""
    found = spread.needed(points)
    return _in_words(found, spread.probes, points) if found else ""


def _in_words(found: Needed, probes: int, points: float) -> str:
    told = f"{points:g} points" if points != 1 else "1 point"
    size = f"some {_rounded(found.probes):,} probes of {_rounded(found.persons):,} persons"
    if found.probes <= probes:
        return f"To see {told} at this variance {size} are enough, and this test has them."
    return f"To see {told} at this variance {size} would be needed."


def _rounded(count: int) -> int:
    """To two digits: more would say more than a plan knows."""
    return int(float(f"{count:.2g}"))
