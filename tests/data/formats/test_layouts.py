"""Every layout as it comes from its owner, tiny, with exactly those names, read back and split."""

import json
from pathlib import Path

import h5py
import numpy as np
import pytest
from PIL import Image
from scipy.io import savemat

from reidviz.common.errors import ReidvizError
from reidviz.data.dataset import Dataset
from reidviz.data.formats import load
from reidviz.data.formats.cuhk03_splits import testset as recorded_testset
from reidviz.data.formats.recorded import recorded_lists
from reidviz.data.images.decode import load_image
from reidviz.data.splits.protocols import default_protocol, protocols_for, split


def files(root: Path, *names: str) -> Path:
    """Empty files: readers look at names and sizes only."""
    for name in names:
        file = root / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch()
    return root


def counts(dataset: Dataset, protocol: str) -> tuple[int, int, int]:
    parts = split(dataset, protocol)
    return len(parts.train), len(parts.probes), len(parts.gallery)


def persons(dataset: Dataset, positions: np.ndarray) -> set[str]:
    return set(dataset.identities[positions].tolist())


def test_viper_is_matched_by_person_not_by_angle(tmp_path: Path) -> None:
    root = files(
        tmp_path / "VIPeR", "cam_a/000_45.bmp", "cam_b/000_90.bmp", "cam_a/873_0.bmp", "cam_b/873_180.bmp", "x.txt"
    )
    for given in (root, tmp_path):
        dataset = load(f"viper:{given}")
        assert [(s.id, s.identity, s.camera) for s in dataset.samples] == [
            ("cam_a/000_45.bmp", "000", "A"),
            ("cam_b/000_90.bmp", "000", "B"),
            ("cam_a/873_0.bmp", "873", "A"),
            ("cam_b/873_180.bmp", "873", "B"),
        ]
    assert protocols_for(dataset) == ("half:0", "half-multi:0")
    with pytest.raises(ReidvizError, match="test persons of mtdnet lack images"):
        split(dataset, "mtdnet")


def test_the_recorded_split_of_viper(tmp_path: Path) -> None:
    test = [f"{int(one):03d}" for one in recorded_lists()["VIPeR"]]
    others = sorted({f"{i:03d}" for i in range(874)} - set(test))[:316]
    names = [
        f"{folder}/{person}_{angle}.bmp"
        for person in (*test, *others)
        for folder, angle in (("cam_a", 0), ("cam_b", 90))
    ]
    dataset = load(f"viper:{files(tmp_path, *names)}")
    assert counts(dataset, "mtdnet") == (632, 316, 316)
    assert protocols_for(dataset) == ("mtdnet", "half:0", "half-multi:0")
    parts = split(dataset, default_protocol(dataset))
    assert persons(dataset, parts.probes) == set(test)
    assert {dataset.samples[i].camera for i in parts.gallery} == {"B"}


def ilids(root: Path, test: dict[str, int]) -> Dataset:
    """Test persons with so many images each, the others with two."""
    others = sorted({f"{i:04d}" for i in range(1, 120)} - set(test))
    names = [f"{person}{shot:03d}.jpg" for person, count in test.items() for shot in range(1, count + 1)]
    names += [f"{person}{shot:03d}.jpg" for person in others for shot in (1, 2)]
    files(root / "i-LIDS_Pedestrian" / "Persons", *names)
    return load(f"ilids:{root / 'i-LIDS_Pedestrian'}")


def test_ilids_has_no_cameras_and_its_first_images_are_the_gallery(tmp_path: Path) -> None:
    dataset = ilids(tmp_path, {f"{int(one):04d}": 3 for one in recorded_lists()["iLIDS"]})
    assert {s.camera for s in dataset.samples} == {None}
    assert counts(dataset, "mtdnet") == (120, 118, 59)
    parts = split(dataset, "mtdnet")
    assert {dataset.samples[i].id[4:7] for i in parts.gallery} == {"001"}


def test_ilids_has_as_many_probes_as_the_release_recorded(real_data: Path, tmp_path: Path) -> None:
    recorded = real_data.parent / "reference" / "splits.json"
    if not recorded.is_file():
        pytest.skip("needs the recorded splits beside the real images")
    test = {f"{person:04d}": count for person, count in json.loads(recorded.read_text())["iLIDS"]}
    assert counts(ilids(tmp_path, test), "mtdnet") == (120, 173, 59)


