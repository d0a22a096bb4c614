"""The door that a data set takes: opened by its name, split, its labels and images shown."""

import os
from pathlib import Path
from unittest.mock import patch

import numpy as np

from benchmarks.hostile.campaign import SECRET
from reidviz.common.errors import ReidvizError
from reidviz.common.printable import short
from reidviz.data.catalogue.imported import candidates, questionable
from reidviz.data.dataset import Dataset
from reidviz.data.doctor.examine import examine
from reidviz.data.formats import load
from reidviz.data.formats.reading import unread_line
from reidviz.data.images.pixel_cache import Pixels
from reidviz.data.splits.protocols import default_protocol, split


def opened(spec: str, work: Path) -> bytes:
    """What a user sees of the data set: its labels as text, then its images.

    ReidvizError where it is refused. AssertionError where the sentence shows the secret or where files lie.
    """
    with patch.dict(os.environ, REIDVIZ_CACHE=str(work / ".cache"), REIDVIZ_IMPORTS=str(work / ".imports")):
        try:
            dataset = load(spec)
            return _labels(dataset) + _images(dataset)
        except ReidvizError as error:
            _must_be_fit_to_show(str(error), work)
            raise


def imported(folder: Path, work: Path) -> bytes:
    """What a user sees of a folder that lies where imported ones do, whatever its layout."""
    with patch.dict(os.environ, REIDVIZ_IMPORTS=str(work)):
        specs = candidates(folder)
    return b"".join(opened(spec, work) for spec in specs)


def _labels(dataset: Dataset) -> bytes:
    told = [dataset.name, short(dataset.name), unread_line(dataset), questionable(dataset), *dataset.notes]
    for one in dataset.samples:
        told += [one.id, one.identity, one.camera or "", one.domain, *(part for pair in one.metadata for part in pair)]
    try:
        told.append(split(dataset, default_protocol(dataset)).key)
    except ReidvizError as error:
        told.append(str(error))
    told += [finding.sentence for finding in examine(dataset, None).findings]
    told += [dataset.manifest_hash, dataset.cache_key]
    return "\n".join(told).encode()


def _images(dataset: Dataset) -> bytes:
    return Pixels(dataset, 16, 8)[np.arange(len(dataset.samples))].tobytes()


def _must_be_fit_to_show(sentence: str, work: Path) -> None:
    assert SECRET[:30] not in sentence.encode(), "the sentence shows the secret"
    assert str(work.parent) not in sentence, f"the sentence shows where files lie: {sentence}"
    assert sentence.isprintable(), f"the sentence cannot be shown: {sentence!r}"
