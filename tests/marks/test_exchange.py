"""Marks that are taken away come back as they were; what is no file of marks is refused in a sentence."""

from dataclasses import replace

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from reidviz.common.errors import ReidvizError
from reidviz.data.dataset import Dataset
from reidviz.marks.exchange import Brought, as_csv, as_json, read_marks
from reidviz.marks.mark import Mark
from reidviz.marks.mark_file import mark_file

A, B, C = "p00/A_0.png", "p00/B_0.png", "p01/A_0.png"
MARKS = (
    Mark(A, B, "same", "2026-01-01T00:00:00+00:00"),
    Mark(C, A, "different", "2026-01-02T00:00:00+00:00"),
    Mark(B, C, "skip"),
)


def test_both_forms_come_back_as_they_were(dataset: Dataset) -> None:
    assert read_marks("a.json", as_json("Ada", dataset, MARKS), dataset) == Brought({"Ada": MARKS})
    assert read_marks("a.csv", as_csv("=Ada", MARKS), dataset) == Brought({"=Ada": MARKS})


@example(["'=a", "=a", "'a"])
@given(st.lists(st.text(min_size=1).filter(lambda t: "\0" not in t), min_size=2, max_size=4, unique=True))
def test_any_names_of_images_survive_both_forms(names: list[str]) -> None:
    samples = tuple(_sample(name) for name in names)
    data = Dataset("folder:x", samples, "0")
    marks = (Mark(names[0], names[1], "same"),)
    assert read_marks("a.csv", as_csv("x", marks), data).by == {"x": marks}
    assert read_marks("a.json", as_json("x", data, marks), data).by == {"x": marks}


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.csv", f"\ufefffirst;second;answer\r\n{A};{B};same\r\n".encode()),
        ("a.csv", f"first\tsecond\tanswer\n{A}\t{B}\tsame\n".encode()),
        ("a.csv", f"first, second, answer\n{A}, {B}, same\n\n".encode()),
        ("a.csv", f"First,Second,Answer\n{A},{B},Same \n".encode()),
        ("a.json", b"\xef\xbb\xbf" + as_json("", Dataset("", (), "0"), [Mark(A, B, "same")])),
    ],
)
def test_what_other_tools_write_is_read(dataset: Dataset, name: str, data: bytes) -> None:
    assert read_marks(name, data, dataset).by == {"": (Mark(A, B, "same"),)}


def test_several_annotators_stay_apart_and_a_long_time_is_cut(dataset: Dataset) -> None:
    told = (
        f"first,second,answer,at,annotator\n{A},{B},same,,Ada\n{A},{C},different,{'x' * 5000},Bob\n{A},{B},skip,,Bob\n"
    )
    found = read_marks("a.csv", told.encode(), dataset)
    assert {who: [mark.answer for mark in marks] for who, marks in found.by.items()} == {
        "Ada": ["same"],
        "Bob": ["different", "skip"],
    }
    assert len(found.by["Bob"][0].at) == 40
    long = as_json("Bob", dataset, [replace(MARKS[0], at="x" * 5000)])
    file = mark_file(dataset, "Bob")
    file.add(read_marks("a.json", long, dataset).by["Bob"])
    assert [mark.answer for mark in file.read().marks.values()] == ["same"]


def test_marks_of_other_data_are_told(dataset: Dataset) -> None:
    other = replace(dataset, name="market1501:/data/market")
    told = as_json("Ada", other, MARKS).replace(dataset.manifest_hash.encode(), b"another")
    assert read_marks("a.json", told, dataset).marked_data == "market1501"


def test_no_cell_of_the_csv_is_a_formula() -> None:
    told = as_csv('=HYPERLINK("x")', [Mark("=a", "+b", "same")]).decode().splitlines()[1]
    assert told.startswith("'=a,'+b,same,")
    assert "\"'=HYPERLINK" in told


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("a.csv", b"first,second\nx,y\n", "has no column answer"),
        ("a.csv", f"first,first,second,answer\n{A},{C},{B},same\n".encode(), "has several columns first"),
        ("a.csv", f"first,second,answer\n{A},{B},yes\n".encode(), "Line 2 of a.csv answers 'yes'"),
        ("a.csv", f"first,second,answer\n{A},nobody.png,same\n".encode(), "not in this data set, first nobody.png"),
        ("a.csv", f"first,second,answer\n{A},{A},same\n".encode(), "with itself"),
        ("a.csv", b"first,second,answer\n", "holds no marks"),
        ("a.csv", b"\xff\xfe\x00", "no CSV in UTF-8"),
        ("a.json", b"{", "is damaged, because it is not whole JSON"),
        ("a.json", b'{"annotator": "x", "data": "", "data_hash": "", "marks": [{"first": 3}]}', "first should be text"),
    ],
)
def test_what_is_no_file_of_marks_is_refused(dataset: Dataset, name: str, data: bytes, said: str) -> None:
    with pytest.raises(ReidvizError) as told:
        read_marks(name, data, dataset)
    assert said in told.value.message


def _sample(name: str):  # type: ignore[no-untyped-def]
    from pathlib import Path

    from reidviz.data.dataset import Sample

    return replace(Sample("", Path("x"), "p", None, "x"), id=name)
