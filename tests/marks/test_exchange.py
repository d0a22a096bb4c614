"""Marks that are taken away come back as they were; what is no file of marks is refused in a sentence."""

from dataclasses import replace

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from reidviz.common.errors import ReidvizError
from reidviz.data.dataset import Dataset
from reidviz.marks.exchange import as_csv, as_json, read_marks
from reidviz.marks.mark import Mark

A, B, C = "p00/A_0.png", "p00/B_0.png", "p01/A_0.png"
MARKS = (
    Mark(A, B, "same", "2026-01-01T00:00:00+00:00"),
    Mark(C, A, "different", "2026-01-02T00:00:00+00:00"),
    Mark(B, C, "skip"),
)


def test_both_forms_come_back_as_they_were(dataset: Dataset) -> None:
    assert read_marks("a.json", as_json("Ada", dataset, MARKS), dataset) == MARKS
    assert read_marks("a.csv", as_csv("=Ada", MARKS), dataset) == MARKS


@example(["'=a", "=a", "'a"])
@given(st.lists(st.text(min_size=1).filter(lambda t: "\0" not in t), min_size=2, max_size=4, unique=True))
def test_any_names_of_images_survive_both_forms(names: list[str]) -> None:
    samples = tuple(_sample(name) for name in names)
    data = Dataset("folder:x", samples, "0")
    marks = (Mark(names[0], names[1], "same"),)
    assert read_marks("a.csv", as_csv("x", marks), data) == marks
    assert read_marks("a.json", as_json("x", data, marks), data) == marks


def test_no_cell_of_the_csv_is_a_formula() -> None:
    told = as_csv('=HYPERLINK("x")', [Mark("=a", "+b", "same")]).decode().splitlines()[1]
    assert told.startswith("'=a,'+b,same,")
    assert "\"'=HYPERLINK" in told


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("a.csv", b"first,second\nx,y\n", "has no column answer"),
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
