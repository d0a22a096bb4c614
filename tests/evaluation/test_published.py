"""Published figures stand beside the very test they are of, and nowhere else."""

from dataclasses import replace
from pathlib import Path

import pytest

from reidviz.data.dataset import Dataset, Sample
from reidviz.data.formats import load
from reidviz.data.splits.protocols import split
from reidviz.evaluation.published import FIGURES, published_for


@pytest.fixture
def cuhk01() -> Dataset:
    """Its names, without images: 971 persons, two images by either camera."""
    samples = [
        Sample(f"{person:04d}00{shot}.png", Path("/"), f"{person:04d}", "A" if shot < 3 else "B", "cuhk01")
        for person in range(1, 972)
        for shot in range(1, 5)
    ]
    return Dataset("cuhk01:/x", tuple(samples), "1")


@pytest.mark.parametrize(("protocol", "best", "how_many"), [("mtdnet-486", 59.67, 7), ("mtdnet-100", 78.5, 4)])
def test_cuhk01_by_both_recorded_lists(cuhk01: Dataset, protocol: str, best: float, how_many: int) -> None:
    found = published_for(cuhk01, split(cuhk01, protocol))
    assert len(found) == how_many
    assert found[0].cmc == {1: best}
    assert all(one.source for one in found)


def test_other_protocols_other_sizes_and_drawn_data_have_none(cuhk01: Dataset) -> None:
    parts = split(cuhk01, "mtdnet-486")
    assert published_for(cuhk01, split(cuhk01, "half:0")) == ()
    assert published_for(cuhk01, replace(parts, probes=parts.probes[1:])) == ()
    drawn = load("synthetic:cuhk01")
    assert published_for(drawn, split(drawn, "test100:0")) == ()
    assert published_for(drawn, parts) == ()


def test_every_curve_is_one() -> None:
    for marks in FIGURES.values():
        assert len({one.method for one in marks}) == len(marks)
        for one in marks:
            percent = [one.cmc[rank] for rank in sorted(one.cmc)]
            assert percent == sorted(percent)
            assert 0 < percent[0] <= percent[-1] <= 100
