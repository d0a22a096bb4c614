"""Which region spoke for the wrong winner, and what must be hidden: a planted cause is found, and nothing where there
is none."""

import numpy as np
import pytest
import torch

from reidviz.common import settings
from reidviz.common.words import text_of
from reidviz.data.images.decode import load_image
from reidviz.evaluation.explain.counterfactual import WHERE, Counterfactual, Trial, search
from reidviz.evaluation.explain.evidence import Evidence, evidence, strongest_cell
from reidviz.evaluation.explain.hidden_lists import HiddenLists, question_of
from reidviz.evaluation.explain.hidden_scores import ROLES, Hidden
from reidviz.evaluation.explain.in_words import counterfactual_in_words, evidence_in_words, hidden_in_words
from reidviz.evaluation.explain.masking import box_mask
from reidviz.evaluation.explain.regions import CELLS, REGIONS, means
from reidviz.evaluation.explain.saliency import (
    Branch,
    Explanation,
    Method,
    by_occlusion,
    explain,
    similarity_by_features,
)
from reidviz.evaluation.ground_truth import ground_truth
from reidviz.evaluation.pipeline.evaluate import evaluate
from reidviz.evaluation.pipeline.ranker import Ranker, rankers_of
from reidviz.evaluation.scoring.describers import image_describer_of
from reidviz.models.loaded import loaded
from tests.evaluation.explain.conftest import PLANTED, Planted

SHIPPED = settings.CHECKPOINTS / "mtdnet.safetensors"
CPU = torch.device("cpu")


def lists_of(ranker: Ranker, planted: Planted) -> HiddenLists:
    before = evaluate(ranker, planted.dataset, planted.split).scores
    question = question_of(before, 0, ground_truth(planted.dataset, planted.split).masks(0))
    assert question is not None, "the double with the bag comes first"
    assert (question.match, question.wrong) == (0, 1)
    return HiddenLists(ranker, planted.dataset, planted.split, question, before)


def test_the_difference_of_two_explanations_by_hand() -> None:
    match = Explanation(-0.5, np.array([[1.0, 2.0]], np.float32), np.array([[3.0, 4.0]], np.float32))
    wrong = Explanation(-0.2, np.array([[5.0, 1.0]], np.float32), np.array([[6.0, -7.0]], np.float32))
    found = evidence(match, wrong)
    assert found.margin == pytest.approx(-0.3)
    assert found.probe.tolist() == [[-4, 1]]
    assert found.match.tolist() == [[3, 4]]
    assert found.wrong.tolist() == [[-6, 7]]


def test_nothing_speaks_for_the_wrong_winner_where_nothing_does() -> None:
    silent = Explanation(0.0, np.zeros((5, 3), np.float32), np.zeros((5, 3), np.float32))
    assert strongest_cell(evidence(silent, silent).probe, -1) is None
    assert "no region of the probe spoke for the wrong winner" in text_of(
        evidence_in_words(evidence(silent, silent), "x")
    )


def three(ranker: Ranker, planted: Planted) -> list[np.ndarray]:
    describer = image_describer_of(ranker.path, ranker.sha256)
    positions = (planted.split.probes[0], *planted.split.gallery[:2])
    return [describer.sized(load_image(planted.dataset, int(i))) for i in positions]


def test_the_planted_region_spoke_for_the_wrong_one_by_occlusion_of_any_network(
    planted: Planted, pixels: Ranker
) -> None:
    probe, match, wrong = three(pixels, planted)
    similarity = similarity_by_features(image_describer_of(pixels.path, pixels.sha256).of_sized)
    found = evidence(by_occlusion(similarity, probe, match), by_occlusion(similarity, probe, wrong))
    assert found.margin < 0
    assert strongest_cell(found.probe, -1) == PLANTED
    assert f"{PLANTED.name} of the probe" in text_of(evidence_in_words(found, "occlusion"))


def told_by_shipped(planted: Planted, branch: Branch, method: Method) -> Evidence:
    ranker = rankers_of(SHIPPED)[0]
    probe, match, wrong = three(ranker, planted)
    network, _ = loaded(ranker.path, ranker.sha256, CPU)
    return evidence(*(explain(network, branch, method, probe, other, CPU) for other in (match, wrong)))


@pytest.mark.parametrize(
    ("branch", "method"), [("ranking", "gradient"), ("ranking", "occlusion"), ("pairs", "occlusion")]
)
def test_the_planted_region_spoke_for_the_wrong_one_by_the_shipped_network(
    planted: Planted, branch: Branch, method: Method
) -> None:
    found = told_by_shipped(planted, branch, method)
    assert found.margin < 0
    assert strongest_cell(found.probe, -1) == PLANTED


