"""Reading a folder for each person: every file is read or counted, cameras are found or told by a rule."""

import os
from pathlib import Path

import pytest

from reidviz.common.errors import ReidvizError
from reidviz.data.dataset import Dataset
from reidviz.data.formats import folder, load
from reidviz.data.formats.reading import unread_line


def touch(root: Path, *names: str) -> Path:
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(b"")
    return root


def rows(dataset: Dataset) -> list[tuple[str, str, str | None, str | None]]:
    return [(s.id, s.identity, s.camera, s.split) for s in dataset.samples]


def cameras(dataset: Dataset) -> set[str]:
    return set(dataset.cameras.tolist())


def test_layout(tmp_path: Path) -> None:
    images = [
        *("ann/c2_1.jpg", "ann/c10_x_y.PNG", "bob/c1_1.JpEg", "bob/c1_2.webp", "bob/c1_3.bmp", "bob/c1_4.jfif"),
        *("bob/c1_5.tif", "bob/c1_6.TIFF", "bob/c1_7.gif", *(f"bob/c1_{i}.jpg" for i in range(10, 24))),
    ]
    others = ["bob/notes.txt", "bob/._c1_1.jpg", "bob/deep/c1_1.jpg", ".git/c1_1.jpg", "stray.jpg", "bob/Thumbs.db"]
    root = touch(tmp_path / "mine", *images, *others, "__MACOSX/bob/c1_1.jpg", "bob/.DS_Store")
    (root / "bob" / "gone.jpg").symlink_to(root / "nowhere.jpg")
    dataset = folder.read(root)
    assert {s.id for s in dataset.samples} == set(images)
    assert rows(dataset)[:2] == [("ann/c10_x_y.PNG", "ann", "c10", None), ("ann/c2_1.jpg", "ann", "c2", None)]
    assert {s.domain for s in dataset.samples} == {"mine"}
    assert {one.reason: one.examples for one in dataset.unread} == {
        "names that do not fit the layout (not IDENTITY/FILE)": ("stray.jpg", "bob/deep/c1_1.jpg"),
        "files of another kind": ("bob/notes.txt",),
        "links that lead nowhere or out of the folder, or what may not be read or is no ordinary file": (
            "bob/gone.jpg",
        ),
    }
    assert unread_line(dataset).startswith("4 files are not read: 2 × names that do not fit the layout")


def test_more_than_a_tenth_that_does_not_fit_is_refused_with_examples(tmp_path: Path) -> None:
    root = touch(tmp_path, *(f"ann/c{i % 2}_{i}.jpg" for i in range(18)), "bob/deep/1.jpg", "stray.jpg", "x.jpg")
    with pytest.raises(ReidvizError, match=r"3 of 21 images in .* 3 × names .* \(stray.jpg, x.jpg, bob/deep/1.jpg\)"):
        folder.read(root)


def test_a_format_that_is_not_read_is_named_with_its_count(tmp_path: Path) -> None:
    root = touch(tmp_path, *(f"p{i}/c{c}_1.heic" for i in range(3) for c in "12"), "p1/c1_2.jpg")
    with pytest.raises(ReidvizError, match=r"6 of 7 images .* 6 × images in a format that is not read \(.heic\)"):
        folder.read(root)


def test_links_to_folders_are_followed_and_loops_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REIDVIZ_DATA_ROOTS", str(tmp_path / "far"))
    touch(tmp_path / "far" / "ann", *(f"c{i % 2 + 1}_{i}.jpg" for i in range(20)))
    root = touch(tmp_path / "near", "bob/c1_1.jpg")
    (root / "ann").symlink_to(tmp_path / "far" / "ann")
    (root / "bob" / "loop").symlink_to(root)
    dataset = folder.read(root)
    assert len(dataset.samples) == 21
    assert [one.examples for one in dataset.unread] == [("bob/loop",)]


def test_a_folder_that_may_not_be_read_is_told_and_the_others_are_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = touch(tmp_path, *(f"ann/c1_{i}.jpg" for i in range(3)), "lost+found/x.jpg")
    monkeypatch.setattr("os.access", lambda path, mode: not str(path).endswith("lost+found"))
    dataset = folder.read(root)
    assert len(dataset.samples) == 3
    assert [one.examples for one in dataset.unread] == [("lost+found",)]


