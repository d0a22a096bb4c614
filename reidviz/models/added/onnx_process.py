"""The process that runs a network in ONNX which somebody else made: a request a line on its standard input, an answer
to each on its output, with memory that is limited.

A request is a JSON object with its `task`:
  open  file, external (names that files beside it may have)  what the network takes, gives and says of itself
  save  to  the network with all its weights is written there as one file
  run   shape, reading, outputs; after the line the bytes of uint8 images   after the line float32 features an output
An answer is a line of JSON, and after it the arrays it tells the shapes of; {"message", "hint"} where it is refused.
"""

import json
import os
import resource
import sys
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from reidviz.common.arrays import Float32Array, ImageArray
from reidviz.common.errors import ReidvizError
from reidviz.common.printable import printable
from reidviz.models.added.cards import OnnxReading, Pooling
from reidviz.models.added.preprocess import values

MOST_BYTES = 1024**3
"""Of a network with all that belongs to it; an ONNX file itself holds at most 2 GB."""
MOST_MEMORY = 12 * 1024**3
DOMAINS = frozenset({"", "ai.onnx", "ai.onnx.ml", "com.microsoft"})
"""Whose operators onnxruntime has; others would need a library of code."""
TYPES = {"tensor(float)": "float32", "tensor(float16)": "float16", "tensor(uint8)": "uint8"}
IMAGES_A_RUN = 8
"""Of a network that takes any number; several such runs go on at once, which small layers gain more from than from
being shared among cores."""
MOST_AT_ONCE = 4
MOST_VALUES = 1_000_000
"""Values of an output for one image."""


