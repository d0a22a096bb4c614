"""The birth certificate of what is taken away: of what, by what and how a figure or a table was made."""

import json
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Annotated

import msgspec

from reidviz import __version__
from reidviz.common.json_files import decoded
from reidviz.evaluation.ranking.query_expansion import Expansion
from reidviz.evaluation.ranking.reranking import Reranking

MOST_BYTES = 100_000
"""Of a record, as JSON."""
WHAT = "The record of this figure"
Name = Annotated[str, msgspec.Meta(max_length=300)]
Line = Annotated[str, msgspec.Meta(max_length=4_000)]


@dataclass(frozen=True)
class ModelMark:
    """A model that took part, and how it was read.

    sha256   of its file, 64 hex digits; kind: what it ranks by
    look     its place in the order of all looks (figures.style.ModelStyle); None where a figure gives it one
    weight   of a fused score
    cascade  how many gallery images of each probe its classifier rescored; 0: all
    rerank, expand  how its distances were refined
    parts    the two models of a fused pair
    """

    name: Name
    sha256: Name
    kind: Name
    look: Annotated[int, msgspec.Meta(ge=0, le=10_000)] | None = None
    weight: Annotated[float, msgspec.Meta(ge=0, le=1)] | None = None
    cascade: Annotated[int, msgspec.Meta(ge=0, le=10**9)] = 0
    rerank: Reranking | None = None
    expand: Expansion | None = None
    parts: "Annotated[tuple[ModelMark, ...], msgspec.Meta(max_length=2)]" = ()


@dataclass(frozen=True)
class Certificate:
    """What a figure or a table was made of.

    kind        the figure, e.g. "cmc"
    data        the data set's name, without any folder
    data_hash   its manifest's SHA-256; empty where no data set took part
    protocol    of the split, with its number where there are several
    split       key of the split's images
    models      in the order shown
    asked       what else was set: the seed of a draw, ranks shown, a threshold
    version     of the code
    date        UTC, ISO 8601
    command     that makes it again from its file; empty where there is none
    numbers     the command that needs no file and computes its numbers anew: evaluates its models, or trains its run;
                empty where there is none
    """

    kind: Name
    data: Name = ""
    data_hash: Name = ""
    protocol: Name = ""
    split: Name = ""
    models: Annotated[tuple[ModelMark, ...], msgspec.Meta(max_length=100)] = ()
    seed: int | None = None
    asked: Annotated[Mapping[Name, Line | int | float | bool | None], msgspec.Meta(max_length=100)] = field(
        default_factory=dict
    )
    version: Name = ""
    date: Name = ""
    command: Line = ""
    numbers: Line = ""

    @property
    def caption(self) -> str:
        """One paragraph to print below the figure."""
        of = f" on {self.data}, protocol {self.protocol}" if self.data and self.protocol else ""
        models = f"; models {', '.join(one.name for one in self.models)}" if self.models else ""
        seed = f"; seed {self.seed}" if self.seed is not None else ""
        return f"{self.kind}{of}{models}{seed}; reidviz {self.version}, {self.date[:10]}."


def as_json(one: Certificate) -> str:
    """The record on one line of ASCII, its keys in order."""
    return json.dumps(msgspec.to_builtins(one), sort_keys=True)


def from_json(text: bytes) -> Certificate:
    """The record from outside. ReidvizError when it is none."""
    return decoded(text[: MOST_BYTES + 1], Certificate, WHAT)


@cache
def version() -> str:
    """Of the code that runs: as git describes it, or the package's."""
    root = Path(__file__).parents[2]
    git = shutil.which("git")
    if git and (root / ".git").exists():
        told = subprocess.run(
            [git, "-C", str(root), "describe", "--always", "--dirty", "--tags"],
            capture_output=True,
            text=True,
            timeout=10,
            check=False,
        )
        if told.returncode == 0:
            return told.stdout.strip()
    return __version__
