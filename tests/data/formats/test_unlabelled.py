"""Images of nobody in particular: what a list says of them, and when they were taken."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from reidviz.common.errors import ReidvizError
from reidviz.data.formats.unlabelled import moment_of, read, time_of
from tests.data.formats.test_folder import touch

NOON = datetime(2024, 1, 31, 12, tzinfo=UTC).timestamp()


def listed(root: Path, text: str, *images: str) -> Path:
    touch(root, *images)
    file = root / "list.csv"
    file.write_text(text)
    return file


@pytest.mark.parametrize(
    ("written", "moment"),
    [
        ("2024-01-31 12:00:00", NOON),
        (" 2024-01-31T14:00+02:00 ", NOON),
        ("20240131", NOON - 12 * 3600),
        ("202401311200", NOON),
        ("20240131120000", NOON),
        (f"{NOON}", NOON),
        ("1706702400", NOON),
        ("1.7067024e9", NOON),
        ("1706702400000", NOON),
        ("31.01.2024 12:00", None),
        ("20241301", None),
        ("2024", None),
        ("1_706_702_400", None),
        ("4", None),
        ("-5", None),
        ("nan", None),
        ("inf", None),
        ("0001-01-01T00:00:00+02:00", None),
        ("9999-12-31T23:59:59-01:00", None),
    ],
)
def test_times_as_lists_write_them(written: str, moment: float | None) -> None:
    assert moment_of(written) == moment


def test_a_time_that_is_written_but_not_understood_is_not_guessed_from_the_name(tmp_path: Path) -> None:
    names = [f"20240131_12000{n}.jpg" for n in range(3)]
    rows = [f"{names[0]},31.01.2024 08:00,", f"{names[1]},4,2024-01-31T12:00:00", f"{names[2]},,nan"]
    dataset = read(listed(tmp_path, "\n".join(["path,time,captured_at", *rows]), *names))
    assert [time_of(sample) for sample in dataset.samples] == [None, NOON, NOON + 2]
    assert "not understood: 1, as '31.01.2024 08:00'" in dataset.notes[-1]


def test_columns_are_kept_as_they_are_called(tmp_path: Path) -> None:
    text = "path,camera,person_id,id,role,split,a=b\na.jpg,1.0,7.0,x ,staff,query,\nb.jpg,,nan,y,val,nonsense, z\n"
    first, second = read(listed(tmp_path, text, "a.jpg", "b.jpg")).samples[::-1]
    assert first.camera == "1"
    names = ("person_id", "id", "role", "split", "a=b")
    assert first.metadata == tuple(zip(names, ("7", "x", "staff", "query", ""), strict=True))
    assert second.metadata == tuple(zip(names, ("", "y", "val", "nonsense", "z"), strict=True))
    assert {first.identity, second.identity} == {""}


def test_rows_whose_images_cannot_be_read_are_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REIDVIZ_DATA_ROOTS", f"{tmp_path / 'mounted'}")
    text = f"path\na.jpg\ngone.jpg\nphoto.heic\nnoend\n{tmp_path}/mounted/gone.jpg\n../outside.jpg\n"
    file = listed(tmp_path / "mine", text, "a.jpg", "photo.heic", "noend", "../outside.jpg")
    dataset = read(file)
    assert [sample.id for sample in dataset.samples] == ["a.jpg"]
    told = dict(dataset.unreadable)
    assert list(told) == ["gone.jpg", "photo.heic", "noend", f"{tmp_path}/mounted/gone.jpg", "../outside.jpg"]
    assert told["gone.jpg"] == "line 3 of list.csv: there is no image 'gone.jpg'."
    assert "a format that is not read (.heic)" in told["photo.heic"]
    (tmp_path / "mine" / "a.jpg").unlink()
    with pytest.raises(ReidvizError, match=r"None of the 6 images that list\.csv names can be read"):
        read(file)


def test_a_folder_and_a_link_to_it_hold_the_same_images(tmp_path: Path) -> None:
    touch(tmp_path / "g", "2024/cam1/a.jpg", "2024/b.jpg", "c.jpg")
    (tmp_path / "g" / "0-latest").symlink_to(tmp_path / "g" / "2024")
    (tmp_path / "g" / "2025").symlink_to(tmp_path / "g" / "2024" / "cam1")
    (tmp_path / "linked").symlink_to(tmp_path / "g")
    for root in ("g", "linked"):
        dataset = read(tmp_path / root)
        assert sorted(sample.id for sample in dataset.samples) == ["2024/b.jpg", "2024/cam1/a.jpg", "c.jpg"]
        (left,) = dataset.unread
        assert (left.count, left.examples) == (3, ("0-latest/b.jpg", "0-latest/cam1/a.jpg", "2025/a.jpg"))


def test_of_two_links_to_a_folder_elsewhere_one_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    touch(tmp_path / "far", "a.jpg")
    touch(tmp_path / "g", "c.jpg")
    monkeypatch.setenv("REIDVIZ_DATA", str(tmp_path))
    for link in ("one", "two"):
        (tmp_path / "g" / link).symlink_to(tmp_path / "far")
    assert sorted(sample.id for sample in read(tmp_path / "g").samples) == ["c.jpg", "one/a.jpg"]
