"""reidviz from a notebook or a script: what the pages show, as plain numbers and Plotly figures.

`import reidviz` gives all of it without importing torch, which is imported where a network computes. Errors that a user
can mend are `ReidvizError`: one sentence, and a hint. Scores and features are kept in the cache that the app and the
commands use, so that nothing is computed twice.
"""

from reidviz.api.compared import Comparison, PairedDifference, compare
from reidviz.api.embedded import EmbeddedImages, embed
from reidviz.api.evaluated import Evaluation, Hit, evaluate
from reidviz.api.opened import Model, load_dataset, load_model
from reidviz.common.errors import ReidvizError

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
