"""Every form of given features and scores; what is odd is counted, and what is none is refused."""

import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pyarrow as pa
import pytest
from pyarrow import parquet
from safetensors.numpy import save_file
from scipy.io import savemat

from reidviz.common import settings
from reidviz.common.errors import ReidvizError
from reidviz.models.added.given import GivenFeatures, GivenScores
from reidviz.models.added.given_file import read_given

RNG = np.random.default_rng(0)
FEATURES = RNG.normal(size=(6, 4)).astype(np.float32)
IDS = np.array([f"cam_a/{i}.png" for i in range(6)])


def npz(file: Path, **arrays: Any) -> Path:
    np.savez(file.with_suffix(".npz"), **arrays)
    return file.with_suffix(".npz")


def table(file: Path, **columns: Any) -> Path:
    parquet.write_table(pa.table(columns), file.with_suffix(".parquet"))
    return file.with_suffix(".parquet")


def tensors(file: Path, arrays: dict[str, np.ndarray], metadata: dict[str, str] | None = None) -> Path:
    save_file(arrays, file.with_suffix(".safetensors"), metadata)
    return file.with_suffix(".safetensors")


def by_dimension(file: Path) -> Path:
    return table(file, path=IDS.tolist(), **{f"f{i}": FEATURES[:, i] for i in range(4)})


NAMED: dict[str, Callable[[Path], Path]] = {
    "npz": lambda f: npz(f, features=FEATURES, ids=IDS),
    "npz in other words": lambda f: npz(f, embeddings=FEATURES.astype(np.float64), paths=IDS),
    "npz of one array": lambda f: npz(f, whatever=FEATURES, filenames=IDS.astype("S")),
    "parquet of lists": lambda f: table(f, id=IDS.tolist(), feature=FEATURES.tolist()),
    "parquet by dimension": by_dimension,
    "safetensors": lambda f: tensors(f, {"features": FEATURES}, {"ids": json.dumps(IDS.tolist())}),
    "safetensors by image": lambda f: tensors(f, dict(zip(IDS.tolist(), FEATURES, strict=True))),
    "half precision": lambda f: npz(f, features=FEATURES.astype(np.float16), ids=IDS),
}


@pytest.mark.parametrize("form", NAMED)
def test_named_features(form: str, tmp_path: Path) -> None:
    found = read_given(NAMED[form](tmp_path / "f"))
    assert isinstance(found, GivenFeatures)
    assert found.ids is not None
    by_id = dict(zip(found.ids.tolist(), found.features, strict=True))
    atol = 1e-3 if form == "half precision" else 1e-6
    np.testing.assert_allclose([by_id[name] for name in IDS.tolist()], FEATURES, atol=atol)
    assert found.notes == ()


def test_an_array_with_a_list_beside_it(tmp_path: Path) -> None:
    np.save(tmp_path / "f.npy", FEATURES)
    (tmp_path / "names.csv").write_text("path,person\n" + "\n".join(f"{name},1" for name in IDS.tolist()))
    found = read_given(tmp_path / "f.npy", names=tmp_path / "names.csv")
    assert isinstance(found, GivenFeatures)
    assert found.ids is not None
    assert found.ids.tolist() == IDS.tolist()
    bare = read_given(tmp_path / "f.npy")
    assert isinstance(bare, GivenFeatures)
    assert bare.ids is None
    assert bare.labels is None


LAYUMI = {
    "query_f": FEATURES[:2],
    "gallery_f": FEATURES[2:],
    "query_label": np.array([1, 2]),
    "gallery_label": np.array([1, 2, -1, 0]),
    "query_cam": np.array([1, 2]),
    "gallery_cam": np.array([2, 1, 3, 3]),
}


@pytest.mark.parametrize("version", ["5", "7.3", "npz"])
def test_probes_and_gallery_by_persons_and_cameras(version: str, tmp_path: Path) -> None:
    file = tmp_path / "result.mat"
    if version == "5":
        savemat(file, LAYUMI)
    elif version == "npz":
        file = npz(file, **LAYUMI)
    else:
        with h5py.File(file, "w") as made:
            for name, array in LAYUMI.items():
                made[name] = array.T if array.ndim == 2 else array[:, None]
    found = read_given(file)
    assert isinstance(found, GivenFeatures)
    assert found.labels is not None
    np.testing.assert_allclose(found.features, np.concatenate([FEATURES[:2], FEATURES[2:]]))
    assert found.labels.parts.tolist() == ["probe"] * 2 + ["gallery"] * 4
    assert found.labels.identities.tolist() == [1, 2, 1, 2, -1, 0]
    assert found.labels.cameras.tolist() == [1, 2, 2, 1, 3, 3]


