"""Ranked galleries as HTML: one row a model, aligned by rank, right and wrong told by border, sign and colour."""

from dataclasses import dataclass

from reidviz.data.catalogue.in_words import camera_in_words
from reidviz.figures.style import ModelStyle
from reidviz.ui.widgets.markup import Html, render

KINDS = {
    True: ("right", "the probe's person"),
    False: ("wrong", "another person"),
    None: ("unknown", "identity of the probe not known"),
}


@dataclass(frozen=True)
class Card:
    """One gallery image, a data URI, in a ranked list. right: True, False, or None where the probe's identity is not
    known; frames: of its tracklet, which it stands for."""

    rank: int
    image: str
    identity: str
    camera: str
    score: str
    right: bool | None
    frames: int = 1
    moved: int = 0
    opens: str = ""
    marked: str = ""

    @property
    def head(self) -> str:
        """What stands above the image."""
        return f"{self.rank}" if self.frames == 1 else f"{self.rank} ×{self.frames}"

    @property
    def kind(self) -> str:
        """How its frame looks."""
        return KINDS[self.right][0]

    @property
    def label(self) -> str:
        """All of it in words."""
        more = "" if self.frames == 1 else f", the first of {self.frames} frames of its tracklet"
        step = "" if not self.moved else f", {abs(self.moved)} ranks {'up' if self.moved > 0 else 'down'}"
        said = f", marked: {self.marked}" if self.marked else ""
        then = ". Click: this pair on Pairs" if self.opens else ""
        return f"rank {self.rank}: person {self.identity}, {self.score}, {KINDS[self.right][1]}{more}{step}{said}{then}"

    @property
    def lines(self) -> list[str]:
        """What stands below the image."""
        camera = [camera_in_words(self.camera)] if self.camera else []
        return [self.identity, *camera, self.score, *([self.marked] if self.marked else [])]


@dataclass(frozen=True)
class Row:
    """One model's ranked list: its first images, and beside them the true match, wherever it stands."""

    title: str
    style: ModelStyle
    note: str
    cards: tuple[Card, ...]
    match: Card | None = None


def rows_html(rows: list[Row]) -> Html:
    """All rows as one piece of HTML."""
    return render("widgets/ranked_rows.html", rows=rows)
