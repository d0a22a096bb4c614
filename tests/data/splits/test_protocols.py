"""Who trains, who is probed, who is in the gallery."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from reidviz.common.errors import ReidvizError
from reidviz.data.dataset import Dataset, Sample, Split
from reidviz.data.formats import load
from reidviz.data.splits.protocols import default_protocol, protocols_for, split
from reidviz.evaluation.ground_truth import ground_truth


def dataset(*people: tuple[str, Sequence[str | None]], name: str = "folder:/x", marks: str = "") -> Dataset:
    """Persons and the camera of each of their images; marks gives the split of each image by its first letter."""
    words = {"t": "train", "p": "probe", "g": "gallery", "-": None}
    samples = [
        Sample(f"{identity}/{k:02d}", Path("/x"), identity, camera, "x")
        for identity, cameras in people
        for k, camera in enumerate(cameras)
    ]
    if marks:
        samples = [
            Sample(s.id, s.path, s.identity, s.camera, s.domain, words[mark])
            for s, mark in zip(samples, marks, strict=True)
        ]
    samples.sort(key=lambda s: (s.identity, s.camera or "", s.id))
    return Dataset(name, tuple(samples), "1")


def ids(data: Dataset, positions: np.ndarray) -> list[str]:
    return [data.samples[i].id for i in positions]


def persons(data: Dataset, positions: np.ndarray) -> set[str]:
    return set(data.identities[positions].tolist())


@pytest.fixture(scope="module")
def campus(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    """CUHK01 with all its names and nothing in the files."""
    folder = tmp_path_factory.mktemp("cuhk01") / "campus"
    folder.mkdir()
    for person in range(1, 972):
        for number in range(1, 5):
            (folder / f"{person:04d}{number:03d}.png").touch()
    return load(f"cuhk01:{folder}")


def check_recorded(data: Dataset) -> None:
    for protocol, train, probes, gallery in (("mtdnet-486", 485, 972, 486), ("mtdnet-100", 871, 200, 100)):
        s = split(data, protocol)
        assert s.protocol == protocol
        assert (len(persons(data, s.train)), len(s.train)) == (train, 4 * train)
        assert (len(s.probes), len(s.gallery)) == (probes, gallery)
        assert set(data.cameras[s.probes]) == {"A"}
        assert all(i.endswith("003.png") for i in ids(data, s.gallery))
        assert persons(data, s.probes) == persons(data, s.gallery)
        assert not persons(data, s.probes) & persons(data, s.train)
    half = split(data, "half:0")
    assert (len(half.train), len(half.probes), len(half.gallery)) == (485 * 4, 972, 486)


def test_recorded_splits_of_cuhk01(campus: Dataset) -> None:
    check_recorded(campus)
    assert {"0937", "0712", "0874"} <= persons(campus, split(campus, "mtdnet-100").probes)


def test_a_small_target_has_100_of_the_training_persons_and_the_same_test(campus: Dataset) -> None:
    whole, small, again, other = (
        split(campus, name) for name in ("mtdnet-486", "small-100", "small-100:0", "small-100:1")
    )
    for one in (small, other):
        assert (one.probes.tolist(), one.gallery.tolist()) == (whole.probes.tolist(), whole.gallery.tolist())
        assert (len(persons(campus, one.train)), len(one.train)) == (100, 400)
        assert persons(campus, one.train) <= persons(campus, whole.train)
    assert small.train.tolist() == again.train.tolist() != other.train.tolist()


def test_only_cuhk01_has_that_small_target() -> None:
    with pytest.raises(ReidvizError, match="There is no protocol 'small-100'"):
        split(dataset(*[(c, ["1", "2"]) for c in "abcd"]), "small-100")


def test_recorded_splits_of_the_real_cuhk01(real_data: Path) -> None:
    check_recorded(load(f"cuhk01:{real_data}"))


def test_recorded_split_of_an_incomplete_copy(campus: Dataset) -> None:
    samples = tuple(s for s in campus.samples if s.id not in ("0937003.png", "0937004.png"))
    with pytest.raises(ReidvizError, match=r"1 of the 100 test persons of mtdnet-100 lack images: 0937\."):
        split(Dataset(campus.name, samples, "1"), "mtdnet-100")


def test_menus(campus: Dataset) -> None:
    four = [(c, ["1", "2"]) for c in "abcd"]
    own = ("mtdnet-486", "mtdnet-100", "small-100", "half:0", "half-multi:0")
    assert protocols_for(campus) == (*own, "half-multi:0+tracklets")
    assert protocols_for(dataset(*four, name="synthetic:cuhk03")) == ("test100:0", "half:0", "half-multi:0")
    assert protocols_for(dataset(*four, name="synthetic:cuhk01")) == ("test100:0", "half:0", "half-multi:0")
    assert protocols_for(dataset(*four, name="synthetic:viper")) == ("half:0", "half-multi:0")
    assert protocols_for(dataset(*four)) == ("half:0", "half-multi:0")
    assert protocols_for(dataset(*four, marks="tttt--pg")) == ("listed", "market", "half:0", "half-multi:0")
    assert protocols_for(dataset(("a", [None] * 4), marks="tpg-")) == ("listed", "half:0")
    assert default_protocol(campus) == "mtdnet-486"
    assert default_protocol(dataset(*four)) == "half:0"


def test_gallery_is_the_first_image_of_the_second_camera() -> None:
    data = dataset(*[(p, ["z", "m", "a", "m", "a"]) for p in "abcd"])
    s = split(data, "half:1")
    person = sorted(persons(data, s.probes))[0]
    assert [i for i in ids(data, s.gallery) if i[0] == person] == [f"{person}/01"]
    assert sorted(i for i in ids(data, s.probes) if i[0] == person) == [f"{person}/{k}" for k in ("00", "02", "04")]


def test_without_cameras_the_gallery_is_the_first_image() -> None:
    data = dataset(*[(p, [None] * 3) for p in "abcde"], ("one", [None]))
    s = split(data, "half:3")
    assert len(persons(data, s.train)) == 2
    assert [i for i in ids(data, s.gallery) if not i.startswith("one")] == [
        f"{p}/00" for p in sorted(persons(data, s.probes))
    ]
    assert len(s.probes) == 6
    assert "one/00" in ids(data, s.gallery)


def test_multi_shot_tests_every_image_of_the_same_persons() -> None:
    data = dataset(*[(p, ["1", "1", "2", "3"]) for p in "abcd"], ("one", ["1", "1"]))
    single, multi = split(data, "half:1"), split(data, "half-multi:1")
    assert persons(data, multi.probes) == persons(data, single.probes)
    assert persons(data, multi.train) == persons(data, single.train)
    assert len(multi.probes) == 2 * 4
    assert ids(data, multi.gallery) == sorted([*ids(data, multi.probes), "one/00", "one/01"])
    assert multi.across_cameras
    assert (multi.protocol, single.protocol) == ("half-multi:1", "half:1")
    truth = ground_truth(data, multi)
    for row in range(len(multi.probes)):
        same, ignored = truth.masks(row)
        camera = data.cameras[multi.probes[row]]
        assert (int(same.sum()), int(ignored.sum())) == ((2, 2) if camera == "1" else (3, 1))
        assert not same[np.flatnonzero(multi.gallery == multi.probes[row])].any()


def test_multi_shot_keeps_distractors_and_drops_junk() -> None:
    people = [(p, ["1", "2"]) for p in "abcd"]
    data = replace(dataset(*people, ("0", ["1", "2"]), ("-1", ["1", "2"]), ("far", ["2"])), market_rules=True)
    s = split(data, "test2-multi:0")
    assert persons(data, s.gallery) - persons(data, s.probes) == {"0", "far"}
    assert len(persons(data, s.probes)) == 2


def test_multi_shot_needs_cameras() -> None:
    with pytest.raises(ReidvizError, match="needs persons seen by two cameras"):
        split(dataset(*[(p, [None] * 3) for p in "abcde"]), "half-multi:0")
    assert protocols_for(dataset(*[(p, [None] * 3) for p in "abcde"])) == ("half:0",)


def test_prid_distractors() -> None:
    """As PRID2011: 200 persons in both cameras, 185 more in A, 549 more in B."""
    both = [(f"{i:04d}", ["A", "B"]) for i in range(1, 201)]
    only_a = [(f"a{i}", ["A"]) for i in range(185)]
    only_b = [(f"b{i}", ["B", "B"]) for i in range(549)]
    data = dataset(*both, *only_a, *only_b)
    s = split(data, "half:0")
    assert (len(s.train), len(s.probes), len(s.gallery)) == (200, 100, 649)
    assert set(data.cameras[s.gallery]) == {"B"}
    assert not any(p.startswith("a") for p in persons(data, s.gallery) | persons(data, s.train))
    assert all(i.endswith("/00") for i in ids(data, s.gallery) if i.startswith("b"))


def test_viper_and_ilids_counts() -> None:
    viper = dataset(*[(f"{i:03d}", ["a", "b"]) for i in range(632)])
    s = split(viper, "half:0")
    assert (len(s.train), len(s.probes), len(s.gallery)) == (632, 316, 316)
    ilids = dataset(*[(f"{i:03d}", [None] * 4) for i in range(119)])
    assert [len(persons(ilids, split(ilids, p).train)) for p in ("half:0", "test59:0")] == [59, 60]


def test_shuffle_is_pinned() -> None:
    """A split must not change with a new NumPy: stored results are compared across versions."""
    data = dataset(*[(f"{i:02d}", ["1", "2"]) for i in range(20)])
    assert sorted(persons(data, split(data, "test5:7").probes)) == ["02", "09", "11", "17", "19"]


def test_equal_protocols_have_equal_names() -> None:
    data = dataset(*[(p, ["1", "2"]) for p in "abcdef"])
    assert split(data, "half:007").protocol == "half:7"
    assert split(data, "half:7").key == split(data, "test3:7").key
    assert split(data, "half:7").key != split(data, "half:8").key


@pytest.mark.parametrize(
    "protocol",
    [
        "half:x",
        "half",
        "half:-1",
        "half:1.0",
        "foo",
        "",
        "test:0",
        "test3",
        "mtdnet-486",
        "half:٣",
        "half:1\n",
        "\udcff",
    ],
)
def test_unknown_protocols_list_the_valid_ones(protocol: str) -> None:
    with pytest.raises(ReidvizError, match="no protocol") as e:
        split(dataset(*[(p, ["1", "2"]) for p in "abcdef"]), protocol)
    assert "half:SEED or testN:SEED" in e.value.hint
    assert "\n" not in str(e.value)


@pytest.mark.parametrize("protocol", ["half:0", "test2:0", "test1:0", "test0:0", "test9:0"])
def test_too_few_persons(protocol: str) -> None:
    data = dataset(*[(p, ["1", "2"]) for p in "abc"], *[(p, ["1", "1"]) for p in "defgh"])
    with pytest.raises(ReidvizError, match="3 of 8 can be both probed and matched"):
        split(data, protocol)


def test_cameras_known_for_some_only() -> None:
    data = dataset(*[(p, ["1", "2"]) for p in "abcd"], ("e", ["1", None]))
    with pytest.raises(ReidvizError, match="1 of 10 images have no camera, the others have one: e/01"):
        split(data, "half:0")


def test_listed() -> None:
    data = dataset(("a", ["1", "2"]), ("b", ["1", "2", "2"]), ("c", ["2"]), marks="ttp-gg")
    s = split(data, "listed")
    assert (ids(data, s.train), ids(data, s.probes), ids(data, s.gallery)) == (
        ["a/00", "a/01"],
        ["b/00"],
        ["b/02", "c/00"],
    )


@pytest.mark.parametrize(
    ("marks", "message"),
    [
        ("tttt", "lists 0 probes and 0 gallery"),
        ("pp--", "lists 2 probes and 0 gallery"),
        ("gg--", "lists 0 probes and 2 gallery"),
        ("pgtg", r"1 persons are listed both to train and to test: b\."),
        ("pp-g", "None of the 2 probes of .* has a possible match: the gallery has no image of this person"),
        ("----", "lists 0 probes"),
    ],
)
def test_bad_lists(marks: str, message: str) -> None:
    with pytest.raises(ReidvizError, match=message):
        split(dataset(("a", ["1", "2"]), ("b", ["1", "2"]), marks=marks), "listed")


def test_a_listed_probe_that_cannot_be_matched_is_left_out() -> None:
    data = dataset(("a", ["1", "2"]), ("b", ["1", "2"]), ("c", ["1"]), marks="pppgp")
    s = split(data, "listed")
    assert ids(data, s.probes) == ["b/00"]
    assert [(data.samples[one.position].id, one.reason) for one in s.left_out] == [
        (name, "the gallery has no image of this person") for name in ("a/00", "a/01", "c/00")
    ]


def market() -> Dataset:
    """As Market-1501 names them: a person who trains, two who are tested, distractors 0 and junk -1."""
    return dataset(
        ("0001", ["1", "2"]),
        ("0002", ["1", "1", "2"]),
        ("0003", ["1", "2"]),
        ("0", ["1", "2"]),
        ("-1", ["1", "2", "3"]),
        marks="tt" + "pgg" + "pg" + "gg" + "pgt",
    )


def test_market_drops_junk_and_keeps_distractors() -> None:
    data = market()
    s = split(data, "market")
    assert s.protocol == "market"
    assert s.across_cameras
    assert ids(data, s.train) == ["0001/00", "0001/01"]
    assert ids(data, s.probes) == ["0002/00", "0003/00"]
    assert ids(data, s.gallery) == ["0/00", "0/01", "0002/01", "0002/02", "0003/01"]
    assert [(data.samples[one.position].id, one.reason) for one in s.left_out] == [
        ("-1/00", "its identity is that of nobody (0: distractor, -1: junk)")
    ]


def test_listed_knows_nothing_of_junk_and_cameras() -> None:
    data = dataset(("-1", ["1", "1"]), ("0001", ["1", "1"]), marks="pgpg")
    s = split(data, "listed")
    assert (len(s.probes), len(s.gallery), s.left_out, s.across_cameras) == (2, 2, (), False)


def test_market_leaves_out_what_only_the_own_camera_saw_again() -> None:
    data = dataset(("a", ["1", "1"]), ("b", ["1", "1", "2"]), ("c", ["1"]), ("d", ["1", "2"]), marks="pgpggpgp")
    s = split(data, "market")
    assert ids(data, s.probes) == ["b/00", "d/01"]
    assert [(data.samples[one.position].id, one.reason) for one in s.left_out] == [
        ("a/00", "the gallery has images of this person by the probe's own camera only"),
        ("c/00", "the gallery has no image of this person"),
    ]
    assert [data.samples[one.position].id for one in split(data, "listed").left_out] == ["c/00"]


def test_market_has_scores_of_its_own() -> None:
    """The same images, matched by other rules."""
    data = dataset(("a", ["1", "2"]), ("b", ["1", "2"]), marks="pgpg")
    listed, across = split(data, "listed"), split(data, "market")
    assert (listed.probes == across.probes).all()
    assert (listed.gallery == across.gallery).all()
    assert listed.key != across.key


@pytest.mark.parametrize(
    ("cameras", "message"),
    [
        (["1", "1"], "None of the 2 probes of .* has a possible match: .* by the probe's own camera only"),
        ([None, None], "The protocol market needs cameras, and folder:x names none"),
    ],
)
def test_market_without_two_cameras(cameras: list[str | None], message: str) -> None:
    with pytest.raises(ReidvizError, match=message):
        split(dataset(("a", cameras), ("b", cameras), marks="pgpg"), "market")


def invariants(data: Dataset, s: Split) -> None:
    for part in (s.train, s.probes, s.gallery):
        assert part.dtype == np.int64
        assert (np.diff(part) > 0).all()
    assert not persons(data, s.train) & (persons(data, s.probes) | persons(data, s.gallery))
    assert not set(s.probes.tolist()) & set(s.gallery.tolist())
    in_gallery = Counter(data.identities[s.gallery].tolist())
    assert set(in_gallery.values()) == {1}
    for probe in s.probes:
        match = s.gallery[data.identities[s.gallery] == data.identities[probe]]
        assert len(match) == 1
        assert data.cameras[probe] == "" or data.cameras[probe] != data.cameras[match[0]]
    known = sorted(set(data.cameras[s.gallery].tolist()))
    for i in s.gallery:
        assert data.cameras[i] in known


cameras = st.lists(st.sampled_from(["1", "2", "3", "10"]), min_size=1, max_size=6)
unknown = st.integers(1, 4).map(lambda n: [None] * n)


@given(
    people=st.one_of(
        st.dictionaries(st.text(min_size=1, max_size=4), cameras, min_size=4, max_size=12),
        st.dictionaries(st.text(min_size=1, max_size=4), unknown, min_size=4, max_size=12),
    ),
    seed=st.integers(0, 2**40),
)
def test_half_properties(people: dict[str, list[str | None]], seed: int) -> None:
    people = {p.encode("utf-8", "replace").decode().replace("\0", "0"): c for p, c in people.items()}
    data = dataset(*people.items())
    able = {p for p, c in people.items() if len(set(c)) > 1 or (c[0] is None and len(c) > 1)}
    assume(len(able) >= 4)
    s = split(data, f"half:{seed}")
    invariants(data, s)
    assert persons(data, s.train) | persons(data, s.probes) == able
    assert len(persons(data, s.train)) == len(able) // 2
    again = split(data, f"half:{seed}")
    assert all(
        (a == b).all() for a, b in ((s.train, again.train), (s.probes, again.probes), (s.gallery, again.gallery))
    )
