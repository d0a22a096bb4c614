"""What is exported gives, under onnxruntime, what the network gives here."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest
import torch

from reidviz.common import settings
from reidviz.common.errors import ReidvizError
from reidviz.models import onnx_export
from reidviz.models.architecture import Architecture
from reidviz.models.model_card import Card
from reidviz.models.mtdnet import MTDnet, Network, to_input
from reidviz.models.onnx_export import to_onnx
from tests.conftest import SMALL, network

WIDE = replace(SMALL, conv3=32, conv4=32, conv5=32, fc=64)
SIZES = {
    "torchvision": replace(WIDE, batch_norm=False),
    "torchvision, normalised": WIDE,
    "caffenet": replace(WIDE, stem="caffenet", batch_norm=False),
    "caffenet, normalised": replace(WIDE, stem="caffenet"),
}


def card(variant: str, sizes: Architecture) -> Card:
    return Card("mine", variant, sizes, {}, "x", "0" * 16, "half:0", "fresh weights", 0, 0, sha256="f" * 64)


def images(count: int, sizes: Architecture, seed: int = 0) -> np.ndarray:
    """Stripes of random colours: mere noise looks all alike to a network."""
    stripes = np.random.default_rng(seed).integers(0, 256, (count, sizes.height // 8, 1, 3), dtype=np.uint8)
    return stripes.repeat(8, axis=1).repeat(sizes.width, axis=2)


def made(variant: str, sizes: Architecture) -> Network:
    """A network whose answers differ from image to image and with the order of a pair, so that they can be wrong."""
    net = network(variant, sizes)
    rng = torch.Generator().manual_seed(1)
    for name, weight in net.named_parameters():
        if weight.ndim > 1:
            torch.nn.init.kaiming_normal_(weight, nonlinearity="relu", generator=rng)
        elif name.endswith("bias"):
            torch.nn.init.normal_(weight, std=0.1, generator=rng)
    return net


def given(pixels: np.ndarray) -> np.ndarray:
    return np.ascontiguousarray(pixels.transpose(0, 3, 1, 2), dtype=np.float32)


def session(data: bytes) -> onnxruntime.InferenceSession:
    """The file under onnxruntime, after it was checked to be sound and to need nothing but ONNX."""
    model = onnx.load_from_string(data)
    onnx.checker.check_model(model, full_check=True)
    assert {node.domain for node in model.graph.node} <= {"", "ai.onnx"}
    assert not model.functions
    return onnxruntime.InferenceSession(data, providers=["CPUExecutionProvider"])


@pytest.mark.parametrize("name", SIZES)
@pytest.mark.parametrize("variant", ["mtdnet", "mtdnet-rnk"])
def test_features_are_those_of_the_network(name: str, variant: str) -> None:
    sizes = SIZES[name]
    net = made(variant, sizes)
    exported = session(to_onnx(net, card(variant, sizes), "ranking"))
    for count in (1, 2, 7):
        pixels = images(count, sizes)
        with torch.inference_mode():
            wanted = net.embed(net.maps(to_input(torch.from_numpy(pixels)))).numpy()
        (found,) = exported.run(["feature"], {"image": given(pixels)})
        np.testing.assert_allclose(found, wanted, rtol=0, atol=1e-4)
    assert np.ptp(wanted, axis=0).max() > 0.1


@pytest.mark.parametrize("name", SIZES)
def test_probabilities_are_those_of_the_network_over_both_orders(name: str) -> None:
    sizes = SIZES[name]
    net = made("mtdnet", sizes)
    assert isinstance(net, MTDnet)
    exported = session(to_onnx(net, card("mtdnet", sizes), "classifier"))
    for count in (1, 2, 7):
        one, other = images(count, sizes), images(count, sizes, seed=1)
        first, second = torch.arange(2 * count).chunk(2)
        with torch.inference_mode():
            maps = net.maps(to_input(torch.from_numpy(np.concatenate([one, other]))))
            orders = [net.pair_logits(maps, *order).softmax(1)[:, 1] for order in ((first, second), (second, first))]
        wanted = torch.stack(orders).mean(0).numpy()
        (found,) = exported.run(["probability"], {"first": given(one), "second": given(other)})
        np.testing.assert_allclose(found, wanted, rtol=0, atol=1e-4)
    assert np.ptp(wanted) > 0.02
    assert (orders[0] - orders[1]).abs().max() > 0.02


def test_the_file_says_how_it_is_read() -> None:
    sizes = SMALL
    model = onnx.load_from_string(to_onnx(made("mtdnet-rnk", sizes), card("mtdnet-rnk", sizes), "ranking"))
    told = {one.key: one.value for one in model.metadata_props}
    read = json.loads(told["reidviz"])
    assert (read["colour"], read["scale"], read["sha256"], read["output"]) == ("RGB", "0-255", "f" * 64, "feature")
    assert (read["height"], read["width"], read["branch"]) == (64, 32, "ranking")
    assert not any(one.external_data for one in model.graph.initializer)


def test_the_same_network_gives_the_same_bytes_which_tell_nothing_of_the_machine() -> None:
    net = made("mtdnet", SMALL)
    data = to_onnx(net, card("mtdnet", SMALL), "classifier")
    assert to_onnx(net, card("mtdnet", SMALL), "classifier") == data
    for folder in (settings.PROJECT, Path(torch.__file__).parent):
        assert str(folder).encode() not in data


def test_what_no_file_holds_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    net = made("mtdnet-rnk", SMALL)
    used = sum(weight.nbytes for weight in net.parameters())
    monkeypatch.setattr(onnx_export, "MOST_BYTES", used // 2)
    with pytest.raises(ReidvizError, match="too large for one ONNX file"):
        to_onnx(net, card("mtdnet-rnk", SMALL), "ranking")


@pytest.mark.parametrize(
    ("variant", "branch", "has"), [("mtdnet-rnk", "classifier", "ranking"), ("mtdnet-cls", "ranking", "classifier")]
)
def test_a_branch_that_is_not_there_is_refused(variant: str, branch: str, has: str) -> None:
    with pytest.raises(ReidvizError, match=f"no {branch} branch") as refused:
        to_onnx(made(variant, SMALL), card(variant, SMALL), branch)  # type: ignore[arg-type]
    assert has in refused.value.hint


def test_it_comes_in_again_without_being_asked_how(tmp_path: Path) -> None:
    from reidviz.models.added.onnx_defaults import default_reading, is_told
    from reidviz.models.added.onnx_worker import Worker

    sizes = SIZES["torchvision"]
    net = made("mtdnet-rnk", sizes)
    file = tmp_path / "mine.onnx"
    file.write_bytes(to_onnx(net, card("mtdnet-rnk", sizes), "ranking"))
    worker = Worker(file, "mine.onnx")
    try:
        assert is_told(worker.file)
        reading = default_reading(worker.file, "mine.onnx")
        pixels = images(3, sizes)
        (found,) = worker.outputs(pixels, reading, [(reading.output, reading.pooling)])
    finally:
        worker.close()
    assert (reading.distance, reading.mirror) == ("cosine", True)
    with torch.inference_mode():
        wanted = net.embed(net.maps(to_input(torch.from_numpy(pixels)))).numpy()
    np.testing.assert_allclose(found, wanted, atol=1e-4)
