"""Features on a plane: the main components at once, UMAP when there is time."""

import io
from hashlib import sha256
from pathlib import Path

import numpy as np
import numpy.typing as npt

from reidviz import settings
from reidviz.evaluation.scores import FloatArray
from reidviz.files import write_atomically

Plane = npt.NDArray[np.float32]


def principal(features: FloatArray) -> Plane:
    """The two main components (N, 2) of features (N, D)."""
    left, singular, _ = np.linalg.svd(features - features.mean(0), full_matrices=False)
    return np.asarray(left[:, :2] * singular[:2], dtype=np.float32)


def kept_umap(features: FloatArray) -> Plane | None:
    """The UMAP of these very features, if it was computed before."""
    try:
        plane: Plane = np.load(_file(features), allow_pickle=False)
    except (OSError, ValueError, EOFError):
        return None
    return plane if plane.shape == (len(features), 2) else None


def umap(features: FloatArray) -> Plane:
    """UMAP (N, 2) of features (N, D), seeded, with its default neighbourhood of 15; kept on disk."""
    from umap import UMAP

    plane = np.asarray(UMAP(random_state=0, n_jobs=1).fit_transform(features), dtype=np.float32)
    buffer = io.BytesIO()
    np.save(buffer, plane)
    write_atomically(_file(features), buffer.getvalue())
    return plane


def _file(features: FloatArray) -> Path:
    digest = sha256(features.tobytes()).hexdigest()[:16]
    return settings.cache_dir() / "projections" / f"umap-{digest}.npy"
