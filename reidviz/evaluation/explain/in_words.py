"""Why not, in sentences."""

from collections.abc import Sequence

from reidviz.common.words import Strong, Words
from reidviz.evaluation.explain.counterfactual import WHERE, Counterfactual
from reidviz.evaluation.explain.evidence import Evidence, strongest_cell
from reidviz.evaluation.explain.hidden_scores import Role
from reidviz.evaluation.explain.masking import Box
from reidviz.evaluation.explain.regions import SEARCHED, cell_at

SEARCH = (
    f"Searched: {SEARCHED} of the probe; where none of them does, of all three images, of the true match, of the wrong "
    "winner. Told is the smallest that does, of several the one with which the true match is farthest before the wrong "
    "winner. A hidden region has its image's mean colour."
)
_NAMES: dict[Role, str] = {"probe": "the probe", "match": "the true match", "wrong": "the wrong winner"}


def counterfactual_in_words(found: Counterfactual, rank: int) -> Words:
    """What must be hidden for the true match to be first. rank: where the true match stands with nothing hidden."""
    if found.found is not None:
        return ("With ", Strong(f"{found.found.told} hidden the true match is first"), f", instead of rank {rank:,}.")
    assert found.closest is not None
    closest, then = found.closest
    nearest = (
        "passes the wrong winner, if not the others," if closest.margin > 0 else "comes closest to the wrong winner"
    )
    hidden = f" It {nearest} with {closest.told} hidden, and stands at rank {then:,} then"
    return (
        Strong("No single region brings the true match first"),
        f" when it is hidden, of {len(found.tried)} tried.",
        hidden + (f" instead of {rank:,}." if then != rank else " as before."),
    )


def evidence_in_words(found: Evidence, method: str) -> Words:
    """Which region of the probe spoke most for either."""
    wrong, match = strongest_cell(found.probe, -1), strongest_cell(found.probe, 1)
    if wrong is None:
        return (f"By {method}, no region of the probe spoke for the wrong winner.",)
    head: Words = (f"By {method}, ", Strong(f"{wrong.name} of the probe"), " spoke most for the wrong winner")
    if match is None:
        return (*head, "; no region spoke for the true match.")
    return (*head, f", {match.name} most for the true match.")


def hidden_in_words(box: Box, roles: Sequence[Role], ranks: tuple[int, int], wrong: tuple[int, int]) -> Words:
    """Where the true match and the wrong winner stand with a box hidden, and where they stood before."""
    top, left, bottom, right = box
    size = f"{(bottom - top) * (right - left):.0%}".replace("%", " %")
    where = WHERE.get(tuple(roles)) or " and ".join(_NAMES[role] for role in roles)
    head = f"With {size} of {where} hidden, around {cell_at(box).name}, the true match stands at "
    return (head, Strong(_moved(*ranks)), f"; the wrong winner at {_moved(*wrong)}.")


def _moved(before: int, now: int) -> str:
    return f"rank {now:,}" + (f" instead of {before:,}" if now != before else ", as before")
