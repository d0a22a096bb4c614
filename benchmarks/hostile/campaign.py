"""How a campaign of hostile input runs: a case for each seed, tried in a folder of its own, its end counted."""

import resource
import shutil
import signal
import sys
import tempfile
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

from reidviz.common.errors import ReidvizError

SECRET = b"what lies outside is not to be read \x07\x5a\xa5"
"""Stands in a file beside each case's folder: whoever finds these bytes in what a case gave has read too far."""
SLOW = 20
"""Seconds that a case may take on an idle machine."""
MOST_MORE = 1 << 30
"""Bytes by which the process may grow over a campaign's cases."""
Attempt = Callable[[int, Path], bytes | None]
"""Make the case of a seed inside a folder and hand it to the app as its user would; the bytes that a user then sees, if
any. It raises ReidvizError where the app answers by a sentence."""


@dataclass(frozen=True)
class Tally:
    """What became of a campaign's cases."""

    campaign: str
    cases: int
    read: int
    sentences: int
    uncaught: tuple[str, ...]
    """The seed and the error of each case that ended in anything else, or took longer than its limit."""
    leaks: tuple[str, ...]
    """The seed of each case that showed the secret, changed what lies outside, or left something behind, and what."""
    seconds: float

    def line(self) -> str:
        """A row of the table."""
        return (
            f"| {self.campaign} | {self.cases:,} | {self.read:,} | {self.sentences:,} | {len(self.uncaught):,} "
            f"| {len(self.leaks):,} | {self.seconds:,.0f} s |"
        )


HEAD = """| campaign | cases | read | sentences | uncaught | leaks | took |
|---|---:|---:|---:|---:|---:|---:|"""


class TooSlow(BaseException):
    """A case that took longer than it may; no reader takes it for one of its own errors."""


def run(campaign: str, cases: int, attempt: Attempt, first: int = 0, limit: int = SLOW) -> Tally:
    """Try the cases of the seeds first, first + 1, and so on, each within `limit` seconds.

    In each case's folder lies an empty folder `work`, which is what the attempt is given; beside it a file with the
    secret, `secret.bin`, and an empty folder `outside`. Whatever a case does to these two is a leak, and so is memory
    that grows by more than MOST_MORE over all.
    """
    read = sentences = 0
    uncaught: list[str] = []
    leaks: list[str] = []
    started, before = time.monotonic(), _peak()
    signal.signal(signal.SIGALRM, _stop)
    for seed in range(first, first + cases):
        with tempfile.TemporaryDirectory(prefix="hostile-") as root:
            work = _laid(Path(root))
            signal.alarm(limit)
            try:
                shown = attempt(seed, work)
                read += 1
                if shown is not None and SECRET in shown:
                    leaks.append(f"{seed}: shows the secret")
            except ReidvizError:
                sentences += 1
            except (Exception, TooSlow) as error:
                uncaught.append(f"{seed}: {''.join(traceback.format_exception_only(error)).strip()}{_where(error)}")
            finally:
                signal.alarm(0)
            leaks += [f"{seed}: {told}" for told in _changed(Path(root))]
    if _peak() - before > MOST_MORE:
        leaks.append(f"memory grew by {(_peak() - before) >> 20:,} MiB")
    return Tally(campaign, cases, read, sentences, tuple(uncaught), tuple(leaks), time.monotonic() - started)


def _laid(root: Path) -> Path:
    (root / "secret.bin").write_bytes(SECRET)
    (root / "outside").mkdir()
    (root / "work").mkdir()
    return root / "work"


def _changed(root: Path) -> list[str]:
    found = sorted(path.name for path in root.iterdir())
    told = [f"changed {', '.join(found)}"] if found != ["outside", "secret.bin", "work"] else []
    if any((root / "outside").iterdir()):
        told.append("wrote outside")
    if (root / "secret.bin").read_bytes() != SECRET:
        told.append("wrote to the secret")
    shutil.rmtree(root / "work", ignore_errors=True)
    return told


def _peak() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def _stop(_signal: int, _frame: FrameType | None) -> None:
    raise TooSlow("took longer than it may")


def _where(error: BaseException) -> str:
    last = traceback.extract_tb(error.__traceback__)[-1]
    return f" ({Path(last.filename).name}:{last.lineno})"


def main(campaign: str, cases: int, attempt: Attempt) -> None:
    """Run a campaign from the command line, with as many cases as its first argument says; exit with 1 where anything
    was uncaught or leaked."""
    tally = run(campaign, int(sys.argv[1]) if len(sys.argv) > 1 else cases, attempt)
    print(HEAD, tally.line(), *(f"    {told}" for told in (*tally.uncaught, *tally.leaks)), sep="\n")
    sys.exit(bool(tally.uncaught or tally.leaks))
