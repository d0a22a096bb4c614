"""Reading a folder for each person, and a CSV."""

import os
from pathlib import Path

import pytest
from PIL import Image

from reidviz.data.dataset import Dataset
from reidviz.data.formats import folder, load
from reidviz.errors import ReidvizError


def touch(root: Path, *names: str) -> Path:
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(b"")
    return root


def rows(dataset: Dataset) -> list[tuple[str, str, str | None, str | None]]:
    return [(s.id, s.identity, s.camera, s.split) for s in dataset.samples]


def test_layout(tmp_path: Path) -> None:
    root = touch(
        tmp_path / "mine",
        "ann/c2_1.jpg",
        "ann/c10_x_y.PNG",
        "bob/c1_1.JpEg",
        "bob/c1_2.webp",
        "bob/c1_3.bmp",
        "bob/notes.txt",
        "bob/._c1_1.jpg",
        "bob/deep/c1_1.jpg",
        ".git/c1_1.jpg",
        "stray.jpg",
    )
    dataset = folder.read(root)
    assert rows(dataset) == [
        ("ann/c10_x_y.PNG", "ann", "c10", None),
        ("ann/c2_1.jpg", "ann", "c2", None),
        ("bob/c1_1.JpEg", "bob", "c1", None),
        ("bob/c1_2.webp", "bob", "c1", None),
        ("bob/c1_3.bmp", "bob", "c1", None),
    ]
    assert {s.domain for s in dataset.samples} == {"mine"}


def test_only_the_picture_without_underscore_lacks_a_camera(tmp_path: Path) -> None:
    dataset = folder.read(touch(tmp_path, "ann/c1_1.jpg", "ann/portrait.jpg", "ann/_2.jpg"))
    assert [(s.id, s.camera) for s in dataset.samples] == [
        ("ann/_2.jpg", None),
        ("ann/portrait.jpg", None),
        ("ann/c1_1.jpg", "c1"),
    ]


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


def write_csv(root: Path, text: str, encoding: str = "utf-8") -> Path:
    touch(root, "a/1.jpg", "a/2.jpg", "b,c/3.jpg")
    file = root / "people.csv"
    file.write_bytes(text.encode(encoding))
    return file


def test_csv(tmp_path: Path) -> None:
    file = write_csv(
        tmp_path,
        "Path, Identity ,camera,split\r\n"
        "a/2.jpg,ann,c2,Query\r\n"
        "./a/../a/1.jpg,ann,c1,TEST\r\n"
        "\r\n"
        f'"{tmp_path}/b,c/3.jpg", "bob\nthe second",,train\r\n',
        "utf-8-sig",
    )
    dataset = folder.read(file)
    assert rows(dataset) == [
        ("a/1.jpg", "ann", "c1", "gallery"),
        ("a/2.jpg", "ann", "c2", "probe"),
        ("b,c/3.jpg", "bob\nthe second", None, "train"),
    ]
    assert {s.domain for s in dataset.samples} == {"people"}
    assert dataset.name == f"folder:{file}"
    assert all(s.path.is_file() for s in dataset.samples)


def test_csv_needs_path_and_identity_only(tmp_path: Path) -> None:
    file = write_csv(tmp_path, "identity,path\nann,a/1.jpg\n")
    assert rows(folder.read(file)) == [("a/1.jpg", "ann", None, None)]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("path,identity\na/1.jpg,ann\na/9.jpg,ann\n", "Line 3 of people.csv: there is no picture 'a/9.jpg'"),
        ("path,identity\n\na/1.jpg,ann\n\na/../a/1.jpg,bob\n", "Line 5 of people.csv: .* already on line 3"),
        ('path,identity\na/1.jpg,"an\nn"\na/2.jpg, \n', "Line 4 of people.csv: the identity is empty"),
        ("path,identity,split\na/1.jpg,ann,tset\n", "Line 2 of people.csv: the split 'tset' is unknown"),
        ("path,identity\n../people.csv,ann\n", "Line 2 of people.csv: .* lies outside"),
        ("path,identity\n/etc/hostname,ann\n", "Line 2 of people.csv: .* lies outside"),
        ("path,identity\n..,ann\n", "Line 2 of people.csv: .* lies outside"),
        ("path,identity\n..a/1.jpg,ann\n", "Line 2 of people.csv: there is no picture"),
        ("path,identity\na,ann\n", "Line 2 of people.csv: there is no picture 'a'"),
        ("path,identity\n,ann\n", "Line 2 of people.csv: there is no picture ''"),
        ("path,identity\na/1.jpg\0,ann\n", "Line 2 of people.csv"),
        ("path,identity\nb,c/3.jpg,ann\n", "Line 2 of people.csv has 3 fields, the header has 2"),
        ("path,identity\na/1.jpg\n", "Line 2 of people.csv has 1 fields"),
        ('path,identity\n"a/1.jpg,ann\n', "Line 2 of people.csv is not CSV"),
        ("path,identity,cam\na/1.jpg,ann,c1\n", "unknown column 'cam'"),
        ("path;identity\na/1.jpg;ann\n", "unknown column 'path;identity'"),
        ("path,path,identity\na/1.jpg,a,ann\n", "column path twice"),
        ("path,camera\na/1.jpg,c1\n", "no column identity"),
        ("path,identity\n", "No picture was found"),
        ("", "no column path"),
    ],
)
def test_bad_csv(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(ReidvizError, match=message):
        folder.read(write_csv(tmp_path, text))


def test_csv_in_another_encoding(tmp_path: Path) -> None:
    with pytest.raises(ReidvizError, match="not UTF-8"):
        folder.read(write_csv(tmp_path, "path,identity\na/1.jpg,Zoë\n", "latin-1"))


def test_other_files_are_refused(tmp_path: Path) -> None:
    touch(tmp_path, "a.zip")
    with pytest.raises(ReidvizError, match="neither a folder nor a CSV"):
        folder.read(tmp_path / "a.zip")


def test_a_parquet_list_says_the_same_as_a_csv(tmp_path: Path) -> None:
    import pyarrow as arrow
    import pyarrow.parquet as parquet

    for name in ("a.png", "b.png"):
        Image.new("RGB", (8, 16)).save(tmp_path / name)
    columns = {"path": ["a.png", "b.png"], "identity": [1, 2], "camera": ["x", None], "split": ["probe", None]}
    parquet.write_table(arrow.table(columns), tmp_path / "list.parquet")
    samples = load(f"folder:{tmp_path}/list.parquet").samples
    assert [(s.id, s.identity, s.camera, s.split) for s in samples] == [
        ("a.png", "1", "x", "probe"),
        ("b.png", "2", None, None),
    ]
    parquet.write_table(arrow.table({"path": ["../x.png"], "identity": [1]}), tmp_path / "list.parquet")
    with pytest.raises(ReidvizError, match=r"Line 1 of list\.parquet: .*outside"):
        load(f"folder:{tmp_path}/list.parquet")
    parquet.write_table(arrow.table({"file": ["a.png"]}), tmp_path / "list.parquet")
    with pytest.raises(ReidvizError, match="unknown column"):
        load(f"folder:{tmp_path}/list.parquet")
    (tmp_path / "list.parquet").write_bytes(b"PAR1 cut short")
    with pytest.raises(ReidvizError, match="cannot be read as Parquet"):
        load(f"folder:{tmp_path}/list.parquet")
