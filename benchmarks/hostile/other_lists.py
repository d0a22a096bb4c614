"""Hostile lists that are no CSV: Parquet, MSMT17's four, images to leave out, and CUHK03's configuration."""

import datetime
import decimal
import io
import json
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as arrow
import pyarrow.parquet as parquet
from scipy.io import savemat

from benchmarks.hostile.list_parts import GOOD, bent, no_file, spoilt, table
from reidviz.data.formats.msmt17 import LISTS


def a_parquet(folder: Path, draw: np.random.Generator) -> str:
    """A Parquet table with odd columns, or bent bytes."""
    count = len(GOOD)
    columns: dict[str, Any] = {"path": list(GOOD), "identity": [name[0] for name in GOOD]}
    if draw.random() < 0.6:
        columns[str(draw.choice(["identity", "camera", "split", "more", "path"]))] = _column(draw, count)
    if draw.random() < 0.1:
        columns |= {f"c{i}": [None] * count for i in range(int(draw.choice([900, 1200])))}
    table = arrow.table(columns)
    if draw.random() < 0.1:
        table = table.replace_schema_metadata({b"pandas": b"[" * 10**5, b"ARROW:schema": draw.bytes(100)})
    packing = str(draw.choice(["none", "snappy", "gzip", "zstd", "lz4", "brotli"]))
    out = io.BytesIO()
    parquet.write_table(
        table,
        out,
        compression=packing,
        use_dictionary=bool(draw.random() < 0.7),
        store_schema=bool(draw.random() < 0.5),
    )
    data = bytearray(out.getvalue())
    if draw.random() < 0.6:
        data = bent(data, draw)
    file = folder / "people.parquet"
    file.write_bytes(data)
    return f"folder:{file}"


def _column(draw: np.random.Generator, count: int) -> arrow.Array:
    """Cells of one of the many types, some of which cannot be said in text."""
    big = "x" * int(draw.choice([200_000, 20_000_000]))
    columns: list[Any] = [
        arrow.array([[1]] * count), arrow.array([{"a": 1}] * count),
        arrow.array([[("a", 1)]] * count, arrow.map_("string", "int8")),
        arrow.array([2**62] * count, arrow.timestamp("us")),
        arrow.array([-(2**40)] * count, arrow.int64()).cast("timestamp[s]"),
        arrow.array([2**31 - 1] * count, arrow.int32()).cast(arrow.date32()), arrow.array([b"\xff\xfe"] * count),
        arrow.array([float("nan"), float("inf"), -0.0, 1e300]), arrow.array([decimal.Decimal("9" * 38)] * count),
        arrow.array([None] * count), arrow.array([True] * count), arrow.array([datetime.timedelta.max.days] * count),
        arrow.array([2**63 - 1] * count, arrow.int64()).cast(arrow.duration("s")), arrow.array([big] * count),
        arrow.array(["\0"] * count), arrow.array([big, None, "", "a"]).dictionary_encode(),
        arrow.array([2**64 - 1] * count, arrow.uint64()), arrow.array([b"12345678"] * count, arrow.binary(8)),
        arrow.array([1e-8, 65504, float("nan"), 0], arrow.float32()).cast(arrow.float16()),
    ]  # fmt: skip
    return columns[int(draw.integers(len(columns)))]


def four_lists(folder: Path, work: Path, draw: np.random.Generator) -> str:
    """The four lists of MSMT17, a line of one of them hostile."""
    names = [f"{person:04d}/{person:04d}_00{shot}_0{shot}_x.png" for person in range(3) for shot in range(1, 3)]
    for part in ("train", "test"):
        for name in names:
            (folder / part / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / part / name).write_bytes((folder / GOOD[0]).read_bytes())
    wrong = str(draw.choice(list(LISTS)))
    numbers = (
        "9" * 5000,
        "\N{SUPERSCRIPT TWO}",
        "\u0661",
        "-1",
        "nan",
        "",
        "1e9",
        "0x1",
        "\N{ROMAN NUMERAL ONE}",
        "007",
    )
    for at, name in enumerate(LISTS):
        lines = [f"{one} {int(one[:4])}" for one in (names[at % 2 :: 2] if at > 1 else names[:2])]
        if name == wrong and draw.random() < 0.5:
            lines[0] = f"{names[0]} {numbers[int(draw.integers(len(numbers)))]}"
        elif name == wrong:
            cell = table(folder, work, draw)[int(draw.integers(1, 5))][0]
            lines.append(f"{cell} 1")
        data = bytearray("\n".join(lines).encode("utf-8", "surrogatepass"))
        if name == wrong and draw.random() < 0.4:
            data = spoilt(data, draw)
        if name == wrong and draw.random() < 0.1:
            no_file(folder / name, draw)
        else:
            (folder / name).write_bytes(data)
    return f"{draw.choice(['msmt17', 'folder'])}:{folder}"


