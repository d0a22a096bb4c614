"""What `evaluate` says of two models that it cannot tell apart."""

from typing import Any

from reidviz.cli.evaluate import against_the_best


def summary(p: float, sizes: dict[str, Any]) -> dict[str, Any]:
    pair = {"a": "x", "b": "y", "rank1_difference": 1.0, "interval": [0.5, 3.0], "p": p, "probes_for": sizes}
    models = [{"name": "x", "cmc": {"1": 50.0}}, {"name": "y", "cmc": {"1": 49.0}}]
    return {"models": models, "paired": [pair], "probes": 200}


def test_how_many_probes_would_be_needed_stands_below_it() -> None:
    said = against_the_best(summary(0.2, {"2": {"probes": 1894, "persons": 947}}))
    assert said[0].endswith("; not told apart")
    assert said[1:] == ["  To see 2 points at this variance some 1,900 probes of 950 persons would be needed."]
    enough = against_the_best(summary(0.2, {"2": {"probes": 150, "persons": 75}}))
    assert enough[1].endswith("some 150 probes of 75 persons are enough, and this test has them.")


def test_it_is_not_said_of_models_that_are_told_apart_nor_where_nothing_scatters() -> None:
    assert len(against_the_best(summary(0.01, {"2": {"probes": 1894, "persons": 947}}))) == 1
    assert len(against_the_best(summary(0.2, {}))) == 1
    old = summary(0.2, {})
    del old["paired"][0]["probes_for"]
    assert len(against_the_best(old)) == 1
