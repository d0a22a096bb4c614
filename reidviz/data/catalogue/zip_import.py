"""Data sets from zip files: everything a hostile one may try gets one sentence, and nothing is half imported."""

import lzma
import os
import re
import stat
import struct
import unicodedata
import zipfile
import zlib
from collections import Counter
from collections.abc import Callable
from pathlib import Path, PurePosixPath
from typing import IO

from reidviz.common.errors import ReidvizError
from reidviz.common.leftovers import temporary_folder
from reidviz.common.printable import printable
from reidviz.common.progress import Progress, silent
from reidviz.data.formats.reading import FOREIGN_SUFFIXES, METADATA
from reidviz.data.images.decode import SUFFIXES

MAX_MEMBERS = 500_000
MAX_BYTES = 50 * 1024**3
MAX_MEMBER = 20 * 1024**3
MAX_RATIO = 200
"""Times its packed size that a member may unpack to; images are hardly packed at all."""
MAX_WHOLE_RATIO = 50
"""Times its own size that a whole zip may unpack to, beyond FREE."""
FREE = 64 * 1024**2
"""Bytes that any zip may unpack to, however small it is."""
SMALL = 1024**2
"""Members below so many bytes may have any ratio: a short text file may be all one letter."""
MAX_NAME = 200
KEPT = (*SUFFIXES, *FOREIGN_SUFFIXES, ".csv", ".tsv", ".parquet", ".txt", ".mat", ".json")
"""What is unpacked: images (those of a format that is not read too, so that readers count them) and lists."""
ARCHIVES = (".zip", ".tar", ".gz", ".tgz", ".7z", ".rar", ".bz2", ".xz")
UNPACKED = ".unpacked"
"""A file in folders that were unpacked from a zip here: removing the data set removes them as well."""
_CHUNK = 1024**2
_NAME = re.compile(r"[\w][\w .\-]{0,63}")


def import_zip(file: Path | IO[bytes], name: str, root: Path, progress: Progress = silent) -> Path:
    """Unpack the images and lists of a zip to root/name, and return that folder.

    Other members (readme.pdf, __MACOSX) are left out. It is unpacked beside its place, marked UNPACKED and then
    renamed: whatever goes wrong, nothing stays. ReidvizError when the name is taken or no name for a folder, and when
    the zip is damaged, encrypted, too large, holds other archives, links, or names that would lead out of the folder.
    """
    target = place_of(name, root)
    try:
        with zipfile.ZipFile(file) as opened:
            members = _members(opened)
            with temporary_folder(root) as temporary:
                _unpack(opened, members, temporary, progress)
                (temporary / UNPACKED).touch()
                os.rename(temporary, target)
    except (zipfile.BadZipFile, ValueError, LookupError, OverflowError, struct.error) as error:
        raise ReidvizError("This is not a whole zip file.", "Pack it again, or copy it again.") from error
    except (NotImplementedError, RuntimeError) as error:
        raise ReidvizError(
            f"This zip cannot be unpacked: {printable(str(error))[:120]}.", "Pack it without that."
        ) from error
    except (MemoryError, RecursionError) as error:
        raise ReidvizError("There is not enough memory to unpack this zip.", "Nothing was imported.") from error
    except (OSError, EOFError, zlib.error, lzma.LZMAError) as error:
        reason = getattr(error, "strerror", None) or "it is damaged or cut short"
        raise ReidvizError(f"The zip could not be unpacked: {reason}.", "Nothing was imported.") from error
    return target


def place_of(name: str, root: Path) -> Path:
    """The folder that a zip of that name is unpacked to. ReidvizError when it is taken, or no name for a folder."""
    if not _NAME.fullmatch(name) or name.endswith((".", " ")):
        raise ReidvizError(f"A data set cannot be called {printable(name)!r}.", "Use letters, digits, spaces, - and _.")
    if (root / name).exists():
        raise ReidvizError(f"There is already a data set called {name}.", "Choose another name, or remove that one.")
    return root / name


