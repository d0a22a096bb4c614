"""What the doctor says."""

from dataclasses import dataclass
from typing import Literal

Severity = Literal["error", "warning", "note"]
SEVERITIES: tuple[Severity, ...] = ("error", "warning", "note")


@dataclass(frozen=True)
class Finding:
    """One thing that was found.

    kind      its short name, by which images can be excluded
    severity  "error": scores will be wrong or an image cannot be used; "warning": results may mislead; "note": to know
    sentence  what was found and what it means, with counts
    groups    positions in Dataset.samples, those that belong together (duplicates, say) in one group
    spare     of these, the images that may be left out so that it is mended
    """

    kind: str
    severity: Severity
    sentence: str
    groups: tuple[tuple[int, ...], ...] = ()
    spare: tuple[int, ...] = ()


@dataclass(frozen=True)
class Report:
    """All findings on one data set, the gravest first, and how many images were looked at."""

    images: int
    findings: tuple[Finding, ...]

    def of(self, severity: Severity) -> tuple[Finding, ...]:
        """The findings of one severity."""
        return tuple(one for one in self.findings if one.severity == severity)

    def spare(self) -> dict[str, tuple[int, ...]]:
        """By kind, the images that may be left out so that all findings of that kind are mended, ascending."""
        kinds = dict.fromkeys(one.kind for one in self.findings if one.spare)
        return {
            kind: tuple(sorted({i for one in self.findings if one.kind == kind for i in one.spare})) for kind in kinds
        }


def counted(number: int, one: str, many: str = "") -> str:
    """A number with its noun: "1 image", "2 images"."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"
