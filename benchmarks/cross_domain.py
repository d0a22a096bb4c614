"""python -m benchmarks.cross_domain [STEPS]: what a source is worth on the four small built-in targets.

mtdnet, mtdnet-aug and mtdnet-cross on five splits each (half:0 to half:4, the same seed for the training), all from the
shipped mtdnet of synthetic:cuhk03, `compact`, nobody held out. Prints mean and standard deviation of rank-1 over the
splits, and of what the mix gains over mtdnet alone on the same split. Runs are kept in runs/cross-domain: started
again, it goes on where it was.
"""

import subprocess
import sys

import numpy as np

from reidviz.common import settings
from reidviz.models.model_card import read_card
from reidviz.models.variants import VARIANTS

TARGETS = ("viper", "ilids", "prid2011", "cuhk01")
NAMES = ("mtdnet", "mtdnet-aug", "mtdnet-cross")
SPLITS = range(5)
START = settings.CHECKPOINTS / "mtdnet.safetensors"
Figures = dict[str, float]
"""Rank-1 by kind of score."""


def trained(target: str, name: str, split: int, steps: int) -> Figures:
    """The figures of one run, trained first where that was not done before."""
    run = settings.runs_dir() / "cross-domain" / f"{target} {name} {split} {steps}"
    final = run / "checkpoints" / "final.safetensors"
    if not final.with_suffix(".json").is_file() or not read_card(final).metrics:
        command = [sys.executable, "-m", "reidviz", "train", "--data", f"synthetic:{target}", "--variant", name]
        command += ["--protocol", f"half:{split}", "--seed", str(split), "--iterations", str(steps)]
        command += ["--init", str(START), "--set", "held_out=0", "--out", str(run)]
        command += ["--source", "synthetic:cuhk03"] if VARIANTS[name].source else []
        if (run / "recipe.json").is_file():
            command = [sys.executable, "-m", "reidviz", "train", "--resume", str(run)]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return {one["kind"]: one["cmc"]["1"] for one in read_card(final).metrics}


def main(steps: int = 200) -> None:
    """Train what is missing, and print a row for each target as soon as it is there."""
    kinds = ("probability", "distance", "fused")
    print("| target | variant | P(same) | ranking branch | both, weight 0.5 | gained by both |")
    print("|---|---|---:|---:|---:|---:|", flush=True)
    for target in TARGETS:
        found: dict[str, list[Figures]] = {name: [] for name in NAMES}
        for split in SPLITS:
            for name in NAMES:
                found[name].append(trained(target, name, split, steps))
        alone = np.array([one["fused"] for one in found["mtdnet"]])
        for name, figures in found.items():
            cells = [np.array([one[kind] for one in figures]) for kind in kinds]
            told = " | ".join(f"{values.mean():.1f} ± {values.std(ddof=1):.1f}" for values in cells)
            gain = cells[-1] - alone
            gained = "" if name == "mtdnet" else f"{gain.mean():+.1f} ± {gain.std(ddof=1):.1f}"
            print(f"| synthetic:{target} | {name} | {told} | {gained} |", flush=True)


if __name__ == "__main__":
    main(*(int(word) for word in sys.argv[1:]))
