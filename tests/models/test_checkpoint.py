import contextlib
import hashlib
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from safetensors.torch import load_file, save_file
from torchvision.models import AlexNet_Weights, alexnet
from torchvision.transforms.v2.functional import normalize

from reidviz.common import settings
from reidviz.common.errors import ReidvizError
from reidviz.models.architecture import compact, paper
from reidviz.models.checkpoint import initialise_from, load_checkpoint, read_weights, save_checkpoint
from reidviz.models.model_card import Card
from reidviz.models.mtdnet import MTDnet, RankingNet, to_input
from reidviz.training.recipes import modern_recipe
from tests.conftest import SMALL, network

CARD = Card("one", "mtdnet", SMALL, {"name": "compact"}, "synthetic:viper", "abc", "half:0", "fresh weights", 3, 7)


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    path = tmp_path / "one.safetensors"
    save_checkpoint(path, network("mtdnet"), CARD)
    return path


def test_round_trip(saved: Path) -> None:
    loaded, card = load_checkpoint(saved)
    assert replace(card, sha256="", created="") == replace(CARD, created="")
    assert not loaded.training
    x = torch.randn(2, 3, 64, 32)
    before = network("mtdnet")
    with torch.inference_mode():
        torch.testing.assert_close(loaded.embed(loaded.maps(x)), before.embed(before.maps(x)), atol=2e-3, rtol=0)


def test_saving_twice_gives_the_same_bytes(saved: Path, tmp_path: Path) -> None:
    other = tmp_path / "two.safetensors"
    save_checkpoint(other, network("mtdnet"), CARD)
    assert other.read_bytes() == saved.read_bytes()


def test_a_run_folder_stands_for_its_finished_checkpoint(tmp_path: Path) -> None:
    save_checkpoint(tmp_path / "run" / "checkpoints" / "final.safetensors", network("mtdnet"), CARD)
    assert load_checkpoint(tmp_path / "run")[1].name == "one"
    (tmp_path / "empty").mkdir()
    with pytest.raises(ReidvizError, match="holds no checkpoint"):
        load_checkpoint(tmp_path / "empty")


@pytest.mark.parametrize("keep", [0, 5, 100, -1])
def test_a_truncated_file_is_refused(saved: Path, keep: int) -> None:
    saved.write_bytes(saved.read_bytes()[:keep])
    with pytest.raises(ReidvizError, match="cut short"):
        load_checkpoint(saved)


def test_one_flipped_bit_is_refused(saved: Path) -> None:
    data = bytearray(saved.read_bytes())
    data[-1] ^= 1
    saved.write_bytes(data)
    with pytest.raises(ReidvizError, match="damaged"):
        load_checkpoint(saved)


def test_a_pickle_is_refused_unread(tmp_path: Path) -> None:
    path = tmp_path / "evil.pt"
    torch.save({"a": torch.zeros(1)}, path)
    with pytest.raises(ReidvizError, match="not a safetensors file"):
        load_checkpoint(path)


def test_a_missing_file_and_a_missing_card(saved: Path) -> None:
    with pytest.raises(ReidvizError, match="There is no checkpoint "):
        load_checkpoint(saved.with_name("other.safetensors"))
    saved.with_suffix(".json").unlink()
    with pytest.raises(ReidvizError, match="no card"):
        load_checkpoint(saved)


@pytest.mark.parametrize(
    "card",
    ["", "[]", "null", "{}", '{"format": 1}', '{"format": 99}', '{"format": 1, "architecture": 3}', "\x00\xff"],
)
def test_what_is_not_a_card_is_refused(saved: Path, card: str) -> None:
    saved.with_suffix(".json").write_text(card, "utf-8")
    with pytest.raises(ReidvizError):
        load_checkpoint(saved)


