"""The hits of searches as one HTML file that asks nothing of any network: it carries its images, its policy says so."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from reidviz.common.printable import printable
from reidviz.common.templates import templates
from reidviz.common.words import Strong, Words
from reidviz.evaluation.scores import score_text
from reidviz.gallery.search import Found, Hit
from reidviz.gallery.words import time_of, verdict

MOST_IMAGES = 4000
"""Hits that are shown in one file, all probes together: some 20 MB."""
PROBE_HEIGHT = 180
"""Pixels of a probe's image."""
MOST_EACH = 100
TEMPLATES: Final = templates(Path(__file__).parent)
SIGNS = {"accepted": "right", "rejected": "wrong"}


@dataclass(frozen=True, eq=False)
class SearchedProbe:
    """A probe, its images as data URIs, what it found, and how a person marked hits, by the ids of their entries."""

    name: str
    images: tuple[str, ...]
    found: Found
    marks: Mapping[str, str]


@dataclass(frozen=True)
class Card:
    """One hit as the template draws it; sign: "right", "wrong" or ""."""

    head: str
    label: str
    image: str
    lines: tuple[str, ...]
    sign: str


def html_of(
    gallery: str, model: str, searched: Sequence[SearchedProbe], image: Callable[[str], str], when: str
) -> bytes:
    """The whole file. gallery, model: their names; image: the data URI of an entry's image by its id, "" where it is
    gone; when: the day, to be shown. Every text is escaped; of how many hits and probes the first are shown is said."""
    each = max(1, min(MOST_EACH, MOST_IMAGES // max(1, len(searched))))
    lists = [(one, _words(verdict(one.found)), _cards(one, each, image)) for one in searched[:MOST_IMAGES]]
    made = TEMPLATES.get_template("hits.html").render(
        gallery=gallery, model=model, lists=lists, probes=len(searched), when=when, each=each
    )
    return made.encode("utf-8", "replace")


def _words(words: Words) -> list[tuple[str, bool]]:
    return [(one.text, True) if isinstance(one, Strong) else (one, False) for one in words]


def _cards(one: SearchedProbe, most: int, image: Callable[[str], str]) -> list[Card]:
    return [_card(one, hit, image(hit.entry.id)) for hit in one.found.hits[:most]]


def _card(one: SearchedProbe, hit: Hit, image: str) -> Card:
    entry, mark = hit.entry, one.marks.get(hit.entry.id, "")
    camera = f"camera {printable(entry.camera)}" if entry.camera else ""
    score = score_text("distance", hit.distance) if hit.score is None else score_text(one.found.kind, hit.score)
    label = ", ".join(filter(None, (f"rank {hit.rank}", entry.id, camera, time_of(entry), score, mark)))
    head = f"{hit.rank} ●" if one.found.is_match(hit) else f"{hit.rank}"
    values = tuple(f"{name} {value}" for name, value in entry.values[:3])
    return Card(head, label, image, tuple(filter(None, (camera, time_of(entry), *values, score))), SIGNS.get(mark, ""))
