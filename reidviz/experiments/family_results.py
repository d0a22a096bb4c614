"""What a trained family shows: figures of every member and ranker, and whether both tasks beat one."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from reidviz.common.arrays import Float64Array
from reidviz.common.progress import Progress, silent
from reidviz.data.formats import load
from reidviz.data.splits.protocols import split
from reidviz.evaluation.pipeline.evaluate import evaluate_all
from reidviz.evaluation.pipeline.ranker import rankers_of
from reidviz.evaluation.ranking.over_seeds import SeedDifference, SeedFigures, corrected, over_seeds, seed_difference
from reidviz.evaluation.ranking.uncertainty import Names, probe_figures
from reidviz.experiments.family import RANKING_ALONE, Planned, Question, differences
from reidviz.experiments.family_runs import card_of, state_of
from reidviz.models.variants import build
from reidviz.training.job import Job

ROLES = {"distance": "ranking", "probability": "classifier", "fused": "fused"}
Read = tuple[str, str]
"""A member, and by which of ROLES it is read."""


@dataclass(frozen=True)
class Scored:
    """Each probe's share of the figures in each seed (S, P, 6), in percent, by member and role; persons (P,) are those
    of the probes. Probes of several splits stand one after the other; a person in several is one."""

    figures: dict[Read, Float64Array]
    persons: Names


@dataclass(frozen=True)
class Row:
    """A member read by one role. parameters: that its losses reach; seconds: of training a run, mean over runs."""

    member: str
    role: str
    figures: SeedFigures
    parameters: int
    steps: int
    seconds: float
    notes: tuple[str, ...]


@dataclass(frozen=True)
class Verdict:
    """One side's answer: the first of two reads against the second."""

    side: str
    one: Read
    other: Read
    difference: SeedDifference


def gather(planned: Iterable[Planned], progress: Progress = silent) -> Scored:
    """Score every finished training of the plan that is compared; scores in the cache are not computed again."""
    found: dict[Read, dict[int, list[Float64Array]]] = {}
    persons: dict[str, Names] = {}
    for one in planned:
        if not one.compared:
            continue
        dataset = load(one.job.data)
        parts = split(dataset, one.job.protocol)
        persons[one.job.protocol] = dataset.identities[parts.probes]
        for result in evaluate_all(rankers_of(one.root), dataset, parts, progress):
            seeds = found.setdefault((one.member, ROLES[result.ranker.kind]), {})
            seeds.setdefault(one.job.seed, []).append(probe_figures(result.ranking, "step"))
    stacked = {read: np.stack([np.concatenate(seeds[seed]) for seed in sorted(seeds)]) for read, seeds in found.items()}
    return Scored(stacked, np.concatenate(list(persons.values())))


def verdicts(scored: Scored) -> list[Verdict]:
    """Ranking and classifier, each against the same task alone, and both scores fused against the better single task.

    That one is chosen by its mean rank-1 on the same probes, which favours it. p values are corrected for three tests.
    """
    singles: list[Read] = [("mtdnet-rnk", "ranking"), (RANKING_ALONE, "ranking"), ("mtdnet-cls", "classifier")]
    best = max(singles, key=lambda read: float(scored.figures[read][..., 0].mean()))
    asked: list[tuple[str, Read, Read]] = [
        ("ranking", ("mtdnet", "ranking"), (RANKING_ALONE, "ranking")),
        ("classifier", ("mtdnet", "classifier"), ("mtdnet-cls", "classifier")),
        ("fused", ("mtdnet", "fused"), best),
    ]
    hits = {read: figures[..., 0] / 100 for read, figures in scored.figures.items()}
    found = corrected([seed_difference(hits[one], hits[other], scored.persons) for _, one, other in asked])
    return [Verdict(*names, told) for names, told in zip(asked, found, strict=True)]


def rows(planned: Sequence[Planned], scored: Scored) -> list[Row]:
    """A row a member and role, in the order of the plan."""
    made = []
    for (member, role), figures in scored.figures.items():
        runs = [one for one in planned if one.member == member]
        states = [state_of(one) for one in runs]
        seconds = float(np.mean([state.seconds for state in states if state is not None]))
        job = runs[0].job
        mtdnet = next(one.job for one in planned if one.member == "mtdnet")
        told = over_seeds(figures, scored.persons)
        notes = notes_on(member, job, mtdnet)
        made.append(Row(member, role, told, parameters(member, job), job.recipe.iterations, seconds, notes))
    return made


def parameters(member: str, job: Job) -> int:
    """Parameters of the network that the losses of this member reach."""
    import torch

    with torch.device("meta"):
        network = build(job.variant, job.recipe.architecture)
    unused = "pair." if member == RANKING_ALONE else "\0"
    return sum(p.numel() for name, p in network.named_parameters() if not name.startswith(unused))


def notes_on(member: str, job: Job, mtdnet: Job) -> tuple[str, ...]:
    """In what a member differs from mtdnet beside its tasks, in words."""
    settings = differences(job, mtdnet)
    if member == RANKING_ALONE:
        return ("mtdnet with the pair loss at weight 0; its time includes the pair branch, which learns nothing",)
    found = [f"settings: {', '.join(settings)}"] if settings else []
    if member == "mtdnet-rnk":
        found.append("a deep network of its own, not mtdnet's ranking branch")
    if member == "mtdnet-cls" and job.recipe.hardest + job.recipe.semi_hard > 0:
        found.append("its nearest negatives are found by the shared maps, as it has no ranking feature")
    if member == "mtdnet-aug":
        found.append(f"trains on {job.source} too")
    if member == "mtdnet-cross":
        found.append(f"starts from an mtdnet trained on {job.source} for as many steps, which its time leaves out")
    return tuple(found)


def result_of(question: Question, planned: Sequence[Planned], progress: Progress = silent) -> dict[str, Any]:
    """All of it, as `compare --json` writes it: rows, verdicts, sentences and the names of the runs."""
    from reidviz.experiments.family_words import sentences

    scored = gather(planned, progress)
    found, told = rows(planned, scored), verdicts(scored)
    cards = [card_of(one) for one in planned]
    return {
        **{name: list(value) if isinstance(value, tuple) else value for name, value in asdict(question).items()},
        "probes": len(scored.persons),
        "persons": len(np.unique(scored.persons)),
        "rows": [asdict(row) for row in found],
        "verdicts": [
            asdict(one)
            | {"shown": one.difference.shown, "deviation": one.difference.deviation}
            | {"seeds_agree": one.difference.seeds_agree}
            for one in told
        ],
        "sentences": sentences(told),
        "runs": [
            {"name": one.root.name, "member": one.member, "protocol": one.job.protocol, "seed": one.job.seed}
            | {"sha256": card.sha256 if card else ""}
            for one, card in zip(planned, cards, strict=True)
        ],
    }
