"""Figures as SVG that stands within a page: the printed figure, without metadata, links and names of its own."""

import xml.etree.ElementTree as ET
from collections.abc import Sequence
from dataclasses import replace

from reidviz.data.dataset import Dataset, Split
from reidviz.evaluation.certificate import Certificate
from reidviz.evaluation.pipeline.evaluate import Result
from reidviz.evaluation.pipeline.smaller_galleries import depends_on_gallery
from reidviz.evaluation.ranking.uncertainty import MOST_BANDS
from reidviz.figures.print.files import svg
from reidviz.figures.remade.of_results import OF_RESULTS
from reidviz.figures.remade.recorded import Recorded
from reidviz.report.contents import Chart

LEFT_OUT = ("metadata", "style", "title")
RANKS_SHOWN = 20
FEWEST_PERSONS = 3
"""In the gallery, for it to be worth to draw some of them."""


def charts(dataset: Dataset, split: Split, results: Sequence[Result], certificate: Certificate) -> tuple[Chart, ...]:
    """The CMC, and rank-1 over the size of the gallery of the models whose scores tell it. certificate: of the report;
    models look as it says."""
    of = Recorded(replace(certificate, asked={"ranks": RANKS_SHOWN}), dataset, split, list(results))
    banded = "Bands are 95 % intervals over persons."
    if len(results) > MOST_BANDS:
        banded = "The bands of so many curves would hide each other: the table tells the intervals."
    found = [
        Chart(
            "Found within the first k",
            "CMC curves: percent of probes found within rank k",
            _inline(OF_RESULTS["cmc"](of), certificate, "cmc"),
            f"CMC: the share of probes with a true match among the first k gallery images. {banded}",
        )
    ]
    fixed = [one for one in results if not depends_on_gallery(one)]
    if fixed and len(set(dataset.identities[split.gallery].tolist())) >= FEWEST_PERSONS:
        found.append(
            Chart(
                "In smaller galleries",
                "Rank-1 over the number of persons in the gallery, on a logarithmic axis",
                _inline(OF_RESULTS["gallery-size"](replace(of, results=fixed)), certificate, "size"),
                "The exact mean of rank-1 over all galleries of so many persons; bands are 95 % intervals over persons."
                + _left(results, fixed),
            )
        )
    return tuple(found)


def _left(results: Sequence[Result], fixed: Sequence[Result]) -> str:
    names = [one.ranker.name for one in results if one not in fixed]
    if not names:
        return ""
    return (
        f" Not drawn: {', '.join(names)}: a cascade, re-ranking and query expansion rank otherwise in a smaller "
        "gallery."
    )


def _inline(figure: object, certificate: Certificate, prefix: str) -> str:
    """The SVG of a figure as part of an HTML page, every id behind a prefix."""
    root = ET.fromstring(svg(figure, certificate))
    for parent in list(root.iter()):
        for child in [one for one in parent if _bare(one.tag) in LEFT_OUT]:
            parent.remove(child)
    for element in root.iter():
        element.tag = _bare(element.tag)
        told = {_bare(name): value for name, value in element.attrib.items()}
        element.attrib.clear()
        element.attrib.update({name: _renamed(name, value, prefix) for name, value in told.items()})
    for size in ("width", "height"):
        root.attrib.pop(size, None)
    return ET.tostring(root, encoding="unicode", method="html")


def _bare(name: str) -> str:
    """The name of an element or attribute without its namespace, which HTML knows by itself."""
    return name.rpartition("}")[2]


def _renamed(name: str, value: str, prefix: str) -> str:
    if name == "id":
        return f"{prefix}-{value}"
    if name == "href" and value.startswith("#"):
        return f"#{prefix}-{value[1:]}"
    return value.replace("url(#", f"url(#{prefix}-")
