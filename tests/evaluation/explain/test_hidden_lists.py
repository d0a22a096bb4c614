"""Lists with regions hidden: as if the images had come like that, and by hand."""

from pathlib import Path

import numpy as np
import pytest
import torch

from reidviz.data.dataset import Dataset, Split
from reidviz.data.formats import load
from reidviz.data.images.decode import load_image, resize
from reidviz.evaluation.explain import hidden_lists
from reidviz.evaluation.explain.hidden_lists import HiddenLists, Question, question_of, rank_of_match
from reidviz.evaluation.explain.hidden_scores import ROLES, Hidden
from reidviz.evaluation.explain.masking import without_box
from reidviz.evaluation.ground_truth import ground_truth
from reidviz.evaluation.pipeline.evaluate import evaluate
from reidviz.evaluation.pipeline.ranker import Ranker, rankers_of
from reidviz.evaluation.ranking.cascade import cascaded, nearest
from reidviz.evaluation.ranking.fusion import fuse
from reidviz.evaluation.scores import Scores, Scoring
from reidviz.evaluation.scoring import image as scoring_image
from reidviz.evaluation.scoring.score import score
from reidviz.models.checkpoint import load_checkpoint
from tests.conftest import SMALL
from tests.evaluation.conftest import FUSION, checkpoint
from tests.evaluation.explain.conftest import BAG, Planted

BOX = (0.2, 0.0, 0.7, 0.6)
CPU = torch.device("cpu")
WAYS: list[Hidden] = [{}, {"probe": BOX}, {"match": BOX}, {"wrong": BOX}, dict.fromkeys(ROLES, BOX)]


def multi_shot(dataset: Dataset) -> Split:
    """Two probes by camera A, and all sixteen images by camera B: two true matches each."""
    gallery = np.array([i for i in range(len(dataset.samples)) if i % 4 >= 2])
    return Split("multi", np.array([], dtype=np.int64), np.array([0, 4]), gallery)


def asked(ranker: Ranker, dataset: Dataset, parts: Split) -> HiddenLists:
    before = evaluate(ranker, dataset, parts).scores
    row, match, wrong = 1, 2, 5
    return HiddenLists(ranker, dataset, parts, Question(row, match, wrong), Scores(before.kind, before.matrix[[row]]))


def whole(lists: HiddenLists, hidden: Hidden) -> Scores:
    """The list when it is known as far as it will be."""
    *_, last = lists.lists(hidden)
    assert last.missing == 0
    return last.scores


def afresh(lists: HiddenLists, path: Path, dataset: Dataset, parts: Split, hidden: Hidden) -> dict[str, Scores]:
    """Both scores of images that came with the box hidden, by the way that scores are computed for a table."""
    network, _ = load_checkpoint(path)
    every = [np.asarray(resize(load_image(dataset, i), SMALL.height, SMALL.width)) for i in parts.gallery.tolist()]
    asked = lists.question
    probe = np.asarray(resize(load_image(dataset, int(parts.probes[asked.row])), SMALL.height, SMALL.width))
    for role, place in (("match", asked.match), ("wrong", asked.wrong)):
        if role in hidden:
            every[place] = without_box(every[place], BOX)
    probe = without_box(probe, BOX) if "probe" in hidden else probe
    return {kind: score(network, kind, probe[None], np.stack(every), CPU) for kind in ("distance", "probability")}


