"""How long a list and folders of 100,000 images take to read: python -m benchmarks.reading [ROWS]."""

import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from reidviz.data.formats import load

SHOTS, CAMERAS = 5, 4


def main(rows: int = 100_000) -> None:
    """Print the seconds of reading empty files by a CSV and by folders, each beside the bare walk over their names."""
    with tempfile.TemporaryDirectory(prefix="reidviz-reading-") as name:
        root = Path(name)
        write(root, rows)
        print("| what | images | s | times a bare walk |")
        print("|---|---:|---:|---:|")
        walk = _seconds(lambda: sum(file.stat().st_size for file in (root / "people").rglob("*.jpg")))
        for what, spec in (("CSV", f"folder:{root}/list.csv"), ("folders", f"folder:{root}/people")):
            taken = _seconds(lambda spec=spec: load(spec))  # type: ignore[misc]
            print(f"| {what} | {rows:,} | {taken:.2f} | {taken / walk:.1f} |")


def write(root: Path, rows: int) -> None:
    """So many empty files people/PERSON/cC_N.jpg, and list.csv that names them."""
    lines = ["path,identity,camera"]
    for row in range(rows):
        person, place = divmod(row, SHOTS * CAMERAS)
        camera, shot = divmod(place, SHOTS)
        file = f"people/{person:05d}/c{camera}_{shot}.jpg"
        if place == 0:
            (root / file).parent.mkdir(parents=True)
        (root / file).touch()
        lines.append(f"{file},{person},{camera}")
    (root / "list.csv").write_text("\n".join(lines) + "\n")


def _seconds(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
