"""A figure, table or grid of images made again from its record: equal, or one sentence that says what is missing."""

from collections.abc import Callable, Mapping
from typing import Final

from reidviz.common.errors import ReidvizError
from reidviz.common.printable import printable
from reidviz.common.progress import Progress
from reidviz.data.dataset import Dataset
from reidviz.data.formats import load
from reidviz.data.splits.protocols import split
from reidviz.evaluation.certificate import Certificate
from reidviz.evaluation.coverage import restricted
from reidviz.evaluation.pipeline.recorded_rankers import rankers_recorded, results_recorded
from reidviz.figures.print.files import Made
from reidviz.figures.remade.lists import ranked_lists
from reidviz.figures.remade.of_costs import pareto
from reidviz.figures.remade.of_data import OF_DATA
from reidviz.figures.remade.of_pairs import OF_PAIRS
from reidviz.figures.remade.of_results import OF_RESULTS
from reidviz.figures.remade.of_runs import OF_RUNS
from reidviz.figures.remade.recorded import Recorded
from reidviz.figures.remade.tables import TABLES

OF_MODELS: Final[Mapping[str, Callable[[Recorded], Made]]] = {
    **OF_RESULTS,
    **OF_PAIRS,
    **TABLES,
    "pareto": pareto,
    "ranked-lists": ranked_lists,
}
REMADE: Final = frozenset({*OF_DATA, *OF_RUNS, *OF_MODELS})
"""The kinds that are made again."""
OWN_IMAGES: Final = ("images of your own are not kept.", "Upload them once more on the page.")
JOINT: Final = (
    "a comparison of two networks on pairs of two data sets is chosen on Joint maps.",
    "Choose there the networks that the record names.",
)
MAP: Final = (
    "a map depends on the images, colours and filters that were chosen on Embeddings.",
    "Choose there what the record names.",
)
FAILURES: Final = (
    "what failures have in common is looked for anew.",
    "Run python -m reidviz failures, or see Compare, Failures.",
)
TIME: Final = ("which validations are compared is chosen on Train.", "Move to the steps that the record names.")
NOT_REMADE: Final[Mapping[str, tuple[str, str]]] = {
    "cost": ("costs are measured, and no two measurements are equal.", "Measure again on Compare, Cost."),
    "pair": ("what models say of two images is told on Pairs.", "Choose there the images that the record names."),
    "passes-of-own-images": OWN_IMAGES,
    "ranked-lists-of-own-images": OWN_IMAGES,
    "ranked-lists-of-a-box": ("a box in a probe is drawn by hand.", "Draw it once more on Retrieval."),
    "map": MAP,
    "map-distances": MAP,
    "map-numbers": MAP,
    "joint-distances": JOINT,
    "joint-plane": JOINT,
    "joint-numbers": JOINT,
    "failures": FAILURES,
    "mended": FAILURES,
    "time-map": TIME,
    "learnt": TIME,
    "persons-learnt": TIME,
    "time-cmc": TIME,
    "time-fusion": TIME,
    "runs": ("runs go on, and the table is as they stand now.", "See Train."),
    "family": ("its models are trained anew.", "Run the command of the record."),
}
"""Why the other kinds are not, and what to do."""


def command_of(kind: str) -> str:
    """What makes a figure of a kind of REMADE again, from its file as it is called when it is taken away."""
    form = "csv" if kind in (*TABLES, "test-results") else "png" if kind == "ranked-lists" else "svg"
    return f"python -m reidviz figure --from {kind}.{form} --out again.{form}"


def made_again(certificate: Certificate, data: str | None, progress: Progress) -> Made:
    """What the record tells of. data: where its data set lies, "NAME:FOLDER"; None: by the name in the record.

    ReidvizError where its kind is not made again, or its images, split, weights or runs are not here.
    """
    kind = certificate.kind
    if kind in OF_RUNS:
        return OF_RUNS[kind](certificate)
    if kind in NOT_REMADE:
        why, hint = NOT_REMADE[kind]
        raise ReidvizError(f"This is not made again: {why}", hint)
    if kind not in REMADE:
        raise ReidvizError(f"A figure of the kind {printable(kind)} is not known here.", "A newer version may know it.")
    dataset = _dataset(certificate, data)
    if kind in OF_DATA:
        return OF_DATA[kind](dataset)
    rankers = rankers_recorded(certificate)
    parts = restricted(dataset, split(dataset, certificate.protocol), rankers)
    if parts.key != certificate.split:
        raise ReidvizError("The split is not that of this figure.", "It was made where other images were known.")
    results = results_recorded(certificate, rankers, dataset, parts, progress)
    return OF_MODELS[kind](Recorded(certificate, dataset, parts, results, progress))


def _dataset(certificate: Certificate, data: str | None) -> Dataset:
    dataset = load(data or certificate.data)
    if dataset.manifest_hash != certificate.data_hash:
        raise ReidvizError(
            f"The images of {printable(dataset.name)} are not those that this figure was made of.",
            "Give --data NAME:FOLDER with the same images.",
        )
    return dataset
