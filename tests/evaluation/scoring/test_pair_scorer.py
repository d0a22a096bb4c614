"""P(same) of many pairs equals that of the plain network on stacked maps, pair by pair and pass by pass."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from reidviz.common.arrays import Float32Array, IntArray
from reidviz.common.progress import Progress, silent
from reidviz.evaluation.scores import Scoring
from reidviz.evaluation.scoring import pair_scorer
from reidviz.evaluation.scoring.pair_scorer import Halves, PairScorer, blocks, pair_scores
from reidviz.models.architecture import Architecture
from reidviz.models.mtdnet import MTDnet, to_input
from tests.evaluation.conftest import CPU, lively_pairs, noise
from tests.evaluation.scoring.test_features import Album

PLAIN = {"8-pass": (True, True), "4-pass": (False, True), "1-pass": (False, False)}
"""Whether the gallery image comes first as well, and whether mirror images are taken."""

architectures = st.builds(
    Architecture,
    height=st.integers(39, 60),
    width=st.integers(39, 60),
    stem=st.sampled_from(["caffenet", "torchvision"]),
    conv1_padding=st.sampled_from([0, 5]),
    batch_norm=st.booleans(),
    feat=st.just(4),
    conv3=st.sampled_from([2, 6]),
    conv4=st.sampled_from([2, 6]),
    conv5=st.sampled_from([2, 6]),
    fc=st.integers(3, 9),
    dropout=st.just(0.5),
)


def plainly(made: MTDnet, probes: np.ndarray, gallery: np.ndarray, passes: str) -> np.ndarray:
    """The mean over the passes of the whole network on the stacked maps of two images."""
    both_orders, mirrors = PLAIN[passes]

    def views(image: np.ndarray) -> list[torch.Tensor]:
        x = to_input(torch.from_numpy(image[None]))
        return [made.maps(view) for view in ([x, x.flip(3)] if mirrors else [x])]

    def probability(first: torch.Tensor, second: torch.Tensor) -> float:
        return made.pair(torch.cat([first, second], dim=1)).softmax(1)[0, 1].item()

    with torch.inference_mode():
        mine, theirs = [views(p) for p in probes], [views(g) for g in gallery]
        return np.array(
            [
                [
                    np.mean([probability(*pair) for a in p for b in g for pair in [(a, b), (b, a)][: 1 + both_orders]])
                    for g in theirs
                ]
                for p in mine
            ]
        )


def scored(
    made: MTDnet,
    probes: np.ndarray | Album,
    gallery: np.ndarray | Album,
    scoring: Scoring = Scoring(),  # noqa: B008
    candidates: np.ndarray | None = None,
    progress: Progress = silent,
) -> Float32Array:
    out = np.full((len(probes), len(gallery)), np.nan, dtype=np.float32)
    pair_scores(PairScorer(made, scoring, CPU), probes, gallery, out, candidates, progress, "scoring")
    return out


def threads() -> tuple[int, int]:
    """How many this thread may use, and how many one that starts now, as each page of the app does."""
    with ThreadPoolExecutor(1) as pool:
        return torch.get_num_threads(), pool.submit(torch.get_num_threads).result()


@pytest.fixture
def cramped(monkeypatch: pytest.MonkeyPatch) -> Callable[[MTDnet, Scoring], None]:
    """Leaves room for the halves of two probes and six gallery images, and for few maps at a time."""

    def leave_room(made: MTDnet, scoring: Scoring) -> None:
        monkeypatch.setattr(pair_scorer, "MEMORY", 8 * PairScorer(made, scoring, CPU).bytes_a_image)
        monkeypatch.setattr(pair_scorer, "MAPS_AT_ONCE", {"cpu": 1})
        monkeypatch.setattr(pair_scorer, "HEADS_AT_ONCE", 5)

    return leave_room


@settings(max_examples=40)
@given(
    st.sampled_from(["mtdnet", "mtdnet-cls"]), architectures, st.integers(1, 5), st.integers(1, 5), st.integers(0, 99)
)
def test_probabilities_equal_the_plain_passes(
    variant: str, architecture: Architecture, probes: int, gallery: int, seed: int
) -> None:
    made = lively_pairs(variant, architecture, seed)
    mine, theirs = noise(probes, seed, architecture), noise(gallery, seed + 1, architecture)
    for passes in PLAIN:
        found = scored(made, mine, theirs, Scoring(passes))
        np.testing.assert_allclose(found, plainly(made, mine, theirs, passes), atol=1e-5, rtol=0)


def test_the_three_tests_are_different_tests() -> None:
    """Else the one above would hold little: neither order nor mirrors are lost on the small network."""
    made, probes, gallery = lively_pairs(), noise(2, 0), noise(3, 1)
    found = [scored(made, probes, gallery, Scoring(passes)) for passes in PLAIN]
    for i in range(3):
        assert np.abs(found[i] - found[i - 1]).max() > 1e-3
    assert np.abs(scored(made, gallery, probes, Scoring("4-pass")).T - found[1]).max() > 1e-3
    np.testing.assert_allclose(scored(made, gallery, probes).T, found[0], atol=1e-6)


@pytest.mark.parametrize("passes", PLAIN)
def test_probabilities_are_the_same_in_little_memory(passes: str, cramped: Callable[[MTDnet, Scoring], None]) -> None:
    made, probes, gallery = lively_pairs(), noise(3, 2), noise(7, 3)
    roomy = scored(made, probes, gallery, Scoring(passes))
    cramped(made, Scoring(passes))
    np.testing.assert_allclose(scored(made, probes, gallery, Scoring(passes)), roomy, atol=1e-6)


def test_without_room_for_two_images_each_is_a_block(monkeypatch: pytest.MonkeyPatch) -> None:
    made, probes, gallery = lively_pairs(), noise(2, 2), noise(3, 3)
    roomy = scored(made, probes, gallery)
    monkeypatch.setattr(pair_scorer, "MEMORY", 1)
    np.testing.assert_allclose(scored(made, probes, gallery), roomy, atol=1e-6)


@pytest.mark.parametrize("scoring", [Scoring(passes, precision) for passes in PLAIN for precision in ("fp32", "bf16")])
def test_blocks_stay_within_the_memory(
    scoring: Scoring, cramped: Callable[[MTDnet, Scoring], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    made = lively_pairs()
    cramped(made, scoring)
    held: dict[str, list[int]] = {"of_probes": [], "of_gallery": []}

    def weighed(name: str) -> Callable[[PairScorer, np.ndarray, range], Halves]:
        make = getattr(PairScorer, name)

        def of_some(scorer: PairScorer, images: np.ndarray, part: range) -> Halves:
            halves: Halves = make(scorer, images, part)
            held[name].append(sum(half.nbytes for half in (halves.first, halves.second) if half is not None))
            return halves

        return of_some

    for name in held:
        monkeypatch.setattr(PairScorer, name, weighed(name))
    scored(made, noise(3, 2), noise(7, 3), scoring)
    assert (len(held["of_gallery"]), len(held["of_probes"])) == (2, 4)
    assert max(held["of_gallery"]) == 3 * pair_scorer.MEMORY // 4
    assert max(held["of_probes"]) == pair_scorer.MEMORY // 4


@pytest.mark.usefixtures("two_threads")
@pytest.mark.parametrize("passes", PLAIN)
def test_probabilities_are_the_same_on_two_threads(passes: str) -> None:
    made, probes, gallery = lively_pairs(), noise(5, 4), noise(4, 5)
    shared = scored(made, probes, gallery, Scoring(passes))
    assert threads() == (2, 2)
    torch.set_num_threads(1)
    np.testing.assert_allclose(shared, scored(made, probes, gallery, Scoring(passes)), atol=1e-6)


@pytest.mark.parametrize("crowded", [False, True])
def test_candidates_alone_are_scored(crowded: bool, cramped: Callable[[MTDnet, Scoring], None]) -> None:
    made, probes, gallery = lively_pairs(), noise(3, 6), noise(9, 7)
    full = scored(made, probes, gallery)
    chosen = np.array([[0, 4, 8], [1, 5, 7], [2, 3, 6]])
    if crowded:
        cramped(made, Scoring())
    told: list[tuple[int, int]] = []
    found = scored(made, probes, gallery, Scoring(), chosen, lambda done, total, what: told.append((done, total)))
    for row, expected, mine in zip(found, full, chosen, strict=True):
        assert np.flatnonzero(~np.isnan(row)).tolist() == mine.tolist()
        np.testing.assert_allclose(row[mine], expected[mine], atol=1e-6)
    assert told[-1] == (9, 9)


def test_a_block_of_the_gallery_may_hold_no_candidate(cramped: Callable[[MTDnet, Scoring], None]) -> None:
    made, probes, gallery = lively_pairs(), noise(2, 6), noise(9, 7)
    full = scored(made, probes, gallery)
    cramped(made, Scoring())
    found = scored(made, probes, gallery, Scoring(), np.array([[0, 1], [7, 8]]))
    np.testing.assert_allclose(found[[0, 0, 1, 1], [0, 1, 7, 8]], full[[0, 0, 1, 1], [0, 1, 7, 8]], atol=1e-6)
    assert np.isnan(found).sum() == 14


def test_images_are_read_a_slice_at_a_time() -> None:
    probes, gallery = Album(noise(3, 8)), Album(noise(150, 9))
    scored(lively_pairs(), probes, gallery, Scoring("1-pass"))
    assert gallery.asked == [64, 64, 22]
    assert probes.asked == [3]


@pytest.mark.parametrize("passes", PLAIN)
def test_half_precision_comes_close(passes: str) -> None:
    made, probes, gallery = lively_pairs(), noise(3, 10), noise(4, 11)
    exact = scored(made, probes, gallery, Scoring(passes))
    found = scored(made, probes, gallery, Scoring(passes, "bf16"))
    np.testing.assert_allclose(found, exact, atol=2e-2)
    assert (found != exact).any()


def test_scoring_leaves_the_weights_of_a_network_alone() -> None:
    made = lively_pairs()
    before = {name: value.clone() for name, value in made.state_dict().items()}
    scored(made, noise(1, 12), noise(2, 13), Scoring("8-pass", "bf16"))
    for name, value in made.state_dict().items():
        assert value.dtype == before[name].dtype
        assert torch.equal(value, before[name])


def test_progress_counts_pairs(cramped: Callable[[MTDnet, Scoring], None]) -> None:
    made = lively_pairs()
    told: list[tuple[int, int, str]] = []
    cramped(made, Scoring())
    scored(made, noise(3, 14), noise(7, 15), progress=lambda *heard: told.append(heard))
    assert [done for done, _, _ in told] == [0, 6, 12, 18, 19, 20, 21]
    assert {(total, what) for _, total, what in told} == {(21, "scoring")}


class StopHereError(Exception):
    pass


@pytest.mark.parametrize("allowed", [1, 2])
def test_progress_can_cancel(allowed: int, two_threads: None) -> None:
    def stop(done: int, total: int, what: str) -> None:
        if done:
            raise StopHereError

    torch.set_num_threads(allowed)
    out = np.full((4, 2), np.nan, dtype=np.float32)
    with pytest.raises(StopHereError):
        pair_scores(PairScorer(lively_pairs(), Scoring(), CPU), noise(4, 16), noise(2, 17), out, None, stop, "")
    assert (out[0] >= 0).all()
    assert np.isnan(out[1:]).all()
    assert threads() == (allowed, allowed)


@pytest.mark.parametrize("candidates", [None, np.array([[0, 2], [1, 4], [2, 3], [0, 1]])])
def test_what_was_scored_before_is_passed_over(candidates: IntArray | None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Stopped after some rows, it goes on with the others and ends with the same bytes."""
    probes, gallery, made = noise(4, 16), noise(5, 17), lively_pairs()
    whole = np.full((4, 5), np.nan, dtype=np.float32)
    pair_scores(PairScorer(made, Scoring(), CPU), probes, gallery, whole, candidates)
    begun = np.full((4, 5), np.nan, dtype=np.float32)
    begun[:2] = whole[:2]
    scored = []
    plain = PairScorer.row
    monkeypatch.setattr(
        PairScorer,
        "row",
        lambda self, mine, theirs, row, *more: (scored.append(row), plain(self, mine, theirs, row, *more))[1],
    )
    told: list[int] = []
    scorer = PairScorer(made, Scoring(), CPU)
    pair_scores(scorer, probes, gallery, begun, candidates, lambda done, total, _: told.append(done))
    assert begun.tobytes() == whole.tobytes()
    assert sorted(scored) == [2, 3]
    assert told[-1] == (20 if candidates is None else 8)


def test_blocks_cover_everything_once() -> None:
    assert blocks(7, 3) == [range(3), range(3, 6), range(6, 7)]
    assert blocks(2, 0) == [range(1), range(1, 2)]
    assert blocks(2, 100) == [range(2)]
