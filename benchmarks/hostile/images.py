"""Images that are broken or were made to do harm, by both doors: an upload, and a data set's folder.

python -m benchmarks.hostile.images [CASES]
"""

import io
import os
import socket
import struct
import warnings
import zlib
from pathlib import Path

import numpy as np
from PIL import Image, features
from PIL.TiffImagePlugin import ImageFileDirectory_v2

from benchmarks.hostile.campaign import main
from reidviz.data.formats import load
from reidviz.data.images.decode import SUFFIXES, decode, load_image, resize
from reidviz.data.images.encode import data_uri

CASES = 2000
SIDE = 24
MODES = {
    "PNG": ("RGB", "RGBA", "L", "LA", "P", "1", "I;16"),
    "JPEG": ("RGB", "L", "CMYK", "YCbCr"),
    "WEBP": ("RGB", "RGBA"),
    "BMP": ("RGB", "L", "P", "1"),
    "TIFF": ("RGB", "RGBA", "L", "LA", "P", "1", "CMYK", "I;16", "F", "LAB"),
    "GIF": ("P", "L"),
    **({"AVIF": ("RGB", "RGBA")} if features.check("avif") else {}),
}
NUMBERS = (0, 1, 7, 255, 256, 2**15, 2**16 - 1, 2**31 - 1, 2**32 - 1)
HUGE = ((6_000_000, 8), (8, 6_000_000), (20_000, 20_000), (0, 16), (2**31 - 1, 2**31 - 1), (1, 1))


def attempt(seed: int, work: Path) -> bytes:
    """One case: a damaged image, or something in an image's place, by one of two doors."""
    draw = np.random.default_rng(seed)
    if draw.random() < 0.1:
        _put_in_its_place(draw, work)
        return _in_a_folder(work)
    data, suffix = _damaged(draw)
    if draw.random() < 0.1:
        suffix = str(draw.choice(SUFFIXES))
    if draw.random() < 0.5:
        image = decode(data, f"probe{suffix}")
        data_uri(image)
        resize(image, 64, 32)
        return image.tobytes()
    file = work / "people" / "p1" / f"c1{suffix}"
    file.parent.mkdir(parents=True)
    file.write_bytes(data)
    return _in_a_folder(work)


def _in_a_folder(work: Path) -> bytes:
    """What is seen of the data set in `people`, with a good image beside what is there."""
    good = work / "people" / "p2" / "c1_0.png"
    good.parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", (SIDE, SIDE), "red").save(good)
    dataset = load(f"folder:{work / 'people'}")
    return b"".join(load_image(dataset, index).tobytes() for index in range(len(dataset.samples)))


def _put_in_its_place(draw: np.random.Generator, work: Path) -> None:
    """Something that is no image file, under an image's name."""
    folder = work / "people" / "p1"
    folder.mkdir(parents=True)
    file = folder / "c1_0.png"
    match int(draw.integers(8)):
        case 0:
            file.symlink_to(work.parent / "secret.bin")
        case 1:
            file.symlink_to("../../../secret.bin")
        case 2:
            os.mkfifo(file)
        case 3:
            file.symlink_to(draw.choice(["/dev/zero", "/dev/urandom", "/proc/self/environ", "/dev/stdin"]))
        case 4:
            file.symlink_to(file)
        case 5:
            with socket.socket(socket.AF_UNIX) as made:
                made.bind(str(file))
        case 6:
            file.mkdir()
            (folder / "c2_0.png").symlink_to(folder)
        case _:
            with file.open("wb") as sparse:
                sparse.truncate(10**12)


