"""Zips as they come, and as somebody means them to do harm."""

import io
import lzma
import shutil
import stat
import zipfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from reidviz.common.errors import ReidvizError
from reidviz.data.catalogue import zip_import
from reidviz.data.catalogue.imported import candidates
from reidviz.data.catalogue.zip_import import import_zip
from reidviz.data.formats import load


@pytest.fixture(autouse=True)
def data_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REIDVIZ_IMPORTS", str(tmp_path / "data"))


def recognised(folder: Path) -> str:
    """The one name that an imported folder is read by."""
    (spec,) = candidates(folder)
    return spec


def png(shade: int = 0) -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (12, 24), (shade, 90, 40)).save(buffer, "PNG")
    return buffer.getvalue()


def packed(members: dict[str, bytes], compression: int = zipfile.ZIP_STORED) -> io.BytesIO:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", compression) as made:
        for name, data in members.items():
            made.writestr(zipfile.ZipInfo(name), data, compress_type=compression)
    buffer.seek(0)
    return buffer


GOOD = {f"people/p{person}/{camera}_0.png": png(person) for person in range(4) for camera in "AB"}


def nothing_else(tmp_path: Path, *allowed: str) -> None:
    assert (
        sorted(p.name for p in (tmp_path / "data").iterdir()) == sorted(allowed)
        if (tmp_path / "data").exists()
        else True
    )
    assert sorted(p.name for p in tmp_path.iterdir()) in (["data"], [])


def test_a_good_zip_is_imported_and_recognised(tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    extras = {"__MACOSX/people/._A_0.png": b"x", "people/.DS_Store": b"x", "people/paper.pdf": b"x"}
    folder = import_zip(
        packed(GOOD | extras), "mine", tmp_path / "data", lambda done, total, _: told.append((done, total))
    )
    assert folder == tmp_path / "data" / "mine"
    assert told[-1] == (8, 8)
    spec = recognised(folder)
    assert spec == f"folder:{folder}/people"
    assert len(load(spec).samples) == 8
    assert not list(folder.rglob("*.pdf"))
    nothing_else(tmp_path, "mine")
    with pytest.raises(ReidvizError, match="already a data set called mine"):
        import_zip(packed(GOOD), "mine", tmp_path / "data")


@pytest.mark.parametrize(
    ("layout", "names"),
    [
        ("viper", ["VIPeR/cam_a/000_0.bmp", "VIPeR/cam_b/000_90.bmp"]),
        ("market1501", ["m/bounding_box_train/0002_c1s1_000451_03.jpg", "m/query/0001_c1s1_001051_00.jpg",
                        "m/bounding_box_test/0001_c2s1_001051_03.jpg"]),
        ("cuhk01", ["campus/0001001.png", "campus/0001003.png"]),
        ("prid2011", ["single_shot/cam_a/person_0001.png", "single_shot/cam_b/person_0001.png"]),
    ],
)  # fmt: skip
def test_layouts_are_recognised(tmp_path: Path, layout: str, names: list[str]) -> None:
    folder = import_zip(packed({name: png() for name in names}), "some set", tmp_path / "data")
    assert recognised(folder).startswith(f"{layout}:")


def test_a_list_beside_the_images_is_used(tmp_path: Path) -> None:
    listed = "path,identity,camera\n" + "".join(f"{name},{name[8]},{name[10]}\n" for name in GOOD)
    folder = import_zip(packed(GOOD | {"list.csv": listed.encode()}), "listed", tmp_path / "data")
    assert recognised(folder) == f"folder:{folder}/list.csv"


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("../evil.png", "leads out"),
        ("a/../../evil.png", "leads out"),
        ("/etc/evil.png", "not allowed"),
        ("C:/evil.png", "not allowed"),
        ("..\\evil.png", "not allowed"),
        ("a\\b.png", "not allowed"),
        ("new\nline.png", "invisible"),
        ("right\u202egnp.left.png", "invisible"),
        ("x" * 250 + ".png", "too long"),
        ("inner.zip", "another archive"),
        ("deep/inner.tar.gz", "another archive"),
    ],
)
def test_a_name_that_could_do_harm_is_refused(tmp_path: Path, name: str, said: str) -> None:
    with pytest.raises(ReidvizError, match=said) as told:
        import_zip(packed(GOOD | {name: png()}), "evil", tmp_path / "data")
    assert "\n" not in str(told.value)
    assert "\u202e" not in str(told.value)
    nothing_else(tmp_path)


