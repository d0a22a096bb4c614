"""A network of ours as ONNX: its ranking branch on one image, or its classifier on two."""

import contextlib
import io
import json
import warnings
from typing import TYPE_CHECKING, Literal

import torch
from torch import Tensor, nn

from reidviz.common.errors import ReidvizError
from reidviz.common.extras import require_extra
from reidviz.models.added.onnx_defaults import METADATA
from reidviz.models.model_card import Card
from reidviz.models.mtdnet import MEAN, STD, MTDnet, Network

if TYPE_CHECKING:
    from onnxscript import ir

Branch = Literal["ranking", "classifier"]
OPSET = 18
MOST_BYTES = 2_000_000_000
"""Of weights: a file of ONNX is one protobuf message, which ends at 2 GiB."""


class _Ranking(nn.Module):
    """Images (N, 3, H, W), RGB, 0-255, to features (N, D) of unit length."""

    def __init__(self, network: Network) -> None:
        super().__init__()
        self.network = network

    def forward(self, image: Tensor) -> Tensor:
        return self.network.embed(self.network.maps(_normalised(image)))


class _Classifier(nn.Module):
    """Two batches of such images to P(same) (N,), the mean over both orders."""

    def __init__(self, network: MTDnet) -> None:
        super().__init__()
        self.network = network

    def forward(self, first: Tensor, second: Tensor) -> Tensor:
        one, other = (self.network.maps(_normalised(image)) for image in (first, second))
        pair = self.network.pair
        orders = [pair.as_first(a) + pair.as_second(b) for a, b in ((one, other), (other, one))]
        found = [pair.head(pair.joint(conv3)).softmax(1)[:, 1] for conv3 in orders]
        return (found[0] + found[1]) / 2


def to_onnx(network: Network, card: Card, branch: Branch) -> bytes:
    """The branch as one ONNX file, any number of images at once, normalisation inside; how images are prepared is told
    in its metadata, so that it comes in again without being asked.

    The same network gives the same bytes, which tell nothing of the machine. ReidvizError where the network lacks the
    branch, is too large for one file, or what writes it is not installed.
    """
    require_extra("onnx")
    from onnxscript import ir

    has = _branches(network)
    if branch not in has:
        raise ReidvizError(f"{card.name} has no {branch} branch.", f"It has: {', '.join(has)}.")
    inputs = ("image",) if branch == "ranking" else ("first", "second")
    module: nn.Module
    if branch == "ranking":
        module = _Ranking(network)
    else:
        assert isinstance(network, MTDnet), "only networks with a pair branch classify pairs"
        module = _Classifier(network)
    output = "feature" if branch == "ranking" else "probability"
    model = _exported(module.eval(), inputs, output, network.architecture.height, network.architecture.width)
    if _bytes_of_weights(model) > MOST_BYTES:
        raise ReidvizError(f"The {branch} branch of {card.name} is too large for one ONNX file.", "These end at 2 GB.")
    ir.passes.common.ClearMetadataAndDocStringPass()(model)  # stack traces, with the folders of this machine
    model.producer_name = "reidviz"
    model.metadata_props[METADATA] = json.dumps(_told(network, card, branch, output))
    return bytes(ir.to_proto(model).SerializeToString())


def _exported(module: nn.Module, inputs: tuple[str, ...], output: str, height: int, width: int) -> "ir.Model":
    """The graph and its weights; torch tells of every step, which nobody asked for."""
    images = tuple(torch.zeros(2, 3, height, width) for _ in inputs)
    count = torch.export.Dim("images", min=1)
    with (
        warnings.catch_warnings(),
        contextlib.redirect_stdout(io.StringIO()),
        contextlib.redirect_stderr(io.StringIO()),
    ):
        warnings.simplefilter("ignore")
        program = torch.onnx.export(
            module,
            images,
            dynamo=True,
            input_names=list(inputs),
            output_names=[output],
            dynamic_shapes=tuple({0: count} for _ in inputs),
            opset_version=OPSET,
            external_data=False,
            verbose=False,
        )
    assert program is not None, "torch gives the graph where no file is named"
    return program.model


def _bytes_of_weights(model: "ir.Model") -> int:
    return sum(one.const_value.nbytes for one in model.graph.initializers.values() if one.const_value is not None)


def _branches(network: Network) -> list[Branch]:
    if not isinstance(network, MTDnet):
        return ["ranking"]
    return ["classifier"] if network.feature is None else ["ranking", "classifier"]


def _told(network: Network, card: Card, branch: Branch, output: str) -> dict[str, object]:
    """How the file is read (added.onnx_defaults), and what it came from."""
    return {
        "name": card.name,
        "sha256": card.sha256,
        "branch": branch,
        "height": network.architecture.height,
        "width": network.architecture.width,
        "colour": "RGB",
        "scale": "0-255",
        "resize": "bilinear",
        "aspect": "stretch",
        "output": output,
        "distance": "cosine",
        "mirror": True,
    }


def _normalised(image: Tensor) -> Tensor:
    mean, deviation = (torch.tensor(values).view(1, 3, 1, 1) * 255 for values in (MEAN, STD))
    return (image - mean) / deviation
