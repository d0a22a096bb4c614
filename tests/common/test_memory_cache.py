"""Values in memory, within a bound."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Event

import pytest

from reidviz.common.memory_cache import MemoryCache


def made(cache: MemoryCache[str], keys: str) -> str:
    """Which of the keys, asked for in that order, had to be made."""
    found: list[str] = []
    for key in keys:
        assert cache.get(key, lambda key=key: found.append(key) or 3 * key) == 3 * key  # type: ignore[misc]
    return "".join(found)


def test_those_asked_for_longest_ago_are_given_up() -> None:
    cache: MemoryCache[str] = MemoryCache(6, len)
    assert made(cache, "abacab") == "abcb"
    assert cache.bytes == 6
    cache.clear()
    assert cache.bytes == 0
    assert made(cache, "a") == "a"


def test_one_that_is_larger_than_the_bound_is_kept_alone() -> None:
    cache: MemoryCache[str] = MemoryCache(2, len)
    assert made(cache, "aabba") == "aba"
    assert cache.bytes == 3


def test_threads_that_want_the_same_wait_for_the_first() -> None:
    cache: MemoryCache[str] = MemoryCache(100, len)
    gate, calls = Barrier(8), []

    def ask(_: int) -> str:
        gate.wait()
        return cache.get("a", lambda: calls.append(1) or "made")

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(ask, range(8))) == {"made"}
    assert calls == [1]


def test_another_value_does_not_wait_for_one_that_is_being_made() -> None:
    cache: MemoryCache[str] = MemoryCache(100, len)
    begun, go_on = Event(), Event()

    def slow() -> str:
        begun.set()
        go_on.wait()
        return "slow"

    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(cache.get, "slow", slow)
        begun.wait()
        assert cache.get("quick", lambda: "quick") == "quick"
        go_on.set()
        assert waiting.result() == "slow"


def test_an_error_is_raised_and_not_kept() -> None:
    cache: MemoryCache[str] = MemoryCache(100, len)
    with pytest.raises(ZeroDivisionError):
        cache.get("a", lambda: str(1 / 0))
    assert made(cache, "a") == "a"