def test_a_name_of_html_is_a_name(tmp_path: Path) -> None:
    folder = import_zip(packed({"p/<b>A<b>_0.png": png(), "p/B_0.png": png()}), "html", tmp_path / "data")
    assert (folder / "p" / "<b>A<b>_0.png").is_file()


@pytest.mark.parametrize("kind", [stat.S_IFLNK, stat.S_IFCHR, stat.S_IFIFO, stat.S_IFBLK, stat.S_IFSOCK])
def test_links_and_devices_are_refused(tmp_path: Path, kind: int) -> None:
    buffer = packed(GOOD)
    with zipfile.ZipFile(buffer, "a") as made:
        info = zipfile.ZipInfo("people/p0/link.png")
        info.external_attr = (kind | 0o777) << 16
        made.writestr(info, "/etc/passwd")
    with pytest.raises(ReidvizError, match="a link or a device"):
        import_zip(buffer, "linked", tmp_path / "data")
    nothing_else(tmp_path)


@pytest.mark.parametrize("twin", ["people/P0/a_0.PNG", "PEOPLE/p0/A_0.png"])
def test_names_that_differ_by_case_alone_are_refused(tmp_path: Path, twin: str) -> None:
    with pytest.raises(ReidvizError, match="would be one file"):
        import_zip(packed(GOOD | {twin: png()}), "twins", tmp_path / "data")
    nothing_else(tmp_path)


