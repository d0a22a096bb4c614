"""What the campaign of lists is made of: hostile cells, and ways to spoil a file."""

import os
import struct
from pathlib import Path

import numpy as np

GOOD = ("a/1.png", "a/2.png", "b/3.png", "b/4.png")
TEXTS = (
    "", " ", "nan", "NaN", "inf", "-inf", "-1", "0", "0000", "1e400", "9" * 5000, "1." + "0" * 5000, "-0.0", "1.0",
    "=1+1", '=cmd|"/c calc"!A1', "@SUM(1)", "+1", "-1+1", "\0", "a\nb", "a\r\nb", "\u202egnp", "\x1b[31m", "\u2028",
    "x" * 131_071, "x" * 131_073, "\ud83d\ude00", "\N{SUPERSCRIPT TWO}", "\u0661\u0662", "\u00e9", "e\u0301",
    "\ufeff", "<script>", "**bold**", "$x$", "`", ":red[x]", "None", "<NA>", "true", "2024-13-45", "../b", "train",
    "\\", "'",
)  # fmt: skip
NUMBERS = (0, 1, 2**31 - 1, 2**32 - 1)
Table = list[list[str]]


def table(folder: Path, work: Path, draw: np.random.Generator) -> Table:
    """Columns and rows, with some hostile cells."""
    secret = work.parent / "secret.bin"
    paths = (
        "../secret.bin", "../../secret.bin", "/proc/.." + str(secret).replace("/hostile", "/./hostile"),
        "/proc/self/environ", "/dev/zero", "/dev/stdin", "out.png", "zero.png", "me.png", "up/secret.bin", "dir.png",
        "pipe.png", ".", "..", "/", "~", "a//1.png", "./a/1.png", "a/../a/1.png", "..\\..\\secret.bin",
        "C:\\secret.bin", "file:///etc/passwd", "http://localhost/a.png", "a/1.png\0.txt", "A/1.PNG", "a/1.png ",
        "x" * 5000, "a/" * 3000, "people.csv", "%00", "$HOME/a.png", "a/*.png", "\ud83d\ude00.png", "a/1.png/",
        "//a/1.png", "/dev/fd/0",
    )  # fmt: skip
    header = ["path", "identity", "camera", "split", "more"][: int(draw.integers(2, 6))]
    rows = [[name, name[0], "c1", "", "note"][: len(header)] for name in GOOD]
    for _ in range(int(draw.integers(0, 4))):
        row = rows[int(draw.integers(len(rows)))]
        if draw.random() < 0.4:
            row[0] = paths[int(draw.integers(len(paths)))]
        else:
            row[int(draw.integers(len(row)))] = TEXTS[int(draw.integers(len(TEXTS)))]
    if draw.random() < 0.1:
        header[int(draw.integers(len(header)))] = TEXTS[int(draw.integers(len(TEXTS)))]
    return [header, *rows]


def spoilt(data: bytearray, draw: np.random.Generator) -> bytearray:
    """The bytes with something wrong with them."""
    if not data:
        return data
    match int(draw.integers(9)):
        case 0:
            del data[int(draw.integers(len(data))) :]
        case 1:
            for place in draw.integers(len(data), size=int(draw.integers(1, 9))):
                data[place] ^= 1 << int(draw.integers(8))
        case 2:
            data.insert(int(draw.integers(len(data))), ord('"'))
        case 3:
            data[int(draw.integers(len(data))) : 0] = bytes(int(draw.integers(1, 200_000)))
        case 4:
            place = int(draw.integers(len(data)))
            data[place:place] = (b"\xff\xfe", b"\xed\xa0\x80", b"\xc0\xaf", b"\xef\xbb\xbf", b"\x1a")[
                int(draw.integers(5))
            ]
        case 5:
            return (
                bytearray((b"\xff\xfe", b"\xfe\xff", b"\xef\xbb\xbf", b"\xff\xfe\0\0", b"PAR1")[int(draw.integers(5))])
                + data
            )
        case 6:
            data += b'"' + b"x" * int(draw.choice([10, 200_000, 5_000_000]))
        case 7:
            return bytearray(draw.bytes(int(draw.integers(0, 500))))
        case _:
            return data.replace(b"\n", b"")
    return data


def no_file(file: Path, draw: np.random.Generator) -> None:
    """Something else where the list should be."""
    match int(draw.integers(6)):
        case 0:
            os.mkfifo(file)
        case 1:
            file.symlink_to(draw.choice(["/dev/zero", "/proc/self/environ", "/dev/stdin", "../../secret.bin"]))
        case 2:
            file.symlink_to(file.name)
        case 3:
            file.mkdir()
        case 4:
            with file.open("wb") as sparse:
                sparse.truncate(10**12)
        case _:
            file.symlink_to("/nowhere")


def bent(data: bytearray, draw: np.random.Generator) -> bytearray:
    """Bytes changed, mostly of the footer."""
    footer = max(0, len(data) - 8 - int.from_bytes(data[-8:-4], "little"))
    start = footer if draw.random() < 0.6 else 0
    match int(draw.integers(4)):
        case 0:
            del data[int(draw.integers(len(data))) :]
        case 1:
            for place in draw.integers(start, len(data), size=int(draw.integers(1, 9))):
                data[place] ^= 1 << int(draw.integers(8))
        case 2:
            data[-8:-4] = struct.pack("<I", NUMBERS[int(draw.integers(len(NUMBERS)))])
        case _:
            for place in draw.integers(start, len(data), size=int(draw.integers(1, 4))):
                data[place] = int(draw.integers(256))
    return data
