"""The ways to read a checkpoint: each ranks a gallery by a score of its own."""

from dataclasses import dataclass, replace
from pathlib import Path

from reidviz.evaluation.ranking.fusion import UNFITTED
from reidviz.models.model_card import Card, Fusion, find_checkpoint, read_card
from reidviz.models.variants import Kind, variant


@dataclass(frozen=True)
class Ranker:
    """One way to read one checkpoint: what stands as a row of a table and as a curve.

    name     shown to people; variant: as it is read ("mtdtrp" for the ranking branch of an mtdnet)
    path     the weights file; sha256: of it
    data, data_hash, protocol  what the checkpoint was trained on
    weight   of a fused ranker, where its dial stands; fusion: how that was fitted, None where it was not
    """

    name: str
    variant: str
    kind: Kind
    path: Path
    sha256: str
    data: str
    data_hash: str
    protocol: str
    weight: float | None = None
    fusion: Fusion | None = None

    @property
    def cascades(self) -> bool:
        """Whether its network has a ranking branch to order a gallery before the classifier is asked."""
        return self.kind != "distance" and self.variant != "mtdnet-cls"

    def part(self, kind: Kind) -> "Ranker":
        """The same network read for one of the two scores that a fused ranker mixes."""
        return replace(self, kind=kind, weight=None)


def rankers_of(path: Path) -> tuple[Ranker, ...]:
    """The rankers of a checkpoint file or run folder, from its card alone. Raises ReidvizError as the card does."""
    path = find_checkpoint(path)
    card = read_card(path)
    rankers = []
    for as_read, kind in variant(card.variant).rankers:
        one = Ranker(_name(card, as_read), as_read, kind, path, card.sha256, card.data, card.data_hash, card.protocol)
        if kind == "fused":
            one = replace(one, weight=card.fusion.weight if card.fusion else UNFITTED, fusion=card.fusion)
        rankers.append(one)
    return tuple(rankers)


def _name(card: Card, as_read: str) -> str:
    if as_read == card.variant:
        return card.name
    return as_read if card.name == card.variant else f"{card.name} ({as_read})"
