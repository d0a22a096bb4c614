"""Records that the app reads from disk - runs, cards, added data sets, lists of what is left out - one damaged a case.

python -m benchmarks.hostile.records [CASES]: each is read by the functions that the pages use. What cannot be read must
be said, and the whole run beside it shown as it is. Then the run is written to, as a worker that goes on would.
"""

import json
import os
import sys
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from pathlib import Path
from random import Random

from benchmarks.hostile import campaign
from benchmarks.hostile.campaign import SECRET
from benchmarks.hostile.mutations import in_its_place, other_bytes, other_json
from benchmarks.hostile.world import HAPPENED, SHAPE, folder_for_all, lay, report, trainer
from reidviz.common import settings
from reidviz.common.errors import ReidvizError
from reidviz.common.printable import titles
from reidviz.data.catalogue.imported import added
from reidviz.data.formats import load
from reidviz.evaluation.scoring import cache as score_cache
from reidviz.figures.remade.of_runs import Validated, cmc_of_runs, rank1_of_runs, ranker_names
from reidviz.figures.style import style_of
from reidviz.figures.text import plain
from reidviz.training import resume_state
from reidviz.training.run_folder import RunFolder, Status
from reidviz.ui.results.results_table import figures_table, largest
from reidviz.ui.session.datasets import known_data
from reidviz.ui.session.models import damaged_models, known_rankers
from reidviz.ui.training.run_table import _columns, _standing
from reidviz.ui.training.runs import RunView, all_runs
from reidviz.ui.widgets.markup import literal

RUN = "runs/damaged"
FILES = (
    f"{RUN}/recipe.json",
    f"{RUN}/status.json",
    f"{RUN}/events.jsonl",
    f"{RUN}/checkpoints/final.json",
    f"{RUN}/checkpoints/step-0000020.json",
    "checkpoints/mtdnet.json",
    "imports/damaged.spec",
    "imports/without.json",
    "cache/scores/kept.json",
)
READABLE = b"in words: what lies outside is not to be read"
MANY = 1000
"""One case in so many has 20 MB of events."""


def attempt(seed: int, work: Path) -> bytes:
    """Damage one file of the world, and look at everything."""
    rng = Random(seed)
    lay(work)
    file = work / FILES[seed % len(FILES)]
    damage(work, file, rng, seed)
    unreadable = os.path.exists(file) and not _is_json(file)
    shown, said = look(work, file, unreadable)
    if READABLE in shown:
        raise AssertionError("what lies outside is shown")
    _go_on(work)
    if _outside().read_bytes() != READABLE:
        raise AssertionError("what lies outside was written to")
    if said and SECRET not in shown:
        raise ReidvizError(said[0])
    return shown


def damage(work: Path, file: Path, rng: Random, seed: int) -> None:
    """Change what a file holds, or put something else in its place."""
    data = file.read_bytes()
    if rng.random() < 0.15:
        in_its_place(file, rng, (work.parent / "secret.bin", _outside()))
    elif file.name == "events.jsonl" and rng.random() < 0.7:
        lines = data.splitlines(keepends=True)
        at = rng.randrange(len(lines))
        times = 20 * 10**6 // len(data) if seed % MANY < len(FILES) else rng.choice((1, 1, 3))
        odd = other_json(lines[at], rng).replace(b"\n", b" ") + rng.choice((b"\n", b""))
        file.write_bytes(b"".join([*lines[:at], odd, *lines[at + 1 :]]) * times)
    elif file.suffix == ".json" and rng.random() < 0.7:
        file.write_bytes(other_json(data, rng))
    else:
        file.write_bytes(other_bytes(data, rng))


def look(work: Path, file: Path, unreadable: bool) -> tuple[bytes, list[str]]:
    """All that pages show of the world, and the sentences among it."""
    seen = {one.name: one for one in all_runs()}
    whole, damaged = seen["whole"], seen.get("damaged")
    if whole.damaged or whole.metrics == () or whole.best != (50.0, 10) or whole.job is None:
        raise AssertionError(f"the whole run is not shown as it is: {whole.damaged}")
    shown = [_run(one) for one in seen.values()]
    rankers, sentences = known_rankers(), damaged_models()
    if not {"whole", "mtdnet-rnk"} <= set(rankers):
        raise AssertionError("a whole model is not offered")
    shown += [repr(rankers), repr(titles(known_data()))]
    if "synthetic:viper" not in added():
        raise AssertionError("a whole data set is not offered")
    if unreadable and file.name in {"recipe.json", "status.json", "final.json"} and damaged and not damaged.damaged:
        raise AssertionError("damage to the run is not said")
    if unreadable and file.stem in {"final", "mtdnet"} and not any("damaged" in s or "no card" in s for s in sentences):
        raise AssertionError("a damaged card is not said")
    said = [*(damaged.damaged if damaged else ()), *sentences]
    for read in _others(work):
        try:
            shown.append(repr(read()))
        except ReidvizError as error:
            said.append(str(error))
    if any(str(work) in sentence for sentence in said):
        raise AssertionError("a sentence tells where things lie")
    return "\n".join([*shown, *said]).encode("utf-8", "backslashreplace"), said


def _run(seen: RunView) -> str:
    told = [
        _columns([seen]),
        _standing([seen]),
        seen.damaged,
        seen.validation_set_id,
        seen.seconds,
        seen.metrics,
        seen.job,
    ]
    if seen.validations:
        run = Validated(seen.name, seen.validations)
        styles = {plain(name): style for name, style in style_of(ranker_names(run)).items()}
        told += [rank1_of_runs([run], styles, seen.status.total), cmc_of_runs([run], styles)]
    if seen.metrics:
        records = list(seen.metrics)
        told.append(figures_table(records, [literal(one["name"]) for one in records], largest(records)))
    return repr(told)


def _others(work: Path) -> tuple[Callable[[], object], ...]:
    return (
        lambda: load(f"without:{work / 'imports' / 'without.json'}").name,
        lambda: score_cache.read(work / "cache" / "scores" / "kept.npy", SHAPE),
        lambda: resume_state.restore(settings.runs_dir() / "damaged" / "checkpoints", trainer()),
    )


def _go_on(work: Path) -> None:
    """What a worker writes first."""
    run = RunFolder(work / RUN)
    writes: tuple[Callable[[], object], ...] = (
        lambda: run.log(HAPPENED[1]),
        lambda: run.write_status(Status("running", 11, 20)),
        run.queue,
        run.ask_to_stop,
        lambda: run.hold().release(),
        lambda: resume_state.tidy(run.checkpoints),
    )
    for write in writes:
        with suppress(ReidvizError):
            write()


def _is_json(file: Path) -> bool:
    """Whether it is a file that holds a JSON record."""
    if not file.is_file():
        return False
    try:
        return isinstance(json.loads(file.read_bytes()), dict)
    except (ValueError, RecursionError):
        return False


@cache
def _outside() -> Path:
    """A text that a link may lead to."""
    file = folder_for_all("outside") / "outside.txt"
    file.write_bytes(READABLE)
    return file


if __name__ == "__main__":
    report(campaign.run("records", int(sys.argv[1]) if len(sys.argv) > 1 else 2000, attempt))
