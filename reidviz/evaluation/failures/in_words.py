"""A failure map in sentences, as pages and the command say it."""

from collections.abc import Sequence

from reidviz.common.words import Strong, Words, listed
from reidviz.evaluation.failures.failure_map import FailureMap
from reidviz.evaluation.failures.lift import LEAST_PERSONS, LEAST_PROBES, Lift
from reidviz.evaluation.failures.tree import Combination

OVERLAP = "Groups overlap: a probe may be in several, so their shares do not add up to 100 %."
NOTHING = "Nothing that was measured is surely tied to these failures."
TOO_FEW = f"Fewer than {LEAST_PROBES} probes are missed, or are found: there is too little to explain."
NO_GROUP = (
    f"No group has {LEAST_PROBES} probes of {LEAST_PERSONS} persons in it and as many outside: nothing can be tested."
)
TESTED = (
    f"Tested are groups of {LEAST_PROBES} probes and {LEAST_PERSONS} persons or more, each against chance among "
    "persons with as many probes, corrected for their number (Holm)."
)
UNITS = (
    "ΔE: difference of two dominant colours to the eye (CIE 1976); in another person's colour: nearer to that of the "
    "nearest other person than to the true match's. Brightness and contrast: mean and deviation of grey, 0 to 255. "
    "Sharpness: variance of the Laplacian. Within so much grey: root mean square difference at 16 x 16. "
    "Edges: at the upper or lower border, by the usual in that image."
)
MOST_TOLD = 3


def headline(found: FailureMap, name: str) -> Words:
    """How many probes a model misses, and the groups in which it surely misses more or fewer than elsewhere."""
    head: Words = (
        Strong(name),
        " misses ",
        Strong(f"{int(found.failed.sum()):,} of {len(found.failed):,}"),
        " probes at rank 1. ",
    )
    if not found.lifts:
        failed = int(found.failed.sum())
        return (*head, TOO_FEW if min(failed, len(found.failed) - failed) < LEAST_PROBES else NO_GROUP)
    claimed = [one for one in found.lifts if one.claimed]
    if not claimed:
        return (*head, NOTHING)
    more, fewer = ([one for one in claimed if (one.lift > 1) == up] for up in (True, False))
    return (*head, *_told("More often: ", more), *(" " if more and fewer else ""), *_told("Less often: ", fewer))


def combination_in_words(found: Combination) -> Words:
    """The worst combination of conditions, on the probes that made the tree and on persons that it did not see."""
    return (
        "Fails most: ",
        Strong(found.group.name),
        ": ",
        Strong(f"{found.inside:.0f} % rank-1 against {found.outside:.0f} %"),
        f", {int(found.group.members.sum()):,} probes. Persons that such a tree did not see: {found.held_inside:.0f} % "
        f"against {found.held_outside:.0f} % (95 % interval of the difference {found.gap.low:+z.1f} to "
        f"{found.gap.high:+z.1f} points; AUC {found.auc:.2f}, {found.auc_interval.low:.2f} to "
        f"{found.auc_interval.high:.2f}, where 0.5 is chance).",
    )


def mended_in_words(name: str, other: str, failures: int, count: int, told: Sequence[Lift]) -> Words:
    """How many failures of one model another one finds, and the groups of which it surely finds more or fewer."""
    head: Words = (Strong(other), f" finds {count:,} of the {failures:,} probes that {name} misses. ")
    if not told:
        return (*head, "Too few or too many, or no group large enough, to say of which groups.")
    claimed = [one for one in told if one.claimed]
    if not claimed:
        return (*head, "No group is surely mended more than the others.")
    more, fewer = ([one for one in claimed if (one.lift > 1) == up] for up in (True, False))
    return (
        *head,
        *_told("Mended more: ", more, "found"),
        *(" " if more and fewer else ""),
        *_told("Mended less: ", fewer, "found"),
    )


def lift_in_words(one: Lift) -> str:
    """One group's lift with its interval and p."""
    sure = "p < 0.001" if one.p < 0.001 else f"p = {one.p:.3f}"
    return f"{one.lift:.2f} times ({one.interval.low:.2f} to {one.interval.high:.2f}, {sure})"


def _told(head: str, groups: Sequence[Lift], outcome: str = "missed") -> Words:
    if not groups:
        return ()
    parts = [
        (
            Strong(one.group.name),
            f" ({one.share_inside:.0f} % {outcome} against {one.share_outside:.0f} %)",
        )
        for one in groups[:MOST_TOLD]
    ]
    rest = f" and {len(groups) - MOST_TOLD} more" if len(groups) > MOST_TOLD else ""
    return (head, *listed(parts), f"{rest}.")
