"""Marked pairs as triplets of a step: who is anchor, positive, negative; a training without marks is as before."""

import hashlib
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from reidviz.common.errors import ReidvizError
from reidviz.data.formats import load
from reidviz.data.splits.protocols import split
from reidviz.evaluation.coverage import restricted
from reidviz.evaluation.pipeline.ranker import rankers_of
from reidviz.models.model_card import read_card
from reidviz.training.batches import sample_batch
from reidviz.training.job import MarkedPair, check
from reidviz.training.marked_pairs import marked_pairs, with_marked
from reidviz.training.recipes import paper_recipe
from reidviz.training.run import train
from reidviz.training.sampler import positives
from reidviz.training.start import Start, start_of
from tests.training.conftest import EVALUATORS, RECIPE, new_run, told

CPU = torch.device("cpu")


def world(people: Path) -> tuple:
    dataset = load(f"folder:{people}")
    parts = split(dataset, "half:0")
    names = sorted(set(dataset.identities[parts.probes].tolist()))
    return dataset, parts, names


def marks_of(names: list[str]) -> tuple[MarkedPair, ...]:
    """a-b one person, b-c one person, a-d two persons; d and e two persons, of whom nothing else is known."""
    a, b, c = f"{names[0]}/A_0.png", f"{names[0]}/B_0.png", f"{names[0]}/B_1.png"
    d, e = f"{names[1]}/A_0.png", f"{names[2]}/B_0.png"
    return MarkedPair(a, b, True), MarkedPair(b, c, True), MarkedPair(a, d, False), MarkedPair(d, e, False)


def test_triplets_say_what_the_marks_say(people: Path) -> None:
    dataset, parts, names = world(people)
    marks = marks_of(names)
    marked = marked_pairs(dataset, parts.train, marks, len(parts.train))
    data = positives(dataset.identities[parts.train], dataset.cameras[parts.train])
    images = sorted({image for mark in marks for image in (mark.first, mark.second)})
    person = dict(zip(range(marked.start, marked.start + 5), (dataset.identities[parts.train].tolist()), strict=False))
    person = {marked.start + n: image.partition("/")[0] for n, image in enumerate(images)}
    for seed in range(30):
        rng = np.random.default_rng(seed)
        plain = sample_batch(data, RECIPE, 0, np.random.default_rng(seed), CPU)
        batch = with_marked(sample_batch(data, RECIPE, 0, np.random.default_rng(seed), CPU), marked, data, 4, rng)
        assert batch.images[: len(plain.images)].tolist() == plain.images.tolist()
        assert torch.equal(batch.eligible[:, : len(plain.images)], plain.eligible)
        assert not batch.eligible[:, len(plain.images) :].any()
        assert batch.marked is not None
        assert batch.marked.shape == (4, 3)
        for anchor, positive, negative in batch.images[batch.marked.numpy()].tolist():
            assert person[anchor] == person[positive]
            assert anchor != positive or person[anchor] != names[0]
            assert person.get(negative) != person[anchor]


def test_no_negative_is_of_a_person_whom_marks_link_with_the_anchor(people: Path) -> None:
    """x = y of the training person p, and z = another image of p, = w of the training person q: x is neither."""
    dataset, parts, names = world(people)
    data = positives(dataset.identities[parts.train], dataset.cameras[parts.train])
    p, q = sorted(set(dataset.identities[parts.train].tolist()))[:2]
    x, z = f"{names[0]}/A_0.png", f"{names[1]}/A_0.png"
    marks = [(x, f"{p}/A_0.png"), (f"{p}/B_1.png", z), (z, f"{q}/A_0.png")]
    marked = marked_pairs(dataset, parts.train, [MarkedPair(*one, True) for one in marks], len(parts.train))
    for seed in range(60):
        rng = np.random.default_rng(seed)
        batch = with_marked(sample_batch(data, RECIPE, 0, rng, CPU), marked, data, 3, rng)
        assert batch.marked is not None
        shown = batch.images[batch.marked.numpy()[:, 2]]
        assert not {p, q} & set(dataset.identities[parts.train[shown]].tolist())