@pytest.mark.parametrize("kind", ["distance", "probability", "fused"])
@pytest.mark.parametrize("kept", [True, False])
def test_scores_are_those_of_images_that_came_with_the_box_hidden(
    tmp_path: Path, people: str, kind: str, kept: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not kept:
        monkeypatch.setattr(scoring_image, "MOST_BYTES", 1)
    monkeypatch.setattr(hidden_lists, "HEAD", 4)
    monkeypatch.setattr(hidden_lists, "NEXT", 3)
    path = checkpoint(tmp_path / "both.safetensors", fusion=FUSION)
    dataset = load(people)
    parts = multi_shot(dataset)
    ranker = next(one for one in rankers_of(path) if one.kind == kind)
    lists = asked(ranker, dataset, parts)
    for hidden in WAYS:
        found = whole(lists, hidden)
        both = afresh(lists, path, dataset, parts, hidden)
        wanted = fuse(both["distance"], both["probability"], FUSION.weight) if kind == "fused" else both[kind]
        assert found.kind == kind
        np.testing.assert_allclose(found.matrix, wanted.matrix, atol=2e-4)
        assert lists.rank(hidden) == rank_of_match(found, lists.same, lists.ignored)
        assert lists.is_first(hidden) == (lists.rank(hidden) == 1)


@pytest.mark.parametrize("kind", ["probability", "fused"])
@pytest.mark.parametrize("count", [1, 3, 6])
def test_the_list_of_a_cascade_is_a_cascades_again(tmp_path: Path, people: str, kind: str, count: int) -> None:
    path = checkpoint(tmp_path / "both.safetensors", fusion=FUSION)
    dataset = load(people)
    parts = multi_shot(dataset)
    ranker = next(one for one in rankers_of(path) if one.kind == kind)
    every = evaluate(ranker, dataset, parts, scoring=Scoring(cascade=count)).scores
    assert every.first_stage is not None
    before = Scores(every.kind, every.matrix[[1]], every.first_stage[[1]])
    lists = HiddenLists(ranker, dataset, parts, Question(1, 2, 5), before)
    truth = lists.same, lists.ignored
    assert lists.scored == count
    for hidden in WAYS:
        both = afresh(lists, path, dataset, parts, hidden)
        distances = both["distance"].matrix
        chosen = nearest(distances[0], count, lists.ignored)[None]
        wanted = cascaded(both["probability"].matrix, distances, chosen)
        if kind == "fused":
            wanted = fuse(both["distance"], wanted, FUSION.weight)
        np.testing.assert_allclose(whole(lists, hidden).distances(0), wanted.distances(0), atol=2e-4)
        assert lists.rank(hidden) == rank_of_match(wanted, *truth)
        assert lists.is_first(hidden) == (lists.rank(hidden) == 1)
        margin = wanted.distances(0)[5] - wanted.distances(0)[lists.same].min()
        assert lists.margin(hidden) == pytest.approx(margin, abs=2e-3)
    assert lists.rank({}) == rank_of_match(before, *truth)


def test_the_head_of_a_slow_list_comes_first_and_nothing_moves_before_it_is_scored(
    tmp_path: Path, people: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hidden_lists, "HEAD", 4)
    monkeypatch.setattr(hidden_lists, "NEXT", 3)
    dataset = load(people)
    parts = multi_shot(dataset)
    ranker = next(one for one in rankers_of(checkpoint(tmp_path / "both.safetensors")) if one.kind == "probability")
    lists = asked(ranker, dataset, parts)
    steps = [step.scores for step in lists.lists({"probe": BOX})]
    known = [int((~np.isnan(one.matrix)).sum()) for one in steps]
    assert known[0] == max(4, int(lists.same.sum()) + 1)
    assert known == sorted(known)
    assert known[-1] == len(parts.gallery)
    ranks = [rank_of_match(one, lists.same, lists.ignored) for one in steps]
    assert ranks == sorted(ranks)
    waiting = np.flatnonzero(np.isnan(steps[0].matrix[0]))
    order = np.argsort(lists.before.distances(0), kind="stable")
    now = np.argsort(steps[0].distances(0), kind="stable")
    assert [i for i in now.tolist() if i in waiting] == [i for i in order.tolist() if i in waiting]
    assert set(now[-len(waiting) :].tolist()) == set(waiting.tolist())


def test_a_network_in_onnx_by_hand(planted: Planted, pixels: Ranker) -> None:
    before = evaluate(pixels, planted.dataset, planted.split).scores
    question = question_of(before, 0, ground_truth(planted.dataset, planted.split).masks(0))
    assert question == Question(0, 0, 1)
    lists = HiddenLists(pixels, planted.dataset, planted.split, question, before)
    everyone = [
        np.asarray(load_image(planted.dataset, int(i))) for i in (*planted.split.probes, *planted.split.gallery)
    ]
    probe, match, wrong = everyone[:3]
    assert (wrong == BAG).all(2).any()
    hidden = without_box(probe, planted.region.box)
    found = whole(lists, {"probe": planted.region.box})
    by_hand = [np.square((hidden.astype(float) - other) / 255).sum() for other in everyone[1:]]
    np.testing.assert_allclose(found.matrix[0], by_hand, rtol=1e-3)
    assert lists.margin({"probe": planted.region.box}) == pytest.approx(by_hand[1] - by_hand[0], rel=1e-3)
    found = whole(lists, {"match": planted.region.box})
    masked = without_box(match, planted.region.box)
    assert found.matrix[0, 0] == pytest.approx(np.square((probe.astype(float) - masked) / 255).sum(), rel=1e-3)
    np.testing.assert_allclose(found.matrix[0, 1:], before.matrix[0, 1:])


def test_what_is_asked() -> None:
    same, ignored = np.array([False, True, False, True, False]), np.array([False, False, False, False, True])
    scores = Scores("distance", np.array([[0.1, 0.4, 0.3, 0.6, 0.0]], dtype=np.float32))
    assert question_of(scores, 7, (same, ignored)) == Question(7, 1, 0)
    assert question_of(scores, 7, (same, ignored), 2) == Question(7, 1, 2)
    assert question_of(scores, 7, (same, ignored), 3) == Question(7, 3, 0)
    assert question_of(scores, 7, (same, ignored), 4) == Question(7, 1, 0)
    ahead = Scores("distance", np.array([[0.9, 0.4, 0.8, 0.6, 0.0]], dtype=np.float32))
    assert question_of(ahead, 7, (same, ignored)) is None
    tied = Scores("distance", np.array([[0.4, 0.4, 0.8, 0.6, 0.0]], dtype=np.float32))
    assert question_of(tied, 7, (same, ignored)) == Question(7, 1, 0)
