"""Identities that marks merge, and the manifest that has them merged while no file is touched."""

import csv
import json
from pathlib import Path

import pytest

from reidviz.common.errors import ReidvizError
from reidviz.data.dataset import Dataset
from reidviz.data.formats import corrected, excluded, load
from reidviz.data.splits.protocols import split
from reidviz.marks.correction import correction


def image(person: int, camera: str = "A") -> str:
    return f"p{person:02d}/{camera}_0.png"


def test_marks_merge_identities_through_others(dataset: Dataset) -> None:
    found = correction(dataset, {(image(0), image(1)): True, (image(1), image(2)): True, (image(3), image(4)): False})
    assert found.merged == (("p00", "p01", "p02"),)
    assert found.names == {"p01": "p00", "p02": "p00"}
    assert (found.contradicted, found.doubted) == ((), ())


def test_a_contradiction_keeps_a_group_apart(dataset: Dataset) -> None:
    marks = {(image(0), image(1)): True, (image(1), image(2)): True, (image(0, "B"), image(2, "B")): False}
    found = correction(dataset, marks | {(image(4), image(5)): True})
    assert found.merged == (("p04", "p05"),)
    assert found.contradicted == (("p00", "p01", "p02"),)


def test_two_images_of_one_name_that_are_two_persons_are_told_and_not_split(dataset: Dataset) -> None:
    found = correction(dataset, {(image(0), image(0, "B")): False, ("gone.png", image(0)): True})
    assert found.doubted == ((image(0), image(0, "B")),)
    assert found.merged == ()


def test_the_corrected_data_set_has_other_names_and_the_same_files(dataset: Dataset, tmp_path: Path) -> None:
    before = {file: file.read_bytes() for file in (tmp_path / "people").rglob("*.png")}
    file = tmp_path / "mended.json"
    corrected.write(file, dataset, {"p01": "p00"})
    mended = load(f"corrected:{file}")
    assert mended.persons == ("p00", "p02", "p03", "p04", "p05")
    assert sorted(one.id for one in mended.samples) == sorted(one.id for one in dataset.samples)
    assert sum(one.identity == "p00" for one in mended.samples) == 8
    assert mended.manifest_hash != dataset.manifest_hash
    assert mended.layout == "folder"
    assert len(split(mended, "half:0").probes) > 0
    assert {file: file.read_bytes() for file in before} == before


def test_the_list_says_what_an_identity_was(dataset: Dataset) -> None:
    rows = list(csv.DictReader(corrected.manifest(dataset, {"p01": "p00"}).decode().splitlines()))
    assert len(rows) == len(dataset.samples)
    told = next(row for row in rows if row["path"] == image(1))
    assert (told["identity"], told["was"], told["camera"]) == ("p00", "p01", "A")


def test_a_person_of_both_sides_of_a_list_no_longer_trains(dataset: Dataset, tmp_path: Path) -> None:
    lines = ["path,identity,camera,split"]
    for person in range(6):
        for camera, role in (("A", "probe"), ("B", "gallery")):
            lines.append(f"{image(person, camera)},p{person},{camera},{'train' if person < 3 else role}")
    (tmp_path / "people" / "list.csv").write_text("\n".join(lines))
    listed = load(f"folder:{tmp_path / 'people' / 'list.csv'}")
    file = tmp_path / "mended.json"
    corrected.write(file, listed, {"p3": "p0"})
    (tmp_path / "people" / "mended.csv").write_bytes(corrected.manifest(listed, {"p3": "p0"}))
    for spec in (f"corrected:{file}", f"folder:{tmp_path / 'people' / 'mended.csv'}"):
        parts = split(load(spec), "listed")
        assert len(parts.train) == 4
        assert len(parts.probes) == 3


def test_the_list_is_read_again_whatever_names_begin_with(dataset: Dataset, tmp_path: Path) -> None:
    people = tmp_path / "people"
    for person, name in ((0, "-p0"), (1, "=p1"), (2, "'p2")):
        (people / f"p{person:02d}").rename(people / name)
    odd = load(f"folder:{people}")
    (people / "mended.csv").write_bytes(corrected.manifest(odd, {"p03": "=p1"}))
    again = load(f"folder:{people / 'mended.csv'}")
    assert again.persons == ("'p2", "-p0", "=p1", "p04", "p05")
    assert {one.id for one in again.samples} == {one.id for one in odd.samples}


def test_what_was_left_out_stays_out_and_the_order_of_both_is_free(dataset: Dataset, tmp_path: Path) -> None:
    excluded.write(tmp_path / "out.json", dataset, [image(5)])
    without = load(f"without:{tmp_path / 'out.json'}")
    corrected.write(tmp_path / "mended.json", without, {"p01": "p00"})
    both = load(f"corrected:{tmp_path / 'mended.json'}")
    assert len(both.samples) == len(dataset.samples) - 1
    excluded.write(tmp_path / "more.json", both, [image(4)])
    again = load(f"without:{tmp_path / 'more.json'}")
    assert len(again.samples) == len(dataset.samples) - 2
    assert again.layout == "folder"


@pytest.mark.parametrize(
    ("told", "said"),
    [
        ('{"data": "folder:PEOPLE", "identities": {"nobody": "p00"}}', "1 identities of mended.json are not in"),
        ('{"data": "folder:PEOPLE", "identities": []}', "identities should be a record"),
        ('{"data": "corrected:FILE", "identities": {}}', "corrects another such file"),
        ('{"data": "without:OTHER", "identities": {}}', "by way of other such files"),
    ],
)
def test_a_broken_list_is_refused(dataset: Dataset, tmp_path: Path, told: str, said: str) -> None:
    file, other = tmp_path / "mended.json", tmp_path / "other.json"
    places = {"PEOPLE": tmp_path / "people", "FILE": file, "OTHER": other}
    for word, place in places.items():
        told = told.replace(word, str(place))
    file.write_text(told)
    other.write_text(json.dumps({"data": f"corrected:{file}", "excluded": []}))
    with pytest.raises(ReidvizError, match=said):
        load(f"corrected:{file}")
