"""Reading a table of images, however it was written, and saying what was understood."""

from pathlib import Path

import pytest
from PIL import Image

from reidviz.common.errors import ReidvizError
from reidviz.data.dataset import Dataset
from reidviz.data.formats import folder, load
from reidviz.data.splits.protocols import split
from tests.data.formats.test_folder import rows, touch


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
        ("path,identity\na/1.jpg,ann\na/9.jpg,ann\n", "Line 3 of people.csv: there is no image 'a/9.jpg'"),
        ("path,identity\n\na/1.jpg,ann\n\na/../a/1.jpg,bob\n", "Line 5 of people.csv: .* already on line 3"),
        ('path,identity\na/1.jpg,"an\nn"\na/2.jpg, \n', r"1 of 2 images .* 1 × no identity \(line 4, a/2.jpg\)"),
        ("path,identity,split\na/1.jpg,ann,tset\n", "Line 2 of people.csv: the split 'tset' is unknown"),
        ("path,identity\n../people.csv,ann\n", "Line 2 of people.csv: .* lies outside"),
        ("path,identity\n/etc/hostname,ann\n", "Line 2 of people.csv: .* lies outside"),
        ("path,identity\n..,ann\n", "Line 2 of people.csv: .* lies outside"),
        ("path,identity\n..a/1.jpg,ann\n", "Line 2 of people.csv: there is no image"),
        ("path,identity\na,ann\n", "Line 2 of people.csv: there is no image 'a'"),
        ("path,identity\n,ann\n", "Line 2 of people.csv: there is no image ''"),
        ("path,identity\na/1.jpg\0,ann\n", "Line 2 of people.csv"),
        ("path,identity\nb,c/3.jpg,ann\n", "Line 2 of people.csv has 3 fields, the header has 2"),
        ("path,identity\na/1.jpg\n", "Line 2 of people.csv has 1 fields"),
        ('path,identity\n"a/1.jpg,ann\n', "Line 2 of people.csv is not CSV"),
        ("path|identity\na/1.jpg|ann\n", "no column path"),
        ("path,path,identity\na/1.jpg,a,ann\n", "column path twice"),
        ("path,identity,Zone,zone\na/1.jpg,ann,1,2\n", "column zone twice"),
        ("sep=;\npath;identity\n\na/9.jpg;ann\n", "Line 4 of people.csv: there is no image 'a/9.jpg'"),
        ("path,camera\na/1.jpg,c1\n", "no column identity"),
        ("path,identity\n", "No image was found"),
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
    with pytest.raises(ReidvizError, match="no column identity"):
        load(f"folder:{tmp_path}/list.parquet")
    parquet.write_table(arrow.table({"path": [b"a.png"], "identity": [b"ann"]}), tmp_path / "list.parquet")
    assert [(s.id, s.identity) for s in load(f"folder:{tmp_path}/list.parquet").samples] == [("a.png", "ann")]
    (tmp_path / "list.parquet").write_bytes(b"PAR1 cut short")
    with pytest.raises(ReidvizError, match="cannot be read as Parquet"):
        load(f"folder:{tmp_path}/list.parquet")


PEOPLE = [
    (f"crops/{person:03d}/c{camera}_{shot}.jpg", person, camera)
    for person in range(1, 6)
    for camera in (1, 2)
    for shot in (0, 1)
]


def people(root: Path, text: str, encoding: str = "utf-8", name: str = "list.csv") -> Dataset:
    touch(root, *(path for path, _, _ in PEOPLE))
    (root / name).write_bytes(text.encode(encoding))
    return load(f"folder:{root / name}")


def table(row: str, header: str = "path,identity,camera") -> str:
    return "\n".join([header, *(row.format(p=p, i=i, c=c) for p, i, c in PEOPLE)]) + "\n"


