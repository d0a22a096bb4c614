"""The process that reads a file of features or scores which somebody else made, with memory and seconds that are
limited: its name, a file that names the images (or nothing), what it holds (or nothing) and where the arrays
are to be written.

It prints a line of JSON: {"kind", "notes"}, or {"message", "hint"} where the file is refused. Pickles are never read.
"""

import json
import resource
import sys
from pathlib import Path
from typing import Any

import numpy as np

from reidviz.common.errors import ReidvizError
from reidviz.models.added.given import examples
from reidviz.models.added.given_arrays import IDS, arrays_in

MOST_MEMORY = 12 * 1024**3
MOST_SECONDS = 600
FEATURES = ("features", "feature", "feats", "feat", "embeddings", "embedding", "vectors", "x", "f", "data")
IMAGE_COLUMNS = (*IDS, "image_path", "img_path", "image_id", "file_name")
SCORES = {
    "scores": None,
    "score": None,
    "similarity": True,
    "similarities": True,
    "sim": True,
    "distmat": False,
    "distances": False,
    "distance": False,
    "dist": False,
}
"""What a matrix may be called, and whether a larger value is nearer."""
PARTS = {
    "probe": ("query_f", "qf", "query_features", "query_feature", "probe_features"),
    "gallery": ("gallery_f", "gf", "gallery_features", "gallery_feature"),
}
LABELS = {
    "identities": ("query_label", "q_pids", "query_pids"),
    "cameras": ("query_cam", "q_camids", "query_camids"),
}
GALLERY_LABELS = {
    "identities": ("gallery_label", "g_pids", "gallery_pids"),
    "cameras": ("gallery_cam", "g_camids", "gallery_camids"),
}
PROBE_IDS = ("probe_ids", "query_ids", "query_paths", "query_path", "q_paths", "query_names")
GALLERY_IDS = ("gallery_ids", "gallery_paths", "gallery_path", "g_paths", "gallery_names")
NAMELESS = "Name the images: an array ids or paths in the file, or a text file with a name a line beside it."


def read(file: Path, names: Path | None, kind: str) -> dict[str, Any]:
    """The arrays of a file by the names of GivenFeatures or GivenScores, with its "kind" and "notes".

    kind: "features" or "scores" where that is known. ReidvizError where it holds neither.
    """
    found = arrays_in(file)
    matrix = next((name for name in SCORES if name in found), None)
    if kind == "scores" and matrix is None:
        matrix = next((name for name, array in found.items() if np.ndim(array) == 2 and _is_real(array)), None)
        if matrix is None:
            raise ReidvizError("it holds no matrix", "Call the matrix of probes x gallery `scores`.")
    if kind != "scores" and any(name in found for side in PARTS.values() for name in side):
        return _features_by_part(found)
    if matrix is not None and kind != "features":
        return _scores(found, matrix)
    return _features(found, None if names is None else _listed(names))


def _features(found: dict[str, Any], listed: Any) -> dict[str, Any]:
    """Features of images in one array, with their names."""
    notes: list[str] = []
    name = next((one for one in FEATURES if one in found), None)
    if name is None:
        name = next((one for one, array in found.items() if np.ndim(array) == 2 and _is_real(array)), None)
    if name is None:
        told = examples(sorted(found)) or "nothing"
        raise ReidvizError(f"it holds no features (it holds {told})", "Call the array of features `features`.")
    ids = listed if listed is not None else _texts(found, IMAGE_COLUMNS)
    if ids is not None and len(ids) != len(found[name]):
        raise ReidvizError(f"it has {len(found[name]):,} features and {len(ids):,} names", NAMELESS)
    features, kept = _matrix(found[name], ids, notes)
    if ids is not None:
        ids = ids[kept]
        features, ids = _once(features, ids, notes)
    return {"kind": "features", "features": features, "ids": ids, "notes": notes}


