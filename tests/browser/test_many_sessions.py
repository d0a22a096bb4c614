"""Several people at once, by their websockets alone."""

import asyncio

import pytest

from benchmarks.load import Visits, once_around
from tests.conftest import awaited

SESSIONS = 4
pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


def test_many_sessions_see_every_page_without_a_fault(server: str) -> None:
    address = f"{server.replace('http', 'ws')}/_stcore/stream"

    async def crowd() -> list[Visits]:
        return await asyncio.gather(*(once_around(address, "data=folder:people") for _ in range(SESSIONS)))

    pages = {"compare", "data", "embeddings", "first", "joint_maps", "pairs", "retrieval", "train"}
    for visits in awaited(crowd()):
        assert not visits.errors
        assert set(visits.seconds) >= pages
