"""The file of marks: appended only, whole after a kill at any byte and under two writers."""

import multiprocessing
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reidviz.common.errors import ReidvizError
from reidviz.data.dataset import Dataset
from reidviz.marks.mark import Mark, answers, consistent, together
from reidviz.marks.mark_file import MarkFile, annotators, gallery_mark_file, mark_file


def made(path: Path, name: str = "Ada") -> MarkFile:
    return MarkFile(path, name, "folder:x", "abc")


def pairs(file: MarkFile) -> list[tuple[str, str, str]]:
    return [(mark.first, mark.second, mark.answer) for mark in file.read().marks.values()]


def test_marks_are_kept_in_order_and_undone_by_an_entry_of_their_own(tmp_path: Path) -> None:
    file = made(tmp_path / "ada.jsonl")
    assert file.add([Mark("a", "b", "same")]) == range(1, 2)
    assert file.add([Mark("a", "c", "different")]) == range(2, 3)
    before = file.path.read_bytes()
    undone = file.undo([1, 2])
    assert undone is not None
    assert undone.pair == ("a", "c")
    assert file.path.read_bytes().startswith(before)
    assert file.path.read_bytes().count(b"\n") == before.count(b"\n") + 1
    assert pairs(file) == [("a", "b", "same")]
    file.add([Mark("c", "a", "skip")])
    assert file.read().numbered == 3
    assert file.undo([2]) is None
    assert file.undo([1]) is not None
    assert pairs(file) == [("c", "a", "skip")]
    assert file.undo([1, 3]) is not None
    assert file.undo([1, 3]) is None
    assert pairs(file) == []


def test_the_last_answer_on_a_pair_counts_whichever_way_round() -> None:
    given = answers([Mark("a", "b", "same"), Mark("c", "d", "same"), Mark("b", "a", "different")])
    assert given == {("c", "d"): "same", ("a", "b"): "different"}
    assert list(given) == [("c", "d"), ("a", "b")]


def test_what_annotators_dispute_counts_for_nothing_and_a_skip_contradicts_nobody() -> None:
    found = together(
        [
            {("a", "b"): "same", ("a", "c"): "same", ("a", "d"): "skip"},
            {("a", "b"): "different", ("a", "c"): "skip", ("a", "d"): "different"},
        ]
    )
    assert found.same == {("a", "c"): True, ("a", "d"): False}
    assert found.disputed == (("a", "b"),)


def test_pairs_that_contradict_one_another_count_for_nothing() -> None:
    circle = {("a", "b"): True, ("b", "c"): True, ("a", "c"): False}
    others = {("a", "d"): False, ("d", "e"): True, ("e", "f"): True}
    assert consistent(circle | others) == others
    assert consistent(others) == others


def test_a_file_cut_at_any_byte_keeps_every_whole_line_and_takes_the_next_mark(tmp_path: Path) -> None:
    file = made(tmp_path / "whole.jsonl")
    for number in range(3):
        file.add([Mark(f"p{number}", "q", "same", "2026-01-01")])
    file.undo([3])
    whole = file.path.read_bytes()
    ends = [i + 1 for i, byte in enumerate(whole) if byte == 10]
    stand = [0, 0, 1, 2, 3, 2]
    for cut in range(len(whole) + 1):
        torn = made(tmp_path / "cut.jsonl")
        torn.path.write_bytes(whole[:cut])
        lines = sum(end <= cut or end == cut + 1 for end in ends)
        kept = torn.read()
        assert len(kept.marks) == stand[lines]
        assert kept.torn == (cut > 0 and cut not in ends and cut + 1 not in ends)
        torn.add([Mark("new", "q", "different")])
        after = torn.read()
        assert [mark.first for mark in after.marks.values()] == [*(m.first for m in kept.marks.values()), "new"]
        assert after.torn == kept.torn
        assert after.annotator == "Ada"


@given(st.binary(max_size=200))
def test_any_bytes_are_read_without_an_error(tmp_path_factory: pytest.TempPathFactory, junk: bytes) -> None:
    file = made(tmp_path_factory.mktemp("junk") / "a.jsonl")
    file.path.write_bytes(junk)
    file.add([Mark("a", "b", "same")])
    assert ("a", "b", "same") in pairs(file)


def _write(path: Path, name: str) -> None:
    for number in range(40):
        made(path).add([Mark(f"{name}{number}", "q", "same")])


def test_two_writers_at_once_lose_nothing(tmp_path: Path) -> None:
    path = tmp_path / "two.jsonl"
    several = multiprocessing.get_context("spawn")
    writers = [several.Process(target=_write, args=(path, name)) for name in "ab"]
    for one in writers:
        one.start()
    for one in writers:
        one.join()
    kept = made(path).read()
    assert kept.torn == 0
    assert sorted(kept.marks) == list(range(1, 81))
    assert {mark.first for mark in kept.marks.values()} == {f"{n}{i}" for n in "ab" for i in range(40)}


def test_annotators_of_a_data_set_are_told_by_their_own_names(dataset: Dataset, own_marks: Path) -> None:
    mark_file(dataset, " Ada  L ").add([Mark("p00/A_0.png", "p01/A_0.png", "different")])
    mark_file(dataset, "../<b>").add([Mark("p00/A_0.png", "p00/B_0.png", "same")])
    assert list(annotators(dataset)) == ["../<b>", "Ada L"]
    assert {file.parent.name for file in own_marks.rglob("*.jsonl")} == {dataset.manifest_hash}
    for name in ("", "   ", "x" * 61):
        with pytest.raises(ReidvizError, match="annotator's name"):
            mark_file(dataset, name)
    gallery_mark_file("../street", "today", "Ada L").add([Mark("a probe", "cam1/7.png", "same")])
    assert pairs(gallery_mark_file("../street", "today", "Ada L")) == [("a probe", "cam1/7.png", "same")]
    assert pairs(gallery_mark_file("street", "today", "Ada L")) == []
    assert pairs(gallery_mark_file("../street", "later", "Ada L")) == []
    assert list(annotators(dataset)) == ["../<b>", "Ada L"]
    assert {file.parent.parent for file in own_marks.rglob("*.jsonl")} == {own_marks}


def test_a_link_in_the_place_of_the_file_is_not_followed(dataset: Dataset, tmp_path: Path) -> None:
    file = mark_file(dataset, "Ada")
    file.path.parent.mkdir(parents=True)
    target = tmp_path / "target"
    target.write_text("")
    file.path.symlink_to(target)
    with pytest.raises(ReidvizError, match="A mark could not be written"):
        file.add([Mark("a", "b", "same")])
    assert target.read_text() == ""


def test_a_read_only_server_writes_no_mark(dataset: Dataset, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REIDVIZ_READ_ONLY", "1")
    with pytest.raises(ReidvizError, match="read-only"):
        mark_file(dataset, "Ada").add([Mark("a", "b", "same")])