@pytest.mark.parametrize(
    ("text", "encoding", "note"),
    [
        (table("{p};{i};{c}", "path;identity;camera"), "utf-8", "separated by ;"),
        (table("{p}\t{i}\t{c}", "path\tidentity\tcamera"), "utf-8", "separated by tabs"),
        ("sep=;\r\n" + table("{p};{i};{c}", "path;identity;camera"), "utf-8-sig", "separated by ;"),
        ("sep=|\n" + table("{p}|{i}|{c}", "path|identity|camera"), "utf-16", "separated by |"),
        (table("{p} ,{i} ,{c} "), "utf-8", "20 paths have blanks around them"),
        (table("{p},{i},{c}"), "utf-16", ""),
        (table("{p},{i},{c}"), "utf-8-sig", ""),
        (table("7,{p},{i},{c}", ",path,identity,camera"), "utf-8", "counts the rows was left out"),
        (table("7,{p},{i},{c}", "__index_level_0__,path,identity,camera"), "utf-8", "counts the rows was left out"),
        (table("{p},{i},{c},", "path,identity,camera,"), "utf-8", "left out"),
        (table("{p},{i},{c},x", "path,identity,camera,frame"), "utf-8", "Kept as metadata: frame"),
        (table("{p},{i},{c}", "img_path,pid,camid"), "utf-8", "img_path as path, pid as identity, camid as camera"),
        (table("{p},{i},{c}", "Filename, PID ,Cam"), "utf-8", "filename as path, pid as identity, cam as camera"),
        (table("{p},{i}.0,{c}.0"), "utf-8", "20 identities are written like 1.0 and were read as 1"),
        (table("{p},{i},{c}").replace("/", "\\"), "utf-8", "20 paths are written with backslashes"),
    ],
)
def test_tables_as_programs_write_them(tmp_path: Path, text: str, encoding: str, note: str) -> None:
    dataset = people(tmp_path, text, encoding)
    assert rows(dataset) == [(p, str(i), str(c), None) for p, i, c in PEOPLE]
    assert note in " ".join(dataset.notes)


def test_images_that_a_list_does_not_name_do_not_speak_against_it(tmp_path: Path) -> None:
    touch(tmp_path, *(f"raw/{n}.ppm" for n in range(30)))
    dataset = people(tmp_path, table("{p},{i},{c}"))
    assert [(one.reason, one.count) for one in dataset.unread] == [("images that the list does not name", 30)]


def test_further_columns_are_kept(tmp_path: Path) -> None:
    dataset = people(tmp_path, table("{p},{i},{c},sunny,{i}", "path,identity,camera,Weather,frame"))
    assert dataset.samples[0].metadata == (("weather", "sunny"), ("frame", "1"))


@pytest.mark.parametrize("missing", ["", "nan", "NaN", " "])
def test_a_camera_that_is_not_a_number_is_none(tmp_path: Path, missing: str) -> None:
    dataset = people(tmp_path, table("{p},{i}," + missing))
    assert {s.camera for s in dataset.samples} == {None}
    assert "20 rows name no camera" in " ".join(dataset.notes)


def test_few_rows_without_an_identity_are_counted_and_many_refused(tmp_path: Path) -> None:
    lines = table("{p},{i},{c}").splitlines()
    lines[3] = lines[3].replace(",1,", ",nan,")
    dataset = people(tmp_path, "\n".join(lines))
    assert [(one.reason, one.count, one.examples) for one in dataset.unread] == [
        ("no identity", 1, ("line 4, crops/001/c2_0.jpg",))
    ]
    with pytest.raises(ReidvizError, match=r"20 of 20 images .* 20 × no identity \(line 2, crops"):
        people(tmp_path, table("{p},,{c}"))


def test_leading_zeros_are_kept_and_matched_as_written(tmp_path: Path) -> None:
    dataset = people(tmp_path, table("{p},00{i},{c}"))
    assert dataset.persons[0] == "001"


