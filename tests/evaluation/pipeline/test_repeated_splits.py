import json
from pathlib import Path

import pytest

from reidviz.cli.main import main
from reidviz.common.errors import ReidvizError
from reidviz.evaluation.pipeline.repeated_splits import averaged, collapsed, expanded
from reidviz.models.checkpoint import save_checkpoint
from reidviz.models.model_card import Card
from tests.conftest import SMALL, network, people_folder


def test_a_range_of_seeds_stands_for_each_of_them() -> None:
    assert expanded("half:0") == ("half:0",)
    assert expanded("half-multi:0-1") == ("half-multi:0", "half-multi:1")
    assert expanded("half:3-5") == ("half:3", "half:4", "half:5")
    assert expanded("test100:7-7") == ("test100:7",)
    for bad in ("half:5-3", "half:0-100"):
        with pytest.raises(ReidvizError, match="no range"):
            expanded(bad)


@pytest.mark.parametrize("name", ["half:0", "half-multi:0-1", "test100:7-7", "half:0-2+tracklets", "mtdnet-486"])
def test_protocols_are_named_as_they_were_asked_for(name: str) -> None:
    assert expanded(collapsed(expanded(name))) == expanded(name)


def test_mean_and_deviation_by_hand() -> None:
    def report(rank1: float) -> dict:
        cmc = {"1": rank1, "5": 100.0, "10": 100.0, "20": 100.0}
        return {"models": [{"name": "m", "kind": "distance", "cmc": cmc, "mAP": 10.0, "mINP": 2 * rank1}]}

    (row,) = averaged([report(50.0), report(60.0), report(70.0)])
    assert (row["mean"]["rank-1"], row["deviation"]["rank-1"]) == (60, 10)
    assert (row["mean"]["mAP"], row["deviation"]["mAP"]) == (10, 0)
    assert row["deviation"]["mINP"] == 20


def test_evaluate_prints_every_split_and_their_mean(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data = f"folder:{people_folder(tmp_path / 'people')}"
    save_checkpoint(
        tmp_path / "m.safetensors",
        network("mtdnet-rnk"),
        Card("m", "mtdnet-rnk", SMALL, {}, data, "", "half:0", "", 0, 0),
    )
    command = ["evaluate", "--data", data, "--protocol", "half:0-2", "--model", str(tmp_path / "m.safetensors")]
    assert main([*command, "--json", str(tmp_path / "out.json")]) == 0
    printed = capsys.readouterr().out
    assert [f"half:{seed}:" in printed for seed in range(3)] == [True] * 3
    assert "over 3 splits" in printed
    told = json.loads((tmp_path / "out.json").read_text())
    assert [one["protocol"] for one in told["splits"]] == ["half:0", "half:1", "half:2"]
    assert told["models"] == averaged(told["splits"])
