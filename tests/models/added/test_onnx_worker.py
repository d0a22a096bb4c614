"""Networks in ONNX that somebody else made: what they give, and what of them is refused."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from onnx import TensorProto, helper, numpy_helper

from reidviz.common.errors import ReidvizError
from reidviz.models.added import onnx_worker
from reidviz.models.added.cards import OnnxReading, Preprocessing
from reidviz.models.added.onnx_defaults import any_size, default_reading, output_names
from reidviz.models.added.onnx_worker import Worker, worker_of

H, W = 16, 8
IMAGES = np.random.default_rng(0).integers(0, 256, size=(5, H, W, 3), dtype=np.uint8)
FLOAT = TensorProto.FLOAT

Open = Callable[..., Worker]


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Open]:
    """Opens a model, which is closed afterwards."""
    workers: list[Worker] = []

    def open_it(model: Any, external: tuple[str, ...] = ()) -> Worker:
        file = tmp_path / "net.onnx"
        file.write_bytes(model if isinstance(model, bytes) else model.SerializeToString())
        workers.append(Worker(file, "net.onnx", external))
        return workers[-1]

    yield open_it
    for worker in workers:
        worker.close()


def model(nodes: list[Any], shape: list[Any], outputs: dict[str, list[Any]], dtype: int = FLOAT, **more: Any) -> Any:
    image = helper.make_tensor_value_info("image", dtype, shape)
    told = [helper.make_tensor_value_info(name, more.get("out", FLOAT), sides) for name, sides in outputs.items()]
    inputs = more.get("inputs", [image])
    graph = helper.make_graph(nodes, "net", inputs, told, more.get("weights", []))
    opsets = [helper.make_opsetid("", 17), *more.get("opsets", [])]
    return helper.make_model(graph, opset_imports=opsets, ir_version=10)


def flat(shape: list[Any], dtype: int = FLOAT) -> Any:
    """Gives its input back, a row an image."""
    node = helper.make_node("Flatten", ["image"], ["feature"])
    return model([node], shape, {"feature": [shape[0], H * W * 3]}, dtype, out=dtype)


def features(worker: Worker, how: OnnxReading | None = None) -> np.ndarray:
    reading = how or default_reading(worker.file, "net.onnx")
    return worker.outputs(IMAGES, reading, [(reading.output, reading.pooling)])[0]


def imagenet(images: np.ndarray) -> np.ndarray:
    found: np.ndarray = (images / 255 - (0.485, 0.456, 0.406)) / (0.229, 0.224, 0.225)
    return found


@pytest.mark.parametrize("batch", ["n", 1, 4])
def test_channels_first_or_last_and_any_batch(opened: Open, batch: int | str) -> None:
    first = features(opened(flat([batch, 3, H, W])))
    np.testing.assert_allclose(first, imagenet(IMAGES).transpose(0, 3, 1, 2).reshape(5, -1), rtol=1e-4, atol=1e-5)
    last = features(opened(flat([batch, H, W, 3])))
    np.testing.assert_allclose(last, imagenet(IMAGES).reshape(5, -1), rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize(
    ("colour", "scale", "wanted"),
    [
        ("RGB", "0-255", lambda x: x),
        ("BGR", "0-255", lambda x: x[..., ::-1]),
        ("RGB", "0-1", lambda x: x / 255),
        ("BGR", "-1..1", lambda x: x[..., ::-1] / 127.5 - 1),
        ("BGR", "ImageNet", lambda x: imagenet(x)[..., ::-1]),
        ("BGR", "0-255 minus mean", lambda x: x[..., ::-1] - np.array((103.939, 116.779, 123.68))),
    ],
)
def test_values_are_those_of_a_line_of_numpy(
    opened: Open, colour: Any, scale: Any, wanted: Callable[[np.ndarray], np.ndarray]
) -> None:
    worker = opened(flat(["n", H, W, 3]))
    start = default_reading(worker.file, "net.onnx")
    how = OnnxReading(start.input, Preprocessing(H, W, colour, scale), "feature")
    np.testing.assert_allclose(features(worker, how), wanted(IMAGES.astype(float)).reshape(5, -1), rtol=1e-4, atol=1e-4)


def test_half_precision_and_bytes(opened: Open) -> None:
    half = features(opened(flat(["n", 3, H, W], TensorProto.FLOAT16)))
    np.testing.assert_allclose(half, imagenet(IMAGES).transpose(0, 3, 1, 2).reshape(5, -1), atol=2e-3)
    raw = opened(flat(["n", H, W, 3], TensorProto.UINT8))
    assert default_reading(raw.file, "net.onnx").preprocessing.scale == "0-255"
    np.testing.assert_array_equal(features(raw), IMAGES.reshape(5, -1))


def test_maps_are_pooled_as_is_chosen_and_outputs_named(opened: Open) -> None:
    nodes = [
        helper.make_node("Identity", ["image"], ["maps"]),
        helper.make_node("Flatten", ["image"], ["embedding"]),
    ]
    worker = opened(model(nodes, ["n", 3, None, None], {"maps": ["n", 3, None, None], "embedding": ["n", None]}))
    assert output_names(worker.file) == ["embedding", "maps"]
    reading = default_reading(worker.file, "net.onnx")
    assert any_size(worker.file, reading)
    assert (reading.preprocessing.height, reading.preprocessing.width) == (256, 128)
    how = OnnxReading(reading.input, Preprocessing(H, W, "RGB", "0-255"), "maps")
    mean, top = worker.outputs(IMAGES, how, [("maps", "mean"), ("maps", "max")])
    np.testing.assert_allclose(mean, IMAGES.mean((1, 2)), rtol=1e-5)
    np.testing.assert_array_equal(top, IMAGES.max((1, 2)))


def test_a_size_that_does_not_fit_is_a_sentence(opened: Open) -> None:
    worker = opened(flat([1, 3, H, W]))
    start = default_reading(worker.file, "net.onnx")
    how = OnnxReading(start.input, Preprocessing(H, W), "feature")
    with pytest.raises(ReidvizError, match="fails on images"):
        worker.outputs(IMAGES[:, :8], how, [("feature", "none")])
    assert worker.alive


def custom() -> Any:
    node = helper.make_node("Run", ["image"], ["feature"], domain="evil.ops")
    return model([node], ["n", 3, H, W], {"feature": ["n", 4]}, opsets=[helper.make_opsetid("evil.ops", 1)])


def two_inputs() -> Any:
    inputs = [helper.make_tensor_value_info(name, FLOAT, ["n", 3, H, W]) for name in ("a", "b")]
    return model([helper.make_node("Add", ["a", "b"], ["c"])], [], {"c": ["n", 3, H, W]}, inputs=inputs)


def grey() -> Any:
    return model([helper.make_node("Flatten", ["image"], ["f"])], ["n", 1, H, W], {"f": ["n", H * W]})


@pytest.mark.parametrize(
    ("made", "sentence"),
    [
        (lambda: b"nothing of the kind", "not an ONNX file"),
        (lambda: flat(["n", 3, H, W]).SerializeToString()[:40], "not an ONNX file"),
        (lambda: b"", "not an ONNX file"),
        (custom, "operators of evil"),
    ],
)
def test_what_is_none_is_refused_by_one_sentence(opened: Open, made: Callable[[], Any], sentence: str) -> None:
    with pytest.raises(ReidvizError, match=sentence):
        opened(made())


@pytest.mark.parametrize(("made", "sentence"), [(two_inputs, "has 2 inputs"), (grey, "not images of three colours")])
def test_what_describes_no_image_is_refused(opened: Open, made: Callable[[], Any], sentence: str) -> None:
    worker = opened(made())
    with pytest.raises(ReidvizError, match=sentence):
        default_reading(worker.file, "net.onnx")


def outside(tmp_path: Path, place: str) -> Any:
    """A network whose weights lie in another file."""
    weights = numpy_helper.from_array(np.ones((1, 3, H, W), dtype=np.float32), "w")
    weights.data_location = TensorProto.EXTERNAL
    weights.ClearField("raw_data")
    for key, value in (("location", place), ("offset", "0"), ("length", str(4 * 3 * H * W))):
        entry = weights.external_data.add()
        entry.key, entry.value = key, value
    nodes = [helper.make_node("Mul", ["image", "w"], ["m"]), helper.make_node("Flatten", ["m"], ["feature"])]
    return model(nodes, ["n", 3, H, W], {"feature": ["n", 3 * H * W]}, weights=[weights])


@pytest.mark.parametrize("place", ["../secret.bin", "/etc/hostname", "sub/secret.bin", "secret.bin"])
def test_weights_in_files_that_were_not_given_are_not_read(opened: Open, tmp_path: Path, place: str) -> None:
    with pytest.raises(ReidvizError, match="weights lie in another file"):
        opened(outside(tmp_path, place), external=("other.bin",))


def test_a_link_beside_it_is_not_followed(opened: Open, tmp_path: Path) -> None:
    (tmp_path.parent / "secret.bin").write_bytes(bytes(4 * 3 * H * W))
    (tmp_path / "net.onnx.data").symlink_to(tmp_path.parent / "secret.bin")
    with pytest.raises(ReidvizError, match="not there or too large"):
        opened(outside(tmp_path, "net.onnx.data"), external=("net.onnx.data",))


def test_weights_beside_it_become_part_of_one_file(opened: Open, tmp_path: Path) -> None:
    weights = np.random.default_rng(1).random(3 * H * W, dtype=np.float32)
    (tmp_path / "net.onnx.data").write_bytes(weights.tobytes())
    worker = opened(outside(tmp_path, "net.onnx.data"), external=("net.onnx.data",))
    wanted = features(worker)
    worker.save(tmp_path / "whole.onnx")
    (tmp_path / "net.onnx.data").unlink()
    whole = Worker(tmp_path / "whole.onnx", "whole.onnx")
    np.testing.assert_array_equal(features(whole), wanted)
    whole.close()


def endless() -> Any:
    """A loop that never ends by itself."""
    body = helper.make_graph(
        [helper.make_node("Identity", ["keep"], ["again"]), helper.make_node("Identity", ["x"], ["y"])],
        "body",
        [
            helper.make_tensor_value_info("i", TensorProto.INT64, []),
            helper.make_tensor_value_info("keep", TensorProto.BOOL, []),
            helper.make_tensor_value_info("x", FLOAT, None),
        ],
        [helper.make_tensor_value_info("again", TensorProto.BOOL, []), helper.make_tensor_value_info("y", FLOAT, None)],
    )
    most = numpy_helper.from_array(np.array(2**62, dtype=np.int64), "most")
    true = numpy_helper.from_array(np.array(True), "true")
    nodes = [
        helper.make_node("Flatten", ["image"], ["flat"]),
        helper.make_node("Loop", ["most", "true", "flat"], ["feature"], body=body),
    ]
    return model(nodes, ["n", 3, H, W], {"feature": ["n", 3 * H * W]}, weights=[most, true])


def test_a_network_that_never_ends_is_ended(opened: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    worker = opened(endless())
    monkeypatch.setattr(onnx_worker, "SECONDS_A_BATCH", 1.0)
    with pytest.raises(ReidvizError, match="takes longer than 1 s"):
        features(worker)
    assert not worker.alive


def test_features_that_are_no_numbers_are_said(opened: Open) -> None:
    nodes = [helper.make_node("Flatten", ["image"], ["x"]), helper.make_node("Log", ["x"], ["feature"])]
    worker = opened(model(nodes, ["n", 3, H, W], {"feature": ["n", 3 * H * W]}))
    with pytest.raises(ReidvizError, match="not numbers"):
        features(worker)


def test_an_output_that_is_not_a_row_an_image_is_said(opened: Open) -> None:
    worker = opened(model([helper.make_node("ReduceSum", ["image"], ["s"], keepdims=0)], ["n", 3, H, W], {"s": []}))
    with pytest.raises(ReidvizError, match="has the shape"):
        features(worker)


def test_more_memory_than_there_is_is_a_sentence(opened: Open) -> None:
    """Sixteen thousand million numbers."""
    shape = numpy_helper.from_array(np.array([4_000, 4_000_000], dtype=np.int64), "shape")
    nodes = [
        helper.make_node("ConstantOfShape", ["shape"], ["big"]),
        helper.make_node("ReduceSum", ["big"], ["sum"], keepdims=0),
        helper.make_node("Flatten", ["image"], ["flat"]),
        helper.make_node("Add", ["flat", "sum"], ["feature"]),
    ]
    with pytest.raises(ReidvizError):
        features(opened(model(nodes, ["n", 3, H, W], {"feature": ["n", 3 * H * W]}, weights=[shape])))


def test_a_process_that_died_is_replaced(tmp_path: Path) -> None:
    file = tmp_path / "net.onnx"
    file.write_bytes(flat(["n", 3, H, W]).SerializeToString())
    worker = worker_of(file, "0" * 64, "net")
    before = features(worker)
    os.kill(worker._process.pid, 9)
    worker._process.wait()
    again = worker_of(file, "0" * 64, "net")
    assert again is not worker
    np.testing.assert_array_equal(features(again), before)
    again.close()


def test_the_graph_is_checked_in_branches_too(opened: Open) -> None:
    inner = helper.make_graph(
        [helper.make_node("Run", ["image"], ["y"], domain="evil.ops")],
        "inner",
        [],
        [helper.make_tensor_value_info("y", FLOAT, None)],
    )
    true = numpy_helper.from_array(np.array(True), "true")
    node = helper.make_node("If", ["true"], ["feature"], then_branch=inner, else_branch=inner)
    made = model([node], ["n", 3, H, W], {"feature": None}, weights=[true], opsets=[helper.make_opsetid("evil.ops", 1)])  # type: ignore[dict-item]
    with pytest.raises(ReidvizError, match="operators of evil"):
        opened(made)