def _features_by_part(found: dict[str, Any]) -> dict[str, Any]:
    """Features of probes and of the gallery apart, with names or with labels of persons and cameras."""
    notes: list[str] = []
    sides = {}
    for part, names in PARTS.items():
        name = next((one for one in names if one in found), None)
        if name is None:
            raise ReidvizError(f"it has no features of the {part}", "It needs both, as query_f and gallery_f.")
        features, kept = _matrix(found[name], None, notes)
        ids = _texts(found, PROBE_IDS if part == "probe" else GALLERY_IDS)
        labels = {}
        for label, among in (LABELS if part == "probe" else GALLERY_LABELS).items():
            one = next((name for name in among if name in found), None)
            if one is not None:
                labels[label] = np.asarray(found[one]).ravel().astype(np.int64)
        for what in (*labels.values(), *([ids] if ids is not None else [])):
            if len(what) != len(found[name]):
                raise ReidvizError(
                    f"the {part} has {len(found[name]):,} features and {len(what):,} labels", "Save it again."
                )
        sides[part] = (features, None if ids is None else ids[kept], {k: v[kept] for k, v in labels.items()})
    if len({features.shape[1] for features, _, _ in sides.values()}) > 1:
        raise ReidvizError("features of probes and gallery differ in length", "Save both by the same network.")
    features = np.concatenate([side[0] for side in sides.values()])
    told: dict[str, Any] = {"kind": "features", "features": features, "ids": None, "notes": notes}
    if all(ids is not None for _, ids, _ in sides.values()):
        told["features"], told["ids"] = _once(features, np.concatenate([side[1] for side in sides.values()]), notes)
    elif all(len(labels) == 2 for _, _, labels in sides.values()):
        parts = np.concatenate([np.full(len(side[0]), part) for part, side in sides.items()])
        told |= {key: np.concatenate([side[2][key] for side in sides.values()]) for key in LABELS} | {"parts": parts}
    else:
        raise ReidvizError("it names neither the images nor their persons and cameras", NAMELESS)
    return told


def _scores(found: dict[str, Any], name: str) -> dict[str, Any]:
    matrix = np.asarray(found[name])
    if matrix.ndim != 2 or not _is_real(matrix) or not matrix.size:
        raise ReidvizError(f"{name} is not a matrix of probes against gallery", "Save it as probes x gallery.")
    if not np.isfinite(matrix).all():
        raise ReidvizError(
            f"{int((~np.isfinite(matrix)).sum()):,} of its scores are not numbers", "Every pair needs a score."
        )
    told: dict[str, Any] = {"kind": "scores", "scores": matrix.astype(np.float32), "notes": []}
    for key, names, rows in (("probe_ids", PROBE_IDS, 0), ("gallery_ids", GALLERY_IDS, 1)):
        ids = _texts(found, names)
        if ids is not None and (len(ids) != matrix.shape[rows] or len(np.unique(ids)) != len(ids)):
            raise ReidvizError(
                f"{key} are not one name for each of its {matrix.shape[rows]:,} {'rows' if rows == 0 else 'columns'}",
                "Name each image once, in the order of the matrix.",
            )
        told[key] = ids
    larger = found.get("larger_is_nearer")
    told["larger"] = SCORES.get(name) if larger is None or np.size(larger) != 1 else bool(np.ravel(larger)[0])
    return told


