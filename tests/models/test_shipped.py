"""The shipped models are what their cards say, and beat plain colour without being perfect."""

import pytest

from benchmarks.colour_histogram import histogram_ranking
from reidviz.common import settings
from reidviz.data.formats import load
from reidviz.data.splits.protocols import split
from reidviz.evaluation.pipeline.evaluate import evaluate
from reidviz.evaluation.pipeline.ranker import rankers_of
from reidviz.evaluation.pipeline.report import record
from reidviz.models.checkpoint import load_checkpoint
from reidviz.models.model_card import read_card

SHIPPED = ("mtdnet-rnk", "mtdnet-cls", "mtdnet")


@pytest.mark.parametrize("name", SHIPPED)
def test_a_shipped_model_is_small_and_whole(name: str) -> None:
    path = settings.CHECKPOINTS / f"{name}.safetensors"
    assert path.stat().st_size <= 6_000_000
    _, card = load_checkpoint(path)
    assert (card.name, card.variant, card.data, card.protocol) == (name, name, "synthetic:cuhk03", "test100:0")
    assert card.data_hash == load("synthetic:cuhk03").manifest_hash
    assert card.iterations == card.recipe["iterations"]


def test_the_shipped_network_that_a_source_helped() -> None:
    path = settings.CHECKPOINTS / "mtdnet-cross.safetensors"
    assert path.stat().st_size <= 6_000_000
    _, card = load_checkpoint(path)
    assert (card.variant, card.data, card.source) == ("mtdnet-cross", "synthetic:viper", "synthetic:cuhk03")
    assert card.data_hash == load("synthetic:viper").manifest_hash
    assert card.init == "mtdnet.safetensors"


@pytest.mark.parametrize("name", ["mtdnet-rnk", "mtdnet"])
def test_evaluate_reproduces_the_card(name: str) -> None:
    """Within one probe: sums in another order on another machine may turn a near tie."""
    path = settings.CHECKPOINTS / f"{name}.safetensors"
    dataset = load("synthetic:cuhk03")
    parts = split(dataset, "test100:0")
    one_probe = 100 / len(parts.probes) + 0.01
    rankers = {ranker.name: ranker for ranker in rankers_of(path)}
    metrics = read_card(path).metrics
    assert [kept["name"] for kept in metrics] == list(rankers)
    for kept in metrics:
        found = record(evaluate(rankers[kept["name"]], dataset, parts))
        for rank, value in kept["cmc"].items():
            assert found["cmc"][rank] == pytest.approx(value, abs=one_probe)
        assert found["mAP"] == pytest.approx(kept["mAP"], abs=0.5)


def test_colour_alone_stays_far_below_and_nobody_is_perfect() -> None:
    dataset = load("synthetic:cuhk03")
    colour = histogram_ranking(dataset, split(dataset, "test100:0")).cmc_at(1)
    for name in SHIPPED:
        for kept in read_card(settings.CHECKPOINTS / f"{name}.safetensors").metrics:
            assert colour + 30 < kept["cmc"]["1"] < 100


def test_the_model_for_photographs_is_small_calibrated_and_says_what_it_is_not_for() -> None:
    path = settings.CHECKPOINTS / "mtdnet-photos.safetensors"
    assert path.stat().st_size <= 16_000_000
    _, card = load_checkpoint(path)
    assert [card.data, *(one.data for one in card.also)] == [
        "market1501:market1501_part",
        "cuhk03-pair:cuhk03_pair1_labeled",
        "cuhk01",
    ]
    assert [card.protocol, *(one.protocol for one in card.also)] == ["market", "test2:0", "mtdnet-486"]
    assert any("research only" in caveat for caveat in card.caveats)
    assert {one.kind for one in card.thresholds} == {"distance", "probability", "fused"}
    assert card.fusion is not None


def test_no_card_tells_of_the_machine_it_was_made_on() -> None:
    for file in settings.CHECKPOINTS.glob("*.json"):
        assert ":/" not in file.read_text(encoding="utf-8"), file.name
