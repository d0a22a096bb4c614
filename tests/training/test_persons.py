"""Who trains, validates and tests when marks show some of them: the form and the training say the same."""

from dataclasses import replace
from pathlib import Path

from reidviz.data.formats import load
from reidviz.data.splits.protocols import split, validation
from reidviz.training.job import Job, MarkedPair
from reidviz.training.persons import persons_of
from reidviz.training.run import train
from reidviz.ui.training.runs import read_run
from reidviz.ui.training.start_form import _persons
from tests.training.conftest import EVALUATORS, RECIPE, new_run

RECIPE = replace(RECIPE, iterations=2, held_out=0.5)


def test_the_form_and_the_run_leave_the_same_persons_out_of_the_validation(people: Path) -> None:
    dataset = load(f"folder:{people}")
    parts = split(dataset, "half:0")
    drawn = validation(dataset, parts, 0.5, 0)
    assert drawn is not None
    held, tested = (sorted(set(dataset.identities[one.probes].tolist())) for one in (drawn, parts))
    assert (len(held), len(tested)) == (4, 8)

    def marks(count: int) -> tuple[MarkedPair, ...]:
        return tuple(MarkedPair(f"{name}/A_0.png", f"{tested[0]}/A_0.png", False) for name in held[:count])

    plain = Job(dataset.name, "half:0", "mtdnet", RECIPE, None, 0)
    for count, validated, trained in ((2, 2, 4), (3, 0, 8), (4, 0, 8)):
        found = persons_of(dataset, replace(plain, marks=marks(count)), ())
        assert len(set(dataset.identities[found.tested.probes])) == 7
        assert len(set(dataset.identities[found.trained.train])) == trained
        assert (0 if found.held_out is None else len(set(dataset.identities[found.held_out.probes]))) == validated
        told = _persons(dataset, replace(plain, marks=marks(count)))
        assert f"Trains on {trained} persons" in told
        assert (f"validates on {validated} others" if validated else "is not validated") in told
    taught = [image for mark in marks(2) for image in (mark.first, mark.second)]
    assert persons_of(dataset, plain, taught).marked == persons_of(dataset, replace(plain, marks=marks(2)), ()).marked

    runs = {n: new_run(people, people.parent / f"run {n}", recipe=RECIPE, marks=marks(n)) for n in (0, 2, 4)}
    for run in runs.values():
        assert train(run, EVALUATORS) == run.final
    seen = {n: read_run(run) for n, run in runs.items()}
    assert seen[2].started["validated_on"] == "2 of the training persons of half:0"
    assert seen[2].validations[-1]["probes"] == 4
    assert seen[4].validations == []
    assert seen[0].validation_set_id != seen[2].validation_set_id
    assert seen[0].validation_set_id == (dataset.name, "half:0", 0.5, 0, "")
