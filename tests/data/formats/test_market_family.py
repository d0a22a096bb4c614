"""Market-1501 and data laid out like it: any camera, any image format, parts missing, copies made by tutorials."""

from pathlib import Path

import numpy as np
import pytest

from reidviz.common.errors import ReidvizError
from reidviz.data.dataset import Dataset
from reidviz.data.formats import load
from reidviz.data.formats.reading import unread_line
from reidviz.data.splits.protocols import default_protocol, protocols_for, split
from tests.data.formats.test_folder import touch

ROLES = ("bounding_box_train", "query", "bounding_box_test")


def market(root: Path, name: str = "{i:04d}_c{c}s1_{n:06d}_00.jpg", roles: tuple[str, ...] = ROLES) -> Path:
    """Four persons train, four are tested, by cameras 2, 11 and 12, two images each."""
    for role in roles:
        for person in range(1, 9):
            for camera in (2, 11, 12):
                if (person < 5) == (role == ROLES[0]) and (role != "query" or camera == 2):
                    touch(root / role, *(name.format(i=person, c=camera, n=n) for n in range(1 + (role != "query"))))
    return root


def roles(dataset: Dataset) -> dict[str | None, int]:
    names = [s.split for s in dataset.samples]
    return {role: names.count(role) for role in set(names)}


@pytest.mark.parametrize(
    "name",
    [
        "{i:04d}_c{c}s1_{n:06d}_00.jpg",
        "{i:04d}_c{c}s1_{n:06d}_00.png",
        "{i:04d}_c{c}s1_{n:06d}_00.jpg.jpg",
        "{i:04d}_c{c}_f{n:07d}.jpg",
        "{i:04d}_C{c}_{n}.JPEG",
        "{i:04d}_c{c:03d}_{n:08d}_0.jpg",
    ],
)
@pytest.mark.parametrize("form", ["market1501", "folder"])
def test_any_camera_and_any_name_of_the_family(tmp_path: Path, name: str, form: str) -> None:
    dataset = load(f"{form}:{market(tmp_path / 'nested' / 'Set', name).parent}")
    assert dataset.name == f"market1501:{tmp_path}/nested/Set"
    assert set(dataset.cameras.tolist()) == {"2", "11", "12"}
    assert roles(dataset) == {"train": 24, "probe": 4, "gallery": 24}
    assert dataset.unread == ()
    assert default_protocol(dataset) == "market"


def test_what_takes_no_part_is_counted(tmp_path: Path) -> None:
    touch(market(tmp_path), "gt_bbox/0005_c1s1_000001_00.jpg", "gt_query/0005.mat", "query/Thumbs.db", "readme.txt",
          "query/odd.jpg")  # fmt: skip
    assert unread_line(load(f"market1501:{tmp_path}")) == (
        "4 files are not read: 2 × files of another kind (readme.txt, gt_query/0005.mat); "
        "1 × images in gt_bbox, which takes no part (gt_bbox/0005_c1s1_000001_00.jpg); "
        "1 × names that do not fit the layout (query/odd.jpg)."
    )


def test_names_that_mostly_do_not_fit_are_refused_with_examples(tmp_path: Path) -> None:
    touch(market(tmp_path), *(f"query/person {n}.jpg" for n in range(9)))
    with pytest.raises(ReidvizError, match=r"9 of 61 images .*do not fit the format market1501: .*query/person 0"):
        load(f"folder:{tmp_path}")


@pytest.mark.parametrize(
    ("present", "protocol", "said"),
    [
        (ROLES[:1], "half:0", "query and bounding_box_test are missing"),
        ((ROLES[0], ROLES[2]), "half:0", "query is missing"),
        (ROLES[:2], "half:0", "bounding_box_test is missing"),
        (ROLES[1:], "market", "bounding_box_train is missing: there is nobody to train on"),
    ],
)
def test_a_part_that_is_missing_is_named(tmp_path: Path, present: tuple[str, ...], protocol: str, said: str) -> None:
    dataset = load(f"market1501:{market(tmp_path, roles=present)}")
    assert said in " ".join(dataset.notes)
    assert protocols_for(dataset)[0] == protocol
    assert len(split(dataset, protocol).probes)


