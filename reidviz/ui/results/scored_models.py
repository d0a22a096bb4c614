"""The results of the chosen models: at once when they are cached, else computed in the background, with progress.

Of a large gallery the cascades come first, and the scores of all pairs take their place when they are ready; where
these would take long they are computed when somebody asks for them.
"""

from dataclasses import replace
from functools import partial

import streamlit as st

from reidviz.common.printable import short
from reidviz.common.progress import Progress, duration
from reidviz.data.dataset import Dataset, Split
from reidviz.data.keys import key_of
from reidviz.evaluation.pipeline.evaluate import Result, evaluate, is_cached, seconds_kept
from reidviz.evaluation.pipeline.model_fusion import fit_fusion
from reidviz.evaluation.pipeline.ranker import Ranker
from reidviz.evaluation.scores import EXACT, Scoring
from reidviz.ui.background.jobs import board
from reidviz.ui.background.progress_bar import wait_for
from reidviz.ui.session.choice import Choice
from reidviz.ui.session.fusions import fit_key, fits, is_fitted
from reidviz.ui.session.keys import ALL_PAIRS, Key
from reidviz.ui.session.remembered import remembered
from reidviz.ui.widgets.markup import Markdown, literal

CASCADE = Scoring(cascade=100)
LONG = 900.0
"""Seconds from which the scores of all pairs wait until they are asked for."""


def results_or_progress(choice: Choice) -> list[Result]:
    """The results at hand of the chosen rankers, in that order.

    While some are missing or are only those of a cascade, progress is shown, and the page starts again by itself when
    there is more; it ends here as long as there is none.
    """
    if not choice.rankers:
        st.info("Choose at least one model in the sidebar.", icon=":material/arrow_back:")
        st.stop()
    fit_or_progress(choice)
    at_hand = _at_hand(choice)
    late = _late(choice)
    if any(
        scoring is None or (scoring is not EXACT and ranker not in late)
        for ranker, scoring in zip(choice.rankers, at_hand, strict=True)
    ):
        _compute(choice, at_hand)
    if not any(at_hand):
        st.stop()
    results = [
        _named(_result(choice, ranker, scoring))
        for ranker, scoring in zip(choice.rankers, at_hand, strict=True)
        if scoring is not None
    ]
    for recall in sorted({result.cascade.recall for result in results if result.cascade is not None}):
        st.caption(
            f"Recall@{CASCADE.cascade} of the ranking branch is {recall:.1f} %: the cascade loses at most "
            f"{100 - recall:.1f} points of rank-1."
        )
    if late:
        _offer_all_pairs(choice, late)
    return results


def at_rest(choice: Choice, ranker: Ranker, scoring: Scoring) -> Result:
    """The result of a fused ranker at the weight its dial rests at, whose scores are at hand."""
    return _kept_result(ranker, choice.dataset, choice.split, scoring)


def fit_or_progress(choice: Choice) -> None:
    """Fit the weights of two models that were fused, unless they were; the page ends meanwhile."""
    missing = [
        one for one in choice.rankers if one.form == "fused" and not is_fitted(one, choice.dataset, choice.split)
    ]
    if not missing:
        return

    def work(progress: Progress) -> None:
        for one in missing:
            found = fit_fusion(one, choice.dataset, choice.split, progress)
            fits()[fit_key(one, choice.dataset, choice.split)] = found

    names = Markdown(", ".join(literal(one.name) for one in missing))
    about = Markdown(f"**Fitting the weight** of {names} on persons that are not tested: this happens once.")
    wait_for(key_of("fit", missing, choice.dataset, choice.split), work, "Fit the weight", board(), about)
    st.stop()


def _at_hand(choice: Choice) -> tuple[Scoring | None, ...]:
    """How the best scores were computed that are on disk, for each chosen ranker."""
    found = []
    for ranker in choice.rankers:
        ways = _ways(choice, ranker)
        found.append(next((way for way in ways if is_cached(ranker, choice.dataset, choice.split, way)), None))
    return tuple(found)


def _ways(choice: Choice, ranker: Ranker) -> list[Scoring]:
    """How a ranker is scored, the best first."""
    worthwhile = ranker.cascades and len(choice.split.gallery) >= 2 * CASCADE.cascade
    return [EXACT, CASCADE] if worthwhile else [EXACT]


def _late(choice: Choice) -> dict[Ranker, float]:
    """The rankers whose scores of all pairs nobody has asked for and would take long, and the seconds they would."""
    return {} if _asked(choice).get(False) else {r: s for r in choice.rankers if (s := _seconds(choice, r)) > LONG}


