"""The combination of conditions under which a model fails most, by a shallow tree that must hold for new persons."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from reidviz.common.arrays import BoolArray, Float64Array
from reidviz.evaluation.failures.conditions import Condition, Group, Measure
from reidviz.evaluation.failures.lift import LEAST_PROBES
from reidviz.evaluation.ranking.uncertainty import DRAWS, LEVEL, Interval, Names, drawn_means

if TYPE_CHECKING:
    from sklearn.tree import DecisionTreeClassifier

DEPTH, FOLDS = 3, 5
LEAF = 0.05
"""The least share of the probes in a leaf."""


@dataclass(frozen=True, eq=False)
class Combination:
    """The leaf of the tree of all probes in which most fail, and what the tree is worth.

    group            its probes, named by its conditions
    inside, outside  rank-1 in it and of all other probes, in percent: on the probes that made the tree, so too far
                     apart
    auc              how well trees of the other persons order a person's probes by how likely they fail, 0.5 being
                     chance (cross-validated over persons); its interval over persons
    held_inside, held_outside  rank-1 in and outside the worst leaf of those trees, on the persons they did not see
    gap              the interval of the difference of these two, in points
    """

    group: Group
    inside: float
    outside: float
    auc: float
    auc_interval: Interval
    held_inside: float
    held_outside: float
    gap: Interval

    @property
    def claimed(self) -> bool:
        """Whether the tree beats chance on persons it did not see, and so does its worst leaf."""
        return self.auc_interval.low > 0.5 and self.gap.high < 0


def worst_combination(
    measures: Sequence[Measure], failed: BoolArray, persons: Names, draws: int = DRAWS, seed: int = 0
) -> Combination | None:
    """What a tree of depth DEPTH says of the failures; None where there is too little to learn it from, where it is no
    better than chance on persons it did not see, or where it finds nothing. failed, persons: of each probe (P,)."""
    if not measures or min(failed.sum(), (~failed).sum()) < LEAST_PROBES or len(np.unique(persons)) < 2 * FOLDS:
        return None
    values = np.stack([one.values for one in measures], axis=1)
    scores, worst = _held_out(values, failed, persons, seed)
    auc, ends = _auc(scores, failed, persons, draws, seed)
    if ends.low <= 0.5 or not worst.any() or worst.all():
        return None
    tree = _fitted(values, failed, seed)
    if tree.tree_.node_count == 1:
        return None
    group = _named(_path(tree, _worst_leaf(tree), measures))
    members = group.members
    found = Combination(
        group,
        100 * float((~failed)[members].mean()),
        100 * float((~failed)[~members].mean()),
        auc,
        ends,
        100 * float((~failed)[worst].mean()),
        100 * float((~failed)[~worst].mean()),
        _gap(worst, ~failed, persons, draws, seed),
    )
    return found if found.claimed else None


def _fitted(values: Float64Array, failed: BoolArray, seed: int) -> "DecisionTreeClassifier":
    from sklearn.tree import DecisionTreeClassifier

    least = max(LEAST_PROBES, round(LEAF * len(failed)))
    return DecisionTreeClassifier(max_depth=DEPTH, min_samples_leaf=least, random_state=seed).fit(values, failed)


def _held_out(values: Float64Array, failed: BoolArray, persons: Names, seed: int) -> tuple[Float64Array, BoolArray]:
    """Of each probe, by the tree of the persons of the other folds: how likely it fails (P,), and whether it is in the
    leaf of most failures (P,)."""
    from sklearn.model_selection import GroupKFold

    scores, worst = np.full(len(failed), failed.mean()), np.zeros(len(failed), dtype=bool)
    folds = GroupKFold(FOLDS, shuffle=True, random_state=seed)
    for train, test in folds.split(values, failed, np.unique(persons, return_inverse=True)[1]):
        tree = _fitted(values[train], failed[train], seed)
        if tree.tree_.node_count > 1:
            scores[test] = tree.predict_proba(values[test])[:, 1]
            worst[test] = tree.apply(values[test]) == _worst_leaf(tree)
    return scores, worst


def _worst_leaf(tree: "DecisionTreeClassifier") -> int:
    """The node of the leaf with the largest share of failures."""
    inner = tree.tree_
    share = np.where(inner.children_left < 0, inner.value[:, 0, 1] / inner.value[:, 0].sum(axis=1), -1.0)
    return int(share.argmax())


def _path(tree: "DecisionTreeClassifier", leaf: int, measures: Sequence[Measure]) -> list[Condition]:
    """The conditions that lead to a leaf, of one measure and side only the narrowest."""
    inner: Any = tree.tree_
    narrowest: dict[tuple[int, bool], float] = {}
    node = leaf
    while node:
        above = node in inner.children_right
        node = int(np.flatnonzero(inner.children_right == node if above else inner.children_left == node)[0])
        narrowest.setdefault((int(inner.feature[node]), above), float(inner.threshold[node]))
    # A tree's left side holds what is at most its threshold, a condition's lower side what is below its value.
    return [
        measures[which].dividing(float(np.nextafter(cut, np.inf)), above)
        for (which, above), cut in reversed(narrowest.items())
    ]


def _named(conditions: list[Condition]) -> Group:
    members: BoolArray = np.logical_and.reduce([one.members for one in conditions])
    return Group(" and ".join(one.name for one in conditions), members)


def _auc(scores: Float64Array, failed: BoolArray, persons: Names, draws: int, seed: int) -> tuple[float, Interval]:
    """The area under the ROC curve and its interval over persons; equal scores count half."""
    _, level = np.unique(scores, return_inverse=True)
    table = np.eye(int(level.max()) + 1)[level]
    counts = np.concatenate([table * failed[:, None], table * ~failed[:, None]], axis=1)
    values = _areas(drawn_means(counts, persons, draws, seed))
    low, high = np.nanquantile(values, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return float(_areas(counts.mean(axis=0)[None])[0]), Interval(float(low), float(high))


def _areas(counts: Float64Array) -> Float64Array:
    """Areas (D,) from the share of failures and then of hits at each level of the scores, ascending (D, 2L)."""
    failures, hits = np.split(counts, 2, axis=1)
    below = np.cumsum(hits, axis=1) - hits / 2
    with np.errstate(invalid="ignore"):
        return np.asarray((failures * below).sum(1) / (failures.sum(1) * hits.sum(1)), dtype=np.float64)


def _gap(worst: BoolArray, hit: BoolArray, persons: Names, draws: int, seed: int) -> Interval:
    """The interval of rank-1 in the worst leaves less that outside, in points."""
    columns = np.stack([worst & hit, worst, ~worst & hit, ~worst], axis=1).astype(np.float64)
    a, b, c, d = drawn_means(columns, persons, draws, seed).T
    with np.errstate(invalid="ignore", divide="ignore"):
        gap = 100 * (a / b - c / d)
    low, high = np.nanquantile(gap, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return Interval(float(low), float(high))
