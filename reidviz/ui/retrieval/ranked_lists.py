"""The gallery as each model ranks it for a probe of the data set."""

from dataclasses import dataclass, replace
from functools import partial

import numpy as np
import streamlit as st

from reidviz.common.arrays import BoolArray, IntArray
from reidviz.data.dataset import Dataset, Split
from reidviz.data.images.decode import load_image
from reidviz.data.keys import key_of
from reidviz.evaluation.ground_truth import ground_truth
from reidviz.evaluation.pipeline.evaluate import Result
from reidviz.evaluation.pipeline.ranker import Ranker
from reidviz.evaluation.ranking.foregone import foregone
from reidviz.evaluation.ranking.ranked_list import Listed, ranked_list, ranked_places, tracklets
from reidviz.evaluation.scores import Scores
from reidviz.figures.print.files import GRIDS
from reidviz.figures.remade.lists import list_in_words, lists_grid, lists_of_probe
from reidviz.ui.marks.annotator import marked_lines
from reidviz.ui.results.certificates import certified, certified_rankers
from reidviz.ui.results.fusion_slider import Dial
from reidviz.ui.results.results_table import provenance, say_foregone
from reidviz.ui.results.scored_models import at_rest
from reidviz.ui.retrieval.probe_crop import choose_box
from reidviz.ui.retrieval.rank_image import scores_of_images
from reidviz.ui.session.choice import Choice
from reidviz.ui.session.remembered import remembered
from reidviz.ui.widgets.export import offer_export
from reidviz.ui.widgets.markup import Markdown, literal
from reidviz.ui.widgets.messages import or_stop, said
from reidviz.ui.widgets.person_cards import Card, Row, rows_html
from reidviz.ui.widgets.thumbnails import KeyedImage, thumbnail

FEWEST_A_ROW = 5


@dataclass(frozen=True)
class Shown:
    """What ranked lists show beside their order.

    shown, groups   how many images, and the tracklet of each gallery image (G,)
    truth           which gallery images are true matches and which are ignored, None if unknown
    probe           the position of the probe in the data set, None where it is an image of the user's own
    """

    shown: int
    groups: IntArray
    truth: tuple[BoolArray, BoolArray] | None
    probe: int | None = None


@dataclass(frozen=True, eq=False)
class Before:
    """Scores of the same probe that a ranked list is held against, and what they are called."""

    scores: Scores
    row: int
    told: str


def show_probe(dialled: Dial, results: list[Result], position: int) -> None:
    """The probe beside the ranked galleries of every model."""
    choice = dialled.choice
    sample = choice.dataset.samples[choice.split.probes[position]]
    truth = ground_truth(choice.dataset, choice.split).masks(position)
    left, right = st.columns([1, 6], gap="medium")
    boxed = None
    with left:
        st.markdown("**Probe**")
        if st.toggle("Box", key="boxed", help="Drag a box over the probe: which part of it decides the lists?"):
            place = int(choice.split.probes[position])
            whole = KeyedImage(or_stop(lambda: load_image(choice.dataset, place)), key_of(choice.dataset, place))
            boxed = choose_box(whole)
        else:
            with said():
                probe = thumbnail(choice.dataset, int(choice.split.probes[position]))
                st.image(probe, alt=f"probe, person {sample.identity}")
        st.caption(
            f"person {literal(sample.identity)}" + (f"  \ncamera {literal(sample.camera)}" if sample.camera else "")
        )
        shown, groups = choose_length(choice)
    with right, said():
        found: list[tuple[Ranker, Scores, int, Before | None]]
        if boxed is not None:
            found = [(ranker, scores, 0, None) for ranker, scores in scores_of_images([boxed], choice)]
        else:
            found = [(r.ranker, r.scores, position, _before(dialled, results, r, position)) for r in results]
        beside_the_dial_first = sorted(found, key=lambda one: one[0].kind != "fused")
        how = Shown(shown, groups, truth, int(choice.split.probes[position]))
        st.html(rows_html([ranked_row(choice, *one[:3], how, one[3]) for one in beside_the_dial_first]))
        _offer(choice, results, [one[:3] for one in beside_the_dial_first], position, how, boxed)


def show_source(choice: Choice) -> None:
    """What the lists are of, at the foot of the page."""
    say_foregone(foregone(ground_truth(choice.dataset, choice.split)))
    provenance(choice)