def _asked(choice: Choice) -> Key[bool]:
    return ALL_PAIRS.of(key_of(choice.dataset, choice.split))


def _seconds(choice: Choice, ranker: Ranker) -> float:
    """How long the scores of all pairs would take, told from those of the cascade; 0 where they or those are missing or
    at hand."""
    ways = _ways(choice, ranker)
    if CASCADE not in ways or is_cached(ranker, choice.dataset, choice.split):
        return 0.0
    seconds = seconds_kept(ranker, choice.dataset, choice.split, CASCADE) or 0.0
    return seconds * len(choice.split.gallery) / CASCADE.cascade


def _offer_all_pairs(choice: Choice, late: dict[Ranker, float]) -> None:
    """Draw what says how long all pairs would take, and the press that has them computed."""
    names = Markdown(", ".join(literal(ranker.name) for ranker in late))
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(f"All pairs of {names} would take about {literal(duration(max(late.values())))}.", width="content")
        st.button(
            "Score all pairs",
            icon=":material/hourglass_top:",
            key="all-pairs",
            type="tertiary",
            on_click=_asked(choice).set,
            args=(True,),
        )


def _result(choice: Choice, ranker: Ranker, scoring: Scoring) -> Result:
    """A fused one is made anew each time: its weight is a dial, and mixing takes milliseconds."""
    if ranker.kind == "fused":
        return evaluate(ranker, choice.dataset, choice.split, scoring=scoring)
    return _kept_result(ranker, choice.dataset, choice.split, scoring)


@remembered(st.cache_resource, max_entries=32)
def _kept_result(ranker: Ranker, dataset: Dataset, split: Split, scoring: Scoring) -> Result:
    return evaluate(ranker, dataset, split, scoring=scoring)


def _named(result: Result) -> Result:
    """The result of a cascade under a name that says so."""
    if result.cascade is None:
        return result
    name = f"{result.ranker.name} (cascade {result.cascade.count})"
    return replace(result, ranker=replace(result.ranker, name=name))


def _compute(choice: Choice, at_hand: tuple[Scoring | None, ...]) -> None:
    asked = _asked(choice).get(False)

    def due(ranker: Ranker, scoring: Scoring) -> bool:
        """As far as is known by now: how long all pairs take is told by their cascade."""
        return scoring is CASCADE or asked or _seconds(choice, ranker) <= LONG

    def work(progress: Progress) -> None:
        distances = [(ranker, EXACT) for ranker in choice.rankers if ranker.kind not in ("probability", "fused")]
        cascades = [(ranker, CASCADE) for ranker in choice.rankers if CASCADE in _ways(choice, ranker)]
        every = [*distances, *cascades, *((ranker, EXACT) for ranker in choice.rankers)]
        missing = [one for one in every if not is_cached(one[0], choice.dataset, choice.split, one[1]) and due(*one)]
        for number, (ranker, scoring) in enumerate(missing, 1):
            if due(ranker, scoring):
                told = partial(_told, progress, f"{number} of {len(missing)}")
                evaluate(ranker, choice.dataset, choice.split, told, scoring)

    about = Markdown(
        f"**Computing the scores** of {len(choice.rankers)} models on {literal(short(choice.dataset.name))}: this "
        f"happens once, then they are kept on disk. You may change pages meanwhile. {_meanwhile(choice, at_hand)}"
    )
    key = key_of("scores", choice, int(asked))
    wait_for(key, work, "Compute the scores", board(), about, lambda: _at_hand(choice) != at_hand)


def _told(progress: Progress, place: str, done: int, total: int, what: str) -> None:
    """Progress on one of several scores, with its place among them."""
    progress(done, total, f"{place}: {what}")


def _meanwhile(choice: Choice, at_hand: tuple[Scoring | None, ...]) -> Markdown:
    """What is on screen until all is there."""
    if not any(at_hand):
        return Markdown("")
    said = []
    if CASCADE in at_hand:
        said.append(
            Markdown(
                f"*Cascade {CASCADE.cascade}* is shown first: the classifier has rescored the {CASCADE.cascade} "
                "gallery images that the ranking branch puts nearest, the others follow in its order."
            )
        )
    missing = [literal(r.name) for r, scoring in zip(choice.rankers, at_hand, strict=True) if scoring is None]
    if missing:
        said.append(Markdown(f"Still to come: {', '.join(missing)}."))
    return Markdown(" ".join(said))
