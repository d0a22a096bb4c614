"""The ways to run one ranker, dear or cheap: how well each ranks."""

from dataclasses import dataclass, replace

from reidviz.common.progress import Progress, silent
from reidviz.data.dataset import Dataset, Split
from reidviz.evaluation.ground_truth import ground_truth
from reidviz.evaluation.pipeline.evaluate import Result, evaluate, is_cached
from reidviz.evaluation.ranking.cascade import candidates, cascaded
from reidviz.evaluation.ranking.ranking import Ranking, rank
from reidviz.evaluation.scores import PASSES, Scoring

CASCADES = (10, 50, 100)


@dataclass(frozen=True)
class Way:
    """A way to run a ranker: "" as its result was computed, else "cascade 10", "1-pass"; and how that scores."""

    name: str
    scoring: Scoring


def ways(result: Result, dataset: Dataset, split: Split, fewer_passes: bool) -> tuple[Way, ...]:
    """As the result is and, of a classifier, its cascades and fewer passes.

    fewer_passes  whether also where their scores are not in the cache: these take as long as a test
    """
    ranker, scoring = result.ranker, result.scoring
    found = [Way("", scoring)]
    if ranker.kind != "probability" or scoring.cascade:
        return tuple(found)
    if ranker.cascades:
        found += [Way(f"cascade {n}", replace(scoring, cascade=n)) for n in CASCADES if n < len(split.gallery)]
    for passes in PASSES:
        other = replace(scoring, passes=passes)
        if other != scoring and (fewer_passes or is_cached(ranker, dataset, split, other)):
            found.append(Way(passes, other))
    return tuple(found)


def ranking_of(result: Result, way: Way, dataset: Dataset, split: Split, progress: Progress = silent) -> Ranking:
    """How the ranker of a result ranks when it is run in one of its ways; a cascade is made of the scores of all
    pairs."""
    if not way.name:
        return result.ranking
    if not way.scoring.cascade:
        return evaluate(result.ranker, dataset, split, progress, way.scoring).ranking
    truth = ground_truth(dataset, split)
    distances = evaluate(result.ranker.part("distance"), dataset, split, progress).scores.matrix
    chosen = candidates(distances, way.scoring.cascade, truth)
    return rank(cascaded(result.scores.matrix, distances, chosen), truth)