def test_prid2011_numbers_above_200_are_other_people(tmp_path: Path) -> None:
    names = [f"cam_a/person_{i:04d}.png" for i in range(1, 386)] + [f"cam_b/person_{i:04d}.png" for i in range(1, 750)]
    files(tmp_path / "prid_2011" / "single_shot", *names)
    files(tmp_path / "prid_2011" / "multi_shot", "cam_a/person_0001/0001.png")
    for given in (tmp_path, tmp_path / "prid_2011", tmp_path / "prid_2011" / "single_shot"):
        assert len(load(f"prid2011:{given}").samples) == 385 + 749
    dataset = load(f"prid2011:{tmp_path}")
    assert len(set(dataset.identities.tolist())) == 200 + 185 + 549
    assert counts(dataset, "mtdnet") == (200, 100, 649)
    parts = split(dataset, "mtdnet")
    assert persons(dataset, parts.train) | persons(dataset, parts.probes) == {f"{i:04d}" for i in range(1, 201)}
    assert {dataset.samples[i].camera for i in parts.gallery} == {"B"}


MARKET = (
    "bounding_box_train/0002_c1s1_000451_03.jpg",
    "bounding_box_train/0002_c2s1_000451_01.jpg",
    "query/0001_c1s1_001051_00.jpg",
    "bounding_box_test/0001_c1s1_001051_03.jpg",
    "bounding_box_test/0001_c3s1_001051_02.jpg",
    "bounding_box_test/0000_c4s6_000810_05.jpg",
    "bounding_box_test/-1_c3s2_000001_01.jpg",
    "bounding_box_test/Thumbs.db",
    "readme.txt",
)


def test_market1501_with_junk_and_distractors(tmp_path: Path) -> None:
    files(tmp_path / "Market-1501-v15.09.15", *MARKET)
    dataset = load(f"market1501:{tmp_path}")
    assert default_protocol(dataset) == "market"
    parts = split(dataset, "market")
    assert counts(dataset, "market") == (2, 1, 3)
    assert sorted(dataset.samples[i].identity for i in parts.gallery) == ["0000", "0001", "0001"]
    assert parts.across_cameras
    assert [dataset.samples[i].camera for i in parts.probes] == ["1"]


def test_msmt17_by_its_lists(tmp_path: Path) -> None:
    root = tmp_path / "MSMT17_V1"
    name = "{0}/{0}_{1}_{2}_0303morning_0008_0.jpg"
    train, val = (
        [name.format("0000", "000", "01"), name.format("0000", "001", "14")],
        [name.format("0001", "000", "05")],
    )
    query, gallery = (
        [name.format("0000", "000", "02")],
        [name.format("0000", "001", "03"), name.format("0001", "002", "03")],
    )
    files(root / "train", *train, *val)
    files(root / "test", *query, *gallery)
    for part, listed in (("train", train), ("val", val), ("query", query), ("gallery", gallery)):
        (root / f"list_{part}.txt").write_text("".join(f"{one} {int(one[:4])}\n" for one in listed))
    dataset = load(f"msmt17:{tmp_path}")
    assert counts(dataset, default_protocol(dataset)) == (2, 1, 2)
    assert {s.identity for s in dataset.samples} == {"train-0000", "train-0001", "test-0000", "test-0001"}
    assert {s.camera for s in dataset.samples if s.split == "train"} == {"01", "14"}
    (root / "list_query.txt").write_text("../../etc/passwd 3\n")
    with pytest.raises(ReidvizError, match=r"Line 1 of list_query\.txt"):
        load(f"msmt17:{root}")
    for number in ("\N{SUPERSCRIPT TWO}", "9" * 5000, "-1"):
        (root / "list_query.txt").write_text(f"{query[0]} {number}\n")
        with pytest.raises(ReidvizError, match=r"Line 1 of list_query\.txt is not a path and a number"):
            load(f"msmt17:{root}")
    (root / "list_query.txt").write_text(f"{name.format('0009', '000', '02')} 9\n")
    with pytest.raises(ReidvizError, match="which is not there"):
        load(f"msmt17:{root}")


PEOPLE = {(1, 1): [0, 1, 5, 9], (1, 2): [0, 5], (1, 3): [3, 7], (2, 1): [0, 5, 6], (4, 1): [0, 5], (4, 2): [2, 8]}


@pytest.fixture
def release(tmp_path: Path) -> Path:
    """A cuhk-03.mat with 5 camera pairs: cells of persons x 10 images, some empty, laid out as MATLAB 7.3 does."""
    root = tmp_path / "cuhk03_release"
    root.mkdir()
    with h5py.File(root / "cuhk-03.mat", "w") as mat:
        hidden = mat.create_group("#refs#")

        def kept(name: str, value: np.ndarray, **kind: object) -> h5py.Reference:
            return hidden.create_dataset(name, data=value, **kind).ref

        for boxes, shift in (("labeled", 0), ("detected", 100)):
            cells = []
            for pair in range(1, 6):
                count = max((person for p, person in PEOPLE if p == pair), default=0)
                grid = np.empty((10, max(1, count)), dtype=h5py.ref_dtype)
                for place in range(10):
                    for person in range(1, max(1, count) + 1):
                        there = place in PEOPLE.get((pair, person), ())
                        height, width = 20 + person, 9 + place
                        image = np.full((3, width, height), 10 * pair + person + shift, dtype=np.uint8)
                        image[0, 0, :] = 200
                        value = image if there else np.zeros(2, dtype=np.uint64)
                        grid[place, person - 1] = kept(f"{boxes} {pair} {person} {place}", value)
                cells.append(kept(f"{boxes} {pair}", grid, dtype=h5py.ref_dtype))
            mat.create_dataset(boxes, data=np.array([cells], dtype=h5py.ref_dtype), dtype=h5py.ref_dtype)
        sets = [kept(f"set {n}", np.array([[1, 4], [n % 2 + 1, 2]], dtype=np.float64)) for n in range(20)]
        mat.create_dataset("testsets", data=np.array([sets], dtype=h5py.ref_dtype), dtype=h5py.ref_dtype)
    return root