def _offer(
    choice: Choice,
    results: list[Result],
    scored: list[tuple[Ranker, Scores, int]],
    position: int,
    how: Shown,
    boxed: KeyedImage | None,
) -> None:
    """Draw what the lists can be taken away as."""
    together = len(np.unique(how.groups)) < len(how.groups)
    asked = {"probe": choice.dataset.samples[choice.split.probes[position]].id, "images": how.shown}
    lists = partial(lists_of_probe, scored, choice.dataset, choice.split, position, how.shown, together)
    if boxed is None:
        by_name = {one.ranker.name: one for one in results}
        shown = [by_name[ranker.name] for ranker, _, _ in scored]
        certificate = certified(choice, "ranked-lists", shown, tracklets=together, **asked)
    else:
        rankers = [ranker for ranker, _, _ in scored]
        certificate = certified_rankers(choice, "ranked-lists-of-a-box", rankers, tracklets=together, **asked)
    offer_export(lambda: lists_grid(lists()), GRIDS, certificate, "lists")


def _before(dialled: Dial, results: list[Result], result: Result, row: int) -> Before | None:
    """What a list is held against: the scores at the weight the dial rests at, or the distance before it was
    refined."""
    ranker = result.ranker
    rest = dialled.rests.get(ranker.name)
    if rest is not None and rest != ranker.weight:
        scores = at_rest(dialled.choice, replace(ranker, weight=rest), result.scoring).scores
        return Before(scores, row, f"weight {rest:.2f}")
    if ranker.refinement is None:
        return None
    plain_form = replace(ranker, refinement=None).source
    found = next((one for one in results if one.ranker.source == plain_form), None)
    return None if found is None else Before(found.scores, row, found.ranker.name)


def match_in_words(choice: Choice, results: list[Result], position: int) -> Markdown:
    """Where the true match of a probe stands, by every model."""
    identity = literal(choice.dataset.samples[choice.split.probes[position]].identity)
    ranks = {result.ranker.name: int(result.ranking.first[position]) for result in results}
    first = [literal(name) for name, rank in ranks.items() if rank == 1]
    behind = [Markdown(f"{rank} by {literal(name)}") for name, rank in ranks.items() if rank > 1]
    if not behind:
        by = Markdown("every model" if len(first) > 1 else first[0])
        return Markdown(f"**Person {identity}**: the true match is first by {by}.")
    if not first:
        return Markdown(
            f"**Person {identity}**: no model puts the true match first; rank {Markdown(', '.join(behind))}."
        )
    one, other = Markdown(", ".join(first)), Markdown(", ".join(behind))
    return Markdown(f"**Person {identity}**: the true match is first by {one}; rank {other}.")


def choose_length(choice: Choice) -> tuple[int, IntArray]:
    """How many images a ranked list shows, all of a few, else as many as the user wants; and the tracklet of each
    gallery image (G,), one of its own where frames are not to be taken together."""
    gallery = len(choice.split.gallery)
    groups = _tracklets(choice.dataset, choice.split)
    together = groups.max(initial=-1) + 1 < gallery and st.toggle(
        "Tracklets",
        True,
        key="one-card",
        persist_state="session",
        help="Frames of one person by one camera share one card, that of the first of them; ×3: it stands for three.",
    )
    alone = np.arange(gallery)
    if gallery <= FEWEST_A_ROW:
        return gallery, groups if together else alone
    most = min(30, gallery)
    shown = st.slider("Images a row", FEWEST_A_ROW, most, min(10, most), key=f"shown {most}", persist_state="session")
    return shown, groups if together else alone


@remembered(st.cache_resource, max_entries=8)
def _tracklets(dataset: Dataset, split: Split) -> IntArray:
    return tracklets(dataset, split)


def ranked_row(
    choice: Choice, ranker: Ranker, scores: Scores, probe: int, how: Shown, before: Before | None = None
) -> Row:
    """A ranked list of a probe by one model; its cards tell how far each has moved from where it stood before."""
    found = ranked_list(scores, probe, how.truth, how.groups, how.shown)
    marked = {} if how.probe is None else marked_lines(choice.dataset, how.probe, choice.split.gallery.tolist())
    stood = np.zeros(scores.matrix.shape[1], dtype=np.int64)
    if before is not None:
        earlier = ranked_places(before.scores, before.row, how.truth)
        stood[earlier] = np.arange(1, len(earlier) + 1)

    def card(one: Listed) -> Card:
        position = int(choice.split.gallery[one.place])
        sample = choice.dataset.samples[position]
        return Card(
            one.rank,
            thumbnail(choice.dataset, position),
            sample.identity,
            sample.camera or "",
            scores.text(probe, one.place),
            one.right,
            one.frames,
            int(stood[one.place]) - one.rank if before is not None else 0,
            "" if how.probe is None else f"{how.probe} {position}",
            marked.get(position, ""),
        )

    note = list_in_words(ranker, found)
    if before is not None:
        note += f" · ▲▼ against {before.told}"
    cards = tuple(card(one) for one in found.first)
    return Row(ranker.name, choice.style(ranker), note, cards, None if found.match is None else card(found.match))