class Session:
    """One network that is ready to run."""

    def __init__(self, file: Path, external: list[str]) -> None:
        """ReidvizError for what is no network of known operators, is too large, or reaches beyond its files."""
        import onnxruntime

        onnxruntime.set_default_logger_severity(4)
        self.data, self.metadata = _whole(file, external)
        options = onnxruntime.SessionOptions()
        cores = os.cpu_count() or 1
        self.pool = ThreadPoolExecutor(min(cores, MOST_AT_ONCE))
        options.intra_op_num_threads = max(1, cores // MOST_AT_ONCE)
        options.log_severity_level = 4
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")  # others read images meanwhile
        there = onnxruntime.get_available_providers()
        wanted = [one for one in ("CUDAExecutionProvider", "CPUExecutionProvider") if one in there]
        try:
            self.session = onnxruntime.InferenceSession(self.data, options, providers=wanted)
        except Exception as error:  # onnxruntime raises classes of its own, of no common base
            hint = "Export it again with standard operators."
            raise ReidvizError(f"it cannot be run ({_short(error)})", hint) from error

    def told(self) -> dict[str, Any]:
        """Inputs and outputs by name, shape (None where any size goes) and type, and the metadata."""
        inputs = [self._told(one) for one in self.session.get_inputs()]
        outputs = [self._told(one) for one in self.session.get_outputs()]
        return {"inputs": inputs, "outputs": outputs, "metadata": self.metadata}

    def run(self, images: ImageArray, reading: OnnxReading, outputs: list[tuple[str, Pooling]]) -> list[Float32Array]:
        """Some outputs (N, D) of images that have the network's size already. ReidvizError where it fails."""
        size = reading.input.batch or IMAGES_A_RUN
        parts = [images[start : start + size] for start in range(0, len(images), size)]
        found = list(self.pool.map(partial(self._some, reading=reading, outputs=outputs), parts))
        return [np.concatenate(rows) for rows in zip(*found, strict=True)]

    def _some(self, images: ImageArray, reading: OnnxReading, outputs: list[tuple[str, Pooling]]) -> list[Float32Array]:
        """The same of as many as go in at once."""
        count, batch = len(images), reading.input.batch or len(images)
        if count < batch:
            images = np.concatenate([images, np.repeat(images[-1:], batch - count, axis=0)])
        x = values(images, reading.preprocessing, reading.input)
        names = list(dict.fromkeys(name for name, _ in outputs))
        try:
            given = self.session.run(names, {reading.input.name: x})
        except Exception as error:
            raise ReidvizError(f"it fails on images ({_short(error)})", "Is their size right?") from error
        found = {name: _rows(output, batch)[:count] for name, output in zip(names, given, strict=True)}
        return [_pooled(found[name], pooling) for name, pooling in outputs]

    @staticmethod
    def _told(one: Any) -> dict[str, Any]:
        sides = [side if isinstance(side, int) and side > 0 else None for side in one.shape or []]
        return {"name": one.name, "shape": sides, "dtype": TYPES.get(one.type, one.type)}


def _whole(file: Path, external: list[str]) -> tuple[bytes, dict[str, str]]:
    """The network with all its weights as one piece, and its metadata."""
    import onnx

    try:
        model = onnx.load_model(os.fspath(file), load_external_data=False)
    except Exception as error:  # protobuf's errors, and ValueError of what is too large
        raise ReidvizError("it is not an ONNX file, or was cut short", "Export the network again.") from error
    if not model.graph.node:
        raise ReidvizError("it is not an ONNX file, or was cut short", "Export the network again.")
    own = {function.domain for function in model.functions}
    graphs = [model.graph, *model.functions]
    foreign = sorted({node.domain for graph in graphs for node in _nodes(graph.node)} - DOMAINS - own)
    if foreign:
        raise ReidvizError(
            f"it uses operators of {printable(foreign[0])[:60]}, which need a library of their own",
            "Export it with standard operators.",
        )
    places = {entry.value for one in _external(model) for entry in one.external_data if entry.key == "location"}
    beyond = sorted(places - set(external))
    if beyond:
        raise ReidvizError(
            f"its weights lie in another file, {printable(beyond[0])[:100]}",
            "Give that file too, from the same folder, or export with all weights inside.",
        )
    if places:
        for place in places:
            _check_beside(file.parent / place)
        try:
            onnx.load_external_data_for_model(model, os.fspath(file.parent))
        except Exception as error:
            raise ReidvizError("the files of its weights are not whole", "Copy both again.") from error
    if model.ByteSize() > MOST_BYTES:
        raise ReidvizError(f"it has more than {MOST_BYTES // 1024**2:,} MB", "Such a network is not read.")
    return model.SerializeToString(), {one.key: one.value for one in model.metadata_props}


def _nodes(nodes: Any) -> Any:
    """Every node, those in branches and loops too."""
    for node in nodes:
        yield node
        for attribute in node.attribute:
            for graph in (attribute.g, *attribute.graphs):
                yield from _nodes(graph.node)


def _external(model: Any) -> Any:
    """Every tensor whose values lie in another file."""
    import onnx

    graphs = [model.graph]
    while graphs:
        graph = graphs.pop()
        tensors = list(graph.initializer)
        tensors += [part for one in graph.sparse_initializer for part in (one.values, one.indices)]
        for node in graph.node:
            for attribute in node.attribute:
                tensors += [attribute.t, *attribute.tensors]
                graphs += [one for one in (attribute.g, *attribute.graphs) if one.node]
        yield from (one for one in tensors if one.data_location == onnx.TensorProto.EXTERNAL)
    for function in model.functions:
        for node in function.node:
            for attribute in node.attribute:
                if attribute.t.data_location == onnx.TensorProto.EXTERNAL:
                    yield attribute.t


def _check_beside(file: Path) -> None:
    if file.is_symlink() or not file.is_file() or file.stat().st_size > MOST_BYTES:
        name = printable(file.name)
        raise ReidvizError(f"the file {name} of its weights is not there or too large", "Copy it again.")


def _rows(output: Any, count: int) -> Any:
    """An output with a row an image. ReidvizError where it has none."""
    if not isinstance(output, np.ndarray) or output.dtype.kind not in "fiu":
        raise ReidvizError("an output is not made of numbers", "Choose another output.")
    if output.ndim < 2 or len(output) != count:
        raise ReidvizError(f"an output has the shape {output.shape} for {count} images", "Choose another output.")
    if output[0].size > MOST_VALUES:
        raise ReidvizError(f"an output has {output[0].size:,} values an image", "Choose another output.")
    return output


def _pooled(output: Any, pooling: Pooling) -> Float32Array:
    flat = output.astype(np.float32).reshape(*output.shape[:2], -1)
    if pooling == "none" or flat.shape[2] == 1:
        flat = flat.reshape(len(flat), -1)
    else:
        flat = flat.mean(2) if pooling == "mean" else flat.max(2)
    return np.ascontiguousarray(flat)


def _short(error: Exception) -> str:
    lines = str(error).strip().splitlines() or [type(error).__name__]
    return printable(lines[0])[:160]


class _Requests:
    """The requests of one parent, one after another."""

    def __init__(self) -> None:
        self.session: Session | None = None

    def answer(self, asked: dict[str, Any]) -> tuple[dict[str, Any], list[Float32Array]]:
        if asked["task"] == "open":
            self.session = Session(Path(asked["file"]), asked["external"])
            return self.session.told(), []
        assert self.session is not None
        if asked["task"] == "save":
            Path(asked["to"]).write_bytes(self.session.data)
            return {}, []
        images = np.frombuffer(sys.stdin.buffer.read(int(np.prod(asked["shape"]))), dtype=np.uint8)
        reading = msgspec.convert(asked["reading"], OnnxReading)
        found = self.session.run(images.reshape(asked["shape"]), reading, asked["outputs"])
        return {"shapes": [one.shape for one in found]}, found


def main() -> None:
    """Answer until standard input ends."""
    import onnxruntime

    if "CUDAExecutionProvider" not in onnxruntime.get_available_providers():
        resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    requests = _Requests()
    for line in sys.stdin.buffer:
        try:
            told, arrays = requests.answer(json.loads(line))
        except ReidvizError as error:
            told, arrays = {"message": error.message, "hint": error.hint}, []
        except OSError as error:
            why = error.strerror or "the disk failed"
            told, arrays = {"message": f"it cannot be kept: {why}", "hint": "Free some disk space."}, []
        except MemoryError:
            told, arrays = {"message": "it takes more memory than there is", "hint": "Try a smaller network."}, []
        sys.stdout.buffer.write(json.dumps(told).encode() + b"\n")
        for array in arrays:
            sys.stdout.buffer.write(array.data)
        sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