def test_a_name_that_as_text_is_anothers_is_told(tmp_path: Path) -> None:
    root = touch(tmp_path, "ann/\\udcff.jpg")
    (root / "ann" / os.fsdecode(b"\xff.jpg")).write_bytes(b"x")
    dataset = folder.read(root)
    assert [sample.id for sample in dataset.samples] == ["ann/\\udcff.jpg"]
    assert [(one.reason, one.count) for one in dataset.unread] == [("names that as text are those of other files", 1)]


def test_only_the_image_without_underscore_lacks_a_camera(tmp_path: Path) -> None:
    dataset = folder.read(touch(tmp_path, "ann/c1_1.jpg", "ann/portrait.jpg", "ann/_2.jpg"))
    assert [(s.id, s.camera) for s in dataset.samples] == [
        ("ann/_2.jpg", None),
        ("ann/portrait.jpg", None),
        ("ann/c1_1.jpg", "c1"),
    ]


@pytest.mark.parametrize(
    ("names", "found"),
    [
        (["{i}/c{c}_1.jpg"], {"c1", "c2"}),
        (["{i}/{i}_c{c}s1_000110_00.jpg"], {"c1", "c2"}),
        (["{i}/20240105_101112_c{c}.jpg"], {"c1", "c2"}),
        (["{i}/2024-01-0{c} 10.11 cam{c} x.jpg"], {"cam1", "cam2"}),
        (["{i}/cam_{c}_0001.jpg"], {"cam_1", "cam_2"}),
        (["{i}/{i}-Camera{c}-7.jpg"], {"Camera1", "Camera2"}),
        (["{i}/A_{c}.jpg", "{i}/B_{c}.jpg"], {"A", "B"}),
        (["{i}/{i}_A_{c}.jpg", "{i}/{i}_B_{c}.jpg"], {"A", "B"}),
        (["{i}/0{i}_A_{c}.jpg", "{i}/0{i}_B_{c}.jpg"], {"A", "B"}),
        (["{i}/1_{c}.jpg", "{i}/2_{c}.jpg"], {"1", "2"}),
        (["{i}/{i}_{c}.jpg"], {""}),
        (["{i}/{i}_00{c}.jpg"], {""}),
        (["{i}/2024010{c}_1.jpg"], {""}),
        (["{i}/000451{c}_03.jpg"], {""}),
        (["{i}/img_{c}.jpg"], {""}),
        (["{i}/IMG{c}_x.jpg"], {""}),
        (["{i}/{c}.jpg"], {""}),
        (["{i}/cat{c}_x.jpg"], {"cat1", "cat2"}),
    ],
)
def test_cameras_are_found_by_pattern(tmp_path: Path, names: list[str], found: set[str]) -> None:
    files = [name.format(i=100 + person, c=camera) for name in names for person in range(5) for camera in (1, 2)]
    dataset = folder.read(touch(tmp_path, *files))
    assert cameras(dataset) == found
    assert {s.identity for s in dataset.samples} == {str(100 + person) for person in range(5)}
    (note,) = dataset.notes
    if found == {""}:
        assert note == "The files' names tell no camera."
    else:
        assert all(f"{camera} ({min(s.id for s in dataset.samples if s.camera == camera)}" in note for camera in found)


def test_words_that_are_more_than_persons_are_no_cameras(tmp_path: Path) -> None:
    names = [f"p{person}/word{person}{shot}_x.jpg" for person in range(9) for shot in range(3)]
    assert cameras(folder.read(touch(tmp_path, *names))) == {""}


