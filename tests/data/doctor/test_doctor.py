"""What the doctor finds, on images made to have each fault, and on CUHK01."""

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image, ImageOps

from reidviz.cli.main import main
from reidviz.common.errors import ReidvizError
from reidviz.common.progress import silent
from reidviz.common.settings import cache_dir
from reidviz.data.doctor import Finding, examine
from reidviz.data.doctor.image_properties import ImageProperties, facts_of
from reidviz.data.doctor.spelling import alike, plain
from reidviz.data.formats import load
from reidviz.data.images.decode import contents
from reidviz.data.splits.protocols import split

RNG = np.random.default_rng(0)


def scene(size: tuple[int, int] = (24, 48)) -> Image.Image:
    """A colourful image unlike any other."""
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


def test_healthy_images_have_no_findings(root: Path) -> None:
    assert found(root) == {}


BROKEN = ["p0/A_1.png", "p1/A_1.png", "p2/A_1.png", "p3/A_1.png"]


def break_four(root: Path) -> None:
    """Four files that cannot be used, each for a reason of its own."""
    whole = (root / "p0" / "A_0.png").read_bytes()
    for name, data in zip(BROKEN[:3], (whole[:200], b"hello", b""), strict=True):
        (root / name).write_bytes(data)
    scene((4, 9)).save(root / BROKEN[3])


def test_files_that_cannot_be_used(root: Path) -> None:
    break_four(root)
    report = examine(load(f"folder:{root}"), None)
    broken = [one for one in report.findings if one.kind == "unreadable"]
    assert {one.severity for one in broken} == {"error"}
    assert sorted(name for one in broken for (name,) in names(root, one)) == BROKEN
    assert sorted(one.sentence.partition(": ")[2].partition(".")[0] for one in broken) == [
        "damaged or cut short", "is empty", "no image", "too small",
    ]  # fmt: skip
    assert report.findings[0].severity == "error"
    assert list(report.spare()) == ["unreadable"]
    assert sorted(load(f"folder:{root}").samples[i].id for i in report.spare()["unreadable"]) == BROKEN


