"""A model looks the same wherever it stands, and no two that stand together look alike."""

from itertools import combinations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from reidviz.figures.cmc import cmc_figure
from reidviz.figures.palette import COLOURS
from reidviz.figures.style import PLACES, ModelStyle, style_of
from reidviz.models.variants import VARIANTS

NAMES = st.lists(st.sampled_from(list(PLACES)) | st.text(max_size=8), unique=True, max_size=12)
BACKGROUNDS = ("#ffffff", "#11181c")


def look(style: ModelStyle) -> tuple[str, str, str]:
    return style.colour, style.dash, style.symbol


@given(NAMES)
def test_no_two_of_twelve_models_look_alike(names: list[str]) -> None:
    styles = style_of(names)
    assert list(styles) == names
    assert len({look(style) for style in styles.values()}) == len(names)


@given(NAMES)
def test_a_shipped_model_looks_the_same_whatever_stands_beside_it(names: list[str]) -> None:
    alone = style_of(PLACES)
    assert all(style_of(names)[name] == alone[name] for name in names if name in PLACES)


@given(NAMES, st.text(min_size=9).filter(lambda name: name not in PLACES))
def test_a_model_that_is_added_behind_changes_no_other(names: list[str], added: str) -> None:
    before, after = style_of(names), style_of([*names, added])
    assert all(after[name] == before[name] for name in names)


def test_models_have_colours_of_their_own_as_long_as_there_are_some() -> None:
    shipped = [name for one in ("mtdnet-rnk", "mtdnet-cls", "mtdnet") for name, _ in VARIANTS[one].rankers]
    names = [*shipped, "mine", "yours", "theirs"]
    assert len({style.colour for style in style_of(names).values()}) == len(names) == len(COLOURS)


@given(st.sets(st.integers(0, 4), min_size=1))
def test_a_curve_looks_the_same_whichever_have_arrived(arrived: set[int]) -> None:
    chosen = ["mtdnet", "mine", "mtdnet-rnk", "yours", "mine at last"]
    styles = style_of(chosen)
    figure = cmc_figure({chosen[i]: np.array([50.0, 100.0]) for i in sorted(arrived)}, styles)
    for trace in figure.data:
        assert (trace.line.color, trace.line.dash, trace.marker.symbol) == look(styles[trace.name])


def test_every_look_before_one_comes_again() -> None:
    assert len({look(ModelStyle(place)) for place in range(168)}) == 168
    assert all(a.sign != b.sign for a, b in combinations(map(ModelStyle, range(7)), 2))


def luminance(colour: str) -> float:
    """Relative luminance as WCAG 2 defines it."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_every_colour_stands_out_from_both_backgrounds() -> None:
    for colour in COLOURS:
        for background in BACKGROUNDS:
            low, high = sorted((luminance(colour), luminance(background)))
            assert (high + 0.05) / (low + 0.05) > 2