def test_marks_that_contradict_one_another_teach_nothing(people: Path) -> None:
    dataset, parts, names = world(people)
    a, b, c, d = (f"{name}/A_0.png" for name in names[:4])
    circle = [MarkedPair(a, b, True), MarkedPair(b, c, True), MarkedPair(a, c, False)]
    marked = marked_pairs(dataset, parts.train, [*circle, MarkedPair(a, d, False)], len(parts.train))
    assert marked.same.tolist() == [0]
    assert len(set(marked.group.tolist())) == 4
    with pytest.raises(ReidvizError, match="contradict one another"):
        marked_pairs(dataset, parts.train, circle, len(parts.train))


def test_half_of_what_is_drawn_is_of_each_kind_where_there_are_as_many(people: Path) -> None:
    dataset, parts, names = world(people)
    same = [MarkedPair(f"{n}/A_0.png", f"{n}/B_0.png", True) for n in names[:6]]
    other = [MarkedPair(f"{names[0]}/A_1.png", f"{n}/B_1.png", False) for n in names[1:3]]
    data = positives(dataset.identities[parts.train], dataset.cameras[parts.train])
    for marks, count, drawn in (((*same, *other), 4, 4), ((*same, *other), 7, 7), (same, 4, 4), (other, 8, 2)):
        marked = marked_pairs(dataset, parts.train, list(marks), len(parts.train))
        batch = sample_batch(data, RECIPE, 0, np.random.default_rng(0), CPU)
        found = with_marked(batch, marked, data, count, np.random.default_rng(0)).marked
        assert found is not None
        assert len(found) == drawn


def test_the_release_s_triplets_take_marks_too(people: Path) -> None:
    recipe = replace(paper_recipe(), architecture=RECIPE.architecture, size=8, iterations=2, held_out=0.0)
    *_, names = world(people)
    run = new_run(people, people.parent / "paper", recipe=recipe, marks=marks_of(names))
    assert train(run, EVALUATORS) is not None


