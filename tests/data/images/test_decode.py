"""Opening images: the good ones upright and RGB, the bad ones with a plain word."""

import io
import os
import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from PIL import ExifTags, Image

from reidviz.common.errors import ReidvizError
from reidviz.data.dataset import Dataset, Sample
from reidviz.data.images import decode as images
from reidviz.data.images.decode import decode, load_image, resize, save_png


def encoded(image: Image.Image, form: str = "PNG", **options: object) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, form, **options)
    return buffer.getvalue()


def gradient(height: int = 20, width: int = 12) -> Image.Image:
    y, x = np.mgrid[:height, :width]
    return Image.fromarray(np.stack([y * 12, x * 20, 255 - y * 12], axis=2).astype(np.uint8))


def png_chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(width: int, height: int, depth: int, colour: int, *more: bytes, data: bytes = b"") -> bytes:
    header = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0)
    chunks = [png_chunk(b"IHDR", header), *more, png_chunk(b"IDAT", zlib.compress(data)), png_chunk(b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


@pytest.mark.parametrize("form", ["PNG", "BMP", "WEBP", "TIFF"])
def test_lossless_formats(form: str) -> None:
    image = decode(encoded(gradient(), form, lossless=True))
    assert image.mode == "RGB"
    assert np.array_equal(np.asarray(image), np.asarray(gradient()))


def test_jpeg_from_a_path(tmp_path: Path) -> None:
    (tmp_path / "a.jpg").write_bytes(encoded(gradient(), "JPEG", quality=95))
    image = decode(tmp_path / "a.jpg")
    assert (image.mode, image.size) == ("RGB", (12, 20))
    assert np.abs(np.asarray(image, dtype=int) - np.asarray(gradient())).mean() < 8


def test_exif_turns_the_image_once() -> None:
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = 6
    exif[ExifTags.Base.Software] = "camera"
    image = decode(encoded(gradient(), "PNG", exif=exif))
    assert np.array_equal(np.asarray(image), np.rot90(np.asarray(gradient()), -1))
    assert image.info == {}
    assert not image.getexif()
    assert np.array_equal(np.asarray(decode(encoded(image))), np.asarray(image))


def test_cmyk() -> None:
    image = decode(encoded(Image.new("CMYK", (16, 16), (0, 255, 255, 0)), "JPEG"))
    assert image.mode == "RGB"
    assert np.abs(np.asarray(image, dtype=int) - (255, 0, 0)).max() < 8


def test_sixteen_bits_are_scaled_not_clipped() -> None:
    grey = np.repeat(np.linspace(0, 65535, 256).astype(np.uint16)[None], 8, axis=0)
    image = np.asarray(decode(encoded(Image.fromarray(grey))))
    assert image.shape == (8, 256, 3)
    assert np.array_equal(image[..., 1], np.repeat(np.arange(256)[None], 8, axis=0))


def test_sixteen_bit_colour_and_alpha() -> None:
    row = b"\0" + struct.pack(">4H", 65535, 32768, 0, 65535) * 8
    image = np.asarray(decode(png(8, 8, 16, 6, data=row * 8)))
    assert image[0, 0].tolist() == [255, 128, 0]
    row = b"\0" + struct.pack(">2H", 0, 0) * 8
    assert np.asarray(decode(png(8, 8, 16, 4, data=row * 8))).min() == 255


def test_sixteen_bit_grey_with_a_transparent_value() -> None:
    row = b"\0" + struct.pack(">H", 32768) * 8
    image = decode(png(8, 8, 16, 0, png_chunk(b"tRNS", struct.pack(">H", 5)), data=row * 8))
    assert np.asarray(image)[0, 0].tolist() == [128, 128, 128]


@pytest.mark.parametrize("mode", ["P", "L", "1", "LA", "RGBA"])
def test_modes_become_rgb(mode: str) -> None:
    image = decode(encoded(gradient().convert(mode)))
    assert (image.mode, image.size) == ("RGB", (12, 20))


def test_transparent_parts_are_white() -> None:
    image = Image.new("RGBA", (10, 10), (255, 0, 0, 255))
    image.paste((0, 0, 0, 0), (0, 0, 5, 10))
    image.putpixel((9, 9), (0, 0, 0, 128))
    pixels = np.asarray(decode(encoded(image)))
    assert pixels[0, 0].tolist() == [255, 255, 255]
    assert pixels[0, 9].tolist() == [255, 0, 0]
    assert pixels[9, 9].tolist() == [127, 127, 127]
    palette = gradient().quantize(4)
    assert (np.asarray(decode(encoded(palette, transparency=bytes(4)))) == 255).all()


@pytest.mark.parametrize("form", ["WEBP", "PNG", "GIF", "TIFF"])
def test_an_animation_shows_its_first_frame(form: str) -> None:
    frames = [Image.new("RGB", (16, 16), c) for c in ("red", "green", "blue")]
    data = encoded(frames[0], form, save_all=True, append_images=frames[1:], lossless=True)
    assert decode(data).getpixel((8, 8)) == (255, 0, 0)


def test_lossy_formats_of_phones_and_browsers() -> None:
    for form in ("GIF", *(("AVIF",) if ".avif" in images.SUFFIXES else ())):
        image = decode(encoded(Image.new("RGB", (16, 24), (200, 40, 90)), form))
        assert (image.mode, image.size) == ("RGB", (16, 24))
        assert np.abs(np.asarray(image, dtype=int) - (200, 40, 90)).max() < 12


def broken(source: Path | bytes, message: str, name: str | None = None) -> None:
    with pytest.raises(ReidvizError, match=message):
        decode(source, name)


@pytest.mark.parametrize("side", [100_000, 10_000, 7_100, 2**31 - 1])
@pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")
def test_header_bombs_are_refused_before_they_open(side: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(images, "_rgb", lambda image: pytest.fail("opened"))
    broken(png(side, side, 8, 2), "image bomb.png .*50,000,000 pixels", "bomb.png")


@pytest.mark.filterwarnings("error")
def test_a_bomb_warning_is_an_error_too() -> None:
    broken(png(10_000, 10_000, 8, 2), "50,000,000 pixels")


@pytest.mark.parametrize(("width", "height"), [(6_000_000, 8), (8, 6_000_000), (20_001, 100)])
def test_a_image_of_one_endless_line_is_refused_before_it_opens(
    width: int, height: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(images, "_rgb", lambda image: pytest.fail("opened"))
    broken(png(width, height, 8, 2), "a side has over 20,000 pixels")


@pytest.mark.parametrize("size", [(7, 100), (100, 7), (1, 1)])
def test_tiny_images(size: tuple[int, int]) -> None:
    broken(encoded(Image.new("RGB", size)), f"is {size[0]} x {size[1]}: a side has under 8 pixels")


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP", "BMP", "TIFF", "GIF"])
def test_truncated_images(form: str, tmp_path: Path) -> None:
    noise = Image.fromarray(np.random.default_rng(0).integers(0, 256, (64, 64, 3), dtype=np.uint8))
    data = encoded(noise, form)
    (tmp_path / "half.img").write_bytes(data[: len(data) // 2])
    broken(tmp_path / "half.img", r"half\.img")


@pytest.mark.parametrize("form", ["PPM", "ICO", "PDF", "TGA"])
def test_other_formats(form: str) -> None:
    broken(encoded(gradient(16, 16), form), "file x is not a readable JPEG, PNG, WebP, BMP, TIFF", "x")


@pytest.mark.parametrize(
    ("start", "kind"),
    [
        (b"\0\0\0\x18ftypheic", "HEIC"),
        (b"\0\0\0\x0cjP  ", "JPEG 2000"),
        (b"%PDF-1.7", "PDF"),
        (b"<!DOCTYPE html><html>", "HTML"),
        (b"<?xml version='1.0'?><svg>", "SVG"),
        (b"P6\n8 8\n255\n", "PNM"),
    ],
)
def test_what_is_often_taken_for_a_image_is_refused_by_name(start: bytes, kind: str) -> None:
    broken(start + bytes(40), f"image but {kind}")


def test_not_a_image_at_all(tmp_path: Path) -> None:
    broken(b"", "file the image is empty")
    broken(b"hello", "not a readable JPEG")
    broken(tmp_path, "not a file but a folder")
    broken(tmp_path / "no.png", "file no.png does not exist")
    broken(tmp_path / ("x" * 5000), "cannot be read")
    broken(tmp_path / "nul\0.png", "cannot be read")
    broken(b"x", "two\N{REPLACEMENT CHARACTER}lines", "two\nlines")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
def test_pipes_and_devices_do_not_hang(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.png")
    broken(tmp_path / "pipe.png", "pipe.png is not a file but a folder or a device")
    broken(Path("/dev/zero"), "zero is not a file")


def test_too_many_bytes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(images, "MAX_BYTES", 1_000_000)
    with (tmp_path / "big.png").open("wb") as file:
        file.truncate(1_000_001)
    broken(tmp_path / "big.png", "big.png has more than 1 MB")


@pytest.mark.parametrize("error", [MemoryError, OverflowError, RecursionError, struct.error, zlib.error, EOFError])
def test_whatever_a_decoder_raises(error: type[Exception], monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(image: Image.Image) -> Image.Image:
        raise error("inside")

    monkeypatch.setattr(images, "_rgb", fail)
    broken(encoded(gradient()), "x.png", "x.png")


SEEDS = [
    encoded(gradient(), form, **options)
    for form, options in (
        ("PNG", {}),
        ("JPEG", {"exif": b"Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0"}),
        ("WEBP", {}),
        ("BMP", {}),
    )
]


def only_plain_errors(data: bytes) -> None:
    try:
        image = decode(data)
    except ReidvizError:
        return
    assert image.mode == "RGB"
    assert min(image.size) >= 8


@given(st.binary(max_size=300))
@example(b"BM")
@example(b"\xff\xd8\xff")
@example(b"\x89PNG\r\n\x1a\n")
@example(b"RIFF\0\0\0\0WEBP")
def test_random_bytes_raise_nothing_else(data: bytes) -> None:
    only_plain_errors(data)


@pytest.mark.filterwarnings("ignore")
@given(
    seed=st.sampled_from(SEEDS),
    cut=st.integers(0, 5000),
    changes=st.dictionaries(st.integers(0, 5000), st.integers(0, 255), max_size=6),
)
def test_damaged_images_raise_nothing_else(seed: bytes, cut: int, changes: dict[int, int]) -> None:
    data = bytearray(seed[: len(seed) - cut % len(seed)])
    for position, value in changes.items():
        data[position % len(data)] = value
    only_plain_errors(bytes(data))


def test_resize_squashes_with_antialiasing() -> None:
    stripes = np.zeros((64, 64, 3), dtype=np.uint8)
    stripes[::2] = 255
    small = resize(Image.fromarray(stripes), 8, 16)
    assert (small.shape, small.dtype) == ((8, 16, 3), np.uint8)
    assert small.flags.writeable
    assert 110 < small.min() <= small.max() < 145


def drawn_dataset(folder: Path, calls: list[str]) -> Dataset:
    def draw(sample: Sample) -> Image.Image:
        calls.append(sample.id)
        return gradient().convert("RGBA")

    samples = (Sample("a.png", folder / "deep" / "a.png", "a", None, "x"),)
    return Dataset("synthetic:x", samples, "1", draw)


def test_image_draws_once_and_saves(tmp_path: Path) -> None:
    calls: list[str] = []
    data = drawn_dataset(tmp_path, calls)
    first = load_image(data, 0)
    assert np.array_equal(np.asarray(first), np.asarray(load_image(data, 0)))
    assert (first.mode, calls) == ("RGB", ["a.png"])
    assert os.listdir(tmp_path / "deep") == ["a.png"]


def test_image_draws_again_what_is_damaged(tmp_path: Path) -> None:
    calls: list[str] = []
    data = drawn_dataset(tmp_path, calls)
    load_image(data, 0)
    data.samples[0].path.write_bytes(b"half")
    load_image(data, 0)
    assert len(calls) == 2
    assert np.array_equal(np.asarray(decode(data.samples[0].path)), np.asarray(gradient()))


def test_image_without_drawing_names_the_sample(tmp_path: Path) -> None:
    data = Dataset("x", (Sample("ann/c1_1.png", tmp_path / "c1_1.png", "ann", "c1", "x"),), "1")
    with pytest.raises(ReidvizError, match=r"ann/c1_1\.png does not exist"):
        load_image(data, 0)


def test_a_image_that_cannot_be_saved(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(source: object, target: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", full)
    with pytest.raises(ReidvizError, match="No space left"):
        save_png(gradient(), tmp_path / "a.png")
    assert os.listdir(tmp_path) == []
