"""What a row of results is, in the words of every table: pages, `evaluate` and reports."""

from collections.abc import Iterable
from typing import Any

from reidviz.common.printable import short
from reidviz.data.dataset import Dataset, Split
from reidviz.evaluation.pipeline.ranker import Ranker
from reidviz.models.variants import TRAINED_ON

FORMS = {
    "onnx": "ONNX network",
    "features": "given features",
    "scores": "given scores",
    "fused": "two models",
}
RANKS_BY = {
    "probability": "P(same)",
    "distance": "distance",
    "similarity": "score",
    "dissimilarity": "score",
}
REFINED = {"reranking": "re-ranked distance", "expansion": "distance, expanded"}


def what_it_is(record: dict[str, Any]) -> str:
    """The tasks behind a network of ours, or the form of a model from elsewhere; of a record as `evaluate --json`
    writes it."""
    if "variant" in record:
        return str(TRAINED_ON.get(record["variant"], record["variant"]))
    return FORMS[record["form"]]


def ranks_by(record: dict[str, Any]) -> str:
    """The score that a record's gallery was ordered by."""
    if record["kind"] == "fused":
        return f"both, {record['weight']:.2f}" + ("" if record["weight_fitted"] else " (not fitted)")
    return REFINED[next(iter(record["refinement"]))] if "refinement" in record else RANKS_BY[record["kind"]]


def notes(record: dict[str, Any]) -> list[str]:
    """What is to be known of one row: the weight of a mix, what a cascade gave away."""
    found = []
    if "weight" in record:
        how = "fitted on validation persons" if record["weight_fitted"] else "not fitted: no validation persons"
        found.append(f"{record['name']}: weight {record['weight']:.2f} ({how})")
    if "cascade" in record:
        one = record["cascade"]
        change = one["rank1_change"]
        against = (
            f"at most {100 - one['recall']:.2f} points of rank-1 are lost (evaluate without --cascade to know)"
            if change is None
            else f"rank-1 changes by {change:+z.2f} points against the scores of all pairs"
        )
        found.append(f"{record['name']}: cascade {one['count']}, recall {one['recall']:.2f}; {against}")
    return found


def how_scored(rankers: Iterable[Ranker]) -> str:
    """What an image's score is the mean of, by kind of model."""
    forms = {part.form for ranker in rankers for part in (ranker.parts or (ranker,))}
    ours = "mean over mirror images (and both orders for P(same))"
    if forms <= {"network"}:
        return ours
    others = "added models as their cards say"
    return f"MTDnet by the {ours}, {others}" if "network" in forms else others


def trained_in_words(ranker: Ranker, dataset: Dataset, split: Split) -> str:
    """What a ranker was trained on, beside the test it is shown on, and its caveats."""
    trained, same = ranker.trained, ranker.trained_by(dataset)
    if trained is None:
        said = "not known"
    elif same is None:
        said = f"other data, {short(trained.data)} by protocol {trained.protocol}"
    elif same.protocol == split.protocol:
        said = "the training persons of this protocol"
    else:
        said = f"the same data by protocol {same.protocol}: persons tested here may have been among them"
    return ". ".join([said, *(one.rstrip(".") for one in ranker.caveats)])


def may_know(rankers: Iterable[Ranker], dataset: Dataset, protocol: str) -> list[str]:
    """The models that another protocol of the same data trained, a line each: they may have seen the test persons."""
    found = {r.path: (r.name, trained) for r in rankers if (trained := r.trained_by(dataset)) is not None}
    return [
        f"{name} was trained by {trained.protocol} of the same data: persons that {protocol} tests may have trained it."
        for name, trained in found.values()
        if trained.protocol != protocol
    ]