def _matrix(given: Any, ids: Any, notes: list[str]) -> tuple[Any, Any]:
    """Features (n, D) of single precision, and which rows these are: those of another length and those that are not
    numbers are left out, and said."""
    rows = list(given) if not isinstance(given, np.ndarray) or given.dtype.hasobject else given
    kept = np.arange(len(rows))
    if isinstance(rows, list):
        lengths = np.array([0 if row is None else len(row) for row in rows])
        usual = int(np.bincount(lengths).argmax()) if len(lengths) else 0
        _leave(lengths != usual, ids, f"of another length than {usual}", notes)
        kept = np.flatnonzero(lengths == usual)
        matrix = np.array([rows[i] for i in kept], dtype=np.float32).reshape(len(kept), usual)
    else:
        matrix = np.asarray(rows)
        if matrix.ndim > 2:
            matrix = matrix.reshape(len(matrix), -1)
    if matrix.ndim != 2 or not _is_real(matrix) or not matrix.size:
        raise ReidvizError("its features are not a matrix of images x dimensions", "Save one row an image.")
    with np.errstate(over="ignore"):
        matrix = np.ascontiguousarray(matrix, dtype=np.float32)
    sound = np.isfinite(matrix).all(axis=1)
    _leave(~sound, None if ids is None else ids[kept], "that are not numbers", notes)
    if not sound.any():
        raise ReidvizError("none of its features are numbers", "Save them again.")
    return matrix[sound], kept[sound]


def _once(features: Any, ids: Any, notes: list[str]) -> tuple[Any, Any]:
    """The first feature of each name."""
    _, first = np.unique(ids, return_index=True)
    if len(first) < len(ids):
        again = np.delete(np.arange(len(ids)), first)
        first_of = {name: place for place, name in zip(first.tolist(), ids[first].tolist(), strict=True)}
        other = sum(not np.array_equal(features[i], features[first_of[ids[i]]]) for i in again.tolist())
        told = f"{len(again):,} names are there twice ({examples(list(dict.fromkeys(ids[again].tolist())))})"
        notes.append(f"{told}, {other:,} with another feature: the first counts.")
        first = np.sort(first)
    return features[first] if len(first) < len(ids) else features, ids[first] if len(first) < len(ids) else ids


def _leave(which: Any, ids: Any, what: str, notes: list[str]) -> None:
    places = np.flatnonzero(which)
    if len(places):
        told = [f"row {i + 1}" for i in places[:4].tolist()] if ids is None else ids[places[:4]].tolist()
        notes.append(f"{len(places):,} features {what} are left out ({examples(told)}).")


def _texts(found: dict[str, Any], names: tuple[str, ...]) -> Any:
    """The first array of text of these names (N,); MATLAB pads texts and puts them in cells."""
    for name in names:
        if name in found:
            flat = np.asarray(found[name]).ravel()
            if flat.dtype.hasobject:
                flat = np.array([str(np.ravel(one)[0]) if np.size(one) else "" for one in flat], dtype=np.str_)
            if flat.dtype.kind == "S":
                flat = np.char.decode(flat, "utf-8", "replace")
            if flat.dtype.kind == "U":
                return np.char.strip(flat)
    return None


def _listed(file: Path) -> Any:
    """The names in a text file, one a line; of a table the first column, without its heading."""
    lines = [line.strip() for line in file.read_text(encoding="utf-8-sig", errors="replace").splitlines()]
    rows = [line.split(",")[0].strip('" ') for line in lines if line]
    if rows and rows[0].lower() in IMAGE_COLUMNS:
        rows = rows[1:]
    return np.array(rows, dtype=np.str_)


def _is_real(array: Any) -> bool:
    return np.asarray(array).dtype.kind in "fiu"


def main() -> None:
    """Read one file."""
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (MOST_SECONDS, MOST_SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    file, names, kind, out = sys.argv[1:]
    try:
        found = read(Path(file), Path(names) if names else None, kind)
        told: dict[str, Any] = {key: found.pop(key) for key in ("kind", "notes", "larger") if key in found}
        np.savez(out, **{name: array for name, array in found.items() if array is not None})
    except ReidvizError as error:
        told = {"message": error.message, "hint": error.hint}
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError):
        told = {"message": "its arrays make no sense", "hint": "Save plain arrays of numbers and of text."}
    except MemoryError:
        told = {"message": "it takes more memory than there is", "hint": "Save it in pieces, or in single precision."}
    print(json.dumps(told))


if __name__ == "__main__":
    main()
