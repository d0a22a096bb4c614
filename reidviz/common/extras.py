"""Packages that not everybody needs, by the extra that installs them (pyproject.toml)."""

from importlib.util import find_spec
from typing import Final

from reidviz.common.errors import ReidvizError

EXTRAS: Final = {
    "onnx": ("Networks in ONNX", ("onnx", "onnxruntime", "onnxscript")),
    "cluster": ("Galleries in Milvus", ("pymilvus",)),
}
"""What each is for, and what it must bring."""


def require_extra(name: str) -> None:
    """ReidvizError where a package of that extra is not installed."""
    purpose, packages = EXTRAS[name]
    missing = [one for one in packages if find_spec(one) is None]
    if missing:
        raise ReidvizError(
            f"{purpose} need packages that are not installed: {', '.join(missing)}.",
            f"They are reidviz's extra '{name}': pip install {' '.join(missing)}",
        )