def a_list_of_left_out(folder: Path, work: Path, draw: np.random.Generator) -> str:
    """A file that leaves images out of another data set, with hostile values."""
    for name in ("out.png", "zero.png", "me.png", "up", "pipe.png"):
        (folder / name).unlink()
    values: tuple[Any, ...] = (
        None, 1, 10**400, [], {}, "", "folder:", f"folder:{folder}", f"without:{work}/left.json", " WITHOUT:x",
        "a/1.png", ["a/1.png"], ["a/1.png"] * 2, list(GOOD), ["../secret.bin"], [1], [None], ["\ud800"], "\ud800",
        "folder:/dev/zero", "folder:\0", "folder:/proc/self/mem", "synthetic:", "synthetic:\n", "x" * 10**6,
    )  # fmt: skip
    told = {"data": f"folder:{folder}", "excluded": ["a/1.png"]}
    for _ in range(int(draw.integers(0, 3))):
        told[str(draw.choice(["data", "excluded", "more"]))] = values[int(draw.integers(len(values)))]
    data = bytearray(json.dumps(told).encode())
    file = work / "left.json"
    if draw.random() < 0.1:
        no_file(file, draw)
    else:
        file.write_bytes(spoilt(data, draw) if draw.random() < 0.4 else data)
    return f"without:{file}"


def a_configuration(folder: Path, draw: np.random.Generator) -> str:
    """CUHK03's images, and the MATLAB file that lists who trains and tests, with hostile values or bytes."""
    names = ["1_001_1_01.png", "1_001_2_06.png", "1_002_1_01.png", "1_002_2_06.png"]
    for name in names:
        (folder / "images_labeled" / name).parent.mkdir(exist_ok=True)
        (folder / "images_labeled" / name).write_bytes((folder / GOOD[0]).read_bytes())
    values: tuple[Any, ...] = (
        [[0]], [[-(2**40)]], [[np.nan]], [[1e300]], [[9]], [[1, 1]], [], "text", np.zeros((300, 400)), {"a": 1},
        _cells(["9" * 5000]), _cells([]), _cells([_cells([1])]), _cells([1j, "a"]), _cells(names * 30_000),
        _cells([np.zeros(40 << 20, np.uint8)] * 2), np.zeros(0, object), 1 + 2j, _cells(["../../../secret.bin"] * 4),
    )  # fmt: skip
    config: dict[str, Any] = {
        "filelist": _cells(names),
        "train_idx": [[1], [2]],
        "query_idx": [[3]],
        "gallery_idx": [[4]],
    }
    if draw.random() < 0.6:
        config[str(draw.choice(list(config)))] = values[int(draw.integers(len(values)))]
    file = folder / "images_labeled" / "cuhk03_new_protocol_config_labeled.mat"
    savemat(file, config, do_compression=bool(draw.random() < 0.8))
    file.write_bytes(bent(bytearray(file.read_bytes()), draw) if draw.random() < 0.6 else file.read_bytes())
    if draw.random() < 0.1:
        file.unlink()
        no_file(file, draw)
    return f"cuhk03:{folder}"


def _cells(values: list[Any]) -> np.ndarray[Any, Any]:
    cells = np.empty((len(values), 1), dtype=object)
    for place, value in enumerate(values):
        cells[place, 0] = value
    return cells