def test_cuhk03_images_come_out_of_the_mat_upright_and_in_colour(release: Path) -> None:
    dataset = load(f"cuhk03:{release.parent}")
    assert len(dataset.samples) == sum(len(places) for places in PEOPLE.values())
    first = dataset.samples[0]
    assert (first.id, first.identity, first.camera) == ("1_001_1_01.png", "1_001", "1A")
    assert {s.camera for s in dataset.samples} == {"1A", "1B", "2A", "2B", "4A", "4B"}
    shown = np.asarray(load_image(dataset, 0))
    assert shown.shape == (21, 9, 3)
    assert (shown[:, 0, 0] == 200).all()
    assert (shown[:, 1:] == 11).all()
    assert first.path.is_file()
    detected = load(f"cuhk03-detected:{release}")
    assert np.asarray(load_image(detected, 0))[5, 5, 1] == 111


def test_cuhk03_test_sets_of_the_release(release: Path) -> None:
    dataset = load(f"cuhk03:{release}")
    assert recorded_testset(dataset, 1) == ("1_001", "4_002")
    parts = split(dataset, "testset:1")
    assert persons(dataset, parts.probes) == {"1_001", "4_002"}
    assert counts(dataset, "testset:1") == (9, 3, 2)
    assert [dataset.samples[i].id for i in parts.gallery] == ["1_001_2_06.png", "4_002_2_09.png"]
    assert protocols_for(dataset)[:2] == ("mtdnet", "testset:1")
    within = split(dataset, "mtdnet")
    assert persons(dataset, within.probes) == {"1_001"}
    assert persons(dataset, within.train) == {"1_002", "1_003", "2_001"}
    with pytest.raises(ReidvizError, match="no test set 21"):
        split(dataset, "testset:21")


def test_cuhk03_767_700_protocol_from_its_own_file(release: Path) -> None:
    names = ["1_001_1_01.png", "1_001_2_06.png", "1_002_1_01.png", "1_002_2_06.png", "2_001_1_01.png", "2_001_2_06.png"]
    listed = np.empty((len(names), 1), dtype=object)
    listed[:, 0] = names
    config = {"filelist": listed, "labels": [[1], [1], [2], [2], [3], [3]], "camId": [[1], [2], [1], [2], [1], [2]]}
    config |= {"train_idx": [[1], [2]], "query_idx": [[3], [5]], "gallery_idx": [[3], [4], [5], [6]]}
    savemat(release / "cuhk03_new_protocol_config_labeled.mat", config)
    dataset = load(f"cuhk03:{release}")
    assert "new-protocol" in protocols_for(dataset)
    parts = split(dataset, "new-protocol")
    assert counts(dataset, "new-protocol") == (2, 2, 4)
    assert parts.across_cameras
    (release / "cuhk03_new_protocol_config_labeled.mat").rename(
        release.parent / "cuhk03_new_protocol_config_labeled.mat"
    )
    assert "new-protocol" in protocols_for(dataset)
    assert counts(dataset, "new-protocol") == (2, 2, 4)
    listed[0, 0] = "9" * 5000
    savemat(release.parent / "cuhk03_new_protocol_config_labeled.mat", config)
    with pytest.raises(ReidvizError, match="is there but cannot be read as a MATLAB file"):
        split(dataset, "new-protocol")
    (release.parent / "cuhk03_new_protocol_config_labeled.mat").write_bytes(b"MATLAB 5.0 MAT-file, cut short")
    with pytest.raises(ReidvizError, match="is there but cannot be read as a MATLAB file"):
        split(dataset, "new-protocol")
    (release.parent / "cuhk03_new_protocol_config_labeled.mat").unlink()
    with pytest.raises(ReidvizError, match=r"config_labeled\.mat, which is not there") as told:
        split(dataset, "new-protocol")
    assert "or the folder above" in told.value.hint


