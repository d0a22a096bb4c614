"""What documents tell their readers to type, and where they lead them."""

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from reidviz.common.settings import PROJECT

PAGES = sorted([*PROJECT.glob("*.md"), *(PROJECT / "docs").glob("*.md"), PROJECT / "checkpoints" / "README.md"])
FENCE = re.compile(r"^ *```(\w*)\n(.*?)^ *```", re.M | re.S)
PROMPTED = ("python", "streamlit", "make", "torchrun", "reidviz", "pip", "tar", "pre-commit", "git")


@dataclass(frozen=True)
class Command:
    """One command of a fenced block: the words of it, without comments."""

    page: Path
    words: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.page.name}: {shlex.join(self.words)}"

    @property
    def of_reidviz(self) -> tuple[str, ...] | None:
        """What stands behind `python -m reidviz`, under torchrun too, or `reidviz`; None for other commands."""
        words = self.words
        if words[0] == "torchrun":
            words = ("python", *words[words.index("-m") :])
        if words[:3] == ("python", "-m", "reidviz"):
            return words[3:]
        return words[1:] if words[0] == "reidviz" else None


def commands() -> Iterator[Command]:
    """Every command of every fenced block without a language or of a shell, in order."""
    for page in PAGES:
        for language, block in FENCE.findall(page.read_text()):
            if language not in ("", "sh", "bash", "shell"):
                continue
            for line in _filled(block).replace("\\\n", " ").splitlines():
                words = shlex.split(line, comments=True)
                if words and words[0] in PROMPTED:
                    yield Command(page, tuple(words))


def _filled(block: str) -> str:
    """The block with what it says of its own variables in their place."""
    for name, value in re.findall(r"^([A-Z]+)=\"([^\"]*)\"$", block, re.M):
        block = block.replace(f"${name}", value)
    return block
