"""A setting described once, at its field: what the form, the command line, the refusals and the documents say of it."""

import math
from collections.abc import Mapping
from dataclasses import MISSING, Field, dataclass, field, fields
from typing import Any

KEY = "setting"


@dataclass(frozen=True)
class Setting:
    """What is to be known of a field of a dataclass.

    group       the heading under which it stands
    label       what an input for it is called
    meaning     what it does
    unit        of a number, in the plural
    low, high   the range of a number, ends included
    above, below  the same, ends excluded
    step        by which an input goes up and down
    """

    group: str
    label: str
    meaning: str
    unit: str = ""
    low: float | None = None
    high: float | None = None
    above: float | None = None
    below: float | None = None
    step: float | None = None

    @property
    def range(self) -> str:
        """Which numbers are possible, as "at least 2 images"; empty where all are."""
        if self.low is not None and self.high is not None:
            found = f"between {self.low:,} and {self.high:,}"
        else:
            words = {"at least": self.low, "above": self.above, "at most": self.high, "below": self.below}
            found = " and ".join(f"{word} {end:,}" for word, end in words.items() if end is not None)
        return f"{found} {self.unit}".strip() if found else ""

    def refusal(self, name: str, value: object) -> str | None:
        """Why a number is impossible, in one sentence; None where it is possible, or no number."""
        if isinstance(value, bool) or not isinstance(value, int | float):
            return None
        if not math.isfinite(value):
            return f"{self.label} ({name}) must be a finite number."
        inside = (
            (self.low is None or value >= self.low)
            and (self.high is None or value <= self.high)
            and (self.above is None or value > self.above)
            and (self.below is None or value < self.below)
        )
        return None if inside else f"{self.label} ({name}) must be {self.range}."


def setting(group: str, label: str, meaning: str, default: Any = MISSING, **more: Any) -> Any:
    """A field of a dataclass with its Setting; `more` as there."""
    described = {KEY: Setting(group, label, meaning, **more)}
    return field(metadata=described) if default is MISSING else field(default=default, metadata=described)


def settings_in(kind: type[Any], prefix: str = "") -> dict[str, Setting]:
    """The settings of a dataclass, by the names of their fields behind a prefix."""
    described: list[tuple[Field[Any], Mapping[Any, Any]]] = [(f, f.metadata) for f in fields(kind)]
    return {prefix + f.name: metadata[KEY] for f, metadata in described if KEY in metadata}
