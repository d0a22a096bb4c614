"""python -m ….projection_worker METHOD FOLDER: features.npy there to plane.npy, by UMAP or t-SNE.

Tells how far it is on standard output, a line "done total what" each time, total 0 where nobody knows. It ends, and
takes the folder away, when its standard input closes: when whoever started it has ended.
"""

import os
import re
import shutil
import sys
import threading
import warnings
from pathlib import Path

import numpy as np

from reidviz.common.array_cache import kept_array
from reidviz.common.arrays import Float32Array
from reidviz.evaluation.embedding.neighbours import nearest
from reidviz.evaluation.embedding.projection import Plane

ITERATIONS = 1000
PERPLEXITY = 30
NEIGHBOURS = 15
STAGES = {"Construct fuzzy simplicial set": "weighing neighbours", "Construct embedding": "first positions"}
"""What UMAP prints when it begins a part that it does not count, and how that is called here."""


class Listener:
    """A stream that turns what a library prints into lines of progress."""

    def __init__(self, pattern: str, what: str, total: int | None = None) -> None:
        self.pattern, self.what, self.total = re.compile(pattern), what, total

    def write(self, text: str) -> int:
        """Pass on the numbers that the pattern finds in the text: done, and total where it was not given."""
        for match in self.pattern.finditer(text):
            tell(int(match[1]), self.total or int(match[2]), self.what)
        return len(text)

    def flush(self) -> None:
        """Nothing is kept back."""


class Stages:
    """A stream that names the parts of UMAP as they begin."""

    def write(self, text: str) -> int:
        """Pass on the name of the part that the text announces."""
        for announced, what in STAGES.items():
            if announced in text:
                tell(0, 0, what)
        return len(text)

    def flush(self) -> None:
        """Nothing is kept back."""


def tell(done: int, total: int, what: str) -> None:
    """One line of progress."""
    print(done, total, what, file=sys.__stdout__, flush=True)


def umap(features: Float32Array, start: Plane | None) -> Plane:
    """UMAP (McInnes et al., 2018) with 15 neighbours: the nearest ones, not UMAP's approximation of them, whose search
    cannot tell how far it is and takes longer to compile than to run."""
    count = min(NEIGHBOURS, len(features) - 1)
    places, distances = nearest(features, features, count, tell)
    tell(0, 0, "loading the library (takes a while)")
    from umap import UMAP

    warnings.filterwarnings("ignore", "precomputed_knn")  # it could not place new points: those are placed by place()
    kind = {} if start is None else {"init": spread(start)}
    layout = UMAP(
        n_neighbors=count,
        precomputed_knn=(places, distances),
        random_state=0,
        n_jobs=1,
        verbose=True,
        tqdm_kwds={
            "file": Listener(r"(\d+)/(\d+)", "laying out"),
            "bar_format": "{n_fmt}/{total_fmt} ",
            "mininterval": 0.3,
        },
        **kind,
    )
    sys.stdout = Stages()
    return np.asarray(layout.fit_transform(features), dtype=np.float32)


def tsne(features: Float32Array, start: Plane | None) -> Plane:
    """t-SNE (van der Maaten and Hinton, 2008), Barnes-Hut."""
    tell(0, 0, "finding neighbours")
    from sklearn.manifold import TSNE

    layout = TSNE(
        perplexity=min(PERPLEXITY, (len(features) - 1) / 3),
        init="pca" if start is None else spread(start) * 1e-5,
        max_iter=ITERATIONS,
        random_state=0,
        verbose=2,
    )
    sys.stdout = Listener(r"Iteration (\d+)", "laying out", ITERATIONS)
    return np.asarray(layout.fit_transform(features), dtype=np.float32)


def spread(start: Plane) -> Plane:
    """A start as both methods like it: centred, and 10 across."""
    centred = start - start.mean(0)
    return np.asarray(10 * centred / max(float(np.ptp(centred)), 1e-12), dtype=np.float32)


def main(method: str, folder: str) -> None:
    """Lay out what lies in the folder."""
    os.nice(5)
    threading.Thread(target=_end_with_parent, args=(folder,), daemon=True).start()
    features = kept_array(Path(folder) / "features.npy", np.float32)
    start = kept_array(Path(folder) / "start.npy", np.float32)
    assert features is not None, "what is to be laid out is not there"
    plane = {"UMAP": umap, "t-SNE": tsne}[method](features, start)
    np.save(Path(folder) / "plane.npy", plane)


def _end_with_parent(folder: str) -> None:
    sys.stdin.read()
    shutil.rmtree(folder, ignore_errors=True)
    os._exit(1)


if __name__ == "__main__":
    main(*sys.argv[1:])
