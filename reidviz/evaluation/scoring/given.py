"""Features and scores that came in a file, matched with the images of a data set."""

from dataclasses import dataclass
from pathlib import Path
from zipfile import BadZipFile

import numpy as np
import numpy.typing as npt

from reidviz.common.arrays import BoolArray, Float32Array, IntArray
from reidviz.common.errors import ReidvizError
from reidviz.common.memory_cache import MemoryCache
from reidviz.data.dataset import Dataset, Split
from reidviz.evaluation.scoring.matching import Match, match_names
from reidviz.models.added.cards import FeaturesCard, ScoresCard
from reidviz.models.added.given import examples
from reidviz.models.model_card import title

MOST_BYTES = 1024**3
MOST_MATCHES = 32


@dataclass(frozen=True, eq=False)
class Arrays:
    """The arrays of a kept file: names of rows and, of scores, of columns."""

    values: Float32Array
    rows: npt.NDArray[np.str_]
    columns: npt.NDArray[np.str_]


def feature_match(path: Path, card: FeaturesCard, dataset: Dataset) -> Match:
    """Which images have a feature."""
    return MATCHES.get((card.digest, dataset.cache_key, "rows"), lambda: match_names(_arrays(path, card).rows, dataset))


def score_matches(path: Path, card: ScoresCard, dataset: Dataset) -> tuple[Match, Match]:
    """Which images are probes of the matrix, and which its gallery."""
    found, key = _arrays(path, card), (card.digest, dataset.cache_key)
    rows = MATCHES.get((*key, "rows"), lambda: match_names(found.rows, dataset))
    return rows, MATCHES.get((*key, "columns"), lambda: match_names(found.columns, dataset))


def features_given(path: Path, card: FeaturesCard, dataset: Dataset, positions: IntArray) -> Float32Array:
    """The features (N, D) of the images at some positions. ReidvizError where one has none."""
    rows = feature_match(path, card, dataset).rows[positions]
    _must_cover(rows >= 0, positions, dataset, card.name)
    return _arrays(path, card).values[rows]


def scores_given(path: Path, card: ScoresCard, dataset: Dataset, split: Split) -> Float32Array:
    """The scores (P, G) of a split. ReidvizError where an image is not in the matrix."""
    probes, gallery = score_matches(path, card, dataset)
    rows, columns = probes.rows[split.probes], gallery.rows[split.gallery]
    _must_cover(rows >= 0, split.probes, dataset, card.name)
    _must_cover(columns >= 0, split.gallery, dataset, card.name)
    found: Float32Array = _arrays(path, card).values[np.ix_(rows, columns)]
    return found


def _must_cover(there: BoolArray, positions: IntArray, dataset: Dataset, name: str) -> None:
    missing = [dataset.samples[i].id for i in positions[~there].tolist()]
    if missing:
        raise ReidvizError(
            f"{name} knows nothing of {len(missing):,} of these {len(positions):,} images: {examples(missing)}.",
            "Choose data and a protocol whose images its file names, or add a file that names them.",
        )


def _arrays(path: Path, card: FeaturesCard | ScoresCard) -> Arrays:
    return ARRAYS.get(card.contents, lambda: _read(path))


def _read(path: Path) -> Arrays:
    """A file that store.py wrote."""
    try:
        with np.load(path, allow_pickle=False) as opened:
            if "features" in opened.files:
                return Arrays(opened["features"], opened["ids"], np.array([], dtype=np.str_))
            return Arrays(opened["scores"], opened["probe_ids"], opened["gallery_ids"])
    except (OSError, ValueError, KeyError, EOFError, BadZipFile) as error:
        raise ReidvizError(f"{title(path)} is damaged or gone.", "Remove the model and add its file again.") from error


ARRAYS: MemoryCache[Arrays] = MemoryCache(MOST_BYTES, lambda found: found.values.nbytes)
MATCHES: MemoryCache[Match] = MemoryCache(MOST_MATCHES, lambda _: 1)
