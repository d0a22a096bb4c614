"""What each preprocessing made a network rank, in figures and in pictures, and the choice among them."""

from dataclasses import replace

import streamlit as st

from reidviz.evaluation.pipeline.preprocessing_search import Found
from reidviz.figures.style import ModelStyle
from reidviz.models.added.cards import OnnxReading, Preprocessing, Trial
from reidviz.ui.session.choice import Choice
from reidviz.ui.widgets.markup import Markdown, literal
from reidviz.ui.widgets.messages import said
from reidviz.ui.widgets.person_cards import Card, Row, rows_html
from reidviz.ui.widgets.thumbnails import thumbnail

BEST, OTHER = ModelStyle(2), ModelStyle(7)
LISTS_AT_FIRST = 4


def choose_trial(found: Found) -> OnnxReading:
    """Draw what ranks best, and the choice; the reading by the preprocessing that is chosen."""
    trials = found.search.trials
    named = {in_words(trial.preprocessing): trial for trial in trials}
    proposed = in_words(found.reading.preprocessing)
    st.markdown(_answer(trials, named[proposed]))
    key = f"model-trial {found.search.data} {proposed}"
    chosen = st.selectbox("Prepare images as", list(named), list(named).index(proposed), key=key)
    return replace(found.reading, preprocessing=named[chosen].preprocessing)


def show_trials(choice: Choice, found: Found) -> None:
    """Whom probes are taken for by each preprocessing, and the figures of all."""
    st.header("What each preprocessing ranks", anchor=False)
    with said():
        _lists(choice, found)
    st.markdown(_table(found.search.trials))
    search = found.search
    st.caption(
        f"On {literal(search.data)}, {literal(search.protocol)}: {search.probes:,} probes, gallery of "
        f"{search.gallery:,}, none of them tested later. Below the best: points of mAP, ± one standard error over the "
        "probes."
    )


def in_words(how: Preprocessing) -> str:
    """One preprocessing as a line."""
    return f"{how.colour}, {how.scale}, {how.resize}, {how.aspect}"


def _answer(trials: tuple[Trial, ...], proposed: Trial) -> Markdown:
    """What ranks best, whether it can be told from what is proposed, and what wrong colours would cost."""
    best, name = trials[0], literal(in_words(proposed.preprocessing))
    figures = Markdown(f"rank-1 {proposed.rank1:.1f} %, mAP {proposed.mAP:.1f} %")
    if proposed is best:
        told = Markdown(f"**{name}** ranks best: {figures}.")
    else:
        other = literal(in_words(best.preprocessing))
        told = Markdown(f"**{name}** is proposed: {figures}; the best one, {other}, cannot be told from it.")
    turned = [one for one in trials if one.preprocessing.colour != proposed.preprocessing.colour]
    if not turned:
        return told
    return Markdown(f"{told} With the colours the other way round: {turned[0].rank1:.1f} %, {turned[0].mAP:.1f} %.")


def _table(trials: tuple[Trial, ...]) -> Markdown:
    hyphen = Markdown("\N{NON-BREAKING HYPHEN}")
    lines = [
        Markdown(f"| colours, values, filter, aspect | rank{hyphen}1 | mAP | below the best |\n|:---|---:|---:|---:|")
    ]
    for place, trial in enumerate(trials):
        cells = [literal(in_words(trial.preprocessing))]
        figures = [Markdown(f"{trial.rank1:.1f}"), Markdown(f"{trial.mAP:.1f}")]
        below = Markdown(f"{trials[0].mAP - trial.mAP:.1f}\u00a0±\u00a0{trial.error:.1f}" if place else "best")
        if place == 0:
            cells, figures = ([Markdown(f"**{one}**") for one in part] for part in (cells, figures))
        lines.append(Markdown("| " + " | ".join([*cells, *figures, below]) + " |"))
    return Markdown("\n".join(lines))


def _lists(choice: Choice, found: Found) -> None:
    """Whom a probe is taken for by each preprocessing."""
    probes = found.probes.tolist()
    labels = {f"person {choice.dataset.samples[i].identity}": row for row, i in enumerate(probes)}
    wanted = st.segmented_control(
        "Probe",
        list(labels),
        default=next(iter(labels)),
        required=True,
        key=f"model-probe {found.search.data}",
        format_func=literal,
    )
    row = labels.get(wanted or "", 0)
    trials = found.search.trials
    every = st.toggle("All preprocessings", key="model-lists-all") if len(trials) > LISTS_AT_FIRST else True
    shown = range(len(trials)) if every else _telling(trials)
    a, b = st.columns([1, 6])
    a.image(thumbnail(choice.dataset, probes[row]), caption="probe")
    with b:
        st.html(rows_html([_row(choice, found, place, row) for place in shown]))


def _telling(trials: tuple[Trial, ...]) -> list[int]:
    """The best, the best with the colours the other way round, the second scale, and the worst."""
    colour, scale = trials[0].preprocessing.colour, trials[0].preprocessing.scale
    turned = [i for i, one in enumerate(trials) if one.preprocessing.colour != colour][:1]
    scaled = [i for i, one in enumerate(trials) if one.preprocessing.scale != scale][:1]
    return sorted({0, *turned, *scaled, len(trials) - 1})


def _row(choice: Choice, found: Found, place: int, probe: int) -> Row:
    trial = found.search.trials[place]
    images, right = (part[probe] for part in found.lists[place])
    cards = []
    for rank, (image, is_right) in enumerate(zip(images.tolist(), right.tolist(), strict=True), 1):
        sample = choice.dataset.samples[image]
        cards.append(Card(rank, thumbnail(choice.dataset, image), sample.identity, sample.camera or "", "", is_right))
    note = f"rank-1 {trial.rank1:.1f} %, mAP {trial.mAP:.1f} %" + (" · best" if place == 0 else "")
    return Row(in_words(trial.preprocessing), OTHER if place else BEST, note, tuple(cards))
