"""python -m reidviz cache: what is kept there, and how to clear it."""

import argparse

from reidviz.common import settings
from reidviz.common.cache import KINDS, clear, entries


def add_options(command: argparse.ArgumentParser) -> None:
    """The options of the command."""
    command.add_argument("--clear", choices=(*KINDS, "all"), help="delete what is kept of one kind, or all")


def run_cache(options: argparse.Namespace) -> None:
    """Clear what was asked for, then tell what is kept of each kind."""
    if options.clear:
        kinds = KINDS if options.clear == "all" else (options.clear,)
        print(f"{_size(sum(clear(kind) for kind in kinds))} were freed.")
    found = entries()
    for kind, meaning in KINDS.items():
        own = [entry for entry in found if entry.kind == kind]
        print(f"{kind:<13}{_size(sum(entry.bytes for entry in own)):>10}  {len(own):>6,}  {meaning}")
    total, limit = sum(entry.bytes for entry in found), settings.cache_limit()
    print(f"{'in all':<13}{_size(total):>10}  of {_size(limit)} (REIDVIZ_CACHE_LIMIT)")


def _size(count: int) -> str:
    return f"{count / 1e9:.2f} GB" if count >= 10**9 else f"{count / 1e6:.1f} MB"
