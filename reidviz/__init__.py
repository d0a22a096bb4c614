"""Interactive visual analysis for person re-identification around MTDnet (Chen et al., AAAI 2017).

What stands in __all__ is the interface for notebooks and scripts (docs/api.md); it is imported when it is first used.
"""

import os
from importlib import import_module
from typing import TYPE_CHECKING

__version__ = "1.0.0"

# OpenMP threads that wait by spinning starve each other when a training and the app share a machine: measured on two
# cores, two trainings side by side ran five times slower each than with threads that sleep. It must be set before
# torch is imported.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

__all__ = [
    "Comparison",
    "EmbeddedImages",
    "Evaluation",
    "Hit",
    "Model",
    "PairedDifference",
    "ReidvizError",
    "compare",
    "embed",
    "evaluate",
    "load_dataset",
    "load_model",
]

if TYPE_CHECKING:
    from reidviz.api import (
        Comparison,
        EmbeddedImages,
        Evaluation,
        Hit,
        Model,
        PairedDifference,
        ReidvizError,
        compare,
        embed,
        evaluate,
        load_dataset,
        load_model,
    )
else:

    def __getattr__(name: str) -> object:
        if name not in __all__:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        return getattr(import_module("reidviz.api"), name)

    def __dir__() -> list[str]:
        return sorted({*globals(), *__all__})
