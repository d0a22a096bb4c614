"""Galleries on the command line."""

import csv
from pathlib import Path

import pytest

from reidviz.cli.main import main
from reidviz.common.errors import ReidvizError
from reidviz.gallery import stages
from reidviz.gallery.named import FILE, folder_of
from reidviz.gallery.search import Found
from tests.gallery.conftest import model, own_galleries, second, street

__all__ = ["model", "own_galleries", "second"]


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


def test_a_damaged_gallery_is_listed_beside_the_others_and_removed(
    tmp_path: Path, model: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("a", "b"):
        assert run("add", name, "--images", street(tmp_path / name, 2), "--model", model) == 0
    (folder_of("a") / FILE).write_text("{")
    capsys.readouterr()
    assert run("list") == 0
    first, second = capsys.readouterr().out.splitlines()
    assert "The record of the gallery a is damaged" in first
    assert second.split()[:2] == ["b", "2"]
    assert run("remove", "a") == 0
    assert run("remove", "a") == 1


def test_a_model_is_taken_from_a_gallery(
    tmp_path: Path, model: Path, second: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = street(tmp_path / "street", 2)
    for one in (model, second):
        assert run("add", "street", "--images", folder, "--model", one) == 0
    assert run("remove", "street", "--model", "small") == 0
    assert run("search", "street", "--probe", min(folder.iterdir()), "--model", "small") == 1
    assert run("search", "street", "--probe", min(folder.iterdir()), "--model", "second") == 0


def test_search(tmp_path: Path, model: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = street(tmp_path / "street", 9)
    assert run("add", "street", "--images", folder, "--model", model) == 0
    probe = folder / "20240131_120004_c2_04.png"
    capsys.readouterr()
    assert run("search", "street", "--probe", probe, "--csv", tmp_path / "hits.csv") == 0
    told = capsys.readouterr().out.splitlines()
    assert "threshold d² 0.020" in told[0]
    assert told[1].split()[:3] == ["1", probe.name, "c2"]
    rows = list(csv.DictReader((tmp_path / "hits.csv").open()))
    assert len(rows) == 9
    assert rows[0]["image"] == probe.name
    for row in rows:
        assert row["threshold"] == ("match" if float(row["squared distance"]) <= 0.02 else "no match")
    narrowed = ("--camera", "c1", "--since", "2024-01-31T12:00:01", "--until", "2024-01-31 12:00:05", "--rescore", "3")
    assert run("search", "street", "--probe", probe, *narrowed, "--csv", tmp_path / "hits.csv") == 0
    (row,) = csv.DictReader((tmp_path / "hits.csv").open())
    assert row["image"] == "20240131_120003_c1_03.png"
    assert row["second score"]
    assert run("search", "street", "--probe", folder, "--top", 2, "--csv", tmp_path / "hits.csv") == 0
    rows = list(csv.DictReader((tmp_path / "hits.csv").open()))
    assert [row["probe"] for row in rows[::2]] == sorted(file.name for file in folder.iterdir())
    (folder / "broken.png").write_bytes(b"no image")
    capsys.readouterr()
    files = ("--csv", tmp_path / "hits.csv", "--html", tmp_path / "hits.html")
    assert run("search", "street", "--probe", folder, "--top", 5, "--rerank", 4, *files) == 0
    said = capsys.readouterr()
    assert "broken.png is left out" in said.err
    assert "Of 9 probes, " in said.out
    rows = list(csv.DictReader((tmp_path / "hits.csv").open()))
    assert [bool(row["re-ranked distance"]) for row in rows[:5]] == [True] * 4 + [False]
    page = (tmp_path / "hits.html").read_text()
    assert page.count("<section>") == 9
    assert page.count('src="data:image/jpeg;base64,') == 9 + 45
    assert run("search", "street", "--probe", folder, "--together", "--top", 2, "--csv", tmp_path / "hits.csv") == 0
    assert "broken.png is left out" in capsys.readouterr().err
    assert len(list(csv.DictReader((tmp_path / "hits.csv").open()))) == 2


def test_a_list_of_probes(tmp_path: Path, model: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = street(tmp_path / "street", 4)
    assert run("add", "street", "--images", folder, "--model", model) == 0
    files = sorted(file.name for file in folder.iterdir())
    (folder / "probes.csv").write_text("\n".join(["path", *files[:2], "gone.png"]))
    capsys.readouterr()
    asked = ("search", "street", "--probe", folder / "probes.csv", "--top", 1, "--csv", tmp_path / "hits.csv")
    assert run(*asked) == 0
    assert "gone.png is left out: line 4 of probes.csv: there is no image" in capsys.readouterr().err
    assert [row["probe"] for row in csv.DictReader((tmp_path / "hits.csv").open())] == files[:2]
    assert run(*asked, "--together") == 0
    assert "gone.png is left out" in capsys.readouterr().err
    assert [row["probe"] for row in csv.DictReader((tmp_path / "hits.csv").open())] == ["probes.csv"]


def test_columns_of_a_list_are_asked_for_by_their_names(
    tmp_path: Path, model: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = street(tmp_path / "street", 3)
    files = sorted(file.name for file in folder.iterdir())
    lines = [f"{name},{n}.0,x{n} ,c=d" for n, name in enumerate(files)]
    (folder / "list.csv").write_text("\n".join(["path,person_id,door,a=b", *lines]))
    assert run("add", "street", "--images", folder / "list.csv", "--model", model) == 0
    asked = ("search", "street", "--probe", folder / files[0], "--csv", tmp_path / "hits.csv")

    def found(*where: str) -> list[str]:
        assert run(*asked, *(part for one in where for part in ("--where", one))) == 0
        return sorted(row["image"] for row in csv.DictReader((tmp_path / "hits.csv").open()))

    assert found("person_id=1") == found("Person_ID=1.0") == found("door=x1") == found("door=x1 ") == files[1:2]
    assert found("a=b=c=d") == files
    assert found("a=b=c=d", "door=x2") == files[2:]
    capsys.readouterr()
    assert found("door=x9") == []
    assert "passes these filters" in capsys.readouterr().out
    assert run(*asked, "--where", "gate=x1") == 1
    said = capsys.readouterr().err.split("\n")
    assert said[-3:-1] == ["reidviz: This gallery has no column gate.", "It has person_id, door, a=b."]


def test_what_was_found_is_written_whatever_ends_the_search(
    tmp_path: Path, model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = street(tmp_path / "street", 4)
    assert run("add", "street", "--images", folder, "--model", model) == 0
    monkeypatch.setattr("reidviz.gallery.probes.AT_ONCE", 1)
    found, again = list[list[Found]](), stages.search_all

    def first_two(*asked: object) -> list[Found]:
        if len(found) == 2:
            raise ReidvizError("The gallery is gone.")
        found.append(again(*asked))  # type: ignore[arg-type]
        return found[-1]

    monkeypatch.setattr(stages, "search_all", first_two)
    assert run("search", "street", "--probe", folder, "--top", 1, "--csv", tmp_path / "hits.csv") == 1
    probes = [row["probe"] for row in csv.DictReader((tmp_path / "hits.csv").open())]
    assert probes == sorted(file.name for file in folder.iterdir())[:2]


@pytest.mark.parametrize(
    "wrong",
    [
        ("--top", "0"),
        ("--since", "yesterday"),
        ("--since", "2024"),
        ("--until", "1_706_702_400"),
        ("--where", "door"),
        ("--model", "nobody"),
        ("--rescore", "5", "--weight", "2"),
        ("--probe", "nowhere"),
    ],
)
def test_what_a_search_refuses(
    wrong: tuple[str, ...],
    tmp_path: Path,
    model: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    folder = street(tmp_path / "street", 2)
    assert run("add", "street", "--images", folder, "--model", model) == 0
    assert run("search", "street", "--probe", folder / "20240131_120000_c1_00.png", *wrong) == 1
    assert capsys.readouterr().err.count("reidviz: ") == 1
