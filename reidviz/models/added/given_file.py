"""A file of features or scores from the side of who wants them: it is read by a process of its own (given_process)."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np

from reidviz.common import settings
from reidviz.common.errors import ReidvizError
from reidviz.common.leftovers import temporary_folder
from reidviz.common.printable import printable
from reidviz.models.added.given import GivenFeatures, GivenScores, Labels


def read_given(file: Path, kind: str = "", names: Path | None = None) -> GivenFeatures | GivenScores:
    """The features or scores in a .npz, .npy, .parquet, .mat or .safetensors file.

    kind   "features" or "scores"; by default what the names in it tell
    names  a file with the name of an image a line, for features that come without
    ReidvizError for a file of another kind, or a damaged one.
    """
    with temporary_folder(settings.cache_dir() / "models") as folder:
        out = folder / "given.npz"
        asked = [str(file.absolute()), str(names.absolute()) if names else "", kind, str(out)]
        done = subprocess.run(
            [sys.executable, "-m", "reidviz.models.added.given_process", *asked],
            cwd=settings.PROJECT,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        try:
            told = json.loads(done.stdout)
        except ValueError as error:
            raise ReidvizError(
                f"{printable(file.name)} cannot be read: reading it took too long or too much memory.",
                "Save plain arrays of numbers and of text, in single precision.",
            ) from error
        if "message" in told:
            raise ReidvizError(f"{printable(file.name)} is not read: {told['message']}.", told["hint"])
        with np.load(out, allow_pickle=False) as opened:
            found = {name: opened[name] for name in opened.files}
    notes = tuple(printable(note) for note in told["notes"])
    if told["kind"] == "scores":
        return GivenScores(found["scores"], found.get("probe_ids"), found.get("gallery_ids"), told["larger"], notes)
    labels = Labels(found["identities"], found["cameras"], found["parts"]) if "parts" in found else None
    return GivenFeatures(found["features"], found.get("ids"), labels, notes)