def test_evidence_at_conv5_is_of_the_planted_region_or_of_one_beside_it(planted: Planted) -> None:
    """A place of conv5 sees three low-level places to each side of it, a third of the image's height."""
    found = told_by_shipped(planted, "pairs", "gradient")
    assert found.margin < 0
    strongest = np.argsort(means(found.probe))[:2]
    assert PLANTED in [CELLS[int(i)] for i in strongest]


@pytest.mark.parametrize("kind", ["distance", "probability"])
def test_hiding_the_planted_region_brings_the_true_match_first(planted: Planted, pixels: Ranker, kind: str) -> None:
    for ranker in (pixels, next(one for one in rankers_of(SHIPPED) if one.kind == kind)):
        lists = lists_of(ranker, planted)
        found = search(lists).found
        assert found is not None
        assert found.roles == ("probe",)
        assert found.region == PLANTED
        assert lists.rank(found.hidden) == 1
        assert text_of(counterfactual_in_words(search(lists), 2)) == (
            f"With {PLANTED.name} of the probe hidden the true match is first, instead of rank 2."
        )


class Told:
    """Lists of which is told what each hiding gives: its margin and the rank of the true match."""

    def __init__(self, told: dict[tuple[str, str], tuple[float, int]]) -> None:
        self.told = told
        self.ranked: list[tuple[str, str]] = []

    def _of(self, hidden: Hidden) -> tuple[str, str]:
        box = next(iter(hidden.values()))
        return WHERE[tuple(hidden)], next(one.name for one in REGIONS if one.box == box)

    def margin(self, hidden: Hidden) -> float:
        return self.told.get(self._of(hidden), (-1.0, 9))[0]

    def rank(self, hidden: Hidden) -> int:
        self.ranked.append(self._of(hidden))
        return self.told.get(self._of(hidden), (-1.0, 9))[1]

    def is_first(self, hidden: Hidden) -> bool:
        return self.rank(hidden) == 1


def searched(told: dict[tuple[str, str], tuple[float, int]]) -> tuple[Counterfactual, Told]:
    lists = Told(told)
    return search(lists), lists  # type: ignore[arg-type]


def test_the_smallest_region_is_told_then_the_one_with_the_largest_margin() -> None:
    found, lists = searched(
        {
            ("the probe", "the top fifth"): (9.0, 1),
            ("the probe", "the top left"): (0.2, 1),
            ("the probe", "the centre"): (0.5, 3),
            ("the probe", "the top right"): (0.4, 1),
        }
    )
    assert found.found is not None
    assert found.found.told == "the top right of the probe"
    assert lists.ranked == [("the probe", "the centre"), ("the probe", "the top right")]
    assert len(found.tried) == len(REGIONS)


def test_other_images_are_searched_where_the_probe_gives_nothing() -> None:
    found, _ = searched(
        {("all three images", "the centre"): (0.1, 2), ("the wrong winner", "the left third"): (0.1, 1)}
    )
    assert found.found is not None
    assert found.found.told == "the left third of the wrong winner"
    assert len(found.tried) == 4 * len(REGIONS)


def test_it_says_so_where_nothing_is_found() -> None:
    found, _ = searched({("the probe", "the upper left"): (-0.1, 4), ("the true match", "the centre"): (0.1, 2)})
    assert found.found is None
    told = text_of(counterfactual_in_words(found, 7))
    assert told.startswith("No single region brings the true match first when it is hidden, of 92 tried.")
    assert told.endswith(
        "It comes closest to the wrong winner with the upper left of the probe hidden, and stands at rank 4 then "
        "instead of 7."
    )


def test_who_passes_the_wrong_winner_and_not_the_others_is_said_to() -> None:
    found, _ = searched({("the probe", "the upper left"): (0.1, 4)})
    told = text_of(counterfactual_in_words(found, 7))
    assert "It passes the wrong winner, if not the others, with the upper left of the probe hidden" in told


def test_a_search_that_is_cancelled_ends() -> None:
    def cancelled(done: int, _total: int, _what: str) -> None:
        if done == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        search(Told({}), cancelled)  # type: ignore[arg-type]


def test_a_brushed_box_in_words() -> None:
    told = text_of(hidden_in_words((0.2, 0.0, 0.4, 0.5), list(ROLES), (7, 2), (1, 3)))
    assert told == (
        "With 10 % of all three images hidden, around the upper left, the true match stands at rank 2 instead of 7; "
        "the wrong winner at rank 3 instead of 1."
    )
    two = text_of(hidden_in_words((0.8, 0.6, 1.0, 1.0), ["probe", "wrong"], (2, 2), (1, 1)))
    assert two.startswith("With 8 % of the probe and the wrong winner hidden, around the bottom right, ")
    assert two.endswith("the true match stands at rank 2, as before; the wrong winner at rank 1, as before.")


def test_a_trial_says_what_it_hides() -> None:
    trial = Trial(CELLS[0], ("probe",), 0.0)
    assert trial.hidden == {"probe": CELLS[0].box}
    assert box_mask(CELLS[0].box, 10, 9).sum() == 6
