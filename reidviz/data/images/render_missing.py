"""Drawing many synthetic images at once, on all cores.

Drawing is Python all through, so threads would take turns. Worker processes are started by command, not by
multiprocessing, which would run the app's script again in each of them. A worker is
`python -m reidviz.data.images.render_missing NAME`: positions on standard input, one line out for each image saved.
"""

import os
import subprocess
import sys
import threading
from collections.abc import Sequence

from reidviz.common import settings
from reidviz.common.errors import ReidvizError
from reidviz.common.progress import Progress
from reidviz.data.dataset import Dataset
from reidviz.data.images.decode import load_image

WORTH_WORKERS = 40


def draw_missing(dataset: Dataset, positions: Sequence[int], progress: Progress) -> None:
    """Draw and save those of the images at these positions that have no file yet.

    A few are left for when they are read. Raises ReidvizError when a worker fails, with its reason.
    """
    missing = [i for i in positions if not dataset.samples[i].path.is_file()]
    if dataset.draw is None or len(missing) < WORTH_WORKERS:
        return
    count = min(os.cpu_count() or 1, 8)
    workers = [_Worker(dataset.name, missing[k::count]) for k in range(count)]
    try:
        while any(worker.thread.is_alive() for worker in workers):
            progress(sum(worker.drawn for worker in workers), len(missing), "drawing images")
            for worker in workers:
                worker.thread.join(0.1)
        for worker in workers:
            worker.check()
    finally:
        for worker in workers:
            worker.process.kill()
    progress(len(missing), len(missing), "drawing images")


class _Worker:
    """One process and the thread that listens to it."""

    def __init__(self, name: str, positions: Sequence[int]) -> None:
        path = os.pathsep.join(filter(None, [str(settings.PROJECT), os.environ.get("PYTHONPATH")]))
        self.process = subprocess.Popen(
            [sys.executable, "-m", "reidviz.data.images.render_missing", name],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=os.environ | {"PYTHONPATH": path},
        )
        self.drawn = 0
        self.error = ""
        self.thread = threading.Thread(target=self._listen, args=(positions,), daemon=True)
        self.thread.start()

    def check(self) -> None:
        """Raise ReidvizError when the worker did not end well."""
        if self.process.wait() != 0:
            reason = (self.error.strip().splitlines() or ["it was killed"])[-1]
            raise ReidvizError(f"The images could not be drawn: {reason}", "Check the disk of the cache folder.")

    def _listen(self, positions: Sequence[int]) -> None:
        assert self.process.stdin
        assert self.process.stdout
        assert self.process.stderr
        try:
            self.process.stdin.write("\n".join(map(str, positions)))
            self.process.stdin.close()
        except BrokenPipeError:
            pass
        for _ in self.process.stdout:
            self.drawn += 1
        self.error = self.process.stderr.read()


def main(name: str) -> int:
    """The worker's side."""
    from reidviz.data.formats import load

    dataset = load(name)
    try:
        for line in sys.stdin:
            load_image(dataset, int(line))
            print(flush=True)
    except ReidvizError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1]))
