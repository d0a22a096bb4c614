"""The test run itself: it reads nothing of the user's, and no property has a deadline."""

import os
import subprocess
import sys

import hypothesis
import pytest

from reidviz.common import settings


def test_nothing_of_the_users_is_read(tmp_path_factory: pytest.TempPathFactory) -> None:
    mine = tmp_path_factory.getbasetemp()
    for folder in (settings.cache_dir(), settings.runs_dir(), settings.data_dir()):
        assert mine in folder.parents
    assert settings.shared_data_dir() is None


def test_no_property_has_a_deadline() -> None:
    assert hypothesis.settings.default.deadline is None
    assert hypothesis.settings(max_examples=5).deadline is None


def test_seeds_are_fixed_where_ci_is_set() -> None:
    told = "import tests.conftest, hypothesis; print(hypothesis.settings.default.derandomize)"
    for value, fixed in (("", "False"), ("true", "True")):
        environment = os.environ | {"CI": value}
        found = subprocess.run(
            [sys.executable, "-c", told], cwd=settings.PROJECT, env=environment, stdout=subprocess.PIPE
        )
        assert found.stdout.decode().strip() == fixed
