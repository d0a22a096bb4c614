"""Features on a plane: the main components at once, UMAP and t-SNE in a process of their own, kept on disk."""

import io
import os
import subprocess
import sys
import threading
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

from reidviz.common import settings
from reidviz.common.array_cache import kept_array
from reidviz.common.arrays import Float32Array, IntArray
from reidviz.common.atomic_write import not_written, write_atomically
from reidviz.common.errors import ReidvizError
from reidviz.common.leftovers import temporary_folder
from reidviz.common.progress import Progress, silent

Plane = npt.NDArray[np.float32]
SLOW: Final = ("UMAP", "t-SNE")
FEWEST = 5
"""Points below which a slow projection has nothing to lay out."""


@dataclass(frozen=True, eq=False)
class Principal:
    """The two main components of some features: their mean (D,) and the components (D, 2)."""

    mean: Float32Array
    axes: Float32Array

    def of(self, features: Float32Array) -> Plane:
        """Features (N, D) on the plane (N, 2)."""
        return np.asarray((features - self.mean) @ self.axes, dtype=np.float32)


def principal_of(features: Float32Array) -> Principal:
    """The main components of features (N, D), exactly: by ARPACK, or a whole SVD where there are too few to iterate on.

    Each component points to where the largest of its weights is positive. Where there is only one, the other is zero.
    """
    from sklearn.decomposition import PCA

    count = min(2, *features.shape)
    solver = "arpack" if min(features.shape) > 2 and np.ptp(features, axis=0).any() else "full"
    with np.errstate(invalid="ignore"):  # points that are all one have no share of variance to explain
        found = PCA(count, svd_solver=solver, random_state=0).fit(features.astype(np.float64))
    axes = np.pad(found.components_.T, ((0, 0), (0, 2 - count)))
    return Principal(found.mean_.astype(np.float32), axes.astype(np.float32))


def principal(features: Float32Array) -> Plane:
    """The two main components (N, 2) of features (N, D)."""
    return principal_of(features).of(features)


def interpolate_position(plane: Plane, places: IntArray, distances: Float32Array) -> Plane:
    """Where unseen points (M, 2) come to lie among known ones: the mean of their nearest neighbours' positions,
    weighted by 1 / distance; places and distances (M, K) as neighbours.nearest gives them."""
    weights = 1 / np.maximum(distances, 1e-6)
    weights /= weights.sum(1, keepdims=True)
    return np.asarray(np.einsum("mk,mkd->md", weights, plane[places]), dtype=np.float32)


def load_cached(features: Float32Array, method: str, start: Plane | None = None) -> Plane | None:
    """What lay_out() returned for these very arguments, if it was computed before."""
    try:
        plane = kept_array(_file(features, method, start), np.float32)
    except OSError:
        return None
    return np.array(plane) if plane is not None and plane.shape == (len(features), 2) else None


def lay_out(features: Float32Array, method: str, progress: Progress = silent, start: Plane | None = None) -> Plane:
    """UMAP (15 neighbours) or t-SNE (perplexity 30) of features (N, D): (N, 2), seeded, kept on disk.

    A process of its own does it, which ends with this one and when progress raises. start (N, 2) is where the points
    begin, so that a second map comes out like a first one; by default the method's own.
    Raises ReidvizError where there are too few points or the process fails.
    """
    if len(features) < FEWEST:
        raise ReidvizError(f"{method} needs {FEWEST} points or more; there are {len(features)}.", "Look at PCA.")
    try:
        with temporary_folder(settings.cache_dir() / "projections") as folder:
            np.save(folder / "features.npy", features)
            if start is not None:
                np.save(folder / "start.npy", start)
            _run(method, str(folder), progress)
            found = kept_array(folder / "plane.npy", np.float32)
            plane = None if found is None else np.array(found)
    except OSError as error:
        raise not_written(f"What {method} needs", error, "set REIDVIZ_CACHE to a folder with room") from error
    if plane is None or plane.shape != (len(features), 2):
        raise ReidvizError(f"{method} ended without a result.", "The server's log has the details.")
    buffer = io.BytesIO()
    np.save(buffer, plane)
    write_atomically(_file(features, method, start), buffer.getvalue())
    return plane


def _run(method: str, folder: str, progress: Progress) -> None:
    """Start projection_worker and pass on its progress; it ends when its standard input closes."""
    path = os.pathsep.join(filter(None, [str(settings.PROJECT), os.environ.get("PYTHONPATH")]))
    process = subprocess.Popen(
        [sys.executable, "-m", "reidviz.evaluation.embedding.projection_worker", method, folder],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONPATH": path},
    )
    told = [(0, 0, f"{method}: starting")]

    def listen() -> None:
        assert process.stdout is not None
        for line in process.stdout:
            done, _, rest = line.strip().partition(" ")
            total, _, what = rest.partition(" ")
            if done.isdigit() and total.isdigit():
                told.append((int(done), int(total), f"{method}: {what}"))

    listener = threading.Thread(target=listen, daemon=True)
    listener.start()
    try:
        while listener.is_alive():
            progress(*told[-1])
            listener.join(0.2)
        if process.wait() != 0:
            raise ReidvizError(f"{method} failed.", "The server's log has the details.")
    finally:
        process.kill()
        process.wait()


def _file(features: Float32Array, method: str, start: Plane | None) -> Path:
    digest = sha256(np.ascontiguousarray(features).data)
    if start is not None:
        digest.update(b"from")
        digest.update(np.ascontiguousarray(start).data)
    return settings.cache_dir() / "projections" / f"{method.lower()}-{digest.hexdigest()[:16]}.npy"
