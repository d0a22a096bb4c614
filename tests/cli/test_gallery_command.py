"""Galleries on the command line."""

from pathlib import Path

import pytest

from reidviz.cli.main import main
from tests.gallery.conftest import model, own_galleries, street

__all__ = ["model", "own_galleries"]


def run(*arguments: object) -> int:
    return main(["gallery", *map(str, arguments)])


def test_add_update_list_info_remove(tmp_path: Path, model: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = street(tmp_path / "street", 6)
    (folder / "broken.png").write_bytes(b"no image")
    assert run("add", "street", "--images", folder, "--model", model) == 0
    told = capsys.readouterr().out
    assert "6 images described" in told
    assert "broken.png: " in told
    assert run("update", "street") == 0
    assert "0 images described, 6 unchanged" in capsys.readouterr().out
    assert run("list") == 0
    assert capsys.readouterr().out.split()[:2] == ["street", "6"]
    assert run("info", "street") == 0
    told = capsys.readouterr().out
    assert "cameras: c1, c2, c3" in told
    assert "times: 2024-01-31 12:00:00 to 2024-01-31 12:00:05" in told
    assert run("remove", "street") == 0
    assert run("info", "street") == 1
    assert len(list(folder.iterdir())) == 7
