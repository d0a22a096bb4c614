"""The ways to read a model: each ranks a gallery by a score of its own."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from reidviz.data.dataset import Dataset
from reidviz.evaluation.ranking.fusion import UNFITTED
from reidviz.evaluation.ranking.query_expansion import Expansion
from reidviz.evaluation.ranking.reranking import Reranking
from reidviz.models.added.cards import AddedCard, Form, ScoresCard, card_of
from reidviz.models.model_card import Card, Fusion, Taught, Threshold, Trained, find_checkpoint
from reidviz.models.variants import Kind, variant

Refinement = Reranking | Expansion


@dataclass(frozen=True)
class Ranker:
    """One way to read one model: what stands as a row of a table and as a curve.

    name     shown to people
    path     the file of weights, features or scores; sha256: what tells it from others (of weights; of a model from
             elsewhere, with how it is read)
    form     whether it is a network of ours, one in ONNX, given features or scores, or two models fused
    variant  of a network of ours, as it is read ("mtdtrp" for the ranking branch of an mtdnet)
    trained  where that is known; also: further data sets that trained it
    caveats  what whoever uses it must know, as its card says
    taught   by which marked pairs, where its card says so
    threshold  from which score on a pair is one person, where its card says so
    parts    of a fused ranker, the two whose scores are fused
    refinement  what is done to its distances afterwards
    weight   of a fused ranker, where its dial stands; fusion: how that was fitted, None where it was not
    """

    name: str
    kind: Kind
    path: Path
    sha256: str
    form: Form = "network"
    variant: str | None = None
    trained: Trained | None = None
    also: tuple[Trained, ...] = ()
    caveats: tuple[str, ...] = ()
    taught: Taught | None = None
    threshold: Threshold | None = None
    parts: tuple["Ranker", ...] = ()
    weight: float | None = None
    fusion: Fusion | None = None
    refinement: Refinement | None = None

    @property
    def cascades(self) -> bool:
        """Whether its network has a ranking branch to order a gallery before the classifier is asked."""
        return self.kind in ("probability", "fused") and self.variant not in (None, "mtdnet-cls")

    @property
    def describes(self) -> bool:
        """Whether it is a network that can be asked about any image; what is refined is told of probes only."""
        if self.refinement is not None:
            return False
        return all(part.describes for part in self.parts) if self.parts else self.form in ("network", "onnx")

    @property
    def source(self) -> tuple[object, ...]:
        """What it is whatever it is called: the same for a training that has moved on."""
        return self.path, self.kind, self.refinement, tuple(part.source for part in self.parts)

    def trained_by(self, dataset: Dataset) -> Trained | None:
        """The part of its training that is known to have been by that data set."""
        parts = self.also if self.trained is None else (self.trained, *self.also)
        return next((one for one in parts if one.data_hash == dataset.manifest_hash), None)

    def part(self, kind: Kind) -> "Ranker":
        """The same network read for another of its scores."""
        return replace(self, kind=kind, parts=(), weight=None, fusion=None, refinement=None, threshold=None)


def rankers_of(path: Path) -> tuple[Ranker, ...]:
    """The rankers of a model's file or a run folder, from its card alone. Raises ReidvizError as the card does."""
    path = find_checkpoint(path)
    card = card_of(path)
    return _of_network(path, card) if isinstance(card, Card) else (_of_added(path, card),)


def apart(rankers: Iterable[Ranker]) -> list[Ranker]:
    """The rankers in order, each under a name of its own: a prime stands behind one that was there before."""
    found: dict[str, Ranker] = {}
    for ranker in rankers:
        name = ranker.name
        while name in found:
            name += "′"
        found[name] = replace(ranker, name=name)
    return list(found.values())


def _of_network(path: Path, card: Card) -> tuple[Ranker, ...]:
    trained = Trained(card.data, card.data_hash, card.protocol)
    rankers = []
    for as_read, kind in variant(card.variant).rankers:
        one = Ranker(_name(card, as_read), kind, path, card.sha256, variant=as_read, trained=trained)
        calibrated = next((found for found in card.thresholds if found.kind == kind), None)
        one = replace(one, also=card.also, caveats=card.caveats, taught=card.taught, threshold=calibrated)
        if kind == "fused":
            parts = one.part("distance"), one.part("probability")
            one = replace(one, parts=parts, weight=card.fusion.weight if card.fusion else UNFITTED, fusion=card.fusion)
        rankers.append(one)
    return tuple(rankers)


def _of_added(path: Path, card: AddedCard) -> Ranker:
    kind: Kind = "distance"
    if isinstance(card, ScoresCard):
        kind = "similarity" if card.nearer == "larger" else "dissimilarity"
    return Ranker(card.name, kind, path, card.digest, form=card.kind)


def _name(card: Card, as_read: str) -> str:
    if as_read == card.variant:
        return card.name
    return as_read if card.name == card.variant else f"{card.name} ({as_read})"
