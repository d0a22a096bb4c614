"""What is installed from a wheel, far from any checkout, is the same program."""

import os
import subprocess
import sys
import time
import urllib.request
import zipfile
from pathlib import Path

import pytest

from reidviz import __version__
from reidviz.common.settings import PROJECT

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("installed")]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("wheel")
    build = ["-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation", "--wheel-dir", str(out)]
    subprocess.run([sys.executable, *build, str(PROJECT)], check=True, cwd=out)
    return next(out.glob("reidviz-*.whl"))


@pytest.fixture(scope="module")
def site(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, installed beside nothing but what it needs."""
    folder = tmp_path_factory.mktemp("site")
    install = ["-m", "pip", "install", "--quiet", "--no-deps", "--no-index", "--target", str(folder)]
    subprocess.run([sys.executable, *install, str(wheel)], check=True, cwd=folder)
    return folder


def environment(site: Path, home: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("REIDVIZ_", "XDG_"))}
    return kept | {"PYTHONPATH": str(site), "HOME": str(home)}


def test_the_wheel_holds_the_app_its_pages_and_its_models_and_nothing_of_the_tests(wheel: Path) -> None:
    held = set(zipfile.ZipFile(wheel).namelist())
    pages = {f"reidviz/shipped/pages/{file.name}" for file in (PROJECT / "pages").glob("*.py")}
    models = {f"reidviz/shipped/checkpoints/{f.name}" for f in (PROJECT / "checkpoints").glob("*.safetensors")}
    assert pages | models | {"reidviz/shipped/app.py", "reidviz/shipped/.streamlit/config.toml"} <= held
    assert not [name for name in held if "tests/" in name or name.endswith(".pyc")]
    told = zipfile.ZipFile(wheel).read(f"reidviz-{__version__}.dist-info/METADATA").decode()
    for line in (PROJECT / "requirements.txt").read_text().split():
        assert f"Requires-Dist: {line}" in told


def test_an_installed_copy_evaluates_and_keeps_what_it_makes_with_its_user(site: Path, tmp_path: Path) -> None:
    command = [str(site / "bin" / "reidviz"), "evaluate", "--data", "synthetic:prid2011", "--model"]
    shipped = site / "reidviz" / "shipped" / "checkpoints" / "mtdnet-rnk.safetensors"
    ran = subprocess.run(
        [sys.executable, *command, str(shipped)],
        cwd=tmp_path,
        env=environment(site, tmp_path),
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    assert "mtdnet-rnk" in ran.stdout
    assert (tmp_path / ".cache" / "reidviz").is_dir()


def test_an_installed_copy_serves_the_app(site: Path, tmp_path: Path) -> None:
    port = 8700 + os.getpid() % 200
    options = ["--server.port", str(port), "--server.headless", "true"]
    command = [sys.executable, str(site / "bin" / "reidviz"), "app", "--", *options]
    server = subprocess.Popen(command, cwd=tmp_path, env=environment(site, tmp_path), stdout=subprocess.DEVNULL)
    try:
        for _ in range(600):
            assert server.poll() is None
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{port}/_stcore/health") as answer:
                    assert answer.read() == b"ok"
                    break
            except OSError:
                time.sleep(0.2)
        else:
            pytest.fail("the server did not answer")
    finally:
        server.terminate()
        server.wait()


def test_every_import_is_declared() -> None:
    command = [sys.executable, "-m", "deptry", "reidviz", "pages", "--config", "tests/deptry.toml"]
    told = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=False)
    assert told.returncode == 0, told.stderr
