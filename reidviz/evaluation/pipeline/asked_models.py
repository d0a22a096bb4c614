"""What a command means by a model: a shipped one or one that was added, by its name; a checkpoint or run; or any file
that could be added, which is read without being kept."""

from pathlib import Path

from reidviz.common import settings
from reidviz.common.errors import ReidvizError
from reidviz.common.printable import escape_bytes, printable
from reidviz.common.progress import Progress, silent
from reidviz.data.dataset import Dataset, Split
from reidviz.evaluation.pipeline.adding import (
    SUFFIXES,
    found_preprocessing,
    keep_features,
    keep_network,
    keep_scores,
    must_be_known,
    named,
    named_scores,
)
from reidviz.evaluation.pipeline.ranker import Ranker, rankers_of
from reidviz.models.added.given import GivenScores
from reidviz.models.added.given_file import read_given
from reidviz.models.added.onnx_defaults import default_reading, is_told
from reidviz.models.added.onnx_worker import Worker
from reidviz.models.added.store import digest_of
from reidviz.models.named import model_file


def rankers_asked(asked: str, dataset: Dataset, split: Split, progress: Progress = silent) -> tuple[Ranker, ...]:
    """The rankers of a model by its name or file. Of a file from elsewhere, what cannot be told without a data set is
    told by this one, and kept in the cache.

    ReidvizError where there is none, or its file cannot be read.
    """
    path = model_file(asked)
    if path is None:
        raise ReidvizError(
            f"There is no checkpoint or model {printable(Path(asked).name)}.",
            "Check the path, or see `python -m reidviz models list` for the names.",
        )
    if path.is_dir() or _is_checkpoint(path):
        return rankers_of(path)
    must_be_known(path)
    return rankers_of(_read(path, dataset, split, progress))


def _is_checkpoint(path: Path) -> bool:
    return path.with_suffix(".json").is_file() or path.suffix.lower() not in (*SUFFIXES, ".pt", ".pth", ".pkl", ".ckpt")


def _read(file: Path, dataset: Dataset, split: Split, progress: Progress) -> Path:
    """The file as it is kept in the cache, read where it is not there."""
    name = f"{digest_of(file)[:16]}-{dataset.cache_key}-{split.key}"
    folder = settings.cache_dir() / "models" / name
    for suffix in (".onnx", ".npz"):
        if (kept := folder / f"{_called(file)}{suffix}").with_suffix(".json").is_file() and kept.is_file():
            return kept
    if file.suffix.lower() == ".onnx":
        return _network(file, dataset, split, progress, folder)
    found = read_given(file)
    if not isinstance(found, GivenScores):
        return keep_features(file, named(found, dataset, split), _called(file), "cosine", folder)
    if found.larger_is_nearer is None:
        raise ReidvizError(
            f"{printable(file.name)} does not say which scores are nearer.",
            "Call the matrix distances or similarities, or add it: python -m reidviz models add --nearer smaller.",
        )
    return keep_scores(file, named_scores(found, dataset, split), _called(file), folder=folder)


def _network(file: Path, dataset: Dataset, split: Split, progress: Progress, folder: Path) -> Path:
    worker = Worker(file, file.name, tuple(one.name for one in file.parent.iterdir() if one != file))
    try:
        reading, search = default_reading(worker.file, file.name), None
        if not is_told(worker.file):
            found = found_preprocessing(worker, reading, dataset, split, progress)
            reading, search = found.reading, found.search
        return keep_network(file, worker, reading, _called(file), search, folder)
    finally:
        worker.close()


def _called(file: Path) -> str:
    """What a model is called that has no name but its file's."""
    return escape_bytes(file.stem)
