"""Small drawn inputs that were read wrong once, with the figures an independent reader and metric code gave for them.

They lie beside the real images (REIDVIZ_DATA/../cases); the rules behind them are tested without.
"""

from pathlib import Path

import pytest

from reidviz.common.errors import ReidvizError
from reidviz.common.progress import silent
from reidviz.common.settings import CHECKPOINTS
from reidviz.data.doctor import examine
from reidviz.data.formats import load
from reidviz.data.splits.protocols import default_protocol, split
from reidviz.evaluation.pipeline.evaluate import evaluate
from reidviz.evaluation.pipeline.ranker import rankers_of
from reidviz.evaluation.ranking.ranking import Averaging


@pytest.fixture(scope="module")
def cases(real_data: Path) -> Path:
    found = real_data.parent / "cases"
    if not found.is_dir():
        pytest.skip("needs the folder cases beside REIDVIZ_DATA")
    return found


@pytest.mark.parametrize(
    ("case", "protocol", "averaging", "rank1", "mean"),
    [
        ("market_hard", "half:2", "step", 39.56, 58.78),
        ("market_hard", "market", "step", 56.25, 50.05),
        ("market_hard", "market", "trapezoid", 56.25, 46.83),
        ("market_hard", "listed", "step", 58.33, 48.43),
        ("lists/junk_float.csv", "market", "step", 100.0, 100.0),
        ("lists/junk_float.parquet", "market", "step", 100.0, 100.0),
        ("lists/junk_int.csv", "market", "step", 100.0, 100.0),
    ],
)
def test_figures(cases: Path, case: str, protocol: str, averaging: Averaging, rank1: float, mean: float) -> None:
    dataset = load(f"folder:{cases / case}")
    (ranker,) = rankers_of(CHECKPOINTS / "mtdnet-rnk.safetensors")
    ranking = evaluate(ranker, dataset, split(dataset, protocol)).ranking
    assert round(ranking.cmc_at(1), 2) == rank1
    assert round(ranking.mean_average_precision(averaging), 2) == mean


@pytest.mark.parametrize(
    ("case", "layout", "persons", "cameras"),
    [
        ("market_c10", "market1501", 11, {"2", "11", "12"}),
        ("duke", "market1501", 11, {"1", "2"}),
        ("market_png_gtbbox", "market1501", 8, {"1", "2"}),
        ("layumi", "market1501", 11, {"1", "2", "3"}),
        ("layumi/pytorch/train", "folder", 6, {"c1", "c2", "c3"}),
        ("viper_png", "viper", 12, {"A", "B"}),
        ("occluded_reid", "folder", 8, {"occluded_body_images", "whole_body_images"}),
        ("cuhk03_torchreid", "cuhk03", 30, {f"{pair}{side}" for pair in "12345" for side in "AB"}),
        *((f"lists/{name}", "folder", 8, {"1", "2"}) for name in (
            "ok.csv", "semicolon.csv", "tab.csv", "utf16.csv", "bom_crlf.csv", "index.csv", "extra.csv",
            "backslash.csv", "torchreid_cols.csv", "trailing_comma.csv", "floats.csv", "mixed_float_id.csv",
            "mixed_float_cam.csv", "leading_zero.csv", "dot.csv", "caps_split.csv", "val_split.csv", "int_ids.parquet",
        )),
        ("lists/filtered_index.parquet", "folder", 7, {"1", "2"}),
        *((f"lists/{name}", "folder", 8, {"", "1", "2"}) for name in (
            "nan_camera.csv", "nan_text_camera.csv", "nan_camera_arrow.parquet", "nan_camera_pandas.parquet",
        )),
        ("lists/no_camera.csv", "folder", 8, {""}),
        ("lists/one_camera.csv", "folder", 8, {"1"}),
    ],
)  # fmt: skip
def test_readings(cases: Path, case: str, layout: str, persons: int, cameras: set[str]) -> None:
    form = layout if layout == "cuhk03" else "folder"
    dataset = load(f"{form}:{cases / case}")
    assert (dataset.layout, len(dataset.persons), set(dataset.cameras.tolist())) == (layout, persons, cameras)


@pytest.mark.parametrize(
    ("case", "train", "probes", "gallery"),
    [("market_png_gtbbox", 8, 4, 8), ("market_c10", 36, 5, 30), ("duke", 24, 5, 20), ("layumi", 36, 5, 30)],
)
def test_splits(cases: Path, case: str, train: int, probes: int, gallery: int) -> None:
    dataset = load(f"folder:{cases / case}")
    parts = split(dataset, default_protocol(dataset))
    assert (len(parts.train), len(parts.probes), len(parts.gallery)) == (train, probes, gallery)


@pytest.mark.parametrize(
    ("case", "said"),
    [
        ("lists/case.csv", "capital and small letters differ"),
        ("lists/dup.csv", "already on line"),
        ("lists/empty.csv", "No image was found"),
        ("lists/blank.csv", "no column path"),
        ("lists/quoted_newline.csv", "is not CSV"),
        ("lists", "Choose one"),
        ("uploads", "names that do not fit the layout"),
    ],
)
def test_refusals(cases: Path, case: str, said: str) -> None:
    with pytest.raises(ReidvizError) as told:
        load(f"folder:{cases / case}")
    assert said in str(told.value)


def test_the_protocol_whose_file_lies_above_the_images(cases: Path) -> None:
    dataset = load(f"cuhk03:{cases / 'cuhk03_torchreid'}")
    assert len(split(dataset, "new-protocol").probes) == 20


def test_what_the_doctor_says(cases: Path) -> None:
    bad = examine(load(f"folder:{cases / 'own_bad'}"), None, silent)
    assert len(bad.spare()["unreadable"]) == 4
    mixed = examine(load(f"folder:{cases / 'lists/leading_zero_mixed.csv'}"), None, silent)
    assert "identities written alike" in {one.kind for one in mixed.findings}


@pytest.mark.parametrize("case", ["market_onecam", "singles/same_cam.csv"])
def test_one_camera_is_tested_as_listed(cases: Path, case: str) -> None:
    dataset = load(f"folder:{cases / case}")
    with pytest.raises(ReidvizError) as told:
        split(dataset, "market")
    assert "use the protocol listed" in told.value.hint
    parts = split(dataset, "listed")
    assert len(parts.probes)