def test_bombs_by_ratio_by_size_by_count_and_by_lies(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bomb = packed({"a/A_0.png": b"\0" * 3 * 1024**2}, zipfile.ZIP_DEFLATED)
    with pytest.raises(ReidvizError, match="zip bomb"):
        import_zip(bomb, "bomb", tmp_path / "data")
    monkeypatch.setattr(zip_import, "MAX_MEMBERS", 5)
    with pytest.raises(ReidvizError, match="more than 5 members"):
        import_zip(packed(GOOD), "many", tmp_path / "data")
    monkeypatch.setattr(zip_import, "MAX_MEMBERS", 100)
    monkeypatch.setattr(zip_import, "MAX_BYTES", 300)
    with pytest.raises(ReidvizError, match="would unpack to more"):
        import_zip(packed(GOOD), "large", tmp_path / "data")
    nothing_else(tmp_path)


def test_a_bomb_of_many_small_members(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each of them may have any ratio; all together may not."""
    monkeypatch.setattr(zip_import, "FREE", 10_000)
    bomb = packed({f"p{i}/A_0.png": bytes(900_000) for i in range(9)}, zipfile.ZIP_DEFLATED)
    with pytest.raises(ReidvizError, match="more than 50 times its size"):
        import_zip(bomb, "bomb", tmp_path / "data")
    nothing_else(tmp_path)


def test_what_a_zip_claims_of_its_size_is_not_believed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(zip_import, "MAX_BYTES", 3000)
    data = packed({f"p/A_{i}.png": bytes(900) for i in range(3)}).getvalue()
    lying = data.replace((900).to_bytes(4, "little") + (900).to_bytes(4, "little"), (900).to_bytes(4, "little") * 2)
    import_zip(io.BytesIO(lying), "true", tmp_path / "data")
    monkeypatch.setattr(zip_import, "MAX_MEMBER", 500)
    with pytest.raises(ReidvizError, match="zip bomb"):
        import_zip(io.BytesIO(lying), "liar", tmp_path / "data")
    nothing_else(tmp_path, "true")


def test_what_is_no_zip_or_half_of_one(tmp_path: Path) -> None:
    whole = packed(GOOD, zipfile.ZIP_DEFLATED).getvalue()
    for damaged in (b"", b"no zip at all", whole[: len(whole) // 2], whole[10:]):
        with pytest.raises(ReidvizError):
            import_zip(io.BytesIO(damaged), "half", tmp_path / "data")
    with pytest.raises(ReidvizError, match="no image in this zip"):
        import_zip(packed({"readme.txt": b"hello"}), "words", tmp_path / "data")
    nothing_else(tmp_path)


def test_an_encrypted_zip_is_said_to_be_one(tmp_path: Path) -> None:
    data = bytearray(packed({"p/A_0.png": png()}).getvalue())
    for signature, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(signature) + flags] |= 1
    with pytest.raises(ReidvizError, match="encrypted"):
        import_zip(io.BytesIO(bytes(data)), "secret", tmp_path / "data")
    nothing_else(tmp_path)


@pytest.mark.parametrize("name", ["", "..", "a/b", "../up", ".hidden", "x" * 80, "dot.", "new\nline"])
def test_a_data_set_has_a_plain_name(tmp_path: Path, name: str) -> None:
    with pytest.raises(ReidvizError, match="cannot be called"):
        import_zip(packed(GOOD), name, tmp_path / "data")
    nothing_else(tmp_path)


def test_cancelled_half_way_nothing_stays(tmp_path: Path) -> None:
    class EnoughError(Exception):
        pass

    def stop(done: int, total: int, what: str) -> None:
        if done == 3:
            raise EnoughError

    with pytest.raises(EnoughError):
        import_zip(packed(GOOD), "half", tmp_path / "data", stop)
    nothing_else(tmp_path)


NAMES = st.text(st.characters(exclude_categories=["Cs"]), max_size=40) | st.sampled_from(
    ["../x.png", "a/./b.png", "a//b.png", "CON.png", "a/b.png", "A/B.png", ".png", "/", "a/", "x.png/y.png"]
)


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])
@given(
    st.dictionaries(NAMES, st.binary(max_size=40), min_size=1, max_size=6), st.binary(max_size=30), st.integers(0, 400)
)
def test_whatever_is_in_a_zip_stays_below_its_folder(
    tmp_path: Path, members: dict[str, bytes], noise: bytes, place: int
) -> None:
    try:
        data = bytearray(packed(members).getvalue())
    except (ValueError, UnicodeEncodeError):
        return
    data[place : place + len(noise)] = noise
    try:
        folder = import_zip(io.BytesIO(bytes(data)), "any", tmp_path / "data")
    except ReidvizError:
        nothing_else(tmp_path)
        return
    inside = folder.resolve()
    assert all(inside in p.resolve().parents for p in folder.rglob("*"))
    shutil.rmtree(folder)
    nothing_else(tmp_path)


@pytest.mark.parametrize(
    "error", [MemoryError(), RecursionError(), lzma.LZMAError("Corrupt"), OverflowError(), OSError(28, "No space left")]
)
def test_whatever_fails_half_way_is_a_sentence_and_leaves_nothing(tmp_path: Path, error: Exception) -> None:
    def fail(done: int, total: int, what: str) -> None:
        if done == 3:
            raise error

    with pytest.raises(ReidvizError):
        import_zip(packed(GOOD), "half", tmp_path / "data", fail)
    nothing_else(tmp_path)
    assert import_zip(packed(GOOD), "half", tmp_path / "data").name == "half"


def test_a_damaged_member_packed_by_lzma_is_a_sentence(tmp_path: Path) -> None:
    data = bytearray(packed(GOOD, zipfile.ZIP_LZMA).getvalue())
    name = b"people/p0/A_0.png"
    start = data.index(name) + len(name)
    data[start + 9 : start + 60] = bytes(51)
    with pytest.raises(ReidvizError):
        import_zip(io.BytesIO(bytes(data)), "mine", tmp_path / "data")
    nothing_else(tmp_path)


@pytest.mark.parametrize("date", [b"\0\0\0\0", b"\xff\xff\xff\xff"])
def test_dates_that_there_are_not_do_not_matter(tmp_path: Path, date: bytes) -> None:
    data = bytearray(packed(GOOD).getvalue())
    for mark, place in ((b"PK\3\4", 10), (b"PK\1\2", 12)):
        start = -1
        while (start := data.find(mark, start + 1)) >= 0:
            data[start + place : start + place + 4] = date
    folder = import_zip(io.BytesIO(bytes(data)), "mine", tmp_path / "data")
    assert len(list(folder.rglob("*.png"))) == 8
