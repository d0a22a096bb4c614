"""SIGKILL at random moments of whatever writes: a training, an import, a scoring, a projection, a server.

python -m benchmarks.hostile.kills [ROUNDS]. After each kill what the next server sweeps must leave nothing hidden, and
the next attempt must give what an undisturbed one gives: of a training, at the default number of threads, the same
checkpoint by sha256, the same weights, validations and losses.
"""

import os
import signal
import subprocess
import sys
import time
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from functools import cache
from hashlib import sha256
from math import inf
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

from benchmarks.hostile.session import Session, free_port, started
from benchmarks.hostile.world import SMALL, folder_for_all, lay_for_pages, people
from reidviz.common import settings
from reidviz.common.leftovers import sweep
from reidviz.data.catalogue.zip_import import UNPACKED
from reidviz.training.job import Job
from reidviz.training.recipes import compact_recipe
from reidviz.training.run_folder import RunFolder, create

TRAIN = """
import sys
from pathlib import Path
from reidviz.evaluation.pipeline.report import card_metrics
from reidviz.evaluation.pipeline.validation import validate
from reidviz.training.run_folder import RunFolder
from reidviz.training.run import Evaluators, train
print("begun", flush=True)
train(RunFolder(Path(sys.argv[1])), Evaluators(validate, card_metrics), save_every=0.0)
"""
IMPORT = """
import sys
from pathlib import Path
from reidviz.common import settings
from reidviz.data.catalogue.zip_import import import_zip
print("begun", flush=True)
import_zip(Path(sys.argv[1]), "mine", settings.data_dir())
"""
SCORE = """
import sys
from pathlib import Path
from reidviz.common import settings
from reidviz.data.formats import load
from reidviz.data.splits.protocols import split
from reidviz.evaluation.scoring import score as scoring
from reidviz.evaluation.pipeline.evaluate import evaluate_all
from reidviz.evaluation.pipeline.ranker import readings_of
from reidviz.models import checkpoint
data = load(sys.argv[1])
print("begun", flush=True)
evaluate_all(readings_of(Path(sys.argv[2])), data, split(data, "half:0"))
"""
PROJECT = """
import sys
import numpy as np
from reidviz.evaluation.embedding.projection import lay_out
print("begun", flush=True)
lay_out(np.random.default_rng(0).normal(size=(300, 8)).astype(np.float32), "t-SNE")
"""
PROGRAMS = {"trainer": TRAIN, "importer": IMPORT, "scorer": SCORE, "projector": PROJECT}
ROUNDS = {"trainer": 15, "importer": 10, "scorer": 10, "projector": 8, "server": 7}
QUERY = "data=folder:people"
HEAD = """| killed | rounds | in the midst | the same afterwards | left behind | took |
|---|---:|---:|---:|---:|---:|"""


@dataclass(frozen=True)
class Killed:
    """What became of some rounds. midst: those in which it was killed before it had ended."""

    name: str
    rounds: int
    midst: int
    same: int
    left: tuple[str, ...]
    seconds: float

    def line(self) -> str:
        """A row of the table."""
        return (
            f"| {self.name} | {self.rounds} | {self.midst} | {self.same} | {len(self.left)} | {self.seconds:,.0f} s |"
        )


def rounds_of(name: str, count: int, seed: int = 0) -> Killed:
    """Kill it so many times, at moments drawn over the time that it takes undisturbed."""
    rng, began = Random(f"{name} {seed}"), time.monotonic()
    with TemporaryDirectory(prefix="hostile-kills-") as root:
        lay_for_pages(Path(root) / "whole")
        whole, takes = undisturbed(name, Path(root) / "whole")
        midst = same = 0
        left: list[str] = []
        for number in range(count):
            work = Path(root) / str(number)
            lay_for_pages(work)
            midst += killed(name, work, rng.uniform(0, takes))
            if name != "server":  # the next one sweeps by itself
                sweep(inf)
                left += [f"{name} {number}: {path.relative_to(work)}" for path in hidden(work)]
            found, _ = undisturbed(name, work)
            same += found == whole
            left += [f"{name} {number}, in the end: {path.relative_to(work)}" for path in hidden(work)]
    return Killed(name, count, midst, same, tuple(left), time.monotonic() - began)


def killed(name: str, work: Path, after: float) -> bool:
    """Begin, and kill so many seconds later; whether it was still at work."""
    with begun(name, work) as process:
        with suppress(subprocess.TimeoutExpired):
            process.wait(after)
        process.send_signal(signal.SIGKILL)
        return process.wait() == -signal.SIGKILL


