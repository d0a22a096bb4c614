"""A path that somebody names is a regular file or folder that may be read, or is refused at once."""

import os
from pathlib import Path

import numpy as np
import pyarrow as arrow
import pyarrow.parquet as parquet
import pytest
from PIL import Image
from scipy.io import savemat

from reidviz.common.errors import ReidvizError
from reidviz.common.roots import allowed, inside, open_regular
from reidviz.data.formats import FORMATS, load, matlab, parquet_process
from reidviz.data.formats import parquet as tables
from reidviz.data.images.decode import decode
from tests.conftest import people_folder


@pytest.fixture
def confined(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A root besides which nothing may be read."""
    root = tmp_path / "root"
    root.mkdir()
    monkeypatch.setenv("REIDVIZ_ANY_FOLDER", "0")
    monkeypatch.setenv("REIDVIZ_DATA_ROOTS", str(root))
    return root


@pytest.fixture
def pipe(tmp_path: Path) -> Path:
    os.mkfifo(tmp_path / "pipe")
    return tmp_path / "pipe"


def test_what_lies_below_a_root_is_allowed_and_links_out_of_it_are_not(confined: Path) -> None:
    (confined / "out").symlink_to(confined.parent)
    (confined / "in").symlink_to(confined / "a")
    assert [allowed(confined / name) for name in ("", "a", "in", "out", "out/b", "../root2", "a/../../b")] == [
        True, True, True, False, False, False, False,
    ]  # fmt: skip
    assert not allowed("/etc/hostname")
    assert not allowed("a\0b")


def test_any_folder_is_allowed_on_ones_own_machine_but_not_the_systems(tmp_path: Path) -> None:
    assert allowed(tmp_path)
    assert not allowed("/proc/self/environ")
    (tmp_path / "link").symlink_to("/proc/self")
    assert not allowed(tmp_path / "link" / "environ")


def test_a_link_stays_in_its_data_set_or_leads_to_a_root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "out").symlink_to(tmp_path / "far")
    assert not inside(tmp_path / "data" / "out", tmp_path / "data")
    monkeypatch.setenv("REIDVIZ_DATA_ROOTS", str(tmp_path / "far"))
    assert inside(tmp_path / "data" / "out", tmp_path / "data")


@pytest.mark.parametrize("form", [one.name for one in FORMATS if one.name != "synthetic"])
@pytest.mark.parametrize("place", ["/dev/zero", "/dev/urandom", "/proc/self/mem", "PIPE", "PIPE.csv", "PIPE.parquet"])
def test_devices_and_pipes_are_refused_by_every_reader_at_once(pipe: Path, form: str, place: str) -> None:
    file = Path(place.replace("PIPE", str(pipe)))
    if file.suffix:
        pipe.rename(file)
    with pytest.raises(ReidvizError) as told:
        load(f"{form}:{file}")
    assert str(file.parent) not in str(told.value).replace("streamlit", "")


@pytest.mark.parametrize("name", ["list.csv", "list.parquet", "list_train.txt"])
def test_a_pipe_among_images_is_counted_and_not_opened(tmp_path: Path, name: str) -> None:
    root = people_folder(tmp_path / "people")
    os.mkfifo(root / name)
    os.mkfifo(root / "p00" / "A_9.png")
    found = load(f"folder:{root}")
    assert len(found.samples) == 24
    assert sum(one.count for one in found.unread) == 2


def test_a_image_that_became_a_pipe_is_not_opened(pipe: Path) -> None:
    with pytest.raises(ReidvizError, match="not a file but a folder or a device"):
        decode(pipe)


def test_the_size_is_seen_before_a_byte_is_read(tmp_path: Path) -> None:
    (tmp_path / "large").write_bytes(b"12345678")
    with pytest.raises(ReidvizError, match="large has more than"):
        open_regular(tmp_path / "large", 7)
    with open_regular(tmp_path / "large", 8) as opened:
        assert opened.read() == b"12345678"
    os.truncate(tmp_path / "large", 2**40)
    for spec in (f"without:{tmp_path}/large", f"folder:{tmp_path}/large"):
        with pytest.raises(ReidvizError):
            load(spec)
    (tmp_path / "large").rename(tmp_path / "large.csv")
    with pytest.raises(ReidvizError, match="has more than"):
        load(f"folder:{tmp_path}/large.csv")


@pytest.mark.parametrize("form", [one.name for one in FORMATS if one.name != "synthetic"])
def test_not_there_and_not_allowed_look_the_same(confined: Path, form: str) -> None:
    people_folder(confined.parent / "secret")
    (confined.parent / "secret.json").write_text("{}")
    said = set()
    for place in (confined.parent, confined.parent / "nowhere", Path("/etc"), Path("/nowhere")):
        for name in ("secret", "secret.json"):
            with pytest.raises(ReidvizError) as told:
                load(f"{form}:{place / name}")
            said.add(str(told.value).replace("secret.json", "secret"))
    assert len(said) == 1
    assert "/" not in said.pop()


def test_a_file_of_an_allowed_folder_cannot_name_data_that_is_not(confined: Path) -> None:
    secret = people_folder(confined.parent / "secret")
    (confined / "list.json").write_text(f'{{"data": "folder:{secret}", "excluded": []}}')
    with pytest.raises(ReidvizError, match="no folder or file secret that may be read"):
        load(f"without:{confined}/list.json")
    (confined / "list.json").write_text("[" * 100_000)
    with pytest.raises(ReidvizError, match="of images to leave out is damaged"):
        load(f"without:{confined}/list.json")


def test_links_out_of_a_data_set_are_not_read(tmp_path: Path) -> None:
    secret = people_folder(tmp_path / "secret")
    root = people_folder(tmp_path / "people")
    (root / "p00" / "A_7.png").symlink_to(secret / "p01" / "A_0.png")
    (root / "p00" / "A_8.png").symlink_to(root / "p00" / "A_0.png")
    (root / "p77").symlink_to(secret / "p01")
    found = load(f"folder:{root}")
    assert len(found.samples) == 25
    assert {one.examples for one in found.unread} == {("p77", "p00/A_7.png")}
    (root / "list.csv").write_text("path,identity\np00/A_7.png,1\n")
    with pytest.raises(ReidvizError, match="no image that can be read"):
        load(f"folder:{root}/list.csv")
    (root / "list.csv").write_text("path,identity\np77/A_0.png,1\n")
    with pytest.raises(ReidvizError, match="there is no image"):
        load(f"folder:{root}/list.csv")


def test_a_layout_behind_a_link_is_not_read(tmp_path: Path) -> None:
    for name in ("query/0001_c1s1_001051_00.jpg", "images_labeled/1_001_1_01.png", "campus/0001001.png"):
        (tmp_path / "secret" / name).parent.mkdir(parents=True)
        (tmp_path / "secret" / name).touch()
    (tmp_path / "mine").mkdir()
    for name in ("release", "images_labeled", "campus"):
        (tmp_path / "mine" / name).symlink_to(tmp_path / "secret" / ("" if name == "release" else name))
    for form in ("market1501", "cuhk03", "cuhk01", "folder"):
        with pytest.raises(ReidvizError):
            load(f"{form}:{tmp_path}/mine")


def table(file: Path, columns: dict[str, object], **options: object) -> Path:
    parquet.write_table(arrow.table(columns), file, **options)
    return file


def refused(file: Path, why: str) -> None:
    with file.open("rb") as raw, pytest.raises(ReidvizError, match=why):
        list(parquet_process.rows(raw))


def test_a_table_that_would_unpack_to_far_more_is_not(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    same = arrow.DictionaryArray.from_arrays(np.zeros(600, dtype=np.int32), ["x" * 1_000_000])
    file = table(tmp_path / "list.parquet", {"path": same, "identity": list(range(600))})
    assert file.stat().st_size < 2_000_000
    with pytest.raises(ReidvizError, match=r"list\.parquet is not read: it would unpack to 600 MB"):
        load(f"folder:{file}")
    monkeypatch.setattr(parquet_process, "MOST_ROWS", 599)
    refused(file, "claims 600 rows")
    packed = table(tmp_path / "b", {"path": ["y" * 4_000_000]}, use_dictionary=False, compression="brotli")
    refused(packed, "would unpack to 4 MB")


@pytest.mark.parametrize(
    "column", [[["a"]], [{"a": 1}], [[{"a": [1]}]], arrow.array([[("k", 1)]], arrow.map_(arrow.string(), arrow.int8()))]
)
def test_columns_of_lists_and_tables_are_refused(tmp_path: Path, column: object) -> None:
    refused(table(tmp_path / "a", {"path": ["a"], "identity": ["b"], "more": column}), "its column more holds lists")


def test_a_table_of_too_many_columns_and_of_cells_that_repeat_each_other(tmp_path: Path) -> None:
    refused(table(tmp_path / "a", {f"c{i}": [1] for i in range(1_001)}), "1,001 columns")
    shared = table(tmp_path / "b", {"p": ["ab"] * 9}, use_dictionary=False, column_encoding={"p": "DELTA_BYTE_ARRAY"})
    refused(shared, "packed in a way")
    (tmp_path / "list.csv").write_text(",".join(f"c{i}" for i in range(1_001)))
    with pytest.raises(ReidvizError, match="1,001 columns"):
        load(f"folder:{tmp_path}/list.csv")


def test_a_table_over_which_the_library_ends_its_process_is_one_sentence(tmp_path: Path) -> None:
    file = table(tmp_path / "list.parquet", {"path": [f"{i}.png" for i in range(9)], "identity": list(range(9))})
    whole = file.read_bytes()
    for seed in range(12):
        random, data = np.random.default_rng(seed), bytearray(whole)
        for place in random.integers(0, len(data), 6):
            data[place] = random.integers(0, 256)
        file.write_bytes(bytes(data))
        with pytest.raises(ReidvizError, match=r"list\.parquet|there is no image"):
            load(f"folder:{file}")


def test_a_table_with_a_row_that_is_larger_than_any_text_is_refused(tmp_path: Path) -> None:
    file = table(tmp_path / "list.parquet", {"path": ["a.png"], "identity": [1], "more": ["x" * 1_100_000]})
    with pytest.raises(ReidvizError, match=r"list\.parquet is not read: it has a row of more than 1,048,576 char"):
        load(f"folder:{file}")


def test_a_folder_that_may_not_be_looked_into_is_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(path: Path) -> bool:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(Path, "is_dir", refused)
    monkeypatch.setattr(Path, "is_file", refused)
    for name in ("folder", "market1501", "cuhk01", "cuhk03", "cuhk03-pair"):
        with pytest.raises(ReidvizError, match="cannot be read: Permission denied") as told:
            load(f"{name}:{tmp_path}")
        assert str(tmp_path.parent) not in str(told.value)


def test_categories_are_read_as_what_they_stand_for(tmp_path: Path) -> None:
    words = arrow.array(["b", None, "a", "b"]).dictionary_encode()
    numbers = arrow.array([3, 3, None, 1]).dictionary_encode()
    file = table(tmp_path / "list.parquet", {"path": words, "identity": numbers})
    assert list(tables.rows(file)) == [["path", "identity"], ["b", "3"], ["", "3"], ["a", ""], ["b", "1"]]


def test_a_matlab_file_is_small_and_claims_little(tmp_path: Path) -> None:
    file = tmp_path / "config.mat"
    savemat(file, {"filelist": np.arange(5)})
    assert matlab.variables(file, ("filelist",))["filelist"].tolist() == [[0, 1, 2, 3, 4]]
    savemat(file, {"filelist": np.zeros(200_000, dtype=np.uint8)}, do_compression=True)
    with pytest.raises(ValueError, match="too many values"):
        matlab.variables(file, ("filelist",))
    cells = np.empty(2, dtype=object)
    cells[:] = [np.zeros(40 * 1024**2, dtype=np.uint8)] * 2
    savemat(file, {"filelist": cells}, do_compression=True)
    with pytest.raises(ValueError, match="unpacks to too much"):
        matlab.variables(file, ("filelist",))


def test_images_are_told_apart_from_what_only_has_their_name(tmp_path: Path) -> None:
    Image.new("RGB", (8, 8)).save(tmp_path / "a.png")
    (tmp_path / "b.png").symlink_to("/proc/self/environ")
    assert decode(tmp_path / "a.png").size == (8, 8)
    with pytest.raises(ReidvizError, match="not a file"):
        decode(tmp_path / "b.png")
