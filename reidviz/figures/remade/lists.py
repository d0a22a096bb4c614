"""Ranked lists of one probe as a grid of images."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from reidviz.common.arrays import BoolArray, IntArray
from reidviz.common.errors import ReidvizError
from reidviz.common.printable import printable
from reidviz.data.catalogue.in_words import lines_below
from reidviz.data.dataset import Dataset, Split
from reidviz.data.images.decode import load_image
from reidviz.evaluation.ground_truth import ground_truth
from reidviz.evaluation.pipeline.ranker import Ranker
from reidviz.evaluation.ranking.ranked_list import Listed, RankedList, ranked_list, tracklets
from reidviz.evaluation.scores import Scores
from reidviz.evaluation.tables import Cell as TableCell
from reidviz.evaluation.tables import Table
from reidviz.figures.print.grid import MOST_COLUMNS, Cell, ImageGrid
from reidviz.figures.remade.recorded import CHANGED, Recorded, asked


@dataclass(frozen=True, eq=False)
class Lists:
    """The lists of one probe.

    probe    its image, and what stands below; name: what it is called in the table
    scored   a ranker each, its scores, and the row of the probe in these
    truth    true matches and ignored images of the gallery, each (G,); None where nobody knows them
    groups   the tracklet of each gallery image (G,), one of its own where frames are not taken together
    shown    images of a list
    """

    dataset: Dataset
    split: Split
    probe: Cell
    name: str
    scored: Sequence[tuple[Ranker, Scores, int]]
    truth: tuple[BoolArray, BoolArray] | None
    groups: IntArray
    shown: int


def lists_grid(lists: Lists) -> ImageGrid:
    """A row a model: the probe, its first images and, where it is not among them, the first true match."""
    drawn, rows = [], []
    for ranker, scores, row in lists.scored:
        found = ranked_list(scores, row, lists.truth, lists.groups, lists.shown)
        listed = [*found.first]
        if found.match is not None and found.match.place not in {one.place for one in listed}:
            listed.append(found.match)
        cells = [_cell(lists, scores.text(row, one.place), one) for one in listed]
        drawn.append((f"{ranker.name}: {list_in_words(ranker, found)}", (lists.probe, *cells)))
        rows += [(lists.name, ranker.name, *_told(lists, float(scores.matrix[row, one.place]), one)) for one in listed]
    heads = ("probe", "model", "rank", "identity", "camera", "score", "true match")
    return ImageGrid(tuple(drawn), Table(heads, tuple(rows), digits={"score": 4}))


def lists_of_probe(
    scored: Sequence[tuple[Ranker, Scores, int]], dataset: Dataset, split: Split, probe: int, shown: int, together: bool
) -> Lists:
    """Of a probe at a place among the probes of a split; together: whether frames of a tracklet share one image."""
    position = int(split.probes[probe])
    sample = dataset.samples[position]
    image = Cell(load_image(dataset, position), "probe", lines_below(sample))
    truth = ground_truth(dataset, split).masks(probe)
    groups = tracklets(dataset, split) if together else np.arange(len(split.gallery))
    return Lists(dataset, split, image, sample.id, scored, truth, groups, shown)


def list_in_words(ranker: Ranker, found: RankedList) -> str:
    """What a list is ordered by, and where the true matches stand."""
    told = _ordered_by(ranker)
    if found.matches is None:
        return told
    told += f" · true match at rank {found.matches[0]:,} of {found.length:,}"
    return told if len(found.matches) == 1 else f"{told}, the last of {len(found.matches)} at {found.matches[-1]:,}"


def ranked_lists(of: Recorded) -> ImageGrid:
    """The lists of a record."""
    wanted = of.text("probe")
    places = [place for place, at in enumerate(of.split.probes) if of.dataset.samples[at].id == wanted]
    if not places:
        raise ReidvizError(f"{printable(wanted)} is no probe of this split.", CHANGED)
    together = bool(asked(of.certificate, "tracklets", bool))
    scored = [(one.ranker, one.scores, places[0]) for one in of.results]
    shown = int(of.number("images", 1, MOST_COLUMNS - 2))
    return lists_grid(lists_of_probe(scored, of.dataset, of.split, places[0], shown, together))


def _ordered_by(ranker: Ranker) -> str:
    """What a list is ordered by."""
    return (
        "ranked by "
        + {
            "distance": "squared distance",
            "probability": "P(same person)",
            "fused": f"both scores, weight {ranker.weight or 0:.2f}",
            "similarity": "given score, larger first",
            "dissimilarity": "re-ranked distance" if ranker.refinement else "given score, smaller first",
        }[ranker.kind]
    )


def _cell(lists: Lists, score: str, one: Listed) -> Cell:
    position = int(lists.split.gallery[one.place])
    sample = lists.dataset.samples[position]
    head = f"{one.rank}" if one.frames == 1 else f"{one.rank} ×{one.frames}"
    return Cell(load_image(lists.dataset, position), head, (*lines_below(sample), score), one.right)


def _told(lists: Lists, score: float, one: Listed) -> tuple[TableCell, ...]:
    sample = lists.dataset.samples[int(lists.split.gallery[one.place])]
    right = None if one.right is None else "yes" if one.right else "no"
    return one.rank, sample.identity, sample.camera or "", None if np.isnan(score) else score, right
