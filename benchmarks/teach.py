"""python -m benchmarks.teach [DATA PROTOCOL MODEL STEPS MARKS...]: what marks teach, chosen by worth or at random.

A simulated annotator answers with the truth, and wrongly in one of twenty pairs. The pairs are of the half of the test
persons that Verify asks about: the first of its queue (by worth), or drawn at random. Each number of marks is taught by
the fine-tune that Verify proposes, with three seeds, from the same model, and tested on the other half, whom no mark
shows: all runs on the same probes and gallery. 0 marks is the same fine-tune without any. Prints rank-1 by the ranking
branch, mean and standard deviation over the seeds, and against the model itself with the interval over persons.

Runs are kept in runs/teach: started again, it goes on where it was.
"""

import hashlib
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from reidviz.common import settings
from reidviz.common.arrays import IntArray
from reidviz.data.dataset import Dataset, Split
from reidviz.data.formats import load
from reidviz.data.splits.protocols import split
from reidviz.evaluation.asking.queue import kept_for_the_test, margins, questions
from reidviz.evaluation.ground_truth import ground_truth
from reidviz.evaluation.pipeline.evaluate import Result, evaluate
from reidviz.evaluation.pipeline.ranker import Ranker, rankers_of
from reidviz.evaluation.pipeline.report import card_metrics
from reidviz.evaluation.pipeline.validation import validate
from reidviz.evaluation.ranking.uncertainty import difference_of
from reidviz.evaluation.verification.pair_set import pairs_tested
from reidviz.evaluation.verification.scored_pairs import scored_pairs
from reidviz.models.model_card import find_checkpoint, read_card
from reidviz.training.job import Job, MarkedPair
from reidviz.training.recipe import changed
from reidviz.training.recipes import teaching_recipe
from reidviz.training.run import Evaluators, train
from reidviz.training.run_folder import RunFolder, create

WRONG = 0.05
SEEDS = range(3)
WAYS = ("by worth", "at random")


def asked_pairs(way: str, model: Path, dataset: Dataset, parts: Split, most: int, seed: int) -> list[tuple[int, int]]:
    """At most so many pairs of images of the askable persons, as positions in Dataset.samples."""
    kept = kept_for_the_test(dataset)
    pairs = pairs_tested(ground_truth(dataset, parts))
    if way == "by worth":
        rankers = [one for one in rankers_of(model) if one.kind != "fused"]
        scored = [scored_pairs(evaluate(one, dataset, parts), pairs) for one in rankers]
        known = [one for one in scored if one is not None]
        margin = margins(known, [one.sign * one.equal[1] for one in known])
        found = questions(pairs, (parts.probes, parts.gallery), margin, left_out=kept)
        return [(one.first, one.second) for one in found[:most]]
    probes, gallery = parts.probes[pairs.probes], parts.gallery[pairs.gallery]
    rows = np.flatnonzero(~kept[probes] & ~kept[gallery])
    drawn = np.random.default_rng([seed, 7]).permutation(rows)[:most]
    return list(zip(probes[drawn].tolist(), gallery[drawn].tolist(), strict=True))


def simulated(dataset: Dataset, pairs: Sequence[tuple[int, int]], seed: int) -> tuple[MarkedPair, ...]:
    """What an annotator says of pairs who is wrong in a share WRONG of them."""
    wrong = np.random.default_rng([seed, 11]).random(len(pairs)) < WRONG
    names, ids = dataset.identities, [one.id for one in dataset.samples]
    return tuple(
        MarkedPair(ids[a], ids[b], bool((names[a] == names[b]) != lies))
        for (a, b), lies in zip(pairs, wrong.tolist(), strict=True)
    )


def taught(job: Job) -> Path:
    """The weights of a training, done first where that was not done before."""
    told = hashlib.sha256(repr(job).encode()).hexdigest()[:12]
    run = RunFolder(settings.runs_dir() / "teach" / told)
    if not (run.root / "recipe.json").is_file():
        create(run.root, job)
    if not run.final.is_file() and train(run, Evaluators(validate, card_metrics)) is None:
        sys.exit("Stopped: started again, it goes on from here.")
    return run.final


def on_the_others(dataset: Dataset, parts: Split) -> Split:
    """The test on the persons whom nobody is asked about."""
    kept = kept_for_the_test(dataset)
    return replace(parts, probes=parts.probes[kept[parts.probes]], gallery=parts.gallery[kept[parts.gallery]])


def hits(model: Path, dataset: Dataset, parts: Split) -> IntArray:
    """Of each probe whether the ranking branch puts its person first."""
    ranker: Ranker = next(one for one in rankers_of(model) if one.kind == "distance")
    result: Result = evaluate(ranker, dataset, parts)
    found: IntArray = (result.ranking.first == 1).astype(np.int64)
    return found


def main(
    data: str = "synthetic:cuhk01", protocol: str = "test100:0", model: str = "", steps: int = 100, *marks: int
) -> None:
    """Train what is missing, and print a row for each number of marks as soon as it is there."""
    start = find_checkpoint(Path(model) if model else settings.CHECKPOINTS / "mtdnet.safetensors")
    dataset = load(data)
    parts = split(dataset, protocol)
    tested, counts = on_the_others(dataset, parts), marks or (50, 200)
    persons = dataset.identities[tested.probes]
    card, before = read_card(start), hits(start, dataset, tested)
    recipe = changed(teaching_recipe(card), {"iterations": steps, "final_test": "none"})
    print(f"{len(tested.probes)} probes of {len(set(persons.tolist()))} persons, gallery of {len(tested.gallery)}")
    print(f"{card.name} as it is: {100 * before.mean():.2f}\n\n| marks | chosen | same | rank-1 | gained |")
    print("|---:|:---|---:|---:|---:|", flush=True)
    for count, way in [(0, "none"), *((count, way) for count in counts for way in WAYS)]:
        found, same = [], []
        for seed in SEEDS:
            pairs = asked_pairs(way, start, dataset, parts, count, seed) if count else []
            said = simulated(dataset, pairs, seed)
            same.append(sum(one.same for one in said))
            job = Job(data, protocol, card.variant, recipe, start.absolute(), seed, None, (), said)
            found.append(hits(taught(job), dataset, tested))
        rates = [100 * float(one.mean()) for one in found]
        gained = difference_of(np.mean(found, axis=0) - before, persons)
        ends = f"{gained.interval.low:+z.2f} to {gained.interval.high:+z.2f}"
        print(
            f"| {count} | {way} | {np.mean(same):.0f} | {np.mean(rates):.2f} ± {np.std(rates, ddof=1):.2f} | "
            f"{gained.points:+z.2f} [{ends}] |",
            flush=True,
        )


if __name__ == "__main__":
    main(*(int(word) if word.isdecimal() else word for word in sys.argv[1:]))  # type: ignore[arg-type]