def digest(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


def test_marks_change_the_weights_are_told_on_the_card_and_nobody_marked_is_tested(people: Path) -> None:
    dataset, parts, names = world(people)
    marks = marks_of(names)
    recipe = replace(RECIPE, iterations=4, held_out=0.0)
    root = people.parent
    first = train(new_run(people, root / "first", recipe=recipe), EVALUATORS)
    assert first is not None
    taught = train(new_run(people, root / "taught", recipe=recipe, init=root / "first", marks=marks), EVALUATORS)
    again = train(new_run(people, root / "again", recipe=recipe, init=root / "first", marks=marks), EVALUATORS)
    alone = train(new_run(people, root / "alone", recipe=recipe, init=root / "first"), EVALUATORS)
    assert taught is not None
    assert again is not None
    assert alone is not None
    assert digest(taught) == digest(again) != digest(alone)
    card = read_card(taught)
    assert card.taught is not None
    assert (card.taught.same, card.taught.different, len(card.taught.images)) == (2, 2, 5)
    assert card.taught.start == read_card(first).sha256
    assert card.metrics[0]["probes"] == len(parts.probes) - 3 * 2
    assert read_card(alone).taught is None
    left = restricted(dataset, parts, [*rankers_of(first), *rankers_of(taught)])
    assert set(dataset.identities[left.probes]) == set(names[3:]) == set(dataset.identities[left.gallery])
    assert "3 of 8 persons were marked" in left.notes[0]
    assert restricted(dataset, parts, rankers_of(alone)) is parts


def test_what_taught_its_start_is_remembered_with_marks_and_without(people: Path) -> None:
    dataset, parts, names = world(people)
    root, recipe = people.parent, replace(RECIPE, iterations=2, held_out=0.0)
    first, second = (MarkedPair(f"{names[n]}/A_0.png", f"{names[n]}/B_0.png", True) for n in (0, 1))
    one = train(new_run(people, root / "one", recipe=recipe, marks=(first,)), EVALUATORS)
    two = train(new_run(people, root / "two", recipe=recipe, init=root / "one", marks=(second,)), EVALUATORS)
    plain = train(new_run(people, root / "plain", recipe=recipe, init=root / "two"), EVALUATORS)
    assert one is not None
    assert two is not None
    assert plain is not None
    cards = [read_card(file) for file in (one, two, plain)]
    taught = [card.taught for card in cards]
    assert [t and (t.same, t.different, len(t.images)) for t in taught] == [(1, 0, 2), (1, 0, 4), (0, 0, 4)]
    assert [t and t.has_lesson for t in taught] == [False, True, False]
    assert [card.metrics[0]["probes"] for card in cards] == [len(parts.probes) - n for n in (2, 4, 4)]
    left = restricted(dataset, parts, rankers_of(plain))
    assert set(dataset.identities[left.probes]) == set(names[2:])


def test_what_becomes_of_its_start_meanwhile_changes_nothing(people: Path) -> None:
    *_, names = world(people)
    root, recipe = people.parent, replace(RECIPE, iterations=4, held_out=0.0)
    first = train(new_run(people, root / "first", recipe=recipe), EVALUATORS)
    assert first is not None
    sha256 = read_card(first).sha256
    run = new_run(people, root / "taught", recipe=recipe, init=root / "first", marks=marks_of(names))

    def remove(done: int, total: int, what: str) -> None:
        if what.startswith("training") and (root / "first").exists():
            shutil.rmtree(root / "first")

    assert train(run, EVALUATORS, remove) == run.final
    assert not (root / "first").exists()
    taught = read_card(run.final).taught
    assert taught is not None
    assert taught.start == sha256


def test_weights_without_a_card_are_no_model(people: Path) -> None:
    root = people.parent
    first = train(new_run(people, root / "first", recipe=replace(RECIPE, iterations=2, held_out=0.0)), EVALUATORS)
    assert first is not None
    first.with_suffix(".json").unlink()
    assert start_of(first) == start_of(None) == Start()


def test_more_images_than_a_card_can_name_are_refused(people: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("reidviz.training.start.MOST_BYTES", 20)
    *_, names = world(people)
    run = new_run(people, people.parent / "run", marks=marks_of(names))
    with pytest.raises(ReidvizError, match="more images than a card can name"):
        train(run, EVALUATORS)


def test_a_stopped_training_goes_on_bit_for_bit_with_its_marks(people: Path) -> None:
    *_, names = world(people)
    recipe = replace(RECIPE, iterations=6, held_out=0.0)
    whole = new_run(people, people.parent / "whole", recipe=recipe, marks=marks_of(names))
    done = train(whole, EVALUATORS)
    halved = new_run(people, people.parent / "halved", recipe=recipe, marks=marks_of(names))

    def stop(done: int, total: int, what: str) -> None:
        if done >= 3 and what == "training":
            halved.ask_to_stop()

    train(halved, EVALUATORS, stop, save_every=0)
    resumed = train(halved, EVALUATORS)
    assert done is not None
    assert resumed is not None
    assert digest(done) == digest(resumed)
    assert told(whole) == told(halved)


def test_marks_that_cannot_be_learnt_from_are_refused(people: Path) -> None:
    *_, names = world(people)
    run = new_run(people, people.parent / "gone", marks=(MarkedPair("gone.png", f"{names[0]}/A_0.png", True),))
    with pytest.raises(ReidvizError, match="1 of 2 marked images are not in the data set"):
        train(run, EVALUATORS)
    job = replace(run.job(), marks=(MarkedPair("a", "a", True),))
    with pytest.raises(ReidvizError, match="pairs of two images"):
        check(job)
    everybody = tuple(MarkedPair(f"{n}/A_0.png", f"{n}/B_0.png", True) for n in names)
    with pytest.raises(ReidvizError, match="nobody is left to test"):
        train(new_run(people, people.parent / "all", marks=everybody), EVALUATORS)
