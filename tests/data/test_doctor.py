"""What the doctor finds, on pictures made to have each fault, and on CUHK01."""

import json
import os
import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from reidviz.cli import main
from reidviz.data.doctor import Finding, examine
from reidviz.data.doctor.duplicates import joined
from reidviz.data.formats import load
from reidviz.data.protocols import split

RNG = np.random.default_rng(0)


def scene(size: tuple[int, int] = (24, 48)) -> Image.Image:
    """A colourful picture unlike any other."""
    return Image.fromarray(RNG.integers(0, 256, (12, 6, 3), dtype=np.uint8)).resize(size, Image.Resampling.BICUBIC)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Eight healthy persons, cameras A and B."""
    people = tmp_path / "people"
    for person in range(8):
        folder = people / f"p{person}"
        folder.mkdir(parents=True)
        for camera in "AB":
            scene().save(folder / f"{camera}_0.png")
    return people


def found(root: Path, protocol: str | None = "half:0") -> dict[str, Finding]:
    dataset = load(f"folder:{root}")
    report = examine(dataset, split(dataset, protocol) if protocol else None)
    return {one.kind: one for one in report.findings}


def names(root: Path, finding: Finding) -> list[list[str]]:
    samples = load(f"folder:{root}").samples
    return [[samples[i].id for i in group] for group in finding.groups]


def test_healthy_pictures_have_no_findings(root: Path) -> None:
    assert found(root) == {}


def test_files_that_cannot_be_used(root: Path) -> None:
    (root / "p0" / "A_1.png").write_bytes((root / "p0" / "A_0.png").read_bytes()[:200])
    (root / "p1" / "A_1.png").write_bytes(b"hello")
    (root / "p2" / "A_1.png").write_bytes(b"")
    report = examine(load(f"folder:{root}"), None)
    broken = [one for one in report.findings if one.kind == "unreadable"]
    assert len(broken) == 3
    assert {one.severity for one in broken} == {"error"}
    assert sorted(name for one in broken for (name,) in names(root, one)) == ["p0/A_1.png", "p1/A_1.png", "p2/A_1.png"]
    assert report.findings[0].severity == "error"


def test_turned_grey_and_oddly_shaped_pictures(root: Path) -> None:
    turned = scene((48, 24))
    exif = Image.Exif()
    exif[0x0112] = 6
    turned.save(root / "p0" / "A_9.jpg", exif=exif)
    scene().convert("L").save(root / "p1" / "A_9.png")
    scene((60, 40)).save(root / "p2" / "A_9.png")
    report = found(root)
    assert names(root, report["turned"]) == [["p0/A_9.jpg"]]
    assert names(root, report["grey"]) == [["p1/A_9.png"]]
    assert names(root, report["odd shape"]) == [["p2/A_9.png"]]
    assert report["turned"].spare == ()


def test_equal_files_within_and_across_persons(root: Path) -> None:
    shutil.copy(root / "p0" / "A_0.png", root / "p0" / "A_7.png")
    shutil.copy(root / "p1" / "B_0.png", root / "p2" / "B_9.png")
    report = found(root)
    assert names(root, report["duplicates of one person"]) == [["p0/A_0.png", "p0/A_7.png"]]
    assert len(report["duplicates of one person"].spare) == 1
    assert names(root, report["one picture, two persons"]) == [["p1/B_0.png", "p2/B_9.png"]]
    assert report["one picture, two persons"].severity == "error"


def test_one_person_under_two_names_and_leaks_into_training(root: Path) -> None:
    dataset = load(f"folder:{root}")
    parts = split(dataset, "half:0")
    train, test = (dataset.samples[i].identity for i in (parts.train[0], parts.probes[0]))
    with Image.open(root / train / "A_0.png") as image:
        image.convert("RGB").save(root / test / "A_5.jpg", quality=90)
    shutil.copy(root / train / "B_0.png", root / test / "A_6.png")
    report = found(root)
    assert names(root, report["alike, two persons"]) == [sorted([f"{train}/A_0.png", f"{test}/A_5.jpg"])]
    assert f"{train}/B_0.png" in names(root, report["leak"])[0]
    assert report["leak"].severity == "error"
    assert "near leak" in report
    samples = load(f"folder:{root}").samples
    assert [samples[i].id for i in report["leak"].spare] == [f"{train}/B_0.png"]


def test_cameras_that_are_missing_or_alone(root: Path) -> None:
    for name in ("p0", "p1"):
        (root / name / "B_0.png").unlink()
    alone = found(root)["one camera only"]
    assert (
        "2 persons of 8 are seen by one camera only and cannot be a probe under the protocol half:0" in alone.sentence
    )
    assert names(root, alone) == [["p0/A_0.png"], ["p1/A_0.png"]]
    scene().save(root / "p2" / "nocamera.png")
    assert found(root, None)["some cameras missing"].severity == "error"
    for file in list(root.rglob("*.png")):
        file.rename(file.with_name(file.name.replace("_", "")))
    assert "No picture names its camera" in found(root, None)["no cameras"].sentence


def test_uneven_persons_and_cameras(root: Path) -> None:
    for shot in range(1, 60):
        scene().save(root / "p3" / f"A_{shot}.png")
    report = found(root)
    assert "1 person have" in report["uneven persons"].sentence
    assert "Camera A has 67 pictures, camera B 8" in report["uneven cameras"].sentence


def test_what_is_known_of_pictures_is_kept_until_they_change(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert found(root) == {}
    with monkeypatch.context() as patched:
        patched.setattr("reidviz.data.doctor.facts._facts", lambda *_: pytest.fail("read again"))
        assert found(root) == {}
    shutil.copy(root / "p0" / "A_0.png", root / "p0" / "A_7.png")
    assert set(found(root)) == {"duplicates of one person"}


def test_groups_are_joined_through_others() -> None:
    assert joined(np.array([[0, 3], [3, 5], [1, 2]]), 7) == ((0, 3, 5), (1, 2))
    assert joined(np.empty((0, 2), dtype=np.int64), 7) == ()


def test_the_command_tells_and_writes_a_clean_data_set(
    root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for shot in range(12):
        shutil.copy(root / "p0" / "A_0.png", root / "p0" / f"A_{shot + 1}.png")
    (root / "p1" / "A_1.png").write_bytes(b"hello")
    before = {file: file.read_bytes() for file in root.rglob("*.png")}
    out, told = tmp_path / "clean.json", tmp_path / "report.json"
    command = ["doctor", "--data", f"folder:{root}", "--exclude", "unreadable", "--out", str(out), "--json", str(told)]
    assert main([*command, "--exclude", "duplicates of one person"]) == 0
    printed = capsys.readouterr().out
    assert printed.index("error (unreadable)") < printed.index("warning (duplicates of one person)")
    assert "13 pictures left out" in printed
    assert len(json.loads(told.read_text())["findings"][0]["groups"]) == 1
    clean = load(f"without:{out}")
    assert len(clean.samples) == 16
    assert examine(clean, split(clean, "half:0")).findings == ()
    assert {file: file.read_bytes() for file in root.rglob("*.png")} == before


def test_the_command_says_what_it_wants(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["doctor", "--data", f"folder:{root}", "--exclude", "unreadable"]) == 1
    assert "go together" in capsys.readouterr().err
    assert main(["doctor", "--data", f"folder:{root}", "--exclude", "warts", "--out", "x.json"]) == 1
    assert "No picture can be left out for 'warts'" in capsys.readouterr().err
    assert main(["doctor", "--data", f"folder:{root}"]) == 0
    assert "Nothing was found wrong." in capsys.readouterr().out


def test_drawn_people_are_healthy() -> None:
    dataset = load("synthetic:ilids")
    report = examine(dataset, split(dataset, "half:0"))
    assert [one.kind for one in report.findings if one.severity == "error"] == []
    assert {"leak", "near leak", "one picture, two persons", "alike, two persons"} & {
        one.kind for one in report.findings
    } == set()


@pytest.mark.skipif("REIDVIZ_DATA" not in os.environ, reason="needs the real pictures in REIDVIZ_DATA")
def test_cuhk01_has_13_pairs_of_equal_files_and_two_persons_twice() -> None:
    dataset = load(f"cuhk01:{os.environ['REIDVIZ_DATA']}/cuhk01")
    report = {one.kind: one for one in examine(dataset, split(dataset, "mtdnet-486")).findings}
    assert len(report["duplicates of one person"].groups) == 13
    assert {len(group) for group in report["duplicates of one person"].groups} == {2}
    people = {frozenset(dataset.samples[i].identity for i in g) for g in report["alike, two persons"].groups}
    assert people == {frozenset({"0162", "0257"}), frozenset({"0231", "0331"})}
    assert "published counts" not in report
