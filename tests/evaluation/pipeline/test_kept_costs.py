"""Costs that were measured are found again by the same weights on the same machine, and by nothing else."""

from dataclasses import replace
from pathlib import Path

import pytest

from reidviz.common.cache import clear, entries
from reidviz.data.formats import load
from reidviz.data.splits.protocols import split
from reidviz.evaluation.pipeline import kept_costs
from reidviz.evaluation.pipeline.cost import Cost, machine
from reidviz.evaluation.pipeline.kept_costs import KeptCosts
from reidviz.evaluation.pipeline.ranker import Ranker, rankers_of
from reidviz.evaluation.scores import EXACT, Scoring

COST = Cost(None, 3, 8, (0.25, 0.125), 40)


@pytest.fixture
def costs(people: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> KeptCosts:
    monkeypatch.setenv("REIDVIZ_CACHE", str(tmp_path / "cache"))
    data = load(people)
    return KeptCosts(data, split(data, "half:0"))


@pytest.fixture
def fused(model: Path) -> Ranker:
    return next(one for one in rankers_of(model) if one.kind == "fused")


def test_what_was_measured_is_there_after_a_restart(costs: KeptCosts, fused: Ranker) -> None:
    assert costs.get(fused, EXACT) is None
    costs.put(fused, EXACT, COST)
    found = KeptCosts(load(costs.dataset.name), costs.split).get(fused, EXACT)
    assert found is not None
    assert found.cost == COST
    assert found.machine == machine()
    assert [entry.kind for entry in entries()] == ["costs"]


def test_neither_the_dial_nor_the_name_nor_the_place_of_the_file_change_it(costs: KeptCosts, fused: Ranker) -> None:
    costs.put(fused, EXACT, COST)
    moved = tuple(replace(part, path=Path("elsewhere")) for part in fused.parts)
    assert costs.get(replace(fused, name="other", weight=0.9, path=Path("elsewhere"), parts=moved), EXACT) is not None


def test_anything_else_is_measured_anew(costs: KeptCosts, fused: Ranker, monkeypatch: pytest.MonkeyPatch) -> None:
    costs.put(fused, EXACT, COST)
    assert costs.get(fused, Scoring(cascade=2)) is None
    assert costs.get(replace(fused, sha256="0" * 64), EXACT) is None
    assert costs.get(fused.parts[0], EXACT) is None
    assert KeptCosts(costs.dataset, split(costs.dataset, "half:1")).get(fused, EXACT) is None
    monkeypatch.setattr(kept_costs, "machine", lambda: "another one")
    assert costs.get(fused, EXACT) is None
    monkeypatch.undo()


def test_another_way_of_measuring_forgets_them(
    costs: KeptCosts, fused: Ranker, monkeypatch: pytest.MonkeyPatch
) -> None:
    costs.put(fused, EXACT, COST)
    monkeypatch.setattr(kept_costs, "VERSION", kept_costs.VERSION + 1)
    assert costs.get(fused, EXACT) is None


def test_they_are_forgotten_when_asked(costs: KeptCosts, fused: Ranker) -> None:
    for scoring in (EXACT, Scoring("1-pass")):
        costs.put(fused, scoring, COST)
    costs.forget(fused, [EXACT, Scoring("4-pass")])
    assert costs.get(fused, EXACT) is None
    assert costs.get(fused, Scoring("1-pass")) is not None
    assert clear("costs") > 0
    assert costs.get(fused, Scoring("1-pass")) is None


@pytest.mark.parametrize(
    "damage", [b"", b"{", b'{"cost": 1}', b"[" * 5000, b'{"cost":{"seconds":[]}}', b"null", b" " * 10_000]
)
def test_a_damaged_one_is_measured_anew(damage: bytes, costs: KeptCosts, fused: Ranker) -> None:
    costs.put(fused, EXACT, COST)
    (file,) = entries()[0].paths
    file.write_bytes(damage)
    assert costs.get(fused, EXACT) is None


def test_a_time_that_is_none_is_refused(costs: KeptCosts, fused: Ranker) -> None:
    costs.put(fused, EXACT, replace(COST, seconds=()))
    assert costs.get(fused, EXACT) is None
    costs.put(fused, EXACT, replace(COST, seconds=(-1.0,)))
    assert costs.get(fused, EXACT) is None
