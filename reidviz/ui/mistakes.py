"""The hardest triplets and pairs of a validation as pictures: a probe, its true match, and who was taken for it."""

from typing import Any

from reidviz.data.dataset import Dataset
from reidviz.errors import ReidvizError
from reidviz.ui.markup import Html, Markdown, in_html
from reidviz.ui.pictures import thumbnail
from reidviz.ui.ranked import STYLE as CARDS

STYLE = Html(
    CARDS
    + """
<style>
.rv-hard { display: grid; grid-template-columns: repeat(auto-fill, minmax(250px, 1fr)); gap: .9rem 1.1rem; }
.rv-hard figure { display: grid; grid-template-columns: repeat(3, minmax(0, 1fr)); gap: .4rem; margin: 0;
  padding: .45rem; border-radius: 10px; background: rgba(128,128,128,.09); }
.rv-hard .rv-card { max-width: none; }
</style>
"""
)


def mistakes_html(reading: dict[str, Any], dataset: Dataset) -> Html:
    """The mistakes of one reading, the worst first. Raises ReidvizError when a picture cannot be read."""
    shown = [_mistake(one, reading, dataset) for one in reading["mistakes"]]
    return Html(f'{STYLE}<div class="rv-hard">{"".join(shown)}</div>')


def mistakes_title(reading: dict[str, Any]) -> Markdown:
    """What they are, and how to read them."""
    if reading["kind"] == "distance":
        return Markdown("Hardest triplets: by squared distance, a wrong person is nearer than the true match")
    return Markdown("Hardest pairs: a wrong person gets a higher P(same) than the true match")


def _mistake(mistake: dict[str, Any], reading: dict[str, Any], dataset: Dataset) -> Html:
    rank = int(mistake["rank"])
    match, other = (_score(reading, mistake[which]) for which in ("match_score", "other_score"))
    right, wrong = Html('<span class="right-sign">✓</span>'), Html('<span class="wrong-sign">✗</span>')
    return Html(
        "<figure>"
        + _card(dataset, mistake["probe"], "unknown", "<span>probe</span>", "probe", "")
        + _card(dataset, mistake["match"], "right", f"<span>{rank}</span>{right}", f"true match at rank {rank}", match)
        + _card(dataset, mistake["other"], "wrong", f"<span>1</span>{wrong}", "wrong person at rank 1", other)
        + "</figure>"
    )


def _card(dataset: Dataset, position: int, kind: Html, top: Html, words: str, score: str) -> Html:
    if position >= len(dataset.samples):
        raise ReidvizError("The validation names a picture that its data set does not have: events.jsonl is damaged.")
    sample = dataset.samples[position]
    label = in_html(f"{words}: person {sample.identity}" + (f", {score}" if score else ""))
    return Html(
        f'<div class="rv-card {kind}" title="{label}"><div class="top">{top}</div>'
        f'<img src="{thumbnail(dataset, position)}" alt="{label}"><div class="meta">{in_html(sample.identity)}</div>'
        f'<div class="meta">{in_html(score) or "&nbsp;"}</div></div>'
    )


def _score(reading: dict[str, Any], value: float) -> str:
    return f"d² {value:.3f}" if reading["kind"] == "distance" else f"P {value:.1%}"
