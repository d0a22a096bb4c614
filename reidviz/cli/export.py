"""python -m reidviz export: the features and the scores of a model, for other programs."""

import argparse
import io
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from reidviz.cli.asked import SCORES, asked_for
from reidviz.cli.options import add_data, data_name
from reidviz.cli.progress import ConsoleProgress
from reidviz.common.errors import ReidvizError
from reidviz.models.variants import SMALLER_IS_NEARER

if TYPE_CHECKING:
    from reidviz.data.dataset import Dataset
    from reidviz.evaluation.pipeline.ranker import Ranker

PARTS = ("all", "train", "probes", "gallery")


def add_options(command: argparse.ArgumentParser) -> None:
    """What can be exported, each a command of its own."""
    kinds = command.add_subparsers(required=True, dest="what")
    features = kinds.add_parser("features", help="the ranking feature of every image: .npz or .parquet")
    features.add_argument(
        "--images", choices=PARTS, default="all", help="of which images; default: all of the data set"
    )
    scores = kinds.add_parser("scores", help="the matrix of probes against gallery: .npz")
    scores.add_argument("--score", choices=tuple(SCORES), help="which score of the model; default: its first")
    onnx = kinds.add_parser("onnx", help="a branch of a network of ours for other programs: .onnx")
    onnx.add_argument("--branch", choices=("ranking", "classifier"), help="which; default: its ranking branch, if any")
    for kind in (features, scores):
        add_data(kind, required=True)
    for kind in (features, scores, onnx):
        kind.add_argument("--model", required=True, help="name of a shipped or added model, checkpoint or run")
        kind.add_argument("--out", type=Path, required=True, metavar="FILE", help="the file to write")


def run_export(options: argparse.Namespace) -> None:
    """Compute what is asked, or take it from the cache, and write it whole or not at all."""
    from reidviz.common.atomic_write import write_atomically
    from reidviz.data.formats import load
    from reidviz.data.splits.protocols import default_protocol, split
    from reidviz.evaluation.pipeline.asked_models import rankers_asked

    if options.what == "onnx":
        _onnx(options)
        return
    writers = WRITERS[options.what]
    if options.out.suffix not in writers:
        raise ReidvizError(f"{options.what.capitalize()} are not written as {options.out.name}.", _endings(writers))
    dataset = load(data_name(options))
    parts = split(dataset, options.protocol or default_protocol(dataset))
    rankers = list(rankers_asked(options.model, dataset, parts))
    made = (_features if options.what == "features" else _scores)(options, rankers, dataset)
    write_atomically(options.out, writers[options.out.suffix](made))
    print(f"{options.out}: {', '.join(f'{name} {array.shape}' for name, array in made.items())}")


def _onnx(options: argparse.Namespace) -> None:
    from reidviz.common.atomic_write import write_atomically
    from reidviz.models.checkpoint import load_checkpoint
    from reidviz.models.named import model_file
    from reidviz.models.onnx_export import Branch, to_onnx
    from reidviz.models.variants import variant

    if options.out.suffix != ".onnx":
        raise ReidvizError(f"A network is not written as {options.out.name}.", "Let the file's name end in .onnx.")
    network, card = load_checkpoint(model_file(options.model) or Path(options.model))
    branch: Branch = options.branch or ("ranking" if variant(card.variant).ranking else "classifier")
    data = to_onnx(network, card, branch)
    write_atomically(options.out, data)
    print(f"{options.out}: the {branch} branch of {card.name}, {len(data) / 1e6:.1f} MB")


def _features(options: argparse.Namespace, rankers: "list[Ranker]", dataset: "Dataset") -> dict[str, Any]:
    """ids (N,), features (N, D), identities (N,), cameras (N,)."""
    import numpy as np

    from reidviz.data.splits.protocols import default_protocol, split
    from reidviz.evaluation.scoring.embeddings import Embeddings

    (ranker,) = asked_for(rankers, ["ranking"])
    positions = np.arange(len(dataset.samples))
    if options.images != "all":
        positions = getattr(split(dataset, options.protocol or default_protocol(dataset)), options.images)
    progress = ConsoleProgress()
    found = Embeddings(ranker.path, ranker.sha256, dataset).of(positions, progress)
    progress.end()
    return {"ids": _ids(dataset, positions), "features": found} | {
        "identities": dataset.identities[positions],
        "cameras": dataset.cameras[positions],
    }


def _scores(options: argparse.Namespace, rankers: "list[Ranker]", dataset: "Dataset") -> dict[str, Any]:
    """scores (probes, gallery), larger_is_nearer (), probe_ids (probes,), gallery_ids (gallery,)."""
    import numpy as np

    from reidviz.data.splits.protocols import default_protocol, split
    from reidviz.evaluation.pipeline.evaluate import evaluate

    ranker = asked_for(rankers, [options.score] if options.score else None)[0]
    parts = split(dataset, options.protocol or default_protocol(dataset))
    progress = ConsoleProgress()
    scores = evaluate(ranker, dataset, parts, progress).scores
    progress.end()
    return {"scores": np.asarray(scores.matrix), "larger_is_nearer": np.array(scores.kind not in SMALLER_IS_NEARER)} | {
        "probe_ids": _ids(dataset, parts.probes),
        "gallery_ids": _ids(dataset, parts.gallery),
    }


def _ids(dataset: "Dataset", positions: Any) -> Any:
    import numpy as np

    return np.array([dataset.samples[i].id for i in positions.tolist()], dtype=np.str_)


def _npz(arrays: dict[str, Any]) -> bytes:
    import numpy as np

    buffer = io.BytesIO()
    np.savez(buffer, **arrays)
    return buffer.getvalue()


def _parquet(arrays: dict[str, Any]) -> bytes:
    import pyarrow as pa
    from pyarrow import parquet

    columns = {name: pa.array(list(array)) for name, array in arrays.items()}
    buffer = io.BytesIO()
    parquet.write_table(pa.table(columns), buffer)
    return buffer.getvalue()


WRITERS: dict[str, dict[str, Callable[[dict[str, Any]], bytes]]] = {
    "features": {".npz": _npz, ".parquet": _parquet},
    "scores": {".npz": _npz},
}


def _endings(writers: dict[str, Any]) -> str:
    return f"Let the file's name end in {' or '.join(writers)}."
