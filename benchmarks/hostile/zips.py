"""Zips that are broken or were made to do harm, by the door of the Data page: each becomes a whole data set or none.

python -m benchmarks.hostile.zips [CASES]
"""

import io
import struct
import warnings
import zipfile
from pathlib import Path

import numpy as np
from PIL import Image

from benchmarks.hostile.campaign import SECRET, main
from reidviz.common.errors import ReidvizError
from reidviz.data.catalogue.zip_import import UNPACKED, import_zip
from reidviz.data.formats import load
from reidviz.data.images.decode import load_image

CASES = 1000
LINK, PIPE, DEVICE, SET_ID = 0o120777, 0o010644, 0o060644, 0o104777
NAMES = (
    "../outside/x.png", "../../x.png", "/tmp/hostile-x.png", "a/../../outside/x.png", "..\\outside\\x.png", "C:x.png",
    "C:/x.png", "\\\\host\\share\\x.png", "a\0.png", "a/./b.png", "a//b.png", "./a.png", "~/x.png", "-rf.png",
    "con.png", "a:b.png", "a/" * 200 + "x.png", "x" * 250 + ".png", "\u00e9" * 120 + ".png", "a\u202egnp.exe.png",
    "a\nb.png", "\ud800.png", "\uff21.png", "A.png", "a.png", "e\u0301.png", "\u00e9.png", ".hidden.png", ".unpacked",
    ".unpacked/x.png", "p1", "p1/c1_0.png", "p1/c1_0.png/x.png", "p1/../p1/c1_0.png", "data.spec",
    ".0123456789abcdef0123456789abcdef/x.png", "x.zip", "x.tar.gz", "list.csv", "cuhk-03.mat", "config_training.json",
    "", "\u2024\u2024/x.png", "..%2fx.png", "p1/\u200b.png", "$(id).png", "nul.png", "a\r.png", "a\x1b[31m.png",
    "__MACOSX/x.png",
)  # fmt: skip


def attempt(seed: int, work: Path) -> bytes:
    """One case: whatever the zip is, the data folder holds a whole data set afterwards, or nothing."""
    draw = np.random.default_rng(seed)
    data = _zip(draw)
    try:
        folder = import_zip(io.BytesIO(data), "mine", work)
    except ReidvizError:
        _must_be_empty(work)
        raise
    assert [path.name for path in work.iterdir()] == ["mine"]
    assert (folder / UNPACKED).is_file()
    found = list(folder.rglob("*"))
    assert all(path.resolve().is_relative_to(work) and not path.is_symlink() for path in found)
    dataset = load(f"folder:{folder}")
    return b"".join(load_image(dataset, index).tobytes() for index in range(len(dataset.samples)))


def _must_be_empty(work: Path) -> None:
    left = [path.name for path in work.iterdir()]
    assert not left, f"left {left}"


def _zip(draw: np.random.Generator) -> bytes:
    """A zip of some images, with hostile members or bytes."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", *_packing(draw)) as made:
        for person in range(3):
            made.writestr(f"p{person}/c1_0.png", _png(draw))
        if draw.random() < 0.6:
            for name in draw.choice(NAMES, size=int(draw.integers(1, 4))).tolist():
                _write(made, _member(name, draw), _png(draw) if draw.random() < 0.8 else SECRET)
        if draw.random() < 0.01:
            for number in range(20_000):
                made.writestr(f"e/{number}.png", b"", zipfile.ZIP_STORED)
        if draw.random() < 0.05:
            made.writestr("bomb.png", bytes(int(draw.choice([2, 60, 300])) << 20), zipfile.ZIP_DEFLATED, 1)
        if draw.random() < 0.1:
            made.comment = draw.bytes(int(draw.integers(1, 60_000)))
    return _spoilt(out.getvalue(), draw) if draw.random() < 0.5 else out.getvalue()


def _packing(draw: np.random.Generator) -> tuple[int, bool]:
    kinds = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA)
    return kinds[int(draw.integers(4))], True


def _member(name: str, draw: np.random.Generator) -> zipfile.ZipInfo:
    """A member of that name, as it is: ZipInfo would mend it; perhaps of another kind than a file."""
    info = zipfile.ZipInfo("placeholder.png")
    info.filename = name.encode("utf-8", "replace").decode()
    info.external_attr = int(draw.choice([0, 0o100644, LINK, PIPE, DEVICE, SET_ID])) << 16
    if draw.random() < 0.1:
        info.flag_bits |= 1
    return info


def _write(made: zipfile.ZipFile, info: zipfile.ZipInfo, data: bytes) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        made.writestr(info, data)


def _spoilt(data: bytes, draw: np.random.Generator) -> bytes:
    """The zip with one thing wrong with its bytes."""
    spoilt = bytearray(data)
    directory = max(0, data.rfind(b"PK\x01\x02"))
    match int(draw.integers(8)):
        case 0:
            return data[: int(draw.integers(len(data)))]
        case 1:
            for place in draw.integers(len(data), size=int(draw.integers(1, 10))):
                spoilt[place] ^= 1 << int(draw.integers(8))
        case 2:
            for place in draw.integers(directory, len(data), size=int(draw.integers(1, 4))):
                spoilt[place] = int(draw.integers(256))
        case 3:
            place = directory + int(draw.choice([10, 16, 20, 24, 28, 30, 32, 42]))
            spoilt[place : place + 4] = struct.pack("<I", int(draw.choice([0, 1, 2**31, 2**32 - 1])))
        case 4:
            return draw.bytes(int(draw.integers(1, 3000))) + data
        case 5:
            return data + draw.bytes(int(draw.integers(1, 3000)))
        case 6:
            start, end = sorted(draw.integers(len(data), size=2).tolist())
            del spoilt[start:end]
        case _:
            return data.replace(b"p1/c1_0.png", b"p0/c1_0.png")
    return bytes(spoilt)


def _png(draw: np.random.Generator) -> bytes:
    out = io.BytesIO()
    Image.fromarray(draw.integers(0, 256, size=(16, 8, 3), dtype=np.uint8)).save(out, "PNG")
    return out.getvalue()


if __name__ == "__main__":
    main("zips", CASES, attempt)
