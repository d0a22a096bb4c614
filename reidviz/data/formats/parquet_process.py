"""The process that reads a Parquet table from its standard input and writes it as JSON, a line a row.

It is one of its own as the library ends a process over some damaged files. The first line holds the names of the
columns; a line that is an object says why the table is refused. No claimed size is believed.
"""

import json
import os
import resource
import sys
from collections.abc import Iterator
from typing import Any, BinaryIO

from reidviz.common.errors import ReidvizError
from reidviz.common.printable import printable

MOST_ROWS = 5_000_000
MOST_COLUMNS = 1000
MOST_BYTES = 512 * 1024**2
"""What a table may unpack to."""
MOST_ROW = 1024**2
"""Characters of a row as text: each is handed over as one line, whatever the table takes packed."""
MOST_FOOTER = 16 * 1024**2
MOST_PACKED = 1100
"""Times its file's size that a table may unpack to, beyond FREE; deflate packs no more than 1032 : 1."""
FREE = 1024**2
AT_ONCE = 1024
"""Rows unpacked at a time: where cells repeat each other, a page holds far more than its bytes."""
MOST_MEMORY = 4 * 1024**3
MOST_SECONDS = 300
_SHARING = frozenset({"DELTA_BYTE_ARRAY"})
"""Encodings by which each cell may repeat most of the one before, so that little unpacks to no end."""


def rows(raw: BinaryIO) -> Iterator[list[str]]:
    """The names of the columns, and each row as text, "" for nothing.

    ReidvizError, before anything of it is unpacked, for a table that claims to be too large, too many rows or columns,
    or that has other columns than texts and numbers; further on where it is larger than it claims. Whatever pyarrow
    says of a damaged one is raised as it is.
    """
    opened = _checked(raw)
    yield [printable(name) for name in opened.schema_arrow.names]
    unpacked = 0
    for batch in opened.iter_batches(AT_ONCE):
        unpacked += sum(_bytes(column) for column in batch.columns)
        if unpacked > MOST_BYTES:
            raise _too_large(unpacked)
        for values in zip(*(column.to_pylist() for column in batch.columns), strict=True):
            row = [_text(value) for value in values]
            if sum(map(len, row)) > MOST_ROW:
                raise ReidvizError(f"it has a row of more than {MOST_ROW:,} characters")
            yield row


def _text(value: object) -> str:
    """A cell; bytes are the text that some programs write as such."""
    if isinstance(value, bytes):
        return value.decode("utf-8", "backslashreplace")
    return "" if value is None else str(value)


def _bytes(column: Any) -> int:
    """What a column takes, each cell as often as it is there."""
    import pyarrow as arrow
    import pyarrow.compute as compute

    if arrow.types.is_dictionary(column.type) and _is_text(column.type.value_type):
        return int(compute.sum(compute.binary_length(column.dictionary).take(column.indices)).as_py() or 0)
    return int(column.nbytes)


def _is_text(kind: Any) -> bool:
    import pyarrow as arrow

    return bool(arrow.types.is_string(kind) or arrow.types.is_binary(kind))


def _checked(raw: BinaryIO) -> Any:
    import pyarrow as arrow
    import pyarrow.parquet as parquet

    size = _footer_fits(raw)
    texts = [column.name for column in parquet.read_schema(raw) if _is_text(column.type)]
    raw.seek(0)
    opened = parquet.ParquetFile(raw, read_dictionary=texts, pre_buffer=False)
    told = opened.metadata
    if told.num_rows > MOST_ROWS or told.num_columns > MOST_COLUMNS:
        raise ReidvizError(
            f"it claims {told.num_rows:,} rows and {told.num_columns:,} columns",
            f"There may be {MOST_ROWS:,} rows and {MOST_COLUMNS:,} columns.",
        )
    for column in opened.schema_arrow:
        if arrow.types.is_nested(column.type) or isinstance(column.type, arrow.BaseExtensionType):
            raise ReidvizError(f"its column {printable(column.name)} holds lists or tables")
    groups = [told.row_group(i) for i in range(told.num_row_groups)]
    parts = [group.column(i) for group in groups for i in range(group.num_columns)]
    sizes = [part.total_uncompressed_size for part in parts]
    if sum(sizes) > min(MOST_BYTES, FREE + MOST_PACKED * size):
        raise _too_large(sum(sizes))
    if sum(group.num_rows for group in groups) != told.num_rows or min(sizes, default=0) < 0:
        raise ValueError("the row groups are not the table")
    if any(_SHARING & set(part.encodings) for part in parts):
        raise ReidvizError("it is packed in a way that is not read")
    return opened


def _footer_fits(raw: BinaryIO) -> int:
    """The bytes of the file. ValueError where its footer, as it says, is larger than it, or too large to be read."""
    size = raw.seek(0, os.SEEK_END)
    raw.seek(max(0, size - 8))
    end = raw.read(8)
    raw.seek(0)
    if len(end) < 8 or end[4:] != b"PAR1" or int.from_bytes(end[:4], "little") > min(size, MOST_FOOTER):
        raise ValueError("no footer")
    return size


def _too_large(unpacked: int) -> ReidvizError:
    return ReidvizError(f"it would unpack to {unpacked / 1e6:,.0f} MB")


def main() -> None:
    """Read what standard input holds, with memory and seconds that are limited."""
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (MOST_SECONDS, MOST_SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    try:
        for row in rows(sys.stdin.buffer):
            print(json.dumps(row))
    except ReidvizError as error:
        print(json.dumps({"message": error.message, "hint": error.hint}))


if __name__ == "__main__":
    main()
