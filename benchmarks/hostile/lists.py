"""Lists of images that are broken or were made to do harm: CSV, TSV, Parquet and the four lists of MSMT17.

python -m benchmarks.hostile.lists [CASES]
"""

import io
import os
import warnings
from pathlib import Path

import numpy as np
from PIL import Image

from benchmarks.hostile.campaign import main
from benchmarks.hostile.door import opened
from benchmarks.hostile.list_parts import GOOD, Table, no_file, spoilt, table
from benchmarks.hostile.other_lists import a_configuration, a_list_of_left_out, a_parquet, four_lists

CASES = 1500
ENCODINGS = (
    "utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-32", "latin-1", "utf-7", "cp037", "shift_jis", "idna",
)  # fmt: skip


def attempt(seed: int, work: Path) -> bytes:
    """One case: a list beside four images, with hostile cells, form or bytes."""
    draw = np.random.default_rng(seed)
    folder = work / "people"
    _images(folder)
    _other_files(folder)
    kind = draw.random()
    if kind < 0.12:
        return opened(a_parquet(folder, draw), work)
    if kind < 0.25:
        return opened(four_lists(folder, work, draw), work)
    if kind < 0.3:
        return opened(a_configuration(folder, draw), work)
    if kind < 0.36:
        return opened(a_list_of_left_out(folder, work, draw), work)
    return opened(_csv(folder, work, draw), work)


def _images(folder: Path) -> None:
    out = io.BytesIO()
    Image.new("RGB", (8, 16), "red").save(out, "PNG")
    for name in GOOD:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(out.getvalue())


def _other_files(folder: Path) -> None:
    """What a list may name that is no image in the folder."""
    (folder / "out.png").symlink_to("../../secret.bin")
    (folder / "zero.png").symlink_to("/dev/zero")
    (folder / "me.png").symlink_to("me.png")
    (folder / "up").symlink_to("../..")
    (folder / "dir.png").mkdir()
    os.mkfifo(folder / "pipe.png")


def _csv(folder: Path, work: Path, draw: np.random.Generator) -> str:
    """A CSV or TSV, named or to be found in its folder."""
    separator = str(draw.choice([",", ";", "\t", "|"], p=[0.6, 0.15, 0.2, 0.05]))
    quote = '"' if draw.random() < 0.9 else "'"
    shaped = _shaped(table(folder, work, draw), draw)
    lines = [separator.join(_quoted(cell, separator, quote) for cell in row) for row in shaped]
    text = str(draw.choice(["\n", "\r\n", "\r"])).join(lines) + "\n"
    encoding = str(draw.choice(ENCODINGS)) if draw.random() < 0.3 else "utf-8"
    try:
        data = bytearray(text.encode(encoding, "surrogatepass" if encoding.startswith("utf") else "replace"))
    except UnicodeError:
        data = bytearray(text.encode("utf-8", "replace"))
    data = spoilt(data, draw) if draw.random() < 0.4 else data
    file = folder / str(
        draw.choice(["people.csv", "people.tsv", "PEOPLE.CSV", "people.parquet"], p=[0.7, 0.2, 0.07, 0.03])
    )
    if draw.random() < 0.05:
        no_file(file, draw)
    else:
        file.write_bytes(data)
    return f"folder:{folder if draw.random() < 0.3 else file}"


def _shaped(whole: Table, draw: np.random.Generator) -> Table:
    """The table with something wrong in its form, perhaps."""
    match int(draw.integers(40)):
        case 0:
            return [[*whole[0], *(f"c{i}" for i in range(100_000))], *whole[1:]]
        case 1:
            return [[*row, *[""] * 900] for row in whole]
        case 2:
            return whole[:1]
        case 3:
            return [whole[0] * 2, *(row * 2 for row in whole[1:])]
        case 4:
            return [*whole, *whole[1:]]
        case 5:
            return [whole[0], *whole[1:] * 5000]
        case 6:
            return [*whole, whole[1] * 2, []]
        case 7:
            return [[], *whole]
        case 8:
            return [*whole, *([[]] * 100_000)]
        case _:
            return whole


def _quoted(cell: str, separator: str, quote: str) -> str:
    return quote + cell.replace(quote, quote * 2) + quote if any(c in cell for c in f'{separator}"\r\n') else cell


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    main("lists", CASES, attempt)
