"""Ranked galleries as HTML: one row a model, aligned by rank, right and wrong told by border, sign and colour."""

from dataclasses import dataclass
from typing import Final

from reidviz.ui.markup import Html, in_html

STYLE: Final = """
<style>
.rv-row { margin: 0 0 1.1rem 0; }
.rv-head { display: flex; gap: .75rem; align-items: baseline; flex-wrap: wrap; margin-bottom: .35rem; }
.rv-head b { font-size: 1.02rem; }
.rv-head span { opacity: .78; font-size: .86rem; }
.rv-cards { display: grid; gap: .45rem; grid-auto-columns: minmax(72px, 1fr); grid-auto-flow: column;
  overflow-x: auto; padding: 2px 2px .3rem 2px; }
.rv-card { border-radius: 8px; padding: 4px; font-size: .72rem; line-height: 1.25; text-align: center; min-width: 0;
  border: 1.5px dashed rgba(128,128,128,.55); max-width: 108px; }
.rv-card.right { border: 3px solid #009E73; padding: 2.5px; }
.rv-card.unknown { border: 1.5px solid rgba(128,128,128,.45); }
.rv-card.gap { border: none; display: flex; align-items: center; justify-content: center; opacity: .7; }
.rv-card img { width: 100%; aspect-ratio: 1 / 2.35; object-fit: cover; border-radius: 5px; display: block; }
.rv-card .top { display: flex; justify-content: space-between; padding: 2px 3px; font-weight: 600; }
.rv-card .right-sign { color: #009E73; } .rv-card .wrong-sign { color: #D55E00; }
.rv-card .meta { opacity: .82; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
</style>
"""


@dataclass(frozen=True)
class Card:
    """One gallery picture in a ranked list. right: True, False, or None where the probe's identity is not known."""

    rank: int
    picture: Html
    identity: str
    camera: str
    score: str
    right: bool | None


@dataclass(frozen=True)
class Row:
    """One model's ranked list: its first pictures, and the true match where it stands behind them."""

    title: str
    note: str
    cards: tuple[Card, ...]
    beyond: Card | None = None


def rows_html(rows: list[Row]) -> Html:
    """All rows as one piece of HTML."""
    return Html(STYLE + "".join(_row(row) for row in rows))


def _row(row: Row) -> Html:
    cards = [_card(card) for card in row.cards]
    if row.beyond is not None:
        gap = Html(f'<div class="rv-card gap">…<br>true match<br>at rank {row.beyond.rank}</div>')
        cards += [gap, _card(row.beyond)]
    return Html(
        f'<section class="rv-row" aria-label="{in_html(row.title)}"><div class="rv-head"><b>{in_html(row.title)}</b>'
        f'<span>{in_html(row.note)}</span></div><div class="rv-cards">{"".join(cards)}</div></section>'
    )


def _card(card: Card) -> Html:
    kind, sign, words = {
        True: (Html("right"), Html('<span class="right-sign">✓</span>'), "the probe's person"),
        False: (Html("wrong"), Html('<span class="wrong-sign">✗</span>'), "another person"),
        None: (Html("unknown"), Html(""), "identity of the probe not known"),
    }[card.right]
    camera = Html(f'<div class="meta">cam {in_html(card.camera)}</div>' if card.camera else "")
    label = in_html(f"rank {card.rank}: person {card.identity}, {card.score}, {words}")
    return Html(
        f'<div class="rv-card {kind}" title="{label}"><div class="top"><span>{card.rank}</span>{sign}</div>'
        f'<img src="{card.picture}" alt="{label}"><div class="meta">{in_html(card.identity)}</div>{camera}'
        f'<div class="meta">{in_html(card.score)}</div></div>'
    )
