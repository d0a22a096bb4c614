"""Where reidviz keeps things, and what it computes on. Every root can be moved by an environment variable."""

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING

from reidviz.common.errors import ReidvizError

if TYPE_CHECKING:
    import torch

PROJECT = Path(__file__).resolve().parents[2]
"""Where the package lies: a checkout, or the folder it was installed into."""
IS_CHECKOUT = (PROJECT / "pyproject.toml").is_file()
APP = PROJECT if IS_CHECKOUT else PROJECT / "reidviz" / "shipped"
"""Where app.py, pages/, checkpoints/ and benchmarks/ lie: at the top of a checkout, inside an installed package."""
CHECKPOINTS = APP / "checkpoints"
IMAGENET = CHECKPOINTS / "alexnet_conv1to5.safetensors"


def cache_dir() -> Path:
    """Synthetic images, resized pixels and scores; safe to delete. REIDVIZ_CACHE moves it."""
    if root := os.environ.get("REIDVIZ_CACHE"):
        return Path(root)
    if IS_CHECKOUT:
        return Path.home() / ".cache" / "reidviz"
    from platformdirs import user_cache_dir

    return Path(user_cache_dir("reidviz", appauthor=False))


def cache_limit() -> int:
    """Bytes that the cache may take: 20 GB, or what REIDVIZ_CACHE_LIMIT says, as in 500M or 2.5G.

    ReidvizError where that is no size.
    """
    written = os.environ.get("REIDVIZ_CACHE_LIMIT") or "20G"
    found = re.fullmatch(r"(\d+(?:\.\d+)?)\s*([MGT])B?", written.strip().upper())
    if found is None:
        raise ReidvizError(f"REIDVIZ_CACHE_LIMIT is {written!r}, which is no size.", "Write for example 20G or 500M.")
    return int(float(found[1]) * {"M": 10**6, "G": 10**9, "T": 10**12}[found[2]])


def runs_dir() -> Path:
    """The folder of training runs. REIDVIZ_RUNS moves it."""
    return Path(os.environ.get("REIDVIZ_RUNS") or _home() / "runs")


def models_dir() -> Path:
    """Where models that were added are kept. REIDVIZ_MODELS moves it."""
    return Path(os.environ.get("REIDVIZ_MODELS") or _home() / "models")


def galleries_dir() -> Path:
    """Where named galleries are kept. REIDVIZ_GALLERIES moves it."""
    return Path(os.environ.get("REIDVIZ_GALLERIES") or _home() / "galleries")


def marks_dir() -> Path:
    """Where marks on pairs of images are kept. REIDVIZ_MARKS moves it."""
    return Path(os.environ.get("REIDVIZ_MARKS") or _home() / "marks")


def data_dir() -> Path:
    """Where imported data sets are kept. REIDVIZ_IMPORTS moves it."""
    return Path(os.environ.get("REIDVIZ_IMPORTS") or _home() / "data")


def _home() -> Path:
    """Where the user's own things lie: in the checkout, or in the user's folder for data where there is none."""
    if IS_CHECKOUT:
        return PROJECT
    from platformdirs import user_data_dir

    return Path(user_data_dir("reidviz", appauthor=False))


def shared_data_dir() -> Path | None:
    """A folder of data sets that is only read, named by REIDVIZ_DATA; None where that is not set."""
    root = os.environ.get("REIDVIZ_DATA")
    return Path(root) if root else None


def data_roots() -> tuple[Path, ...]:
    """The folders below which images may lie whoever names them, and to which links and lists may lead: those of data
    sets and galleries, REIDVIZ_DATA, and those that REIDVIZ_DATA_ROOTS names, separated as PATH is."""
    named = [Path(one) for one in os.environ.get("REIDVIZ_DATA_ROOTS", "").split(os.pathsep) if one]
    shared = shared_data_dir()
    return tuple(
        Path(os.path.abspath(root)) for root in (data_dir(), galleries_dir(), *([shared] if shared else []), *named)
    )


def any_folder() -> bool:
    """Whether data sets may be read from folders that are not below data_roots(). REIDVIZ_ANY_FOLDER=0 says no, as does
    a server that others can reach."""
    return os.environ.get("REIDVIZ_ANY_FOLDER") != "0"


def read_only() -> bool:
    """Whether nothing may be trained, imported or deleted. REIDVIZ_READ_ONLY=1 says so, as does --read-only."""
    return os.environ.get("REIDVIZ_READ_ONLY", "0") not in {"", "0"}


def must_be_writable() -> None:
    """ReidvizError where nothing may be trained, imported or deleted: the first line of whatever does."""
    if read_only():
        raise ReidvizError("This server is read-only.", "It was started with --read-only, or REIDVIZ_READ_ONLY is set.")


def allowed_users() -> tuple[str, ...]:
    """The e-mail addresses and domains that may log in where a login is configured; empty: whoever can log in.
    REIDVIZ_ALLOWED_USERS names them, separated by commas or blanks."""
    return tuple(os.environ.get("REIDVIZ_ALLOWED_USERS", "").replace(",", " ").split())


def device() -> "torch.device":
    """CUDA when there is a GPU, under torchrun this process's own; else the CPU."""
    import torch

    if not torch.cuda.is_available():
        return torch.device("cpu")
    rank = os.environ.get("LOCAL_RANK")
    return torch.device("cuda") if rank is None else torch.device("cuda", int(rank))
