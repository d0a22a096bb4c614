"""Names that were made to do harm: of files and folders in every layout, of data sets, and rules for names.

python -m benchmarks.hostile.names [CASES]
"""

import io
import os
import socket
import warnings
from pathlib import Path

import numpy as np
from PIL import Image

from benchmarks.hostile.campaign import main
from benchmarks.hostile.door import imported, opened
from reidviz.data.formats import FORMATS

CASES = 500
LAYOUTS: dict[str, tuple[str, ...]] = {
    "folder": ("p1/c1_0.png", "p1/c2_0.png", "p2/c1_0.png", "p2/c2_0.png"),
    "market1501": (
        "bounding_box_train/0001_c1s1_1_00.png",
        "query/0002_c1s1_1_00.png",
        "bounding_box_test/0002_c2s1_1_00.png",
    ),
    "viper": ("cam_a/001_0.png", "cam_b/001_90.png", "cam_a/002_0.png", "cam_b/002_90.png"),
    "prid2011": ("cam_a/person_0001.png", "cam_b/person_0001.png", "cam_a/person_0002.png", "cam_b/person_0002.png"),
    "ilids": ("0001001.png", "0001002.png", "0002001.png", "0002002.png"),
    "cuhk01": ("campus/0001001.png", "campus/0001003.png", "campus/0002001.png", "campus/0002003.png"),
    "cuhk03": ("images_labeled/1_001_1_01.png", "images_labeled/1_001_2_06.png", "images_labeled/1_002_1_01.png"),
    "cuhk03-pair": ("train/0001_00.png", "train/0001_05.png", "val/0001_00.png", "val/0001_05.png"),
}
PARTS = (
    b"\n", b"\r", b"\t", b"\x1b[31m", b"\x7f", "\u202e".encode(), "\u200b".encode(), "\u2028".encode(), b"\xff\xfe",
    b"\xed\xa0\x80", b"\xc0\xaf", b"-rf", b"--", b"'", b'"', b"`", b"$(id)", b"${HOME}", b"%s%n", b"%00",
    b"{0.__class__}", b"**b**", b"[x](http://x)", b":red[x]", b"$x$", b"<b>", b"&lt;", b"\\", b"..", b"...", b" ",
    b"~", b"*", b"?", b"[a-", b"(", b"#names=none", b"#names=(?P<camera>.)", b":", b"a:b", "\u0661".encode(),
    "\u00b2".encode(), "\u2167".encode(), b"9" * 200, b"-1", b"-9" * 50, b"0" * 200, b"nan", b"inf",
    "e\u0301".encode(), "\u00e9".encode(), "\ufb01".encode(), "\U0001f600".encode(), b"con", b"nul", b".png", b".",
    b"c1", b"cam" + b"9" * 150, b"_" * 200, b"query", b"gallery", b"CAM_A", b"a" * 240, "\u0130".encode(),
    "\u00df".encode(), "\u1e9e".encode(), "\uffff".encode(), "\U0010ffff".encode(),
)  # fmt: skip
RULES = (
    "", "none", "part:0", "part:-99", "part:99:", "part:1:\0", "part:1:" + "x" * 10**5, "part:\u0661",
    "(?P<camera>.)", "(?P<camera>(((a{1000}){1000}){1000}))", "(?P<camera>(a*)*b)", "(?P<camera>",
    "(?P<camera>.)(?P<camera>.)", "(?P<identity>.*)(?P<camera>\\d+)", "(?P<identity>)(?P<camera>)",
    "(?P<camera>.){2,1}", "(?P<camera>\\1)", "(?P<camera>(?=x))", "(?P<x>.)", "(?P<camera>[[:foo:]])",
    "(?P<camera>\\C)", "(?P<camera>\\xff)", "(?P<camera>\ud800)", "(?P<camera>.)" + "|a" * 10**5,
    "(" * 10**4 + "(?P<camera>.)" + ")" * 10**4, "(?P<camera>.{1,1000}){1,1000}", "(?P<camera>\\p{Greek})",
    "[(?P<identity>(?P<camera>.)]", "(?P<camera>.)#names=none", "(?s)(?P<camera>.*)(?P<identity>.*)",
    "(?P<camera>\0)", "(?P<identity>/?)", "(?i)(?P<camera>\u0130)", "\\Q(?P<camera>.)", "(?P<camera>.)\\", "NONE",
    "%", "part:",
)  # fmt: skip
ROOTS = (
    "", " ", "/", ".", "..", "~", "~root", "~nobody/x", "\0", "a\0b", "/dev/zero", "/dev/stdin", "/dev/fd/0",
    "/dev/full", "/proc/self/mem", "/proc/self/environ", "/proc/self/root", "/proc/1/root", "/proc/self/fd",
    "/sys/kernel", "/sys", "//proc/self", "/./proc", "/proc/self/cwd", "/dev", "/dev/shm/nothing", "%2e%2e", "%s%n",
    "..\\..", "C:\\", "\\\\host\\x", "http://localhost", "file:///etc", "x" * 300, "x" * 5000, "a/" * 3000, "\ud800",
    "\u202e", "\n", "-rf", "$HOME", "*", "#", "#names=", "#names=none", "{work}/../secret.bin",
    "{work}/people/p1/../../../secret.bin", "{work}/people/", "{work}//people", "{work}/people/.", "{work}/people\n",
    "{work}/people%00", "{work}/PEOPLE", " {work}/people ", ":", "{work}/pipe", "{work}/people/p1/c1_0.png",
    "{work}/people/p1/c1_0.png/x", "synthetic:cuhk03", "folder:{work}/people",
)  # fmt: skip