@pytest.mark.parametrize(
    "change",
    [{"variant": "unheard-of"}, {"variant": "mtdnet-rnk"}, {"architecture": {"height": 64}}, {"metrics": 4}],
)
def test_a_card_that_lies_is_refused(saved: Path, change: dict[str, object]) -> None:
    file = saved.with_suffix(".json")
    file.write_text(json.dumps(json.loads(file.read_text()) | change))
    with pytest.raises(ReidvizError):
        load_checkpoint(saved)


def test_a_foreign_safetensors_file_is_refused(saved: Path, tmp_path: Path) -> None:
    foreign = tmp_path / "foreign.safetensors"
    save_file({"weight": torch.zeros(3)}, foreign)
    file = saved.with_suffix(".json")

    card = json.loads(file.read_text()) | {"sha256": hashlib.sha256(foreign.read_bytes()).hexdigest()}
    foreign.with_suffix(".json").write_text(json.dumps(card))
    with pytest.raises(ReidvizError, match="other layers"):
        load_checkpoint(foreign)
    with pytest.raises(ReidvizError, match="does not fit"):
        initialise_from(network("mtdnet"), foreign)


def test_the_shipped_imagenet_stem_starts_conv1_and_conv2() -> None:
    made = MTDnet(compact())
    initialise_from(made, settings.IMAGENET)
    other = MTDnet(compact())
    initialise_from(other, settings.IMAGENET)
    assert torch.equal(made.stem.conv2.weight, other.stem.conv2.weight)
    assert not torch.equal(made.pair.conv4.weight, other.pair.conv4.weight)
    with pytest.raises(ReidvizError, match="does not fit"):
        initialise_from(MTDnet(compact("caffenet")), settings.IMAGENET)


def test_where_the_sizes_are_alexnets_all_its_convolutions_start_the_network() -> None:
    """conv3 of a pair subtracts: of one image twice nothing is left but the bias, and the order of a pair is a sign."""
    whole = replace(modern_recipe().architecture, batch_norm=False)
    weights = load_file(settings.IMAGENET)
    made = MTDnet(whole)
    initialise_from(made, settings.IMAGENET)
    torch.testing.assert_close(made.pair.conv5.weight, weights["conv5.weight"])
    maps = torch.randn(2, 192, 10, 4)
    with torch.no_grad():
        one, other = (made.pair.conv3(torch.cat([maps[i : i + 1], maps[j : j + 1]], 1)) for i, j in ((0, 1), (1, 0)))
        alone = F.conv2d(maps[:1] - maps[1:], weights["conv3.weight"], padding=1)
    bias = made.pair.conv3.bias.view(-1, 1, 1).detach()
    torch.testing.assert_close(one - bias, bias - other, atol=1e-4, rtol=1e-4)
    torch.testing.assert_close((one - bias)[:, :192], alone[:, :192], atol=1e-4, rtol=1e-4)
    single = RankingNet(whole)
    initialise_from(single, settings.IMAGENET)
    assert torch.equal(single.deep.conv3.weight, weights["conv3.weight"])
    paired = MTDnet(replace(whole, groups=2, conv4=384, conv5=256))
    initialise_from(paired, settings.IMAGENET)
    assert not torch.equal(paired.pair.conv3.weight[:192, :192], weights["conv3.weight"][:192])


@pytest.mark.parametrize("named_as", ["the file", "torchvision"])
def test_the_stem_computes_what_torchvisions_alexnet_computes(named_as: str, tmp_path: Path) -> None:
    """Images of 224 x 224 with two pixels around: there both ways of pooling, up and down, end at the same cell."""
    weights = load_file(settings.IMAGENET)
    layers = {"conv1": "features.0", "conv2": "features.3"}
    renamed = {f"{layers[layer]}.{kind}": weights[f"{layer}.{kind}"] for layer in layers for kind in ("weight", "bias")}
    reference = alexnet()
    reference.load_state_dict(reference.state_dict() | renamed)
    file = settings.IMAGENET
    if named_as == "torchvision":
        save_file(dict(reference.state_dict()), file := tmp_path / "alexnet.safetensors")
    made = MTDnet(replace(paper("torchvision"), height=224, width=224, conv1_padding=2))
    initialise_from(made, file)
    pixels = torch.randint(0, 256, (2, 224, 224, 3), dtype=torch.uint8, generator=torch.Generator().manual_seed(0))
    ways = AlexNet_Weights.IMAGENET1K_V1.transforms()
    x = normalize(pixels.permute(0, 3, 1, 2) / 255, ways.mean, ways.std)
    torch.testing.assert_close(to_input(pixels), x)
    with torch.no_grad():
        expected = reference.features[:6](x)
        torch.testing.assert_close(made.stem(to_input(pixels)), expected, atol=1e-4, rtol=1e-4)


