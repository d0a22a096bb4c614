"""What holds for every form of data, whoever adds it."""

import io
import shutil
from pathlib import Path

import pytest
from PIL import Image

from reidviz.common.errors import ReidvizError
from reidviz.data.catalogue.published import differences
from reidviz.data.dataset import Dataset
from reidviz.data.doctor import examine
from reidviz.data.formats import FORMATS, format_of, load
from reidviz.data.formats.folder import FOLDER
from reidviz.data.formats.format import DataFormat
from reidviz.data.formats.owners import OWNERS
from reidviz.data.formats.recognise import read_as_its_owner, recognise
from reidviz.data.images.decode import load_image
from reidviz.data.splits.protocols import protocols_for
from tests.data.formats.examples import EXAMPLES, lay_out

IN_FOLDERS = [one for one in FORMATS if one.name not in ("synthetic", "without", "corrected")]
in_folders = pytest.mark.parametrize("form", IN_FOLDERS, ids=lambda one: one.name)


@pytest.fixture(scope="module")
def png() -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (16, 32), (90, 120, 150)).save(buffer, "PNG")
    return buffer.getvalue()


def described(dataset: Dataset) -> list[tuple[object, ...]]:
    return [(s.id, s.identity, s.camera, s.split) for s in dataset.samples]


def test_every_form_says_what_it_is_and_has_an_example() -> None:
    names = [one.name for one in FORMATS]
    assert len(names) == len(set(names))
    assert all(one.title and one.obtain.endswith(".") and one.layout.endswith(".") for one in FORMATS)
    assert set(EXAMPLES) == {one.name for one in IN_FOLDERS}
    assert all(one.recognise is not None for one in OWNERS)


@in_folders
def test_reading_is_the_same_each_time_and_wherever_the_folder_lies(
    form: DataFormat, tmp_path: Path, png: bytes
) -> None:
    root = lay_out(tmp_path / "here" / "set", form.name, png)
    first, again = load(f"{form.name}:{root}"), load(f"{form.name}:{root}")
    assert described(first) == described(again)
    assert first.manifest_hash == again.manifest_hash
    assert len(first.samples) == len(EXAMPLES[form.name])
    assert format_of(first) is form
    shutil.move(tmp_path / "here", tmp_path / "there")
    moved = load(f"{form.name}:{tmp_path / 'there' / 'set'}")
    assert described(moved) == described(first)
    assert moved.manifest_hash == first.manifest_hash


@in_folders
def test_ids_are_unique_and_every_image_can_be_seen(form: DataFormat, tmp_path: Path, png: bytes) -> None:
    dataset = load(f"{form.name}:{lay_out(tmp_path, form.name, png)}")
    assert len({sample.id for sample in dataset.samples}) == len(dataset.samples)
    assert {load_image(dataset, i).size for i in range(len(dataset.samples))} == {(16, 32)}


@in_folders
def test_files_that_are_no_images_are_counted_not_fatal(form: DataFormat, tmp_path: Path, png: bytes) -> None:
    root = lay_out(tmp_path, form.name, png)
    beside = (root / EXAMPLES[form.name][0]).parent
    before = load(f"{form.name}:{root}")
    (beside / "notes.pdf").write_bytes(b"no image")
    (beside / "notes.doc").write_bytes(b"no image")
    after = load(f"{form.name}:{root}")
    assert described(after) == described(before)
    unread = sum(one.count for one in after.unread) - sum(one.count for one in before.unread)
    assert unread == 2


@in_folders
def test_an_empty_folder_and_one_that_is_not_there_are_refused(form: DataFormat, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    for root in (tmp_path / "empty", tmp_path / "absent"):
        with pytest.raises(ReidvizError) as refused:
            load(f"{form.name}:{root}")
        assert refused.value.message.endswith(".")
        assert str(tmp_path) not in refused.value.message


@pytest.mark.parametrize("form", OWNERS, ids=lambda one: one.name)
def test_a_folder_is_recognised_as_its_own_form_and_no_other(form: DataFormat, tmp_path: Path, png: bytes) -> None:
    root = lay_out(tmp_path / "set", form.name, png)
    for folder in (root, tmp_path):
        found = recognise(folder)
        assert found is not None
        assert found.layout == form.name
    if form.holds is not None and form.holds(root):
        owned = read_as_its_owner(root)
        assert owned is not None
        assert owned.layout == form.name


@pytest.mark.parametrize("form", OWNERS, ids=lambda one: one.name)
def test_no_form_takes_the_folder_of_another_for_its_own(form: DataFormat, tmp_path: Path, png: bytes) -> None:
    for other in OWNERS:
        if other is not form:
            assert form.recognise is not None
            with pytest.raises(ReidvizError):
                form.recognise(lay_out(tmp_path / other.name, other.name, png))


@in_folders
def test_a_damaged_image_is_said_when_it_is_looked_at(form: DataFormat, tmp_path: Path, png: bytes) -> None:
    root = lay_out(tmp_path, form.name, png)
    (root / EXAMPLES[form.name][0]).write_bytes(png[:40])
    dataset = load(f"{form.name}:{root}")
    (place,) = (i for i, sample in enumerate(dataset.samples) if sample.path == root / EXAMPLES[form.name][0])
    with pytest.raises(ReidvizError):
        load_image(dataset, place)
    said = [finding.sentence for finding in examine(dataset, None).of("error")]
    assert any(sentence.startswith("1 image cannot be used") for sentence in said)


@pytest.mark.parametrize("form", [one for one in IN_FOLDERS if one.counts], ids=lambda one: one.name)
def test_what_differs_from_the_published_counts_is_said(form: DataFormat, tmp_path: Path, png: bytes) -> None:
    assert form.counts is not None
    said = differences(load(f"{form.name}:{lay_out(tmp_path, form.name, png)}"))
    assert any(f"published with {form.counts.persons:,} persons" in sentence for sentence in said)


def test_a_folder_of_ones_own_is_nobody_elses(tmp_path: Path, png: bytes) -> None:
    root = lay_out(tmp_path, FOLDER.name, png)
    assert recognise(root) is None
    assert read_as_its_owner(root) is None


@in_folders
def test_it_can_be_split_or_says_why_not(form: DataFormat, tmp_path: Path, png: bytes) -> None:
    dataset = load(f"{form.name}:{lay_out(tmp_path, form.name, png)}")
    own = form.protocols(dataset)
    assert protocols_for(dataset)[: len(own)] == own
    assert "half:0" in protocols_for(dataset)
    assert form.split(dataset, "half:0") is None
