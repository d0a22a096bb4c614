"""How one model ranks the gallery of a test, in numbers and figures."""

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from reidviz.api.opened import SCORES, Model, Score
from reidviz.common.arrays import Float32Array, Float64Array, IntArray
from reidviz.common.errors import ReidvizError
from reidviz.common.printable import printable
from reidviz.common.progress import Progress, silent
from reidviz.data.dataset import Dataset, Split
from reidviz.data.splits.protocols import default_protocol, split
from reidviz.evaluation.coverage import restricted
from reidviz.evaluation.ground_truth import ground_truth
from reidviz.evaluation.pipeline.evaluate import Result, must_cascade
from reidviz.evaluation.pipeline.evaluate import evaluate as evaluated
from reidviz.evaluation.ranking.ranked_list import ranked_places
from reidviz.evaluation.ranking.ranking import METRICS
from reidviz.evaluation.ranking.uncertainty import intervals
from reidviz.evaluation.scores import scoring

if TYPE_CHECKING:
    import plotly.graph_objects as go


@dataclass(frozen=True)
class Hit:
    """One image of a ranked list.

    rank   from 1 on; ignored images take no rank
    id     of the image, as `Sample.id`
    score  as the model gave it: a squared distance (smaller is nearer), or a probability or fused score (larger is);
           not a number where a cascade did not rescore the image
    right  whether it shows the probe's person
    """

    rank: int
    id: str
    score: float
    right: bool


@dataclass(frozen=True, eq=False)
class Evaluation:
    """How a model ranks the gallery for every probe of a split.

    dataset, split  what was tested: `split.probes` (P,) and `split.gallery` (G,) are positions in `dataset.samples`
    result          scores and ranking as the rest of the package knows them
    """

    dataset: Dataset
    split: Split
    result: Result

    @property
    def model(self) -> str:
        """The model's name, as tables show it."""
        return self.result.ranker.name

    @property
    def score(self) -> Score:
        """What it ranked by."""
        return SCORES[self.result.ranker.kind]

    @property
    def scores(self) -> Float32Array:
        """The score of every probe and gallery image (P, G), as `Hit.score` is."""
        return self.result.scores.matrix

    @property
    def ranks(self) -> IntArray:
        """The rank of the nearest true match of every probe (P,), from 1 on; ties count against the model."""
        return self.result.ranking.first

    @property
    def cmc(self) -> Float64Array:
        """The share of probes, in percent, whose true match is among the first k, for k = 1 ... G: shape (G,).

        Source: Gray, Brennan and Tao, PETS 2007.
        """
        return self.result.ranking.cmc

    @property
    def rank1(self) -> float:
        """The share of probes, in percent, whose true match comes first."""
        return self.result.ranking.cmc_at(1)

    @property
    def mean_ap(self) -> float:
        """mAP in percent: the mean over probes of the precision at each true match (Zheng et al., ICCV 2015)."""
        return METRICS["mAP"](self.result.ranking, "step")

    @property
    def mean_inp(self) -> float:
        """mINP in percent: the mean over probes of true matches / rank of the last one (Ye et al., TPAMI 2022)."""
        return METRICS["mINP"](self.result.ranking, "step")

    @cached_property
    def intervals(self) -> dict[str, tuple[float, float]]:
        """The ends of the 95 % intervals, in percent, of "rank-1", "rank-5", "rank-10", "rank-20", "mAP" and "mINP".

        Percentiles of 2,000 bootstrap draws of persons, each with all probes (Field and Welsh, JRSS B 2007).
        """
        found = intervals(self.result.ranking, self.dataset.identities[self.split.probes])
        return {f"rank-{key}" if key.isdigit() else key: (ends.low, ends.high) for key, ends in found.items()}

    def ranked(self, probe: str, most: int = 10) -> tuple[Hit, ...]:
        """The first images of a probe's list, nearest first, without those that the protocol ignores.

        probe  the id of one of the probes; most: how many images, 1 or more
        ReidvizError for an id that is none of a probe's.
        """
        _at_least_one(most)
        samples = self.dataset.samples
        rows = [row for row, place in enumerate(self.split.probes.tolist()) if samples[place].id == probe]
        if not rows:
            raise ReidvizError(f"{printable(probe)} is no probe of {self.split.protocol}.", "See split.probes.")
        same, ignored = ground_truth(self.dataset, self.split).masks(rows[0])
        places = ranked_places(self.result.scores, rows[0], (same, ignored))[:most].tolist()
        return tuple(
            Hit(rank, samples[self.split.gallery[place]].id, float(self.scores[rows[0], place]), bool(same[place]))
            for rank, place in enumerate(places, 1)
        )

    def cmc_figure(self, ranks: int = 20) -> "go.Figure":
        """The CMC over ranks 1 ... `ranks` with its 95 % band."""
        from reidviz.api.drawn import cmc

        _at_least_one(ranks)
        return cmc([self], ranks)


def evaluate(
    model: Model,
    dataset: Dataset,
    protocol: str | None = None,
    score: Score | None = None,
    cascade: int = 0,
    progress: Progress = silent,
) -> Evaluation:
    """Rank the gallery for every probe of a data set, from the cache where that was done before.

    protocol  which persons test, "half:0" for instance (`docs/glossary.md`); None: the data set's own
    score     one of `model.scores`; None: the model's own, P(same) for a network that learned both tasks
    cascade   let the classifier rescore only so many images of each probe, those that the ranking branch puts first;
              0: all
    progress  called as progress(done, total, what) while it works; what it raises stops the work
    ReidvizError for an unknown protocol or score, an image that cannot be read, a cascade where the score is not the
    classifier's of a network with a ranking branch.
    """
    ranker = model.ranker(score)
    parts = restricted(dataset, split(dataset, protocol or default_protocol(dataset)), [ranker])
    way = scoring("8-pass", "fp32", cascade)
    must_cascade(way, [ranker])
    return Evaluation(dataset, parts, evaluated(ranker, dataset, parts, progress, way))


def _at_least_one(count: int) -> None:
    if count < 1:
        raise ReidvizError(f"There are no {count:,} images of a list.", "Ask for 1 or more.")
