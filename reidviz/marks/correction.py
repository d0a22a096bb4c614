"""What marks say of the identities of a data set: which are one person, and which cannot be."""

from collections.abc import Mapping
from dataclasses import dataclass

from reidviz.data.dataset import Dataset
from reidviz.marks.mark import Pair


@dataclass(frozen=True)
class Correction:
    """What marks change about the identities of a data set, and what they only question.

    merged        identities that are one person, a group each, the one whose name stays first
    contradicted  groups that would be one person but for a mark that says they are two: they stay apart
    doubted       pairs that are named as one person and were marked as two: they stay together, for a mark does not say
                  which other images belong to which of them
    """

    merged: tuple[tuple[str, ...], ...]
    contradicted: tuple[tuple[str, ...], ...]
    doubted: tuple[Pair, ...]

    @property
    def names(self) -> dict[str, str]:
        """The new name of each identity that gets one."""
        return {old: group[0] for group in self.merged for old in group[1:]}


def correction(dataset: Dataset, same: Mapping[Pair, bool]) -> Correction:
    """What marks, whether each pair shows one person, say of the identities. Images of nobody, and such as the data set
    has not, are passed over. The name that stays is that of the most images, of equals the first one."""
    persons = set(dataset.persons)
    person = {sample.id: sample.identity for sample in dataset.samples if sample.identity in persons}
    known = {pair: alike for pair, alike in same.items() if pair[0] in person and pair[1] in person}
    groups: dict[str, set[str]] = {}
    for pair, alike in known.items():
        one, other = (groups.setdefault(person[image], {person[image]}) for image in pair)
        if alike and one is not other:
            one |= other
            groups.update(dict.fromkeys(other, one))
    apart = [pair for pair, alike in known.items() if not alike]
    refused = {id(groups[person[a]]) for a, b in apart if person[a] != person[b] and person[b] in groups[person[a]]}
    several = {id(group): group for group in groups.values() if len(group) > 1}
    counts = {name: 0 for group in several.values() for name in group}
    for sample in dataset.samples:
        if sample.identity in counts:
            counts[sample.identity] += 1
    ordered = {key: tuple(sorted(group, key=lambda one: (-counts[one], one))) for key, group in several.items()}
    return Correction(
        tuple(sorted(group for key, group in ordered.items() if key not in refused)),
        tuple(sorted(group for key, group in ordered.items() if key in refused)),
        tuple(pair for pair in apart if person[pair[0]] == person[pair[1]]),
    )
