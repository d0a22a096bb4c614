"""The ways to run one ranker, dear or cheap: what each costs and how well it ranks."""

from dataclasses import dataclass, replace

from reidviz.common.progress import Progress
from reidviz.data.dataset import Dataset, Split
from reidviz.evaluation.ground_truth import ground_truth
from reidviz.evaluation.pipeline.cost import Cost, Stopwatch
from reidviz.evaluation.pipeline.evaluate import Result, evaluate, is_cached
from reidviz.evaluation.ranking.cascade import candidates, cascaded
from reidviz.evaluation.ranking.ranking import Ranking, rank
from reidviz.evaluation.scores import PASSES

CASCADES = (10, 50, 100)


@dataclass(frozen=True, eq=False)
class OperatingPoint:
    """A way to run a ranker: "" as its result was computed, else "cascade 10", "1-pass"; its cost, and its ranking."""

    way: str
    cost: Cost
    ranking: Ranking


def operating_points(
    result: Result, dataset: Dataset, split: Split, clock: Stopwatch, fewer_passes: bool, progress: Progress
) -> tuple[OperatingPoint, ...]:
    """The ranker of a result as it is and, of a classifier, its cascades and fewer passes.

    clock         of this very split
    fewer_passes  whether these are scored where they were not, which takes as long as a test
    """
    ranker, scoring = result.ranker, result.scoring
    found = [OperatingPoint("", clock.measure(ranker, scoring), result.ranking)]
    if ranker.kind != "probability" or scoring.cascade:
        return tuple(found)
    if ranker.cascades:
        truth = ground_truth(dataset, split)
        distances = evaluate(ranker.part("distance"), dataset, split, progress).scores.matrix
        for count in CASCADES:
            if count < len(split.gallery):
                scores = cascaded(result.scores.matrix, distances, candidates(distances, count, truth))
                cost = clock.measure(ranker, replace(scoring, cascade=count))
                found.append(OperatingPoint(f"cascade {count}", cost, rank(scores, truth)))
    for passes in PASSES:
        other = replace(scoring, passes=passes)
        if other != scoring and (fewer_passes or is_cached(ranker, dataset, split, other)):
            ranking = evaluate(ranker, dataset, split, progress, other).ranking
            found.append(OperatingPoint(passes, clock.measure(ranker, other), ranking))
    return tuple(found)
