"""What is exported gives, under onnxruntime, what the network gives here."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest
import torch

from reidviz.common.errors import ReidvizError
from reidviz.models.architecture import Architecture
from reidviz.models.model_card import Card
from reidviz.models.mtdnet import MTDnet, Network, to_input
from reidviz.models.onnx_export import to_onnx
from tests.conftest import SMALL, network

SIZES = {
    "torchvision": SMALL,
    "caffenet": replace(SMALL, stem="caffenet", batch_norm=False),
    "normalised": replace(SMALL, batch_norm=True),
}


def card(variant: str, sizes: Architecture) -> Card:
    return Card("mine", variant, sizes, {}, "x", "0" * 16, "half:0", "fresh weights", 0, 0, sha256="f" * 64)


def images(count: int, sizes: Architecture, seed: int = 0) -> np.ndarray:
    shape = (count, sizes.height, sizes.width, 3)
    return np.random.default_rng(seed).integers(0, 256, shape, dtype=np.uint8)


def made(variant: str, sizes: Architecture) -> Network:
    """Batch norms that have seen something, so that they do more than nothing."""
    net = network(variant, sizes)
    rng = torch.Generator().manual_seed(1)
    for name, buffer in net.named_buffers():
        if "running" in name:
            buffer.copy_(0.5 + torch.rand(buffer.shape, generator=rng))
    return net.eval()


def given(pixels: np.ndarray) -> np.ndarray:
    return np.ascontiguousarray(pixels.transpose(0, 3, 1, 2), dtype=np.float32)


@pytest.mark.parametrize("name", SIZES)
def test_features_and_probabilities_are_those_of_the_network(name: str) -> None:
    sizes = SIZES[name]
    net = made("mtdnet", sizes)
    assert isinstance(net, MTDnet)
    for branch in ("ranking", "classifier"):
        data = to_onnx(net, card("mtdnet", sizes), branch)  # type: ignore[arg-type]
        onnx.checker.check_model(onnx.load_from_string(data))
        session = onnxruntime.InferenceSession(data, providers=["CPUExecutionProvider"])
        for count in (1, 2, 7):
            one, other = images(count, sizes), images(count, sizes, 1)
            with torch.inference_mode():
                maps = net.maps(to_input(torch.from_numpy(np.concatenate([one, other]))))
                first = torch.arange(count)
                if branch == "ranking":
                    wanted = net.embed(maps[:count]).numpy()
                    (found,) = session.run(None, {"image": given(one)})
                else:
                    orders = ((first, first + count), (first + count, first))
                    wanted = np.mean([net.pair_logits(maps, *order).softmax(1)[:, 1].numpy() for order in orders], 0)
                    (found,) = session.run(None, {"first": given(one), "second": given(other)})
            np.testing.assert_allclose(found, wanted, atol=1e-4)


def test_the_file_says_how_it_is_read_and_uses_standard_operators() -> None:
    sizes = SIZES["torchvision"]
    model = onnx.load_from_string(to_onnx(made("mtdnet-rnk", sizes), card("mtdnet-rnk", sizes), "ranking"))
    told = {one.key: one.value for one in model.metadata_props}
    read = json.loads(told["reidviz"])
    assert (read["colour"], read["scale"], read["sha256"], read["output"]) == ("RGB", "0-255", "f" * 64, "feature")
    assert {node.domain for node in model.graph.node} <= {"", "ai.onnx"}
    assert not any(one.external_data for one in model.graph.initializer)


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