def _members(opened: zipfile.ZipFile) -> list[tuple[zipfile.ZipInfo, PurePosixPath]]:
    """What is to be unpacked and where, once everything about the names has been found to be in order."""
    found: dict[str, str] = {}
    members = []
    if len(opened.infolist()) > MAX_MEMBERS:
        raise ReidvizError(f"The zip has more than {MAX_MEMBERS:,} members.", "Pack less into one.")
    _check_whole(sum(info.file_size for info in opened.infolist()), _packed(opened))
    for info in opened.infolist():
        path = _checked(info)
        if info.is_dir() or any(part.startswith(".") or part.lower() in METADATA for part in path.parts):
            continue
        if path.suffix.lower() in ARCHIVES:
            raise ReidvizError(
                f"The zip holds another archive, {printable(info.filename)[:80]}.", "Unpack that one first."
            )
        if path.suffix.lower() not in KEPT:
            continue
        folded = unicodedata.normalize("NFKC", str(path)).casefold()
        if folded in found:
            raise ReidvizError(
                f"Two members of the zip would be one file here: {printable(found[folded])[:60]}, "
                f"{printable(str(path))[:60]}.",
                "Give them names that differ by more than upper and lower case.",
            )
        found[folded] = str(path)
        members.append((info, path))
    if not any(path.suffix.lower() in (*SUFFIXES, ".mat") for _, path in members):
        foreign = Counter(path.suffix.lower() for _, path in members if path.suffix.lower() in FOREIGN_SUFFIXES)
        if foreign:
            counts = ", ".join(f"{count:,} {suffix}" for suffix, count in foreign.most_common())
            raise ReidvizError(f"The images of this zip are of formats that are not read: {counts}.", "Save as JPEG.")
        raise ReidvizError("There is no image in this zip.", "Pack the folder of a data set.")
    return members


def _packed(opened: zipfile.ZipFile) -> int:
    """Bytes of all members as they are packed, as the zip claims, but no more than it has."""
    claimed = sum(info.compress_size for info in opened.infolist())
    assert opened.fp is not None
    place = opened.fp.tell()
    size = opened.fp.seek(0, os.SEEK_END)
    opened.fp.seek(place)
    return min(claimed, size)


def _check_whole(unpacked: int, packed: int) -> None:
    """ReidvizError where so many bytes are too many to come out of a zip of that many."""
    if unpacked > MAX_BYTES:
        raise ReidvizError(f"The zip would unpack to more than {MAX_BYTES // 1024**3} GB.", "Pack less into one.")
    if unpacked > FREE + MAX_WHOLE_RATIO * packed:
        raise ReidvizError(
            f"The zip would unpack to more than {MAX_WHOLE_RATIO} times its size: this may be a zip bomb.",
            "Pack images as they are.",
        )


def _checked(info: zipfile.ZipInfo) -> PurePosixPath:
    """The path of a member. ReidvizError where its name or kind could do harm."""
    name = info.orig_filename
    told = printable(name)[:80]
    hint = "Pack the folder again with an ordinary program, from within."
    if "\0" in name or "\\" in name or re.match(r"[A-Za-z]:", name) or name.startswith("/"):
        raise ReidvizError(f"The zip holds a path that is not allowed: {told}.", hint)
    path = PurePosixPath(name)
    if not path.parts or ".." in path.parts:
        raise ReidvizError(f"The zip holds a path that leads out of its folder: {told}.", hint)
    if any(not part.isprintable() or len(part.encode("utf-8", "replace")) > MAX_NAME for part in path.parts):
        raise ReidvizError(f"The zip holds a name that is too long or has invisible characters: {told}.", hint)
    kind = stat.S_IFMT(info.external_attr >> 16)
    if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
        raise ReidvizError(f"The zip holds a link or a device, {told}.", "Pack the files themselves.")
    if info.flag_bits & 1:
        raise ReidvizError(f"The zip is encrypted ({told}).", "Pack it without a password.")
    return path


def _unpack(
    opened: zipfile.ZipFile,
    members: list[tuple[zipfile.ZipInfo, PurePosixPath]],
    folder: Path,
    progress: Progress,
) -> None:
    """Write the members below a folder, counting what comes out: sizes in a zip are only claimed."""
    total, packed = 0, _packed(opened)
    made: set[Path] = set()

    def count(written: int) -> None:
        nonlocal total
        total += written
        _check_whole(total, packed)

    for done, (info, path) in enumerate(members):
        progress(done, len(members), "unpacking")
        file = folder.joinpath(*path.parts)
        if file.parent not in made:
            file.parent.mkdir(parents=True, exist_ok=True)
            made.add(file.parent)
        with opened.open(info) as source, file.open("xb") as out:
            _copy(info, source, out, count)
    progress(len(members), len(members), "unpacking")


def _copy(info: zipfile.ZipInfo, source: IO[bytes], out: IO[bytes], count: Callable[[int], None]) -> None:
    written = 0
    while chunk := source.read(_CHUNK):
        written += len(chunk)
        if written > MAX_MEMBER or (written > SMALL and written > MAX_RATIO * max(1, info.compress_size)):
            raise ReidvizError(
                f"{printable(info.filename)[:80]} unpacks to far more than its packed size: this may be a zip bomb.",
                "Pack images as they are.",
            )
        count(len(chunk))
        out.write(chunk)