def test_copies_with_a_folder_for_each_person(tmp_path: Path) -> None:
    for role in ("train", "val", "train_all", "query", "gallery", "multi-query"):
        persons = (1, 2, 3) if role in ("train", "val", "train_all") else (4, 5)
        names = [f"{p:04d}/{p:04d}_c{c}s1_{n}.jpg" for p in persons for c in (1, 2, 3) for n in (1, 2)]
        touch(tmp_path / "pytorch" / role, *names)
    for form in ("market1501", "folder"):
        dataset = load(f"{form}:{tmp_path}")
        assert dataset.layout == "market1501"
        assert roles(dataset) == {"train": 18, "probe": 12, "gallery": 12}
        assert {s.identity for s in dataset.samples if s.split == "train"} == {"0001", "0002", "0003"}
        assert set(dataset.cameras.tolist()) == {"1", "2", "3"}
        assert {one.reason for one in dataset.unread} == {
            "copies in train of what is in train_all",
            "copies in val of what is in train_all",
            "images in multi-query, which takes no part",
        }
    train = load(f"folder:{tmp_path}/pytorch/train")
    assert (train.persons, set(train.cameras.tolist())) == (("0001", "0002", "0003"), {"c1", "c2", "c3"})


def test_junk_and_distractors_under_every_protocol(tmp_path: Path) -> None:
    """half draws them as it always did, and then leaves them in the gallery only: that is as it was."""
    nobody = [f"{i}_c{c}s1_{n:06d}_00.jpg" for i in ("-1", "0000") for c in (2, 11, 12) for n in range(9)]
    dataset = load(f"market1501:{touch(market(tmp_path), *(f'bounding_box_test/{one}' for one in nobody))}")
    assert len(dataset.persons) == 8
    for protocol in ("half:0", "half:1", "half:2", "half:3", "test3:0", "market", "listed"):
        parts = split(dataset, protocol)
        assert not {"-1", "0000"} & set(dataset.identities[[*parts.train, *parts.probes]].tolist()), protocol
        assert "0000" in dataset.identities[parts.gallery]
    assert len(np.unique(dataset.identities[split(dataset, "test3:0").probes])) == 3
    gallery = dataset.identities[split(dataset, "half:1").gallery].tolist()
    assert (gallery.count("-1"), gallery.count("0000")) == (1, 1)
    with pytest.raises(ReidvizError, match="8 of 8 can be both probed and matched"):
        split(dataset, "test9:0")


def test_one_camera_is_said_with_what_works(tmp_path: Path) -> None:
    for role, persons in zip(ROLES, ((1, 2), (3, 4), (3, 4)), strict=True):
        touch(tmp_path / role, *(f"{p:04d}_c1s1_{role[:1]}{n}.jpg" for p in persons for n in (1, 2)))
    dataset = load(f"market1501:{tmp_path}")
    with pytest.raises(ReidvizError, match="own camera only") as told:
        split(dataset, "market")
    assert "use the protocol listed" in told.value.hint
    assert len(split(dataset, "listed").probes) == 4
    with pytest.raises(ReidvizError, match="all images being by one camera") as told:
        split(dataset, "half:0")
    assert "listed" in told.value.hint
    assert "#names=none" in told.value.hint


@pytest.mark.parametrize("suffix", [".png", ".jpg", ".bmp", ".TIF"])
def test_viper_and_prid_in_other_formats(tmp_path: Path, suffix: str) -> None:
    touch(tmp_path / "v", *(f"VIPeR/cam_{c}/{p:03d}_{45 * (c == 'b')}{suffix}" for p in range(4) for c in "ab"))
    for form in ("viper", "folder"):
        dataset = load(f"{form}:{tmp_path / 'v'}")
        assert (dataset.layout, len(dataset.persons), set(dataset.cameras.tolist())) == ("viper", 4, {"A", "B"})
    names = [f"cam_{c}/person_{p:04d}{suffix}" for p in (1, 2, 201) for c in "ab"]
    touch(tmp_path / "p" / "single_shot", *names)
    assert load(f"prid2011:{tmp_path / 'p'}").persons == ("0001", "0002", "a0201", "b0201")
    assert load(f"folder:{tmp_path / 'p' / 'single_shot'}").layout == "prid2011"


def test_prid_multi_shot_knows_that_numbers_above_200_are_other_people(tmp_path: Path) -> None:
    names = [f"cam_{c}/person_{p:04d}/{n:04d}.png" for p in (1, 201) for c in "ab" for n in (1, 2)]
    dataset = load(f"folder:{touch(tmp_path / 'multi_shot', *names)}")
    assert dataset.persons == ("0001", "a0201", "b0201")


def test_half_of_a_pair_of_folders_names_the_other(tmp_path: Path) -> None:
    touch(tmp_path, "VIPeR/cam_a/000_0.bmp")
    with pytest.raises(ReidvizError, match="cam_b is missing"):
        load(f"viper:{tmp_path}")
    touch(tmp_path / "m", "list_train.txt", "list_query.txt", "train/x.jpg")
    with pytest.raises(ReidvizError, match=r"list_val\.txt and list_gallery\.txt are missing"):
        load(f"msmt17:{tmp_path / 'm'}")
