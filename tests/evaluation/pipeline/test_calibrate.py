"""Thresholds by hand, and a checkpoint that carries its own."""

from pathlib import Path

import numpy as np
import pytest
import torch

from reidviz.cli import main as cli
from reidviz.common import settings
from reidviz.common.errors import ReidvizError
from reidviz.common.progress import silent
from reidviz.data.formats import load
from reidviz.data.images.pixel_cache import Pixels
from reidviz.evaluation.pipeline.calibrate import narrow, threshold_of
from reidviz.evaluation.pipeline.ranker import rankers_of
from reidviz.evaluation.scores import Scores
from reidviz.evaluation.scoring.features import ImageSubset, features
from reidviz.evaluation.verification.pair_set import PairSet
from reidviz.models.checkpoint import load_checkpoint
from reidviz.models.model_card import read_card
from reidviz.models.variants import Kind

PAIRS = PairSet(np.zeros(6, np.int64), np.arange(6), np.array([True, True, False, False, False, False]), 4)
SCORES = np.array([[0.9, 0.4, 0.5, 0.3, 0.2, 0.1]], np.float32)


@pytest.mark.parametrize(("kind", "sign"), [("probability", 1), ("distance", -1)])
@pytest.mark.parametrize(("allowed", "value", "false_match", "missed"), [(0.0, 0.9, 0.0, 0.5), (0.25, 0.4, 0.25, 0.0)])
def test_the_lowest_threshold_that_the_false_matches_allow(
    kind: Kind, sign: int, allowed: float, value: float, false_match: float, missed: float
) -> None:
    """Of four pairs of different persons one lies above 0.4 and none above 0.5."""
    found = threshold_of(Scores(kind, sign * SCORES), PAIRS, allowed, "two persons")
    assert found.value == pytest.approx(sign * value)
    assert (found.false_match_rate, found.false_non_match_rate) == (false_match, missed)
    assert (found.same, found.different, found.kind) == (2, 4, kind)


def test_a_calibrated_copy_says_what_it_costs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shipped, copy = settings.CHECKPOINTS / "mtdnet.safetensors", tmp_path / "mine.safetensors"
    asked = ["--data", "synthetic:ilids", "--protocol", "half:0", "--caveat", "For <b>drawn</b> people only."]
    assert cli.main(["calibrate", *asked, "--model", str(shipped), "--false-match", "0.02", "--out", str(copy)]) == 0
    assert "threshold" in capsys.readouterr().out
    card = read_card(copy)
    assert (card.name, card.caveats) == ("mine", ("For <b>drawn</b> people only.",))
    assert load_checkpoint(copy)[1] == card
    assert {one.kind for one in card.thresholds} == {"distance", "probability", "fused"}
    assert all(one.false_match_rate <= 0.02 and one.different > 0 for one in card.thresholds)
    assert card.fusion is not None
    by_kind = {one.kind: one for one in rankers_of(copy)}
    assert by_kind["fused"].weight == card.fusion.weight
    assert {kind: one.threshold for kind, one in by_kind.items()} == {one.kind: one for one in card.thresholds}


def test_a_narrower_feature_keeps_the_distances(tmp_path: Path) -> None:
    """Cut to the directions that 600 images use most, the distances between them hardly change; no unit, no cut."""
    shipped, copy = settings.CHECKPOINTS / "mtdnet.safetensors", tmp_path / "narrow.safetensors"
    data = load("synthetic:viper")
    narrow(shipped, copy, 128, data)
    assert copy.stat().st_size < shipped.stat().st_size
    images = ImageSubset(Pixels(data, 128, 64), np.arange(40))
    one, other = (
        features(load_checkpoint(file)[0], images, False, torch.device("cpu"), silent) for file in (shipped, copy)
    )
    assert other.shape == (40, 128)
    np.testing.assert_allclose(other @ other.T, one @ one.T, atol=0.03)
    with pytest.raises(ReidvizError, match="has 256 units"):
        narrow(shipped, copy, 256, data)
    with pytest.raises(ReidvizError, match="no ranking branch"):
        narrow(settings.CHECKPOINTS / "mtdnet-cls.safetensors", copy, 8, data)


def test_calibrate_refuses_what_is_no_share(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    asked = ["--data", "synthetic:ilids", "--model", "mtdnet", "--out", str(tmp_path / "a.safetensors")]
    assert cli.main(["calibrate", *asked, "--false-match", "1.5"]) != 0
    assert "share of false matches" in capsys.readouterr().err