@pytest.mark.parametrize(
    ("rule", "found"),
    [
        ("none", {""}),
        ("part:2", {"left", "right"}),
        ("part:-1:-", {"1", "2"}),
        ("part:9", {""}),
        (r"_(?P<camera>l|r)", {"l", "r"}),
        (r"^(?P<identity>p.)", {""}),
        (r"(?P<identity>\d)/c9_(?P<camera>\w+)-", {"left_x", "right_x"}),
    ],
)
def test_a_rule_says_otherwise(tmp_path: Path, rule: str, found: set[str]) -> None:
    names = [f"p{person}/c9_{side}_x-{n}.jpg" for person in range(4) for n, side in enumerate(("left", "right"), 1)]
    dataset = load(f"folder:{touch(tmp_path, *names)}#names={rule}")
    assert dataset.name == f"folder:{tmp_path}#names={rule}"
    assert cameras(dataset) == found
    assert len(dataset.persons) == 4
    assert load(dataset.name).manifest_hash == dataset.manifest_hash


def test_a_rule_that_names_the_identity_reads_any_depth(tmp_path: Path) -> None:
    names = [f"2024/day{d}/{person}-cam{c}.jpg" for d in (1, 2) for person in "abc" for c in (1, 2)]
    touch(tmp_path, *names, "2024/readme.txt")
    dataset = load(rf"folder:{tmp_path}#names=/(?P<identity>\w)-cam(?P<camera>\d)")
    assert (len(dataset.samples), dataset.persons, cameras(dataset)) == (12, ("a", "b", "c"), {"1", "2"})
    with pytest.raises(ReidvizError, match=r"8 of 12 images .* \(the rule does not match\)"):
        load(rf"folder:{tmp_path}#names=/(?P<identity>b)-")


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        ("", "is no rule"),
        ("c2", "is no rule"),
        ("part:0", "counted from 1"),
        ("part:x", "is no rule"),
        ("(?P<camera>", "no regular expression"),
        ("(?P<camera>a)(b)", "no regular expression"),
        ("(?P<colour>a)", "is no rule"),
        ("(?P<camera>a)(?P<camera>b)", "is no rule"),
        ("(?P<camera>a)(?=b)", "no regular expression"),
    ],
)
def test_what_is_no_rule_is_said(tmp_path: Path, rule: str, said: str) -> None:
    touch(tmp_path, "a/1.jpg", "b/1.jpg")
    with pytest.raises(ReidvizError, match=said) as told:
        load(f"folder:{tmp_path}#names={rule}")
    assert "part:N" in told.value.hint or "counted" in str(told.value)


def test_an_expression_made_to_take_for_ever_does_not(tmp_path: Path) -> None:
    touch(tmp_path, *(f"{person}/{'a' * 60}!{n}.jpg" for person in "ab" for n in range(20)))
    assert cameras(load(f"folder:{tmp_path}#names=(?P<camera>(?:a+)+$)")) == {""}


def test_images_without_folders(tmp_path: Path) -> None:
    touch(tmp_path, *(f"{person:04d}_c{c}s1_00{n}.jpg" for person in range(1, 5) for c in (1, 3) for n in (1, 2)))
    dataset = folder.read(tmp_path)
    assert (dataset.persons, cameras(dataset)) == (("0001", "0002", "0003", "0004"), {"c1", "c3"})


@pytest.mark.parametrize("nested", ["", "one", "one/two"])
def test_two_needless_folders_are_walked_through(tmp_path: Path, nested: str) -> None:
    touch(tmp_path / nested, *(f"p{i}/c{c}_1.jpg" for i in range(3) for c in (1, 2)))
    dataset = folder.read(tmp_path)
    assert dataset.name == f"folder:{(tmp_path / nested).as_posix()}"
    assert len(dataset.persons) == 3


@pytest.mark.parametrize("swapped", [False, True])
def test_folders_of_cameras_above_or_below_persons(tmp_path: Path, swapped: bool) -> None:
    for person in range(5):
        for camera in ("occluded", "whole"):
            where = f"{person:03d}/{camera}" if swapped else f"{camera}/{person:03d}"
            touch(tmp_path, f"{where}/{person:03d}_01.tif", f"{where}/{person:03d}_02.tif")
    dataset = folder.read(tmp_path)
    assert cameras(dataset) == {"occluded", "whole"}
    assert dataset.persons == ("000", "001", "002", "003", "004")
    assert "are cameras" in dataset.notes[0]