def test_a_list_may_name_images_below_an_allowed_root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mounted = touch(tmp_path / "mounted", "a/1.jpg", "a/2.jpg")
    (tmp_path / "mine").mkdir()
    file = tmp_path / "mine" / "list.csv"
    file.write_text(f"path,identity\n{mounted}/a/1.jpg,ann\n../mounted/a/2.jpg,bob\n")
    with pytest.raises(ReidvizError, match=r"Line 2 of list\.csv: .* lies outside") as told:
        load(f"folder:{file}")
    assert "REIDVIZ_DATA_ROOTS" in told.value.hint
    monkeypatch.setenv("REIDVIZ_DATA_ROOTS", f"/nowhere:{mounted}")
    dataset = load(f"folder:{file}")
    assert [(s.id, s.identity) for s in dataset.samples] == [("mounted/a/1.jpg", "ann"), ("mounted/a/2.jpg", "bob")]
    (mounted / "out.jpg").symlink_to("/etc/hostname")
    file.write_text(f"path,identity\n{mounted}/out.jpg,ann\n")
    with pytest.raises(ReidvizError, match="lies outside"):
        load(f"folder:{file}")


def test_a_name_that_differs_by_case_is_pointed_out(tmp_path: Path) -> None:
    with pytest.raises(ReidvizError, match="there is no image") as told:
        people(tmp_path, table("{p},{i},{c}").replace(".jpg", ".JPG"))
    assert "crops/001/c1_0.jpg" in told.value.hint


@pytest.mark.parametrize(("junk", "nobody"), [("-1", "0"), ("-1.0", "0.0"), ("-1", "0000")])
def test_junk_and_distractors_neither_train_nor_are_probed(tmp_path: Path, junk: str, nobody: str) -> None:
    roles = ["train", "train", "gallery", "probe"]
    lines = [f"{p},{i},{c},{roles[n % 4] if i > 2 else 'train'}" for n, (p, i, c) in enumerate(PEOPLE)]
    lines[0], lines[1], lines[2], lines[3] = (
        f"{PEOPLE[n][0]},{identity},{PEOPLE[n][2]},{role}"
        for n, (identity, role) in enumerate([(junk, "train"), (junk, "gallery"), (nobody, "gallery"), (junk, "probe")])
    )
    lines = [line.replace("train", "gallery") if line.split(",")[1] in "345" else line for line in lines]
    dataset = people(tmp_path, "\n".join(["path,identity,camera,split", *lines]))
    assert dataset.market_rules
    assert dataset.persons == ("2", "3", "4", "5")
    for protocol in ("market", "listed", "half:0", "test2:1"):
        parts = split(dataset, protocol)
        used = set(dataset.identities[[*parts.train, *parts.probes]].tolist())
        assert used <= set(dataset.persons), protocol
    assert "-1" not in dataset.identities[split(dataset, "market").gallery].tolist()


def test_a_list_that_counts_from_0_has_a_person_0(tmp_path: Path) -> None:
    dataset = people(tmp_path, "\n".join(["path,identity,camera", *(f"{p},{i - 1},{c}" for p, i, c in PEOPLE)]))
    assert not dataset.market_rules
    assert dataset.persons == ("0", "1", "2", "3", "4")


def test_parquet_as_pandas_writes_it(tmp_path: Path) -> None:
    import pandas as pd

    touch(tmp_path, *(path for path, _, _ in PEOPLE))
    frame = pd.DataFrame(PEOPLE, columns=["path", "identity", "camera"])
    frame["identity"] = frame["identity"].astype(float)
    frame["camera"] = frame["camera"].astype(float).where(frame.index != 4)
    frame[frame.index != 7].to_parquet(tmp_path / "list.parquet")
    dataset = load(f"folder:{tmp_path / 'list.parquet'}")
    assert (len(dataset.samples), dataset.persons) == (19, ("1", "2", "3", "4", "5"))
    assert set(dataset.cameras.tolist()) == {"", "1", "2"}
