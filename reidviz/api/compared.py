"""Several models on the same probes, and which differences are more than chance."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING

from reidviz.api.evaluated import Evaluation
from reidviz.api.opened import Model
from reidviz.common.errors import ReidvizError
from reidviz.common.progress import Progress, silent
from reidviz.common.words import text_of
from reidviz.data.dataset import Dataset
from reidviz.data.splits.protocols import default_protocol, split
from reidviz.evaluation.coverage import restricted
from reidviz.evaluation.pipeline.evaluate import evaluate_all
from reidviz.evaluation.pipeline.ranker import apart
from reidviz.evaluation.pipeline.verdict import best_in_words, does_multi_task_pay, paired_over, verdict
from reidviz.evaluation.ranking.uncertainty import intervals

if TYPE_CHECKING:
    import plotly.graph_objects as go


@dataclass(frozen=True)
class PairedDifference:
    """How much better one model is than another on the same probes.

    better, worse  their names
    points         of rank-1 that the first has more, in percent
    low, high      the ends of its 95 % interval over persons
    p              of a paired permutation over persons, corrected for how many pairs of models there are (Holm, 1979)
    told_apart     whether the interval leaves 0 out and p is below 0.05
    """

    better: str
    worse: str
    points: float
    low: float
    high: float
    p: float
    told_apart: bool


@dataclass(frozen=True, eq=False)
class Comparison:
    """Models on the same probes and gallery.

    evaluations  one a model and score, in the order they were given
    differences  one for each two of them
    verdict      which is best, by how much and how sure that is, in words
    multi_task   whether learning both tasks paid, in words; None where not both kinds of models are among them
    """

    evaluations: tuple[Evaluation, ...]
    differences: tuple[PairedDifference, ...]
    verdict: str
    multi_task: str | None

    def cmc_figure(self, ranks: int = 20) -> "go.Figure":
        """The CMC of all over ranks 1 ... `ranks`, with 95 % bands where there are four or fewer."""
        from reidviz.api.drawn import cmc

        return cmc(self.evaluations, ranks)

    def gallery_size_figure(self) -> "go.Figure":
        """Rank-1 over the size of the gallery: the exact mean over all smaller ones, with 95 % bands.

        ReidvizError where all are cascades, which rank otherwise in a smaller gallery.
        """
        from reidviz.api.drawn import gallery_size

        return gallery_size(self.evaluations)


def compare(
    models: Sequence[Model], dataset: Dataset, protocol: str | None = None, progress: Progress = silent
) -> Comparison:
    """Evaluate every score of some models on the same probes, and test the differences of rank-1.

    protocol, progress  as `evaluate` takes them
    Where features or scores that were added know some of the images only, all models are compared on these.
    ReidvizError as `evaluate` raises it, and where no model is given.
    """
    rankers = apart(ranker for model in models for ranker in model.rankers)
    if not rankers:
        raise ReidvizError("There is no model to compare.", "Give two or more.")
    parts = restricted(dataset, split(dataset, protocol or default_protocol(dataset)), rankers)
    results = evaluate_all(rankers, dataset, parts, progress)
    persons = dataset.identities[parts.probes]
    told = paired_over(results, persons)
    differences = []
    for one, other in combinations(results, 2):
        if told[one.key, other.key].points < 0:
            one, other = other, one
        found, ends = told[one.key, other.key], told[one.key, other.key].interval
        names = one.ranker.name, other.ranker.name
        differences.append(PairedDifference(*names, found.points, ends.low, ends.high, found.p, found.told_apart))
    best = verdict(results, told)
    pays = does_multi_task_pay(results, told)
    return Comparison(
        tuple(Evaluation(dataset, parts, result) for result in results),
        tuple(differences),
        text_of(best_in_words(best, intervals(best.best.ranking, persons)["1"])),
        None if pays is None else text_of(pays),
    )
