"""python -m benchmarks.mix DATA PROTOCOL MODEL: rank-1 of an mtdnet by its ranking branch, its classifier, and both.

Both: log P(same) - 4 x squared distance, the fixed mix of the sketch that recipe `modern` is measured against. The
weight 4 was chosen by nobody here; nothing is fitted on test probes.
"""

import sys
from pathlib import Path

import numpy as np

from reidviz.cli import ConsoleProgress
from reidviz.data.formats import load
from reidviz.data.protocols import split
from reidviz.evaluation.evaluate import evaluate, readings_of
from reidviz.evaluation.ranking import RANKS, rank, same_person
from reidviz.evaluation.scores import Scores

WEIGHT = 4.0


def main(data: str, protocol: str, model: str) -> None:
    dataset = load(data)
    parts = split(dataset, protocol)
    scores = {
        reading.kind: evaluate(reading, dataset, parts, ConsoleProgress()).scores
        for reading in readings_of(Path(model))
    }
    chance = np.log(np.clip(scores["probability"].matrix, 1e-12, 1))
    mixed = Scores("probability", (chance - WEIGHT * scores["distance"].matrix).astype(np.float32))
    print(f"{model} on {dataset.name}, {protocol}: {len(parts.probes)} probes, gallery of {len(parts.gallery)}")
    for name, one in (("ranking", scores["distance"]), ("classifier", scores["probability"]), ("mix", mixed)):
        ranking = rank(one, same_person(dataset, parts))
        print(f"{name:<12}" + "".join(f"  rank-{k} {ranking.cmc_at(k):6.2f}" for k in RANKS))


if __name__ == "__main__":
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    main(*sys.argv[1:])
