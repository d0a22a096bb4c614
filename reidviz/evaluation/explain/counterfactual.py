"""Which region must be hidden for the true match to be first, found by search of a stated grid."""

from collections.abc import Sequence
from dataclasses import dataclass

from reidviz.common.progress import Progress, silent
from reidviz.evaluation.explain.hidden_lists import HiddenLists
from reidviz.evaluation.explain.hidden_scores import ROLES, Hidden, Role
from reidviz.evaluation.explain.regions import REGIONS, Region

WHERE: dict[tuple[Role, ...], str] = {
    ("probe",): "the probe",
    ROLES: "all three images",
    ("match",): "the true match",
    ("wrong",): "the wrong winner",
}
"""The images on which regions are hidden, in this order: the first with which one is found is told."""


@dataclass(frozen=True)
class Trial:
    """A region hidden on some of the three images; margin: how much nearer the true match is than the wrong winner
    then, in units of the score."""

    region: Region
    roles: tuple[Role, ...]
    margin: float

    @property
    def hidden(self) -> Hidden:
        """What that hides."""
        return dict.fromkeys(self.roles, self.region.box)

    @property
    def told(self) -> str:
        """In words: "the middle right of the probe"."""
        return f"{self.region.name} of {WHERE[self.roles]}"


@dataclass(frozen=True)
class Counterfactual:
    """What a search found.

    tried    all that was hidden, in that order
    found    with which the true match is first, of the whole gallery; None where nothing does
    closest  where nothing does, that on the probe with the largest margin, and the rank of the true match then
    """

    tried: tuple[Trial, ...]
    found: Trial | None
    closest: tuple[Trial, int] | None = None


def search(lists: HiddenLists, progress: Progress = silent, regions: Sequence[Region] = REGIONS) -> Counterfactual:
    """Hide each region on each of WHERE, until one brings the true match first. ReidvizError as the lists raise it."""
    tried: list[Trial] = []
    total = len(WHERE) * len(regions)
    for roles in WHERE:
        group: list[Trial] = []
        for region in regions:
            progress(len(tried) + len(group), total, "hiding regions")
            group.append(Trial(region, roles, lists.margin(dict.fromkeys(roles, region.box))))
        tried += group
        able = [one for one in group if one.margin > 0]
        for done, one in enumerate(sorted(able, key=lambda one: (round(one.region.size, 6), -one.margin))):
            progress(done, len(able), f"ranking the gallery, regions of {WHERE[roles]} hidden")
            if lists.is_first(one.hidden):
                return Counterfactual(tuple(tried), one)
    closest = max(tried[: len(regions)], key=lambda one: one.margin)
    return Counterfactual(tuple(tried), None, (closest, lists.rank(closest.hidden)))