def test_all_that_share_a_kind_are_left_out(root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    break_four(root)
    out = tmp_path / "clean.json"
    assert main(["doctor", "--data", f"folder:{root}", "--exclude", "unreadable", "--out", str(out)]) == 0
    assert "4 images left out" in capsys.readouterr().out
    clean = load(f"without:{out}")
    assert {s.id for s in load(f"folder:{root}").samples} - {s.id for s in clean.samples} == set(BROKEN)
    assert examine(clean, None).findings == ()


def test_what_could_not_be_read_is_read_the_next_time(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(path: Path, name: str) -> bytes:
        if path.parent.name == "p3":
            raise ReidvizError(f"The file {name} cannot be read: Permission denied.", "Check its permissions.")
        return contents(path, name)

    with monkeypatch.context() as patched:
        patched.setattr("reidviz.data.doctor.image_properties.contents", refused)
        assert len(found(root)["unreadable"].groups) == 2
    assert found(root) == {}


def test_turned_grey_and_oddly_shaped_images(root: Path) -> None:
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


def street(rng: np.random.Generator) -> Image.Image:
    """Dark clothes with a trace of blue on asphalt, 48 x 128, a face and hands of a few pixels, noise of a sensor."""
    pixels = np.full((128, 48, 3), (74, 75, 78), dtype=np.float64)
    pixels[20:70, 12:36] = (22, 23, 28)
    pixels[70:120, 14:34] = (31, 31, 34)
    pixels[8:20, 19:29] = (92, 80, 74)
    luma, chroma = rng.normal(0, 6, (128, 48, 1)), rng.normal(0, 1, (128, 48, 3))
    return Image.fromarray(np.clip(pixels + luma + chroma, 0, 255).astype(np.uint8))


@pytest.mark.parametrize("quality", [75, 85, 95])
def test_dark_clothes_on_asphalt_are_not_grey(root: Path, quality: int) -> None:
    rng = np.random.default_rng(0)
    for file in sorted(root.rglob("*.png")):
        street(rng).save(file.with_suffix(".jpg"), quality=quality)
        file.unlink()
    assert "grey" not in found(root)


def test_grey_is_a_file_without_colours(root: Path) -> None:
    """However it is written; a tint all over is a colour."""
    grey = ImageOps.grayscale(street(np.random.default_rng(0)))
    grey.save(root / "p0" / "A_1.png")
    grey.save(root / "p1" / "A_1.jpg")
    for shot, quality in enumerate((30, 60, 75, 95)):
        grey.convert("RGB").save(root / "p2" / f"A_1{shot}.jpg", quality=quality)
        grey.convert("RGB").save(root / "p3" / f"A_1{shot}.webp", quality=quality)
    ImageOps.colorize(grey, "black", "#ffeecc").save(root / "p4" / "A_1.jpg")
    told = [name for (name,) in names(root, found(root)["grey"])]
    assert len(told) == 10
    assert {name[:2] for name in told} == {"p0", "p1", "p2", "p3"}


def test_equal_files_within_and_across_persons(root: Path) -> None:
    shutil.copy(root / "p0" / "A_0.png", root / "p0" / "A_7.png")
    shutil.copy(root / "p1" / "B_0.png", root / "p2" / "B_9.png")
    report = found(root)
    assert names(root, report["duplicates of one person"]) == [["p0/A_0.png", "p0/A_7.png"]]
    assert len(report["duplicates of one person"].spare) == 1
    assert names(root, report["one image, two persons"]) == [["p1/B_0.png", "p2/B_9.png"]]
    assert report["one image, two persons"].severity == "error"


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
    assert [samples[i].id for i in report["near leak"].spare] == [f"{train}/A_0.png"]


def test_neighbours_in_a_tracklet_are_counted_and_not_listed(root: Path) -> None:
    """Thirty frames of one person by one camera, and one of them under another name too."""
    with Image.open(root / "p0" / "A_0.png") as opened:
        first = opened.convert("RGB")
    for frame in range(1, 30):
        first.point(lambda level, shift=frame: min(255, level + shift)).save(root / "p0" / f"A_{frame}.png")
    first.save(root / "p5" / "B_9.jpg", quality=95)
    report = found(root, None)
    assert report["alike, one person"].sentence.startswith("30 images of 46 nearly equal another")
    assert (report["alike, one person"].groups, report["alike, one person"].spare) == ((), ())
    assert report["alike, two persons"].severity == "warning"
    (group,) = names(root, report["alike, two persons"])
    assert {"p0/A_0.png", "p5/B_9.jpg"} <= set(group)


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("007", "7"), ("7.0", "7"), ("7.00", "7"), (" 7", "7"), ("7", "7"), ("0", "0"), ("0000", "0"), ("-1.0", "-1"),
        ("70", "70"), ("7.5", "7.5"), ("7.05", "7.05"), ("10", "10"), ("Ann", "ann"), ("ann\u00a0B ", "annb"),
        ("p007", "p7"), ("P 07.0", "p7"), ("c.0", "c.0"), ("", ""),
    ],
)  # fmt: skip
def test_names_without_what_is_only_a_way_of_writing(name: str, told: str) -> None:
    assert plain(name) == told
    assert plain(told) == told


def test_identities_that_differ_only_by_how_they_are_written(root: Path) -> None:
    assert alike(["7", "007", "8", "Ann", "ann", "7"]) == (("007", "7"), ("Ann", "ann"))
    (root / "p1").rename(root / "p00")
    (root / "p2").rename(root / "P 0.0")
    finding = found(root, None)["identities written alike"]
    assert finding.severity == "warning"
    assert "3 identities" in finding.sentence
    assert "'P 0.0' and 'p0' and 'p00'" in finding.sentence
    assert sorted(names(root, finding)[0]) == [f"{p}/{c}_0.png" for p in ("P 0.0", "p0", "p00") for c in "AB"]
    assert finding.spare == ()


def test_cameras_that_differ_only_by_how_they_are_written(tmp_path: Path) -> None:
    rows = [
        "path,identity,camera",
        *(
            f"{person}{shot}.png,{person},{camera}"
            for person in "abcd"
            for shot, camera in enumerate(("c1", "C01", "c2"))
        ),
    ]
    for row in rows[1:]:
        scene().save(tmp_path / row.partition(",")[0])
    (tmp_path / "list.csv").write_text("\n".join(rows))
    report = found(tmp_path / "list.csv", None)
    assert "2 cameras differ from another only by" in report["cameras written alike"].sentence
    assert len(report["cameras written alike"].groups[0]) == 8


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
    assert "No image names its camera" in found(root, None)["no cameras"].sentence


def test_uneven_persons_and_cameras(root: Path) -> None:
    for shot in range(1, 60):
        scene().save(root / "p3" / f"A_{shot}.png")
    report = found(root)
    assert "1 person have" in report["uneven persons"].sentence
    assert "Camera A has 67 images, camera B 8" in report["uneven cameras"].sentence


