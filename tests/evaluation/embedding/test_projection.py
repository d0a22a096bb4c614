import errno
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from reidviz.common.errors import ReidvizError
from reidviz.common.settings import PROJECT
from reidviz.evaluation.embedding import projection
from reidviz.evaluation.embedding.projection import interpolate_position, lay_out, load_cached, principal, principal_of

RNG = np.random.default_rng(0)
FEATURES = (RNG.normal(size=(30, 5)) * [5, 3, 1, 1, 1]).astype(np.float32)


@pytest.mark.parametrize("shape", [(30, 5), (6, 40), (3, 3), (2, 7), (400, 60)])
def test_main_components_against_an_svd(shape: tuple[int, int]) -> None:
    features = (3 + RNG.normal(size=shape) * np.linspace(5, 1, shape[1])).astype(np.float32)
    centred = features.astype(np.float64) - features.mean(0, dtype=np.float64)
    axes = np.linalg.svd(centred, full_matrices=False)[2][: min(2, shape[0] - 1)]
    axes *= np.sign(axes[range(len(axes)), np.abs(axes).argmax(1)])[:, None]
    plane = principal(features)
    np.testing.assert_allclose(plane[:, : len(axes)], centred @ axes.T, atol=1e-4)
    np.testing.assert_array_equal(principal(features), plane)
    np.testing.assert_allclose(principal_of(features).of(features[:1]), plane[:1], atol=1e-4)


def test_one_feature_has_a_second_axis_of_zeros() -> None:
    assert principal(FEATURES[:, :1])[:, 1].tolist() == [0] * 30


@pytest.mark.parametrize("shape", [(1, 4), (2, 4), (20, 4), (20, 1)])
def test_points_that_are_all_one_lie_in_one_place(shape: tuple[int, int]) -> None:
    np.testing.assert_allclose(principal(np.ones(shape, dtype=np.float32)), np.zeros((shape[0], 2)), atol=1e-6)


def test_features_beyond_what_single_precision_can_square() -> None:
    assert np.isfinite(principal(FEATURES * np.float32(1e30))).all()


def test_an_unseen_point_lies_amid_its_neighbours() -> None:
    plane = np.array([[0, 0], [4, 0], [0, 8]], dtype=np.float32)
    places, distances = np.array([[0, 1], [2, 1]]), np.array([[1, 1], [0, 3]], dtype=np.float32)
    np.testing.assert_allclose(interpolate_position(plane, places, distances), [[2, 0], [0, 8]], atol=1e-4)


def test_t_sne_tells_how_far_it_is_and_is_kept() -> None:
    told: list[tuple[int, int, str]] = []
    assert load_cached(FEATURES, "t-SNE") is None
    plane = lay_out(FEATURES, "t-SNE", lambda *progress: told.append(progress))
    assert plane.shape == (30, 2)
    assert "t-SNE: finding neighbours" in {what for _, _, what in told}
    np.testing.assert_array_equal(load_cached(FEATURES, "t-SNE"), plane)
    assert load_cached(FEATURES, "t-SNE", plane) is None
    projection._file(FEATURES, "t-SNE", None).write_bytes(b"cut short")
    assert load_cached(FEATURES, "t-SNE") is None


def test_umap_can_start_from_a_first_map() -> None:
    start = principal(FEATURES)
    told: set[str] = set()
    plane = lay_out(FEATURES, "UMAP", lambda done, total, what: told.add(what), start)
    assert plane.shape == (30, 2)
    assert np.isfinite(plane).all()
    parts = ("loading", "weighing neighbours", "laying out")
    assert all(any(part in what for what in told) for part in parts)
    np.testing.assert_array_equal(load_cached(FEATURES, "UMAP", start), plane)


def test_it_is_given_up_where_progress_raises() -> None:
    class EnoughError(Exception):
        pass

    def stop(done: int, total: int, what: str) -> None:
        raise EnoughError

    with pytest.raises(EnoughError):
        lay_out(FEATURES + 1, "t-SNE", stop)
    assert load_cached(FEATURES + 1, "t-SNE") is None


def test_the_process_ends_and_clears_up_with_whoever_started_it(tmp_path: Path) -> None:
    np.save(tmp_path / "features.npy", RNG.normal(size=(4000, 8)).astype(np.float32))
    command = [sys.executable, "-m", "reidviz.evaluation.embedding.projection_worker", "t-SNE", str(tmp_path)]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=PROJECT)
    assert process.stdout is not None
    assert process.stdout.readline() == b"0 0 finding neighbours\n"
    process.communicate()
    assert process.returncode == 1
    assert not tmp_path.exists()


def test_too_few_points_and_features_that_are_no_numbers() -> None:
    with pytest.raises(ReidvizError, match="needs 5 points"):
        lay_out(FEATURES[:3], "UMAP")
    with pytest.raises(ReidvizError, match="t-SNE failed"):
        lay_out(np.full((8, 2), np.nan, dtype=np.float32), "t-SNE")


@pytest.mark.parametrize("claimed", [(10**12, 2), (40, 2), (0, 2)])
@pytest.mark.parametrize("dtype", ["<f4", "|O", ">f4", "<f8"])
def test_what_a_map_claims_to_be_is_not_believed(
    monkeypatch: pytest.MonkeyPatch, claimed: tuple[int, int], dtype: str
) -> None:
    def odd(method: str, folder: str, progress: object) -> None:
        with (Path(folder) / "plane.npy").open("wb") as file:
            np.lib.format.write_array_header_1_0(file, {"shape": claimed, "fortran_order": False, "descr": dtype})

    monkeypatch.setattr(projection, "_run", odd)
    with pytest.raises(ReidvizError, match="ended without a result"):
        lay_out(FEATURES[:40], "t-SNE")
    assert load_cached(FEATURES[:40], "t-SNE") is None


def test_a_full_disk_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.EROFS, os.strerror(errno.EROFS))

    monkeypatch.setattr(np, "save", full)
    with pytest.raises(ReidvizError, match="could not be written: Read-only file system") as told:
        lay_out(FEATURES, "UMAP")
    assert "REIDVIZ_CACHE" in told.value.hint