def test_cuhk03_as_extracted_images(tmp_path: Path) -> None:
    files(tmp_path / "images_labeled", "1_001_1_01.png", "1_001_2_06.png", "5_045_1_02.png", "x.txt")
    dataset = load(f"cuhk03:{tmp_path}")
    assert [(s.identity, s.camera) for s in dataset.samples] == [("1_001", "1A"), ("1_001", "1B"), ("5_045", "5A")]
    assert protocols_for(dataset) == ("half:0", "half-multi:0")
    with pytest.raises(ReidvizError, match="test sets are recorded in"):
        split(dataset, "testset:1")


def test_a_damaged_mat_gets_one_sentence(release: Path) -> None:
    file = release / "cuhk-03.mat"
    whole = file.read_bytes()
    for damaged in (b"not HDF5", whole[: len(whole) // 2], b""):
        file.write_bytes(damaged)
        with pytest.raises(ReidvizError, match=r"not a whole cuhk-03\.mat"):
            load(f"cuhk03:{release}")


def test_a_pair_folder_may_still_be_called_cuhk03(tmp_path: Path) -> None:
    files(tmp_path, "train/0001_00.jpg", "val/0001_00.jpg", "val/0001_05.jpg")
    dataset = load(f"cuhk03:{tmp_path}")
    assert dataset.name == f"cuhk03-pair:{tmp_path}"


@pytest.mark.parametrize("name", ["viper", "ilids", "prid2011", "cuhk03", "market1501", "msmt17"])
def test_another_folder_is_said_to_be_none(tmp_path: Path, name: str) -> None:
    files(tmp_path, "holiday/beach.jpg")
    with pytest.raises(ReidvizError, match=f"not laid out like {name}") as told:
        load(f"{name}:{tmp_path}")
    assert "Point" in told.value.hint


def test_two_copies_below_one_folder_are_listed(tmp_path: Path) -> None:
    for copy in ("one", "two"):
        files(tmp_path / copy, "cam_a/000_0.bmp", "cam_b/000_90.bmp")
    with pytest.raises(ReidvizError, match="There are 2 folders") as told:
        load(f"viper:{tmp_path}")
    assert "one" in told.value.hint


def test_a_data_set_without_some_images_keeps_its_protocols(tmp_path: Path) -> None:
    from reidviz.data.formats import excluded

    files(tmp_path / "Market", *MARKET)
    base = load(f"market1501:{tmp_path}")
    listed = tmp_path / "mine.json"
    excluded.write(listed, base, ["bounding_box_train/0002_c1s1_000451_03.jpg"])
    dataset = load(f"without:{listed}")
    assert len(dataset.samples) == len(base.samples) - 1
    assert default_protocol(dataset) == "market"
    assert dataset.manifest_hash != base.manifest_hash
    excluded.write(listed, dataset, ["bounding_box_train/0002_c2s1_000451_01.jpg"])
    assert len(load(f"without:{listed}").samples) == len(base.samples) - 2
    (tmp_path / "Market" / MARKET[1]).unlink()
    with pytest.raises(ReidvizError, match="1 of 2 images"):
        load(f"without:{listed}")


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ('{"data": 3, "excluded": []}', r"\$\.data should be text"),
        ('{"data": "synthetic:viper"}', "has no excluded"),
        ('{"data": "synthetic:viper", "excluded": [1]}', r"\$\.excluded\[0\] should be text"),
        ('{"data": "synthetic:viper", "excluded": "all"}', r"\$\.excluded should be a list"),
        ('{"data": "x", "excluded": [], "more": ' + 100_000 * "[" + 100_000 * "]" + "}", "nested too deeply"),
        ('{"data": " Without:SELF", "excluded": []}', "out of another such file"),
    ],
    ids=lambda one: repr(one)[:60],
)
def test_a_list_of_images_to_leave_out_is_checked_by_type(tmp_path: Path, content: str, sentence: str) -> None:
    listed = tmp_path / "mine.json"
    listed.write_text(content.replace("SELF", str(listed)))
    with pytest.raises(ReidvizError, match=sentence):
        load(f"without:{listed}")


def test_images_drawn_lazily_are_whole_files(release: Path) -> None:
    dataset = load(f"cuhk03:{release}")
    load_image(dataset, 3)
    with Image.open(dataset.samples[3].path) as again:
        assert again.format == "PNG"


@pytest.mark.parametrize(
    ("name", "image_name"),
    [("viper", "cam_a/001_0.png"), ("ilids", "0001001.png"), ("folder", "p/c1_0.png"), ("cuhk01", "0001001.png")],
)
def test_a_folder_whose_name_is_no_text_has_one_that_can_be_shown(tmp_path: Path, name: str, image_name: str) -> None:
    root = tmp_path / "odd\udcff"
    files(root, image_name, image_name.replace("cam_a", "cam_b"))
    assert load(f"{name}:{root}").name == f"{name}:{tmp_path}/odd\\udcff"
