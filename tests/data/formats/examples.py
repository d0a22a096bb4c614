"""A small folder in each form of data, by its name, as its owner lays it out. A new form needs one here."""

from collections.abc import Callable
from pathlib import Path

EXAMPLES: dict[str, tuple[str, ...]] = {
    "viper": ("cam_a/000_45.bmp", "cam_a/001_0.bmp", "cam_b/000_90.bmp", "cam_b/001_90.bmp"),
    "prid2011": (
        "single_shot/cam_a/person_0001.png",
        "single_shot/cam_a/person_0201.png",
        "single_shot/cam_b/person_0001.png",
        "single_shot/cam_b/person_0201.png",
    ),
    "ilids": ("Persons/0001001.jpg", "Persons/0001002.jpg", "Persons/0002001.jpg", "Persons/0002002.jpg"),
    "cuhk01": ("campus/0001001.png", "campus/0001003.png", "campus/0002001.png", "campus/0002003.png"),
    "cuhk03": ("images_labeled/1_001_1_01.png", "images_labeled/1_001_2_06.png", "images_labeled/2_003_1_01.png"),
    "cuhk03-detected": ("images_detected/1_001_1_01.png", "images_detected/1_001_2_06.png"),
    "cuhk03-pair": ("train/0001_00.jpg", "train/0001_05.jpg", "val/0001_00.jpg", "val/0001_05.jpg"),
    "market1501": (
        "bounding_box_train/0002_c1s1_000451_03.jpg",
        "query/0001_c1s1_001051_00.jpg",
        "bounding_box_test/0001_c3s1_001051_02.jpg",
        "bounding_box_test/-1_c3s2_000001_01.jpg",
    ),
    "msmt17": (
        "train/0000/0000_000_01_0303morning_0008_0.jpg",
        "train/0000/0000_001_02_0303morning_0009_0.jpg",
        "test/0000/0000_000_03_0303noon_0008_0.jpg",
        "test/0000/0000_001_04_0303noon_0009_0.jpg",
    ),
    "folder": ("ann/c1_001.png", "ann/c2_002.png", "bo/c1_001.png", "bo/c2_002.png"),
}


def _lists(root: Path) -> None:
    train, test = ["list_train.txt", "list_query.txt", "list_gallery.txt"], EXAMPLES["msmt17"]
    (root / "list_val.txt").write_text("")
    (root / train[0]).write_text("".join(f"{name.removeprefix('train/')} 0\n" for name in test[:2]))
    (root / train[1]).write_text(f"{test[2].removeprefix('test/')} 0\n")
    (root / train[2]).write_text(f"{test[3].removeprefix('test/')} 0\n")


MORE: dict[str, Callable[[Path], None]] = {"msmt17": _lists}
"""What stands beside the images."""


def lay_out(root: Path, name: str, image: bytes) -> Path:
    """The example of a form below a new folder, each of its images with these bytes."""
    for file in EXAMPLES[name]:
        (root / file).parent.mkdir(parents=True, exist_ok=True)
        (root / file).write_bytes(image)
    MORE.get(name, lambda _: None)(root)
    return root
