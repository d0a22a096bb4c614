"""What is compared on what: models and data sets by their names."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from reidviz.common.errors import ReidvizError
from reidviz.common.printable import printable
from reidviz.data.dataset import Dataset
from reidviz.data.formats import load
from reidviz.evaluation.pipeline.adding import SUFFIXES
from reidviz.evaluation.pipeline.ranker import Ranker, rankers_of
from reidviz.models.named import model_file
from reidviz.models.variants import Kind

Score = Literal["ranking", "classifier", "fused", "given"]
SCORES: Final[dict[Kind, Score]] = {
    "distance": "ranking",
    "probability": "classifier",
    "fused": "fused",
    "similarity": "given",
    "dissimilarity": "given",
}


@dataclass(frozen=True)
class Model:
    """A model, and the scores by which it can rank a gallery.

    name     as tables show it
    path     the file of its weights, features or scores
    rankers  one a score, the model's own first
    """

    name: str
    path: Path
    rankers: tuple[Ranker, ...]

    @property
    def scores(self) -> tuple[Score, ...]:
        """What it ranks by: "ranking" (squared distance of features), "classifier" (P(same person)), "fused" (both, at
        the weight of its card) or "given" (a matrix of scores that was added)."""
        return tuple(SCORES[one.kind] for one in self.rankers)

    def ranker(self, score: Score | None = None) -> Ranker:
        """The model as it ranks by one of its scores; by its own where none is named.

        ReidvizError for a score that it has not.
        """
        if score is None:
            return self.rankers[0]
        for one in self.rankers:
            if SCORES[one.kind] == score:
                return one
        raise ReidvizError(f"{self.name} has no score called {score}.", f"It has: {', '.join(self.scores)}.")


def load_dataset(name: str) -> Dataset:
    """The data set of a name, as the app's sidebar and `--data` take it.

    name  "synthetic:cuhk03" and other built-in ones, "cuhk01:/data/cuhk01", "folder:/data/mine", ...
    Its `samples` are sorted by identity, camera and id; every array of positions counts in them.
    ReidvizError when the name is unknown, or its folder is missing, cannot be read or holds no image.
    """
    return load(name)


def load_model(name: str | Path) -> Model:
    """A model by its name or file.

    name  a shipped model ("mtdnet", "mtdnet-rnk", "mtdnet-cls", "mtdnet-cross", "mtdnet-photos"), one that was added
          (`python -m reidviz models add`), a checkpoint, or the folder of a training
    Only its card is read: weights are, once, when they compute.
    ReidvizError when there is none, or its card cannot be read.
    """
    file = model_file(str(name))
    if file is None:
        raise ReidvizError(
            f"There is no model {printable(Path(name).name)}.",
            "Name a shipped one such as mtdnet, a checkpoint or a run, or add it: python -m reidviz models add FILE.",
        )
    if file.is_file() and file.suffix.lower() in SUFFIXES and not file.with_suffix(".json").is_file():
        raise ReidvizError(
            f"{printable(file.name)} is a model from elsewhere that was not added.",
            "Add it, and load it by its name: python -m reidviz models add FILE --name NAME.",
        )
    rankers = rankers_of(file)
    return Model(rankers[0].name, rankers[0].path, rankers)
