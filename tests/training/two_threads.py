"""Work in processes that compute with two threads, whatever threads the tests themselves have.

They are forked from a server that has torch loaded and no thread running. Threads without work sleep, so that these
processes get on where other tests use the same two cores.
"""

import os
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import forkserver, get_context
from multiprocessing.context import ForkServerContext
from multiprocessing.process import BaseProcess
from typing import Any
from unittest.mock import patch

import torch

PLACES = ("REIDVIZ_CACHE", "REIDVIZ_RUNS")


def started(work: Callable[..., object], *arguments: Any) -> BaseProcess:
    """A process that does the work, a function of a module."""
    places = {name: os.environ[name] for name in PLACES}
    process = _server().Process(target=_work, args=(places, work, *arguments))
    process.start()
    return process


def result(work: Callable[..., Any], *arguments: Any) -> Any:
    """What the work returns."""
    with ProcessPoolExecutor(1, _server(), torch.set_num_threads, (2,)) as pool:
        return pool.submit(work, *arguments).result()


def _server() -> ForkServerContext:
    context = get_context("forkserver")
    context.set_forkserver_preload(["tests.training.conftest"])
    with patch.dict(os.environ, OMP_WAIT_POLICY="passive"):
        forkserver.ensure_running()
    return context


def _work(places: dict[str, str], work: Callable[..., object], *arguments: Any) -> None:
    os.environ.update(places)
    torch.set_num_threads(2)
    work(*arguments)
