"""What may hold for a probe, in words: one measure below or above a value."""

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np

from reidviz.common.arrays import BoolArray, Float64Array

MOST_DIGITS = 6
"""More digits than the measure's own with which a value is told where fewer would divide the probes otherwise."""


@dataclass(frozen=True, eq=False)
class Measure:
    """One number of each probe, and what it means to be small or large in it.

    values  (P,); 0 or 1 for what holds or does not
    below, above  in words, {} for the value: "probe darker than {}"; none in what holds or does not
    groups  which ends make a group of their own: the lowest quarter, the highest, or both; "holds": the probes for
            which it holds
    digits  with which the value is told
    """

    values: Float64Array
    below: str
    above: str
    groups: Literal["low", "high", "both", "holds"]
    digits: int = 0

    def condition(self, cut: float, above: bool) -> "Condition":
        """Whether the measure is at least a value, or below it; the value is rounded as it is told."""
        if self.groups != "holds":
            cut = round(cut, self.digits)
        return Condition(self, cut, above, self.digits)

    def dividing(self, cut: float, above: bool) -> "Condition":
        """The same, but with a value of as many digits as it takes to divide the probes as the cut does."""
        low, high = self.values[self.values < cut].max(), self.values[self.values >= cut].min()
        for digits in range(self.digits, self.digits + MOST_DIGITS):
            least = math.floor(high * 10**digits) / 10**digits
            for told in (round(cut, digits), least):
                if low < told <= high:
                    return Condition(self, told, above, digits)
        return Condition(self, float(high), above, self.digits + MOST_DIGITS)


@dataclass(frozen=True, eq=False)
class Condition:
    """A measure that is at least (above) or below a value, told with so many digits."""

    measure: Measure
    cut: float
    above: bool
    digits: int

    @property
    def members(self) -> BoolArray:
        """The probes for which it holds (P,)."""
        high: BoolArray = self.measure.values >= self.cut
        return high if self.above else ~high

    @property
    def name(self) -> str:
        """In words."""
        told = f"{self.cut:,.{self.digits}f}"
        return (self.measure.above if self.above else self.measure.below).replace("{}", told)


@dataclass(frozen=True, eq=False)
class Group:
    """Probes that have something in common. members: which of them (P,)."""

    name: str
    members: BoolArray


def groups_of(measures: list[Measure]) -> list[Group]:
    """The groups that these measures make. Where a quarter cannot be told, because most values are the same, there is
    none; quarters are of the measures alone, whatever the model makes of the probes."""
    found = []
    for one in measures:
        if one.groups == "holds":
            found.append(one.condition(0.5, above=True))
            continue
        low, high = np.quantile(one.values, [0.25, 0.75])
        if one.groups in ("low", "both"):
            found.append(one.condition(float(low), above=False))
        if one.groups in ("high", "both"):
            found.append(one.condition(float(high), above=True))
    return [Group(one.name, one.members) for one in found if 0 < one.members.sum() < len(one.members)]
