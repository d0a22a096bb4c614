"""Real servers: hostile messages, a kill, and two on one cache."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from benchmarks.hostile import messages
from benchmarks.hostile.campaign import run
from benchmarks.hostile.kills import hidden, home, rounds_of
from benchmarks.hostile.session import serving
from benchmarks.hostile.world import lay_for_pages
from tests.conftest import PATIENCE


@pytest.mark.slow
def test_no_message_of_a_client_harms_the_server() -> None:
    with messages.on_a_server() as attempt:
        tally = run("small", len(messages.KINDS), attempt, first=1, limit=int(PATIENCE))
    assert (tally.uncaught, tally.leaks) == ((), ())


@pytest.mark.slow
def test_a_server_that_is_killed_leaves_nothing_to_the_next() -> None:
    killed = rounds_of("server", 1)
    assert (killed.same, killed.left) == (1, ())


@pytest.mark.slow
def test_two_servers_on_one_cache_score_at_once_and_show_the_same(tmp_path: Path) -> None:
    work = tmp_path / "work"
    work.mkdir()
    lay_for_pages(work)
    with (
        serving(work, tmp_path / "one") as one,
        serving(work, tmp_path / "other") as other,
        ThreadPoolExecutor() as pool,
    ):
        shown = list(pool.map(home, (one, other)))
    assert shown[0] == shown[1]
    assert shown[0].startswith("| model")
    assert hidden(work) == []
    for name in ("one", "other"):
        assert "Traceback" not in (tmp_path / name).read_text()