def test_roles_above_persons(tmp_path: Path) -> None:
    touch(tmp_path / "train", "ann/1.jpg", "ann/2.jpg")
    touch(tmp_path / "query", "bob/1.jpg")
    touch(tmp_path / "gallery", "bob/2.jpg", "cy/1.jpg")
    dataset = folder.read(tmp_path)
    assert {(s.identity, s.split) for s in dataset.samples} == {
        ("ann", "train"), ("bob", "probe"), ("bob", "gallery"), ("cy", "gallery"),
    }  # fmt: skip
    touch(tmp_path / "other" / "train", "ann/1.jpg", "ann/2.jpg")
    touch(tmp_path / "other" / "test", "bob/2.jpg", "cy/1.jpg")
    dataset = folder.read(tmp_path / "other")
    assert {s.split for s in dataset.samples} == {None}
    assert "no image has a role" in dataset.notes[0]


@pytest.mark.parametrize("names", [["query", "ann"], ["cam_a", "cam_b"], ["train", "test"], ["gt_bbox", "ann"]])
def test_folders_that_are_no_persons_are_never_taken_for_some(tmp_path: Path, names: list[str]) -> None:
    touch(tmp_path, *(f"{name}/holiday {n}.jpg" for name in names for n in range(4)))
    with pytest.raises(ReidvizError, match="no persons"):
        folder.read(tmp_path)


def test_a_list_in_the_folder_is_what_is_read_and_two_are_asked_about(tmp_path: Path) -> None:
    touch(tmp_path / "SET", "crops/7/x.jpg", "crops/8/x.jpg", "crops/8/y.jpg")
    (tmp_path / "SET" / "list.csv").write_text("path,identity\ncrops/7/x.jpg,ann\ncrops/8/x.jpg,bob\n")
    (tmp_path / "SET" / "notes.csv").write_text("when,what\n1,2\n")
    dataset = folder.read(tmp_path)
    assert dataset.name == f"folder:{tmp_path}/SET/list.csv"
    assert dataset.persons == ("ann", "bob")
    assert ("images that the list does not name", 1) in [(one.reason, one.count) for one in dataset.unread]
    (tmp_path / "SET" / "other.csv").write_text("path,identity\ncrops/7/x.jpg,ann\n")
    with pytest.raises(ReidvizError, match="There are 2 lists") as told:
        folder.read(tmp_path)
    assert "other.csv" in told.value.hint


def test_identities_are_written_one_way(tmp_path: Path) -> None:
    touch(tmp_path, "12.0/c1_1.jpg", "12/c2_1.jpg", "007/c1_1.jpg", "7/c1_1.jpg", " 8/c1_1.jpg", "nan/c1_1.jpg",
          *(f"9/c1_{n}.jpg" for n in range(9)))  # fmt: skip
    dataset = folder.read(tmp_path)
    assert dataset.persons == ("007", "12", "7", "8", "9")
    assert [(one.reason, one.count) for one in dataset.unread] == [("no identity", 1)]


@pytest.mark.skipif(os.name == "nt", reason="Windows forbids these names")
def test_hostile_names(tmp_path: Path) -> None:
    names = [b"<img src=x onerror=alert(1)>", b"two\nlines\ttab", "\u202eright\u200f".encode(), b"\xff\xfe", b"..."]
    for name in names[:4]:
        os.makedirs(os.path.join(os.fsencode(tmp_path), name))
        Path(os.fsdecode(os.path.join(os.fsencode(tmp_path), name, b"c1_" + name + b".png"))).write_bytes(b"")
    dataset = folder.read(tmp_path)
    assert len({s.id for s in dataset.samples}) == 4
    assert all(s.path.is_file() and s.camera == "c1" for s in dataset.samples)
    assert len(dataset.manifest_hash) == 16
    for s in dataset.samples:
        s.id.encode()
        s.identity.encode()


def test_size_changes_the_manifest(tmp_path: Path) -> None:
    touch(tmp_path, "ann/c1_1.jpg", "ann/c2_1.jpg")
    before = folder.read(tmp_path).manifest_hash
    (tmp_path / "ann" / "c1_1.jpg").write_bytes(b"x")
    assert folder.read(tmp_path).manifest_hash != before