def attempt(seed: int, work: Path) -> bytes:
    """One case: names in a layout, a rule for names, links and odd folders, or the name of a data set."""
    draw = np.random.default_rng(seed)
    layout = str(draw.choice(list(LAYOUTS)))
    people = work / "people"
    kind = int(draw.integers(10))
    if kind < 2:
        layout = "folder"
    for name in LAYOUTS[layout]:
        _put(people / name)
    match kind:
        case 0:
            _misname(people, draw, at_most=3)
            return opened(f"folder:{people}#names={RULES[int(draw.integers(len(RULES)))]}", work)
        case 1:
            return opened(_spec(work, draw), work)
        case 2 | 3:
            _grow(people, work, draw)
        case 4:
            return _without_rights(layout, people, work, draw)
        case 5:
            people = _renamed(people, draw)
        case 6:
            _misname(people, draw, at_most=3)
            return imported(people, work)
        case _:
            _misname(people, draw, at_most=12)
    return opened(f"{layout if draw.random() < 0.7 else 'folder'}:{people}", work)


def _spec(work: Path, draw: np.random.Generator) -> str:
    """What somebody may type in place of the name of a data set."""
    os.mkfifo(work / "pipe")
    root = ROOTS[int(draw.integers(len(ROOTS)))].replace("{work}", str(work))
    form = str(draw.choice([one.name for one in FORMATS if one.name != "synthetic"]))
    odd = (
        "",
        "FOLDER",
        " folder",
        "folder ",
        "fol\0der",
        "\ud800",
        "reidviz.cli.main",
        "..formats.viper",
        "os",
        "x" * 10**6,
    )
    if draw.random() < 0.15:
        form = odd[int(draw.integers(len(odd)))]
    return f"{form}:{root}"


def _put(file: Path) -> None:
    out = io.BytesIO()
    Image.new("RGB", (8, 16), "red").save(out, "PNG")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(out.getvalue())
    except OSError:
        return