def test_what_is_odd_is_left_out_and_counted(tmp_path: Path) -> None:
    rows: list[Any] = FEATURES.tolist()
    rows[1] = rows[1][:3]
    rows[2] = [float("nan")] * 4
    rows.append(rows[0])
    rows.append([9.0, 9.0, 9.0, 9.0])
    ids = [*IDS.tolist(), IDS[0], IDS[3]]
    found = read_given(table(tmp_path / "f", id=ids, feature=rows))
    assert isinstance(found, GivenFeatures)
    assert found.ids is not None
    assert found.ids.tolist() == [IDS[0], IDS[3], IDS[4], IDS[5]]
    np.testing.assert_allclose(found.features, FEATURES[[0, 3, 4, 5]], atol=1e-6)
    told = " ".join(found.notes)
    assert "1 features of another length than 4" in told
    assert "1 features that are not numbers" in told
    assert IDS[2] in told
    assert "2 names are there twice" in told
    assert "1 with another feature" in told


@pytest.mark.parametrize(
    ("name", "larger"), [("scores", None), ("similarity", True), ("distmat", False), ("distances", False)]
)
def test_scores_and_what_their_name_says(name: str, larger: bool | None, tmp_path: Path) -> None:
    matrix = RNG.random((3, 5))
    found = read_given(npz(tmp_path / "m", **{name: matrix, "probe_ids": IDS[:3], "gallery_ids": IDS[:5]}))
    assert isinstance(found, GivenScores)
    np.testing.assert_allclose(found.scores, matrix, rtol=1e-6)
    assert found.larger_is_nearer is larger
    assert found.probe_ids is not None
    assert found.probe_ids.tolist() == IDS[:3].tolist()


def huge(file: Path) -> Path:
    """A header that claims a million million numbers."""
    header = np.lib.format.header_data_from_array_1_0(np.empty((0, 4), np.float32)) | {"shape": (10**12, 4)}
    with open(file.with_suffix(".npy"), "wb") as made:
        np.lib.format.write_array_header_1_0(made, header)
    return file.with_suffix(".npy")


def pickled(file: Path) -> Path:
    np.save(file.with_suffix(".npy"), np.array([{"a": 1}], dtype=object), allow_pickle=True)
    return file.with_suffix(".npy")


def cut(file: Path) -> Path:
    whole = npz(file, features=FEATURES, ids=IDS)
    whole.write_bytes(whole.read_bytes()[:300])
    return whole


def bomb(file: Path) -> Path:
    with (
        zipfile.ZipFile(file.with_suffix(".npz"), "w", zipfile.ZIP_DEFLATED) as made,
        made.open("features.npy", "w") as one,
    ):
        header = np.lib.format.header_data_from_array_1_0(np.empty((0, 4), np.float32)) | {"shape": (10**10, 4)}
        np.lib.format.write_array_header_1_0(one, header)
        one.write(bytes(10**7))
    return file.with_suffix(".npz")


@pytest.mark.parametrize(
    ("made", "sentence"),
    [
        (pickled, "pickled objects"),
        (cut, "damaged or cut short"),
        (huge, "damaged or cut short|more memory"),
        (bomb, "damaged or cut short|more memory"),
        (lambda f: npz(f, features=np.zeros((0, 4))), "not a matrix"),
        (lambda f: npz(f, features=np.array(["a", "b"])), "no features|not a matrix"),
        (lambda f: npz(f, other=np.arange(3)), "holds no features"),
        (lambda f: npz(f, features=np.full((2, 3), np.nan), ids=IDS[:2]), "none of its features are numbers"),
        (lambda f: npz(f, features=FEATURES, ids=IDS[:4]), "6 features and 4 names"),
        (lambda f: npz(f, scores=np.array([[1.0, np.inf]])), "not numbers"),
        (lambda f: npz(f, scores=np.ones((2, 3)), probe_ids=IDS[:3]), "not one name for each"),
        (lambda f: npz(f, query_f=FEATURES[:2], gallery_f=FEATURES[2:]), "neither the images nor"),
        (lambda f: npz(f, query_f=FEATURES[:2], gallery_f=FEATURES[2:, :3], **LABELS), "differ in length"),
    ],
)
def test_what_cannot_be_meant_is_one_sentence(made: Callable[[Path], Path], sentence: str, tmp_path: Path) -> None:
    with pytest.raises(ReidvizError, match=sentence) as refused:
        read_given(made(tmp_path / "f"))
    assert refused.value.hint
    folder = settings.cache_dir() / "models"
    assert not folder.is_dir() or not [one for one in folder.iterdir() if (one / "given.npz").exists()]


LABELS: dict[str, np.ndarray] = {name: array for name, array in LAYUMI.items() if not name.endswith("_f")}