def test_what_is_known_of_images_is_kept_until_they_change(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert found(root) == {}
    with monkeypatch.context() as patched:
        patched.setattr("reidviz.data.doctor.image_properties._fact", lambda *_: pytest.fail("read again"))
        assert found(root) == {}
    shutil.copy(root / "p0" / "A_0.png", root / "p0" / "A_7.png")
    assert set(found(root)) == {"duplicates of one person"}


@pytest.mark.parametrize(
    "change",
    [{"look": np.zeros((0, 256), np.uint8)}, {"size": np.zeros((8, 2), np.int64)}, {"error": np.zeros(8, "U9999")}],
)
def test_kept_facts_that_claim_something_else_are_measured_again(
    root: Path, change: dict[str, npt.NDArray[Any]]
) -> None:
    dataset = load(f"folder:{root}")
    facts = facts_of(dataset, silent)
    (file,) = (cache_dir() / "doctor").glob(f"{dataset.cache_key}*")
    np.savez_compressed(file, **{name: getattr(facts, name) for name in ImageProperties.__annotations__} | change)
    np.testing.assert_array_equal(facts_of(dataset, silent).look, facts.look)
    with np.load(file) as kept:
        assert {name: kept[name].dtype for name in change} == {name: getattr(facts, name).dtype for name in change}
        assert all(kept[name].shape == getattr(facts, name).shape for name in change)


def test_every_stage_tells_how_far_it_is(root: Path) -> None:
    told: dict[str, list[int]] = {}
    dataset = load(f"folder:{root}")
    examine(dataset, None, lambda done, total, what: told.setdefault(what, []).append(total - done))
    assert list(told) == ["looking at images", "comparing images"]
    assert all(left == sorted(left, reverse=True) and left[0] == 16 for left in told.values())


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
    assert "13 images left out" in printed
    assert len(json.loads(told.read_text())["findings"][0]["groups"]) == 1
    clean = load(f"without:{out}")
    assert len(clean.samples) == 16
    assert examine(clean, split(clean, "half:0")).findings == ()
    assert {file: file.read_bytes() for file in root.rglob("*.png")} == before


def test_the_command_says_what_it_wants(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["doctor", "--data", f"folder:{root}", "--exclude", "unreadable"]) == 1
    assert "go together" in capsys.readouterr().err
    assert main(["doctor", "--data", f"folder:{root}", "--exclude", "warts", "--out", "x.json"]) == 1
    assert "No image can be left out for 'warts'" in capsys.readouterr().err
    assert main(["doctor", "--data", f"folder:{root}"]) == 0
    assert "Nothing was found wrong." in capsys.readouterr().out


def test_drawn_people_are_healthy() -> None:
    dataset = load("synthetic:ilids")
    report = examine(dataset, split(dataset, "half:0"))
    assert [one.kind for one in report.findings if one.severity == "error"] == []
    assert {"leak", "near leak", "one image, two persons", "alike, two persons"} & {
        one.kind for one in report.findings
    } == set()


def test_cuhk01_has_13_pairs_of_equal_files_and_two_persons_twice(real_data: Path) -> None:
    dataset = load(f"cuhk01:{real_data}/cuhk01")
    report = {one.kind: one for one in examine(dataset, split(dataset, "mtdnet-486")).findings}
    assert len(report["duplicates of one person"].groups) == 13
    assert {len(group) for group in report["duplicates of one person"].groups} == {2}
    people = {frozenset(dataset.samples[i].identity for i in g) for g in report["alike, two persons"].groups}
    assert people == {frozenset({"0162", "0257"}), frozenset({"0231", "0331"})}
    assert not {"published counts", "grey"} & set(report)


def test_junk_and_distractors_are_no_persons_to_the_doctor(tmp_path: Path) -> None:
    """Copies of one image under -1 and 0000 and a person: distractors look like persons, and are many, by nature."""
    noise = np.random.default_rng(0)
    for person in ("0001", "0002", "0003", "0004"):
        for camera in "12":
            image = Image.fromarray(noise.integers(0, 256, (48, 24, 3), dtype=np.uint8))
            (tmp_path / person).mkdir(exist_ok=True)
            image.save(tmp_path / person / f"c{camera}_0.png")
    for n in range(30):
        for nobody in ("-1", "0000"):
            (tmp_path / nobody).mkdir(exist_ok=True)
            Image.eval(image, lambda value: value // 2 * 2).save(tmp_path / nobody / f"c{n % 2 + 1}_{n}.png")
    dataset = load(f"folder:{tmp_path}")
    assert examine(dataset, split(dataset, "half:0")).findings == ()
