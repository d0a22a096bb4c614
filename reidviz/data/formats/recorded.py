"""The splits that the MTDnet release recorded, as lists of test persons."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from reidviz.common.errors import ReidvizError
from reidviz.common.json_files import read_json
from reidviz.common.printable import short
from reidviz.data.by_camera import can_be_matched, images_by_camera, positions_of, single_shot, some
from reidviz.data.dataset import Dataset, Split

MOST_BYTES = 1024**2


@dataclass(frozen=True)
class Recorded:
    """The recorded splits of one data set, single shot.

    lists    the list of test persons of each protocol
    digits   of an identity
    cameras  that have to see a test person; "" where they are not known
    """

    lists: Mapping[str, str]
    digits: int = 4
    cameras: frozenset[str] = frozenset("AB")

    def protocols(self, dataset: Dataset) -> tuple[str, ...]:
        """Those whose test persons are all there."""
        return tuple(name for name in self.lists if not self._lacking(dataset, self._test(name)))

    def split(self, dataset: Dataset, protocol: str) -> Split | None:
        """The recorded persons test, the others train. ReidvizError where test persons lack images."""
        if protocol not in self.lists:
            return None
        test = self._test(protocol)
        if missing := self._lacking(dataset, test):
            raise ReidvizError(
                f"{len(missing)} of the {len(test)} test persons of {protocol} lack images: {some(missing)}.",
                "Point the app at the complete data set, or use half:SEED.",
            )
        return tested(dataset, protocol, test)

    def _test(self, protocol: str) -> set[str]:
        return {f"{int(one):0{self.digits}d}" for one in recorded_lists()[self.lists[protocol]]}

    def _lacking(self, dataset: Dataset, test: set[str]) -> list[str]:
        views = images_by_camera(dataset)
        return sorted(name for name in test if not views.get(name, {}).keys() >= self.cameras)


def tested(dataset: Dataset, protocol: str, test: set[str]) -> Split:
    """Some persons test, single shot, all others train. Persons without images by both cameras are left aside."""
    views = images_by_camera(dataset)
    shots = [single_shot(views[name]) for name in test if name in views and can_be_matched(views[name])]
    if not shots:
        raise ReidvizError(f"None of the test persons of {protocol} is in {short(dataset.name)}.", "Check its folder.")
    return Split(
        protocol=protocol,
        train=positions_of(i for i, s in enumerate(dataset.samples) if s.identity not in test),
        probes=positions_of(i for _, probes in shots for i in probes),
        gallery=positions_of(shot for shot, _ in shots),
    )


@cache
def recorded_lists() -> dict[str, list[Any]]:
    """The lists of the release by name."""
    file = Path(__file__).with_name("recorded_splits.json")
    return read_json(file, dict[str, list[Any]], f"The file {file.name}", MOST_BYTES, "Copy reidviz again.")