def _damaged(draw: np.random.Generator) -> tuple[bytes, str]:
    """An image of some format and kind, and one thing that is wrong with it."""
    form = str(draw.choice(list(MODES)))
    data = bytearray(_image(draw, form))
    match int(draw.integers(9)):
        case 0:
            data = data[: int(draw.integers(len(data)))]
        case 1:
            for place in draw.integers(len(data), size=int(draw.integers(1, 20))):
                data[place] ^= 1 << int(draw.integers(8))
        case 2:
            place = int(draw.integers(max(1, min(64, len(data) - 4))))
            data[place : place + 4] = struct.pack(draw.choice(["<I", ">I"]), int(draw.choice(NUMBERS)))
        case 3:
            data = bytearray(_png(*HUGE[int(draw.integers(len(HUGE)))], draw))
            form = "PNG"
        case 4:
            start = int(draw.integers(len(data)))
            data[start:start] = data[: int(draw.integers(len(data)))]
        case 5:
            start, end = sorted(draw.integers(len(data), size=2).tolist())
            del data[start:end]
        case 6:
            data = bytearray(draw.choice([b"<svg/>", b"<html>", b"%PDF-1.7 ", b"PK\3\4", b"\0" * 64, b"GIF89a"])) + data
        case 7:
            data += draw.bytes(int(draw.integers(1, 5000)))
        case _:
            data = bytearray(draw.bytes(int(draw.integers(200))))
    return bytes(data), f".{form.lower()}"


def _image(draw: np.random.Generator, form: str) -> bytes:
    """A whole image of noise, perhaps with odd tags or of several frames."""
    mode = str(draw.choice(MODES[form]))
    height, width = draw.integers(8, SIDE, size=2).tolist()
    pixels = draw.integers(0, 256, size=(height, width, 3), dtype=np.uint8)
    image = Image.fromarray(pixels)
    image = Image.fromarray(pixels[..., 0].astype(np.uint16) * 256) if mode == "I;16" else _as(image, mode)
    more: dict[str, object] = {}
    if form in ("PNG", "JPEG", "WEBP", "TIFF", "AVIF") and draw.random() < 0.4:
        exif = Image.Exif()
        exif[0x0112] = int(draw.choice([0, 1, 3, 6, 8, 9, 200, 65535]))
        if draw.random() < 0.5:
            exif[0x010E] = "x" * int(draw.integers(1, 5000))
        more["exif"] = exif.tobytes() if draw.random() < 0.7 else b"Exif\0\0" + draw.bytes(40)
    if form in ("GIF", "WEBP", "TIFF") and draw.random() < 0.3:
        more |= {"save_all": True, "append_images": [image.copy() for _ in range(int(draw.integers(1, 30)))]}
    if form == "TIFF":
        more["compression"] = draw.choice(["raw", "tiff_lzw", "tiff_deflate", "packbits"])
        if isinstance(more.get("exif"), bytes):
            more.pop("exif")
            tags = ImageFileDirectory_v2()
            tags[274] = 6
            more["tiffinfo"] = tags
    out = io.BytesIO()
    try:
        image.save(out, form, **more)
    except (OSError, ValueError, KeyError, TypeError, SyntaxError):
        Image.fromarray(pixels).save(out, form)
    return out.getvalue()


def _as(image: Image.Image, mode: str) -> Image.Image:
    return image.convert("RGBA" if mode == "RGBA" else mode) if mode != "LAB" else Image.new("LAB", image.size)


def _png(width: int, height: int, draw: np.random.Generator) -> bytes:
    """A PNG of a claimed size, with few bytes inside."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    bits, colour = [(8, 2), (1, 0), (16, 6), (8, 3), (3, 9)][int(draw.integers(5))]
    head = struct.pack(">IIBBBBB", width % 2**32, height % 2**32, bits, colour, 0, 0, int(draw.integers(3)))
    rows = zlib.compress(bytes(int(draw.choice([0, 100, 10_000_000]))), 9)
    text = chunk(b"zTXt", b"k\0\0" + zlib.compress(bytes(int(draw.choice([1, 100_000_000]))), 9))
    parts = [chunk(b"IHDR", head), text if draw.random() < 0.1 else b"", chunk(b"IDAT", rows), chunk(b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    main("images", CASES, attempt)
