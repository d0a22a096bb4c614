"""The features that a model gives images, and maps of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, get_args

import numpy as np
import numpy.typing as npt

from reidviz.api.opened import Model
from reidviz.common.arrays import Float32Array, IntArray
from reidviz.common.errors import ReidvizError
from reidviz.common.printable import printable
from reidviz.common.progress import Progress, silent
from reidviz.data.dataset import Dataset
from reidviz.evaluation.scoring.embeddings import Embeddings

if TYPE_CHECKING:
    import plotly.graph_objects as go

Projection = Literal["PCA", "UMAP", "t-SNE"]
By = Literal["camera", "person"]


@dataclass(frozen=True, eq=False)
class EmbeddedImages:
    """Images of a data set as a model's ranking branch describes them.

    model       the model's name
    features    (N, D), float32; those of a network of ours and of most others have length 1
    ids         the image of each row, as `Sample.id` (N,)
    identities  whom it shows (N,)
    cameras     which camera took it, "" where unknown (N,)
    """

    model: str
    features: Float32Array
    ids: tuple[str, ...]
    identities: npt.NDArray[np.str_]
    cameras: npt.NDArray[np.str_]

    def plane(self, projection: Projection = "PCA", progress: Progress = silent) -> Float32Array:
        """The features on a plane (N, 2). Distances on it are not those of the features.

        PCA takes the two main components; UMAP (15 neighbours; McInnes et al., 2018) and t-SNE (perplexity 30; van der
        Maaten and Hinton, 2008) are seeded, run in a process of their own, and are kept.
        ReidvizError where UMAP or t-SNE has fewer than 5 images, and for any other projection.
        """
        _one_of(projection, get_args(Projection))
        from reidviz.evaluation.embedding.projection import lay_out, load_cached, principal

        if projection == "PCA":
            return principal(self.features)
        kept = load_cached(self.features, projection)
        return lay_out(self.features, projection, progress) if kept is None else kept

    def map_figure(self, projection: Projection = "PCA", by: By = "camera") -> "go.Figure":
        """The map as a figure, coloured by camera or by person. ReidvizError as by `plane`, and for other words."""
        _one_of(by, get_args(By))
        from reidviz.api.drawn import embedding_map

        return embedding_map(self.plane(projection), self.cameras if by == "camera" else self.identities, by)


def embed(
    model: Model, dataset: Dataset, images: Sequence[int] | IntArray | None = None, progress: Progress = silent
) -> EmbeddedImages:
    """The features of images by a model's ranking branch, from the cache where they were computed before.

    images    positions in `dataset.samples`, `split.probes` for instance; None: all of them
    progress  as `evaluate` takes it
    ReidvizError for a model without a ranking branch, for what are no positions, an image that cannot be read.
    """
    ranker = model.ranker("ranking")
    count = len(dataset.samples)
    positions = np.arange(count) if images is None else np.asarray(images)
    if (
        positions.ndim != 1
        or not len(positions)
        or positions.dtype.kind not in "iu"
        or positions.min() < 0
        or positions.max() >= count
    ):
        raise ReidvizError(
            f"Images are told by their positions, whole numbers from 0 to {count - 1}.",
            "For example split.probes; of a mask its np.flatnonzero.",
        )
    features = Embeddings(ranker.path, ranker.sha256, dataset).of(positions, progress)
    ids = tuple(dataset.samples[place].id for place in positions.tolist())
    return EmbeddedImages(ranker.name, features, ids, dataset.identities[positions], dataset.cameras[positions])


def _one_of(word: str, known: tuple[str, ...]) -> None:
    if word not in known:
        raise ReidvizError(f"There is no {printable(word)} here.", f"Choose one of: {', '.join(known)}.")
