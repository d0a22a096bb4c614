"""The gallery as each model ranks it, for a probe of the data set and for an uploaded image."""

import numpy as np
import streamlit as st

from reidviz.common.arrays import BoolArray
from reidviz.common.printable import short
from reidviz.data.images.decode import load_image
from reidviz.data.keys import key_of
from reidviz.evaluation.ground_truth import ground_truth
from reidviz.evaluation.pipeline.evaluate import Result
from reidviz.evaluation.pipeline.ranker import Ranker
from reidviz.evaluation.ranking.foregone import foregone
from reidviz.evaluation.ranking.ranking import order
from reidviz.evaluation.scores import Scores
from reidviz.ui.results.fusion_slider import dial
from reidviz.ui.results.results_table import provenance, say_foregone, training_data
from reidviz.ui.retrieval.probe_crop import choose_box
from reidviz.ui.retrieval.rank_image import scores_of_image
from reidviz.ui.session.choice import Choice
from reidviz.ui.widgets.image_upload import upload
from reidviz.ui.widgets.markup import literal
from reidviz.ui.widgets.messages import or_stop, said
from reidviz.ui.widgets.person_cards import Card, Row, rows_html
from reidviz.ui.widgets.thumbnails import KeyedImage, data_uri, thumbnail

FEWEST_A_ROW = 5


def show_probe(choice: Choice, results: list[Result], position: int) -> None:
    """The probe beside the ranked galleries of every model."""
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
        shown = _shown(len(choice.split.gallery))
    with right, said():
        if boxed is not None:
            found = [(ranker, scores, 0) for ranker, scores in scores_of_image(boxed, choice)]
        else:
            found = [(r.ranker, r.scores, position) for r in results]
        beside_the_dial_first = sorted(found, key=lambda one: one[0].kind != "fused")
        rows = [_row(choice, ranker, scores, row, shown, truth) for ranker, scores, row in beside_the_dial_first]
        st.html(rows_html(rows))
    say_foregone(foregone(ground_truth(choice.dataset, choice.split)))
    provenance(choice)


def show_upload(choice: Choice) -> None:
    """Drop an image, see whom each model takes it for."""
    mine = upload("An image of one person, cropped to the person", "upload")
    if not choice.rankers:
        st.info("Choose at least one model in the sidebar.")
        return
    if mine is None:
        st.info(
            f"Drop an image above. It is ranked against the {len(choice.split.gallery):,} gallery images of "
            f"{literal(short(choice.dataset.name))} by {len(choice.rankers)} models.",
            icon=":material/upload:",
        )
        return
    left, right = st.columns([1, 6], gap="medium")
    with left:
        st.markdown("**Your image**")
        st.image(data_uri(mine.image), alt="the uploaded image")
        st.caption(f"{mine.image.width} × {mine.image.height} pixels")
        shown = _shown(len(choice.split.gallery))
    with right:
        st.caption(
            "Its identity is not known here, so no image is marked right or wrong, and the person may not be in this "
            "gallery at all: the list shows who looks nearest."
        )
        choice = dial(choice, "retrieval")
        with said():
            found = scores_of_image(mine, choice)
            st.html(rows_html([_row(choice, ranker, scores, 0, shown, None) for ranker, scores in found]))
    st.caption(
        f"Ranked against the {len(choice.split.gallery):,} gallery images of {literal(short(choice.dataset.name))}, "
        f"protocol {literal(choice.split.protocol)}; mean over mirror images (and both orders for P(same))."
    )
    training_data(choice)


def _shown(gallery: int) -> int:
    """How many images a ranked list shows: all of a few, else as many as the user wants."""
    if gallery <= FEWEST_A_ROW:
        return gallery
    most = min(30, gallery)
    return st.slider("Images a row", FEWEST_A_ROW, most, min(10, most), key=f"shown {most}")


def _row(
    choice: Choice,
    ranker: Ranker,
    scores: Scores,
    probe: int,
    shown: int,
    truth: tuple[BoolArray, BoolArray] | None,
) -> Row:
    """A ranked list. truth: which gallery images are true matches and which are ignored, None if unknown."""
    same, ignored = truth or (None, np.zeros(scores.matrix.shape[1], dtype=bool))
    ranked = order(scores.distances(probe), same)
    ranked = ranked[~ignored[ranked]]

    def card(rank: int) -> Card:
        place = int(ranked[rank - 1])
        sample = choice.dataset.samples[choice.split.gallery[place]]
        return Card(
            rank,
            thumbnail(choice.dataset, int(choice.split.gallery[place])),
            sample.identity,
            sample.camera or "",
            scores.text(probe, place),
            None if same is None else bool(same[place]),
        )

    note = (
        "ranked by "
        + {
            "distance": "squared distance",
            "probability": "P(same person)",
            "fused": f"both scores, weight {ranker.weight or 0:.2f}",
            "similarity": "given score, larger first",
            "dissimilarity": "re-ranked distance" if ranker.refinement else "given score, smaller first",
        }[ranker.kind]
    )
    beyond = None
    if same is not None:
        found = np.flatnonzero(same[ranked]) + 1
        first = int(found[0])
        note += f" · true match at rank {first} of {len(ranked)}"
        if len(found) > 1:
            note += f", the last of {len(found)} at {found[-1]}"
        if first > shown:
            beyond = card(first)
    cards = tuple(card(r) for r in range(1, min(shown, len(ranked)) + 1))
    return Row(ranker.name, choice.style(ranker), note, cards, beyond)
