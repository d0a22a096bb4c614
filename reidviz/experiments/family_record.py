"""The small record of a family: what was asked, every figure with both variances, and the verdicts."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from reidviz.common.json_files import Count, converted
from reidviz.common.printable import short
from reidviz.evaluation.certificate import version
from reidviz.experiments.family import Planned, Question, compare_command
from reidviz.experiments.family_results import Row, Verdict
from reidviz.experiments.family_runs import card_of, state_of

FORMAT = 1


@dataclass(frozen=True)
class FamilyRun:
    """A training of the family. sha256: of its weights."""

    member: str
    protocol: str
    seed: int
    sha256: str


@dataclass(frozen=True)
class FamilyRecord:
    """A family that was trained and compared. Data sets go by their names without folders.

    settings  of the recipe that are not its own, the same for every member
    persons   who are probed, with `probes` images over all protocols
    rows      a member and role each: the figures of each seed, their mean, their deviation over seeds, and the interval
              over persons of the mean
    verdicts  one a side, and in words in `sentences`
    code      version of the code that wrote the record; date: when the last of its runs was trained, UTC, ISO 8601
    """

    name: str
    data: str
    data_hash: str
    protocols: tuple[str, ...]
    recipe: str
    seeds: Count
    source: str | None
    init: str | None
    settings: tuple[tuple[str, Any], ...]
    probes: Count
    persons: Count
    device: str
    rows: tuple[Row, ...]
    verdicts: tuple[Verdict, ...]
    sentences: tuple[str, ...]
    runs: tuple[FamilyRun, ...]
    code: str
    command: str
    date: str
    kind: Literal["family"] = "family"
    format: int = FORMAT


def family_record(name: str, question: Question, planned: Sequence[Planned], result: dict[str, Any]) -> FamilyRecord:
    """The record of a family whose runs have all finished. result: as result_of() makes it."""
    cards = [card for one in planned if (card := card_of(one))]
    devices = dict.fromkeys(state.device for one in planned if (state := state_of(one)))
    source = question.source and short(question.source)
    named = replace(question, data=short(question.data), source=source)
    told = {
        "name": name,
        "data": named.data,
        "data_hash": cards[0].data_hash,
        "source": named.source,
        "device": ", ".join(devices),
        "code": version(),
        "command": compare_command(named),
        "date": max(card.created for card in cards),
    }
    return converted(result | told, FamilyRecord, "The result of a family")
