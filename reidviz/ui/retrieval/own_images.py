"""The gallery as each model ranks it for images of the user's own, and for several images of one person at once."""

from collections.abc import Sequence
from typing import Final

import numpy as np
import streamlit as st

from reidviz.common.arrays import BoolArray, IntArray
from reidviz.common.printable import short
from reidviz.data.images.decode import load_image
from reidviz.data.images.encode import data_uri
from reidviz.data.keys import key_of
from reidviz.evaluation.pipeline.in_words import how_scored
from reidviz.evaluation.scoring.multi_query import How
from reidviz.figures.print.files import GRIDS
from reidviz.figures.print.grid import Cell
from reidviz.figures.remade.lists import Lists, lists_grid
from reidviz.ui.results.certificates import certified_rankers
from reidviz.ui.results.fusion_slider import dial
from reidviz.ui.results.results_table import training_data
from reidviz.ui.retrieval.rank_image import DataImage, scores_of_images
from reidviz.ui.retrieval.ranked_lists import Shown, choose_length, ranked_row
from reidviz.ui.session.choice import Choice
from reidviz.ui.session.selection import selected
from reidviz.ui.widgets.export import offer_export
from reidviz.ui.widgets.image_upload import MOST_IMAGES, upload_several
from reidviz.ui.widgets.markup import Markdown, literal, render
from reidviz.ui.widgets.messages import or_stop, said
from reidviz.ui.widgets.person_cards import rows_html
from reidviz.ui.widgets.thumbnails import KeyedImage

HOW: Final[tuple[How, ...]] = ("mean feature", "best score")


def show_upload(choice: Choice) -> None:
    """Drop images of one person, see whom each model takes them for."""
    mine = upload_several("Images of one person, cropped to the person", "upload")
    if not choice.rankers:
        st.info("Choose at least one model in the sidebar.")
        return
    if not mine:
        st.info(
            f"Drop an image above, or several of one person. They are ranked against the {len(choice.split.gallery):,} "
            f"gallery images of {literal(short(choice.dataset.name))} by {len(choice.rankers)} models.",
            icon=":material/upload:",
        )
        return
    note = Markdown(
        "Its identity is not known here, so no image is marked right or wrong, and the person may not be in this "
        "gallery at all: the list shows who looks nearest."
    )
    title = Markdown("Your image" if len(mine) == 1 else f"Your {len(mine)} images")
    _show(choice, mine, title, note, None)


def show_selected(choice: Choice) -> None:
    """Several selected images of one person as one probe."""
    places = selected(choice)[:MOST_IMAGES]
    persons = sorted({choice.dataset.samples[i].identity for i in places.tolist()})
    if not len(places):
        st.info("Nothing is selected: select images of one person on Embeddings, Data, Compare or Pairs.")
        return
    if len(persons) > 1:
        names = Markdown(", ".join(literal(name) for name in persons[:6]))
        st.info(
            f"The selected images show {len(persons)} persons ({names}); several images are one probe of one person."
        )
        return
    if not choice.rankers:
        st.info("Choose at least one model in the sidebar.")
        return
    images = [
        DataImage(or_stop(lambda i=i: load_image(choice.dataset, i)), key_of(choice.dataset, i), i)  # type: ignore[misc]
        for i in places.tolist()
    ]
    truth = _truth(choice, places)
    found = int(truth[0].sum())
    note = Markdown(
        f"Person {literal(persons[0])}: {found} true match{'' if found == 1 else 'es'} in the gallery besides the "
        "selected images, which are passed over."
    )
    title = Markdown(f"{len(images)} selected image{'' if len(images) == 1 else 's'}")
    _show(choice, images, title, note, truth if found else None)


def _show(
    choice: Choice,
    images: Sequence[KeyedImage],
    title: Markdown,
    note: Markdown,
    truth: tuple[BoolArray, BoolArray] | None,
) -> None:
    """The images beside the ranked lists of every model."""
    left, right = st.columns([1, 6], gap="medium")
    how: How = HOW[0]
    with left:
        st.markdown(f"**{title}**")
        if len(images) == 1:
            st.image(data_uri(images[0].image), alt="the probe")
            st.caption(f"{images[0].image.width} × {images[0].image.height} pixels")
        else:
            strip = [(data_uri(one.image), "an image of the probe") for one in images]
            st.html(render("widgets/image_row.html", kind="rv-strip", images=strip))
            how = (
                st.radio(
                    "Taken together by",
                    HOW,
                    key="multi-how",
                    format_func=literal,
                    help="Mean feature: the person's images are averaged. Best score: each gallery image by the one "
                    "that is nearest to it.",
                )
                or HOW[0]
            )
        shown, groups = choose_length(choice)
    with right:
        st.caption(note)
        choice = dial(choice, "retrieval").choice
        with said():
            found = [(ranker, scores, 0) for ranker, scores in scores_of_images(images, choice, how)]
            lists = Shown(shown, groups, truth)
            st.html(rows_html([ranked_row(choice, *one, lists) for one in found]))
            probe = Cell(images[0].image, "probe", ())
            taken = Lists(choice.dataset, choice.split, probe, "own images", found, truth, groups, shown)
            rankers = [ranker for ranker, _, _ in found]
            certificate = certified_rankers(choice, "ranked-lists-of-own-images", rankers, images=shown, how=how)
            offer_export(lambda: lists_grid(taken), GRIDS, certificate, "lists")
    together = Markdown("" if len(images) == 1 else f" {len(images)} images as one probe, by {literal(how)}.")
    st.caption(
        f"Ranked against the {len(choice.split.gallery):,} gallery images of {literal(short(choice.dataset.name))}, "
        f"protocol {literal(choice.split.protocol)}; {literal(how_scored(choice.rankers))}.{together}"
    )
    training_data(choice)


def _truth(choice: Choice, probe: IntArray) -> tuple[BoolArray, BoolArray]:
    """True matches in the gallery, and what is passed over: the selected images and, by Market-1501's rules, those by
    their cameras."""
    gallery, dataset = choice.split.gallery, choice.dataset
    mine = dataset.identities[gallery] == dataset.identities[probe[0]]
    ignored = np.isin(gallery, probe)
    if choice.split.across_cameras:
        ignored |= mine & np.isin(dataset.cameras[gallery], dataset.cameras[probe])
    return mine & ~ignored, ignored
