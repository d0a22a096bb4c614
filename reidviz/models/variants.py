"""The variants of MTDnet a user can train, load and compare, and how each ranks a gallery."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from reidviz.common.errors import ReidvizError
from reidviz.models.architecture import Architecture

if TYPE_CHECKING:
    from reidviz.models.mtdnet import Network

Kind = Literal["distance", "probability", "fused", "similarity", "dissimilarity"]
"""Of a score: "distance" is a squared distance of features; of given scores nothing is known but whether a larger one
is nearer ("similarity") or a smaller one ("dissimilarity")."""
SMALLER_IS_NEARER: tuple[Kind, ...] = ("distance", "dissimilarity")


@dataclass(frozen=True)
class Variant:
    """One way to train the network and read it.

    ranking, pairs  which of the two losses train it
    rankers        the rankings it gives: (name of the variant as read, kind of score)
    source          whether a source data set helps to train it
    """

    name: str
    title: str
    ranking: bool
    pairs: bool
    rankers: tuple[tuple[str, Kind], ...]
    source: bool = False


def _all_rankers(name: str) -> tuple[tuple[str, Kind], ...]:
    return ((name, "probability"), (f"{name}-trp", "distance"), (f"{name}-fused", "fused"))


VARIANTS: dict[str, Variant] = {
    v.name: v
    for v in (
        Variant("mtdnet-rnk", "ranking", True, False, (("mtdnet-rnk", "distance"),)),
        Variant("mtdnet-cls", "pairs", False, True, (("mtdnet-cls", "probability"),)),
        Variant(
            "mtdnet",
            "both tasks",
            True,
            True,
            (("mtdnet", "probability"), ("mtdtrp", "distance"), ("mtdnet-fused", "fused")),
        ),
        Variant("mtdtrp", "both tasks", True, True, (("mtdtrp", "distance"),)),
        Variant("mtdnet-cross", "both tasks, cross-domain", True, True, _all_rankers("mtdnet-cross"), source=True),
        Variant("mtdnet-aug", "both tasks, pooled data", True, True, _all_rankers("mtdnet-aug"), source=True),
    )
}


TRAINED_ON = {name: v.title for v in VARIANTS.values() for name, _ in v.rankers}
"""The tasks behind each ranker."""


def variant(name: str) -> Variant:
    """The variant of that name. Raises ReidvizError for an unknown one."""
    if name not in VARIANTS:
        raise ReidvizError(f"There is no variant called {name!r}.", f"Choose one of: {', '.join(VARIANTS)}.")
    return VARIANTS[name]


def build(name: str, architecture: Architecture) -> "Network":
    """An untrained network of that variant."""
    from reidviz.models.mtdnet import MTDnet, RankingNet

    v = variant(name)
    return MTDnet(architecture, ranking=v.ranking) if v.pairs else RankingNet(architecture)