def _misname(people: Path, draw: np.random.Generator, at_most: int) -> None:
    """More images and folders beside the good ones, hostile parts within their names."""
    files = [path for path in sorted(people.rglob("*")) if path.is_file()]
    for _ in range(int(draw.integers(1, at_most + 1))):
        file = files[int(draw.integers(len(files)))].relative_to(people)
        parts = [os.fsencode(part) for part in file.parts]
        place = int(draw.integers(len(parts)))
        part = PARTS[int(draw.integers(len(PARTS)))]
        at = int(draw.integers(len(parts[place]) + 1))
        whole = parts[place][:at] + part + parts[place][at:]
        parts[place] = part if draw.random() < 0.2 else whole[:255]
        if b".." not in parts:
            _put(people / os.fsdecode(b"/".join(parts)))


def _grow(people: Path, work: Path, draw: np.random.Generator) -> None:
    """Links, depths and crowds beside the good images."""
    into = next(path.parent for path in sorted(people.rglob("*.png")))
    match int(draw.integers(10)):
        case 0:
            for number in range(200):
                (into / f"l{number}").symlink_to(f"l{(number + 1) % 200}")
        case 1:
            for number in range(12):
                (people / f"l{number}").symlink_to(".")
                (people / "p1").mkdir(exist_ok=True)
                (people / "p1" / f"l{number}").symlink_to("..")
        case 2:
            for number in range(50):
                (into / f"d{number}.png").symlink_to(f"nowhere{number}")
        case 3:
            for number, where in enumerate(
                ["../../secret.bin", "../../../secret.bin", "/", "..", "../..", "/etc/passwd", "/etc"]
            ):
                (into / f"o{number}.png").symlink_to(where)
        case 4:
            for number, where in enumerate(
                ["/dev/zero", "/dev/stdin", "/proc/self/mem", "/dev/fd/0", "/proc", "/dev/full"]
            ):
                (into / f"v{number}.png").symlink_to(where)
        case 5:
            _deep(into)
        case 6:
            for number in range(3000):
                (into / f"e{number}.png").touch()
        case 7:
            os.mkfifo(into / "pipe.png")
            with socket.socket(socket.AF_UNIX) as made:
                made.bind(os.path.relpath(into / "socket.png"))
        case 8:
            people.rename(work / "real")
            people.symlink_to(str(draw.choice(["real", "people", "../outside", "..", "/proc", "/dev/zero"])))
        case _:
            for path in sorted(people.iterdir()):
                moved = path.with_name(f"{path.name}.moved")
                path.rename(moved)
                path.symlink_to(str(draw.choice([moved.name, path.name, "../../outside", "/dev", "."])))


def _renamed(people: Path, draw: np.random.Generator) -> Path:
    """The folder under a hostile name of its own, where it may have that."""
    part = PARTS[int(draw.integers(len(PARTS)))]
    plain = part.replace(b"/", b"")
    other = people.with_name("d") / os.fsdecode(plain if plain.strip(b".") else b"x" + plain)
    other.parent.mkdir()
    return people.rename(other)


def _deep(folder: Path) -> None:
    """Folders within folders, deeper than a path may be long."""
    before = os.open(".", os.O_RDONLY)
    try:
        os.chdir(folder)
        for _ in range(200):
            os.mkdir("d" * 100)
            os.chdir("d" * 100)
    finally:
        os.fchdir(before)
        os.close(before)


def _without_rights(layout: str, people: Path, work: Path, draw: np.random.Generator) -> bytes:
    """What may not be read, seen by a user who is not root."""
    found = [people, *sorted(people.rglob("*"))]
    for path in (work, *found):
        os.chown(path, 65534, 65534)
    work.parent.chmod(0o755)
    for path in draw.choice(np.array(found, dtype=object), size=2):
        path.chmod(int(draw.choice([0, 0o100, 0o200, 0o400, 0o444])))
    euid = os.geteuid()
    if euid == 0:
        os.seteuid(65534)
    try:
        return opened(f"{layout if draw.random() < 0.5 else 'folder'}:{people}", work)
    finally:
        os.seteuid(euid)


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    main("names", CASES, attempt)
