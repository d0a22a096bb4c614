"""How a network in ONNX is likely to be read, from what its file says: the start of every choice."""

import json
from dataclasses import replace
from typing import Any

import msgspec

from reidviz.common.errors import ReidvizError
from reidviz.common.printable import printable
from reidviz.models.added.cards import (
    MOST_SIDE,
    Aspect,
    Colour,
    Distance,
    Layout,
    OnnxInput,
    OnnxReading,
    Pooling,
    Preprocessing,
    Resizing,
    Scale,
)
from reidviz.models.added.onnx_worker import OnnxFile, Tensor

HEIGHT, WIDTH = 256, 128
"""Of a network that takes any size: what most re-identification networks are trained at."""
METADATA = "reidviz"
"""The key under which a file may say how it is read (models.onnx_export)."""
_TYPES = ("float32", "float16", "uint8")
_OF_IMAGE = {"colour": Colour, "scale": Scale, "resize": Resizing, "aspect": Aspect}
_OF_NETWORK = {"output": str, "pooling": Pooling, "distance": Distance, "mirror": bool}


def default_reading(file: OnnxFile, name: str) -> OnnxReading:
    """One image input, its first output that has a row an image, and the preprocessing that its metadata tells, or
    ImageNet's. ReidvizError for a network that takes no image, or several."""
    taken, sides = _input(file, name)
    height, width = (side or usual for side, usual in zip(sides, (HEIGHT, WIDTH), strict=True))
    if not all(8 <= side <= MOST_SIDE for side in (height, width)):
        raise ReidvizError(f"{printable(name)} takes images of {width} x {height}.", "Such a network is not read.")
    scale: Scale = "0-255" if taken.dtype == "uint8" else "ImageNet"
    reading = OnnxReading(taken, Preprocessing(height, width, scale=scale), output_names(file)[0])
    return _as_told(reading, file.metadata)


def output_names(file: OnnxFile) -> list[str]:
    """The outputs, those first that are likely features: with two sides, and called like that."""

    def unlikely(one: Tensor) -> tuple[bool, bool]:
        called = any(word in one.name.lower() for word in ("feat", "emb"))
        return not called, len(one.shape) > 2

    return [one.name for one in sorted(file.outputs, key=unlikely)]


def any_size(file: OnnxFile, reading: OnnxReading) -> bool:
    """Whether the network takes images of any size."""
    shape = next(one.shape for one in file.inputs if one.name == reading.input.name)
    return None in (shape[2:] if reading.input.layout == "NCHW" else shape[1:3])


def is_told(file: OnnxFile) -> bool:
    """Whether the file itself says how it is read."""
    return METADATA in file.metadata


def _input(file: OnnxFile, name: str) -> tuple[OnnxInput, tuple[int | None, int | None]]:
    if len(file.inputs) != 1:
        raise ReidvizError(
            f"{printable(name)} has {len(file.inputs)} inputs; a network that describes an image has one.",
            "Export the part of it that makes the feature of one image.",
        )
    (one,) = file.inputs
    layout: Layout | None = None
    if len(one.shape) == 4:
        layout = "NCHW" if one.shape[1] == 3 else "NHWC" if one.shape[3] == 3 else None
        if layout is None and one.shape[1] is None:
            layout = "NCHW"
    if layout is None:
        raise ReidvizError(
            f"{printable(name)} takes an input of shape {_shape(one)}, not images of three colours.",
            "Images are (N, 3, H, W) or (N, H, W, 3).",
        )
    if one.dtype not in _TYPES:
        raise ReidvizError(f"{printable(name)} takes {printable(one.dtype)}.", f"Images are {', '.join(_TYPES)}.")
    told = {"name": one.name, "layout": layout, "dtype": one.dtype, "batch": one.shape[0] or 0}
    taken = msgspec.convert(told, OnnxInput)
    sides = one.shape[2:4] if layout == "NCHW" else one.shape[1:3]
    return taken, (sides[0], sides[1])


def _as_told(reading: OnnxReading, metadata: dict[str, str]) -> OnnxReading:
    """The reading with what the metadata says of it; what cannot be meant is passed over."""
    try:
        told = json.loads(metadata.get(METADATA, "{}"))
    except ValueError:
        return reading
    if not isinstance(told, dict):
        return reading
    changes = {name: _if_known(told.get(name), kind) for name, kind in _OF_IMAGE.items()}
    preprocessing = replace(reading.preprocessing, **{k: v for k, v in changes.items() if v is not None})
    changes = {name: _if_known(told.get(name), kind) for name, kind in _OF_NETWORK.items()}
    return replace(reading, preprocessing=preprocessing, **{k: v for k, v in changes.items() if v is not None})


def _if_known(value: object, kind: Any) -> Any:
    """A value that is of that type, else None."""
    try:
        return msgspec.convert(value, kind)
    except msgspec.ValidationError:
        return None


def _shape(one: Tensor) -> str:
    return "(" + ", ".join("any" if side is None else str(side) for side in one.shape) + ")"