def undisturbed(name: str, work: Path) -> tuple[object, float]:
    """Let it end, unless it had: what comes out, and the seconds it took since it began."""
    if (settings.data_dir() / "mine").exists():
        return outcome(name, work, ""), 0.0
    with begun(name, work) as process:
        began, shown = time.monotonic(), ""
        if name == "server":
            shown = home(_port(process))
        elif process.wait() != 0:
            return f"it ended with {process.returncode}", 0.0
        return outcome(name, work, shown), time.monotonic() - began


@contextmanager
def begun(name: str, work: Path) -> Iterator["subprocess.Popen[bytes]"]:
    """The process, in the midst of its work."""
    if name == "server":
        process = started(work, work.parent / "log", free_port())
        with Session(_port(process)) as session:
            session.run(QUERY)
    else:
        command = [sys.executable, "-c", PROGRAMS[name], *_arguments(name, work)]
        process = subprocess.Popen(
            command, cwd=settings.PROJECT, env=os.environ, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
        assert process.stdout is not None
        process.stdout.readline()
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def _arguments(name: str, work: Path) -> list[str]:
    """What its program is given, made first where it is missing."""
    if name == "importer":
        return [str(_zipped())]
    if name == "scorer":
        return [f"folder:{people(16)}", str(work / "checkpoints" / "mtdnet.safetensors")]
    run = work / "runs" / "mine"
    if name == "trainer" and not run.exists():
        recipe = replace(compact_recipe(), architecture=SMALL, size=4, iterations=24, held_out=0.25, erase=0.3)
        create(run, Job(f"folder:{people(16)}", "half:0", "mtdnet", recipe, None, 0))
    return [str(run)] if name == "trainer" else []


def outcome(name: str, work: Path, shown: str) -> object:
    """What it was for."""
    if name == "server":
        return shown
    if name != "trainer":
        folder = {"importer": "imports/mine", "scorer": "cache/scores", "projector": "cache/projections"}[name]
        return {str(file.relative_to(work)): _digest(file) for file in sorted((work / folder).rglob("*[!n]"))}
    run = RunFolder(work / "runs" / "mine")
    events = [e for e in run.events() if e["event"] in {"step", "validation"}]
    told = [{k: v for k, v in e.items() if k != "seconds"} for e in events]
    return told, {file.name: _digest(file) for file in sorted(run.checkpoints.glob("*.safetensors"))}


def hidden(work: Path) -> list[Path]:
    """What lies below the world under a hidden name, but for a mark and a lock that stay."""
    return [path for path in sorted(work.rglob(".*")) if path.name not in {UNPACKED, ".sweep"}]


def home(port: int) -> str:
    """The table of Home, once the scores are there."""
    with Session(port) as session:
        for _ in range(300):
            drawn = [message.delta.new_element for message in session.run(QUERY)]
            tables = [one.markdown.body for one in drawn if one.markdown.body.startswith("| model")]
            if tables and not any(one.WhichOneof("type") == "progress" for one in drawn):
                return tables[0]
            time.sleep(0.2)  # the scores are being computed
    return "no table"


def _port(server: "subprocess.Popen[bytes]") -> int:
    assert isinstance(server.args, list)
    return int(server.args[-1])


def _digest(file: Path) -> str:
    return sha256(file.read_bytes()).hexdigest() if file.is_file() else ""


@cache
def _zipped() -> Path:
    """A zip of many images."""
    file = folder_for_all("zip") / "mine.zip"
    images = sorted(people().rglob("*.png"))
    with zipfile.ZipFile(file, "w") as made:
        for copy in range(100):
            for image in images:
                made.writestr(f"{image.parent.name}/{copy}_{image.name}", image.read_bytes())
    return file


def main() -> None:
    """Print the table, and what was left behind or came out otherwise; exit with 1 where something was."""
    most = int(sys.argv[1]) if len(sys.argv) > 1 else sum(ROUNDS.values())
    print(HEAD)
    found = []
    for name, count in ROUNDS.items():
        found.append(rounds_of(name, -(-count * most // sum(ROUNDS.values()))))
        print(found[-1].line(), flush=True)
    wrong = [sentence for one in found for sentence in one.left]
    print(*wrong, sep="\n", end="")
    sys.exit(1 if wrong or any(one.same < one.rounds for one in found) else 0)


if __name__ == "__main__":
    main()
