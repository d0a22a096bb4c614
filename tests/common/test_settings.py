import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from reidviz.common import settings

TELL = "from reidviz.common import settings as s; print(s.runs_dir(), s.data_dir(), s.cache_dir(), sep='\\n')"


def folders(copy: Path, **others: str) -> list[Path]:
    """runs, data and cache of the copy of the package in a folder, told by a process of its own."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("REIDVIZ_", "XDG_"))}
    here = {"HOME": str(copy / "home"), "PYTHONPATH": os.pathsep.join([str(copy), *sys.path[1:]])}
    told = subprocess.run(
        [sys.executable, "-c", TELL], cwd=copy, env=kept | here | others, capture_output=True, check=True
    )
    return [Path(line) for line in told.stdout.decode().splitlines()]


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    shutil.copytree(settings.PROJECT / "reidviz" / "common", tmp_path / "reidviz" / "common")
    (tmp_path / "reidviz" / "__init__.py").touch()
    return tmp_path


def test_a_checkout_keeps_what_is_made_in_it(copy: Path) -> None:
    (copy / "pyproject.toml").touch()
    assert folders(copy) == [copy / "runs", copy / "data", copy / "home" / ".cache" / "reidviz"]


def test_an_installed_copy_uses_the_folders_of_its_user(copy: Path) -> None:
    pytest.importorskip("platformdirs")
    runs, data, cache = folders(copy, XDG_DATA_HOME=str(copy / "mine"), XDG_CACHE_HOME=str(copy / "spare"))
    assert (runs, data) == (copy / "mine" / "reidviz" / "runs", copy / "mine" / "reidviz" / "data")
    assert cache == copy / "spare" / "reidviz"


@pytest.mark.parametrize("checkout", [True, False])
def test_environment_variables_win(copy: Path, checkout: bool) -> None:
    if checkout:
        (copy / "pyproject.toml").touch()
    asked = {"REIDVIZ_RUNS": "/r", "REIDVIZ_IMPORTS": "/d", "REIDVIZ_CACHE": "/c"}
    assert folders(copy, **asked) == [Path("/r"), Path("/d"), Path("/c")]
