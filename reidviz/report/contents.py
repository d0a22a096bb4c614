"""What a report says, before it is drawn: numbers as they were computed, text as it came. The template escapes it."""

from dataclasses import dataclass

from reidviz.common.words import Words
from reidviz.data.catalogue.in_words import Part
from reidviz.evaluation.certificate import Certificate
from reidviz.evaluation.ranking.uncertainty import Difference, Interval
from reidviz.figures.style import ModelStyle


@dataclass(frozen=True)
class Model:
    """A model as it stands at the head of a row."""

    name: str
    style: ModelStyle


@dataclass(frozen=True)
class Figure:
    """One figure of one model in percent with its 95 % interval; best: whether it is, or cannot be told from it."""

    value: float
    interval: Interval
    best: bool = False


@dataclass(frozen=True)
class Row:
    """One model's figures: rank-1, -5, -10, -20, mAP, mINP; what it is, and what it ranks by."""

    model: Model
    what_it_is: str
    ranks_by: str
    figures: tuple[Figure, ...]


@dataclass(frozen=True)
class Against:
    """How the best model stands to another one; needed: how large a test would have to be, where they are not told
    apart."""

    model: Model
    difference: Difference
    needed: str


@dataclass(frozen=True)
class Chart:
    """A figure as SVG without a script or a link, and what is to be known of it."""

    title: str
    alt: str
    svg: str
    caption: str


@dataclass(frozen=True)
class Card:
    """One image in a list. image: a data URI, None where images are left out; right: whether it shows the probe's
    person, None for the probe itself."""

    head: str
    label: str
    lines: tuple[str, ...]
    right: bool | None
    image: str | None


@dataclass(frozen=True)
class Probes:
    """Probes that have something in common: how many, and the first of them by rule."""

    count: int
    cards: tuple[Card, ...]


@dataclass(frozen=True)
class Failures:
    """Of so many probes those that no model finds at rank 1, and those that each model alone finds there (of one model,
    none)."""

    probes: int
    missed: Probes
    alone: tuple[tuple[Model, Probes], ...]


@dataclass(frozen=True)
class CameraPair:
    """Rank-1 of the probes of one camera among the gallery images of another: of each model, in order."""

    probe: str
    gallery: str
    probes: int
    figures: tuple[Figure, ...]


@dataclass(frozen=True)
class ListOfModel:
    """The first gallery images of one model, and the true match where it stands behind them."""

    model: Model
    note: str
    cards: tuple[Card, ...]
    match: Card | None


@dataclass(frozen=True)
class Example:
    """One probe as several models rank the gallery for it."""

    title: str
    probe: Card
    lists: tuple[ListOfModel, ...]


@dataclass(frozen=True)
class Data:
    """The data set and the test: in a sentence, its origin, its parts, and what is to be known of either."""

    title: str
    name: str
    obtain: str
    sentence: Words
    notes: tuple[str, ...]
    parts: tuple[Part, ...]
    test_notes: tuple[str, ...]


@dataclass(frozen=True)
class Source:
    """A model that took part: the hash of its file, and what it was trained on."""

    model: Model
    sha256: str
    trained: str


@dataclass(frozen=True)
class Report:
    """All of it, in the order in which it is read.

    answer    the verdict, a sentence each
    remarks   figures that say nothing, and models that may have seen the test
    heads     of the columns of figures
    wins      who ranks best alone; empty for one model
    people    what is shown of people, and why
    """

    question: str
    answer: tuple[Words, ...]
    remarks: tuple[str, ...]
    data: Data
    heads: tuple[str, ...]
    rows: tuple[Row, ...]
    scored: str
    best: Model
    against: tuple[Against, ...]
    wins: Words
    charts: tuple[Chart, ...]
    failures: Failures
    cameras: tuple[CameraPair, ...]
    examples: tuple[Example, ...]
    people: str
    certificate: Certificate
    sources: tuple[Source, ...]