def test_a_full_disk_leaves_the_older_file(saved: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = saved.read_bytes()

    def full(handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(ReidvizError, match="No space left"):
        save_checkpoint(saved, network("mtdnet", seed=1), CARD)
    assert saved.read_bytes() == before
    assert {p.name for p in saved.parent.iterdir()} == {"one.safetensors", "one.json"}


@pytest.mark.parametrize(
    "change",
    [{"width": 10**7}, {"fc": 10**6, "feat": 10**6}, {"conv4": 7}, {"height": 0}, {"height": -64}, {"conv3": 0}],
)
def test_a_card_of_impossible_sizes_takes_no_memory(saved: Path, change: dict[str, int]) -> None:
    """10 million pixels of width ask for terabytes: they are never allocated."""
    card = json.loads(saved.with_suffix(".json").read_text())
    card["architecture"] |= change
    saved.with_suffix(".json").write_text(json.dumps(card))
    with pytest.raises(ReidvizError, match="is damaged, because"):
        load_checkpoint(saved)


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_weights_that_are_no_numbers_are_refused(tmp_path: Path, value: float) -> None:
    made = network("mtdnet")
    with torch.no_grad():
        next(made.parameters()).view(-1)[3] = value
    save_checkpoint(tmp_path / "bad.safetensors", made, CARD)
    with pytest.raises(ReidvizError, match="not numbers"):
        load_checkpoint(tmp_path / "bad.safetensors")


@pytest.mark.parametrize("dtype", [torch.int8, torch.bool, torch.float8_e4m3fn, torch.int64, torch.complex64])
def test_weights_of_another_type_are_refused(saved: Path, dtype: torch.dtype) -> None:
    weights, _ = read_weights(saved)
    name = next(name for name, value in weights.items() if value.is_floating_point())
    save_file(weights | {name: torch.ones(weights[name].shape).to(dtype)}, saved)
    card = json.loads(saved.with_suffix(".json").read_text())
    card["sha256"] = hashlib.sha256(saved.read_bytes()).hexdigest()
    saved.with_suffix(".json").write_text(json.dumps(card))
    with pytest.raises(ReidvizError, match="not numbers" if dtype != torch.int64 else "other layers"):
        load_checkpoint(saved)


def test_weights_that_took_the_place_of_others_are_not_taken_for_them(saved: Path) -> None:
    meant = load_checkpoint(saved)[1].sha256
    assert load_checkpoint(saved, meant)[1].sha256 == meant
    save_checkpoint(saved, network("mtdnet", seed=1), CARD)
    with pytest.raises(ReidvizError, match="taken the place"):
        load_checkpoint(saved, meant)


def test_weights_that_went_away_are_said(saved: Path) -> None:
    saved.unlink()
    with pytest.raises(ReidvizError, match="can no longer be read"):
        read_weights(saved)


@pytest.mark.parametrize("seed", range(4))
def test_any_damage_to_the_header_is_a_sentence(saved: Path, seed: int) -> None:
    """Bytes of the header changed at random, the weights left as they are."""
    rng, whole = np.random.default_rng(seed), saved.read_bytes()
    length = int.from_bytes(whole[:8], "little")
    for _ in range(50):
        data = bytearray(whole)
        for place in rng.integers(0, 8 + length, 3):
            data[place] = rng.integers(256)
        saved.write_bytes(data)
        with contextlib.suppress(ReidvizError):
            read_weights(saved)
