"""From a file that somebody else made to a model that is ranked beside ours: what it holds, matched with a data set."""

from dataclasses import replace
from pathlib import Path

import numpy as np

from reidviz.common.errors import ReidvizError
from reidviz.common.printable import escape_bytes, printable, short
from reidviz.common.progress import Progress, silent
from reidviz.data.dataset import Dataset, Split
from reidviz.evaluation.pipeline.preprocessing_search import Found, search_preprocessing
from reidviz.evaluation.scoring.matching import Match, match_labels, match_names
from reidviz.models.added.cards import Distance, FeaturesCard, Nearer, OnnxCard, OnnxReading, ScoresCard, Search
from reidviz.models.added.given import GivenFeatures, GivenScores
from reidviz.models.added.given_arrays import SUFFIXES as GIVEN_SUFFIXES
from reidviz.models.added.onnx_defaults import output_names
from reidviz.models.added.onnx_worker import Worker
from reidviz.models.added.store import add_features, add_network, add_scores, digest_of

SUFFIXES = (".onnx", *GIVEN_SUFFIXES)
"""How the names of files end that can be added."""


def must_be_known(file: Path) -> None:
    """ReidvizError for a file that cannot be added, by how its name ends."""
    suffix = file.suffix.lower()
    if suffix in (".pt", ".pth", ".pkl", ".pickle", ".ckpt"):
        raise ReidvizError(
            f"{printable(file.name)} is a pickle, which may run any code when it is read.",
            "Export the network to ONNX (torch.onnx.export), or save its features with numpy.savez.",
        )
    if suffix not in SUFFIXES:
        raise ReidvizError(f"{printable(file.name)} is no model that is read.", f"Give one of {', '.join(SUFFIXES)}.")


def named(found: GivenFeatures, dataset: Dataset, split: Split) -> GivenFeatures:
    """Features with the name of an image for each row: as the file has them, or by persons and cameras, or in the order
    of the images' names where there is a row for each image of the data set.

    ReidvizError where it cannot be told which image a row is.
    """
    if found.ids is not None:
        return found
    if found.labels is not None:
        ids = match_labels(found.labels, dataset, split)
        known = ids != ""
        if not known.any():
            raise ReidvizError(
                f"No person and camera in the file are those of {split.protocol} of {short(dataset.name)}.",
                "Choose the data and the protocol that it was made for.",
            )
        notes = [
            f"Rows were told by person, camera and order of the names, on {short(dataset.name)}, {split.protocol}."
        ]
        if not known.all():
            notes.append(f"{int((~known).sum()):,} rows could not be told: not as many as images of that person.")
        return GivenFeatures(found.features[known], ids[known], None, (*found.notes, *notes))
    if len(found.features) != len(dataset.samples):
        counts = f"{len(found.features):,} rows for the {len(dataset.samples):,} images"
        raise ReidvizError(
            f"The file names no images, and has {counts} of {short(dataset.name)}.",
            "Give a text file with the name of an image a line, or save an array ids beside the features.",
        )
    order = f"Rows were taken in the order of the names of all images of {short(dataset.name)}."
    return replace(
        found, ids=np.array(sorted(s.id for s in dataset.samples), dtype=np.str_), notes=(*found.notes, order)
    )


def named_scores(found: GivenScores, dataset: Dataset, split: Split) -> GivenScores:
    """Scores with the names of their probes and gallery images: as the file has them, else those of the split, in the
    order of the data set. ReidvizError where there are not as many."""
    if found.probe_ids is not None and found.gallery_ids is not None:
        return found
    wanted = len(split.probes), len(split.gallery)
    if found.scores.shape != wanted:
        turned = " It may be turned: rows are probes." if found.scores.shape == wanted[::-1] else ""
        raise ReidvizError(
            f"The matrix is {found.scores.shape[0]:,} x {found.scores.shape[1]:,}; {split.protocol} of "
            f"{short(dataset.name)} has {wanted[0]:,} probes and {wanted[1]:,} gallery images.",
            f"Choose the data and the protocol that it was made for, or add probe_ids and gallery_ids.{turned}",
        )
    probes, gallery = (
        np.array([dataset.samples[i].id for i in part.tolist()], dtype=np.str_)
        for part in (split.probes, split.gallery)
    )
    note = f"Rows and columns were taken in the order of the data set, on {short(dataset.name)}, {split.protocol}."
    return replace(found, probe_ids=probes, gallery_ids=gallery, notes=(*found.notes, note))


def matched(found: GivenFeatures, dataset: Dataset) -> Match:
    """Which images of a data set have a feature. ReidvizError where none has."""
    assert found.ids is not None, "rows have names by now"
    match = match_names(found.ids, dataset)
    if not match.covered.any():
        raise ReidvizError(
            f"None of the {match.total:,} names is of an image of {short(dataset.name)} "
            f"(a name: {printable(str(found.ids[0]))[:80]}; an image: {dataset.samples[0].id}).",
            "Choose the data that it was made for, or name the images by their paths.",
        )
    return match


def keep_features(file: Path, found: GivenFeatures, name: str, distance: Distance, folder: Path | None = None) -> Path:
    """Add features under a name."""
    count, dimensions = found.features.shape
    card = FeaturesCard(
        name,
        escape_bytes(file.name),
        digest_of(file),
        found.notes,
        distance=distance,
        dimensions=dimensions,
        count=count,
    )
    return add_features(found, card, folder)


def keep_scores(file: Path, found: GivenScores, name: str, folder: Path | None = None) -> Path:
    """Add a matrix of scores under a name."""
    probes, gallery = found.scores.shape
    nearer: Nearer = "larger" if found.larger_is_nearer else "smaller"
    card = ScoresCard(
        name, escape_bytes(file.name), digest_of(file), found.notes, nearer=nearer, probes=probes, gallery=gallery
    )
    return add_scores(found, card, folder)


def keep_network(
    file: Path, worker: Worker, reading: OnnxReading, name: str, search: Search | None, folder: Path | None = None
) -> Path:
    """Add a network in ONNX under a name, read as it was chosen."""
    how = reading.preprocessing
    blank = np.zeros((1, how.height, how.width, 3), dtype=np.uint8)
    (feature,) = worker.outputs(blank, reading, [(reading.output, reading.pooling)])
    card = OnnxCard(
        name, escape_bytes(file.name), digest_of(file), reading=reading, dimensions=feature.shape[1], search=search
    )
    return add_network(worker.save, card, folder)


def found_preprocessing(
    worker: Worker, start: OnnxReading, dataset: Dataset, split: Split, progress: Progress = silent
) -> Found:
    """How images are prepared for a network, looked for among all of its outputs."""
    return search_preprocessing(worker, start, output_names(worker.file), dataset, split, progress)
