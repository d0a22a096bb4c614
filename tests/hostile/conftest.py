"""What a campaign changes for its cases is put back."""

from collections.abc import Iterator

import pytest
import streamlit as st

from reidviz import settings


@pytest.fixture(autouse=True)
def as_before(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name in ("CACHE", "RUNS", "IMPORTS"):
        monkeypatch.setenv(f"REIDVIZ_{name}", "")
    monkeypatch.setattr(settings, "CHECKPOINTS", settings.CHECKPOINTS)
    yield
    st.cache_data.clear()
    st.cache_resource.clear()
